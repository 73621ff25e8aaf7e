"""One student's hand-in under one brief, as the bundle step takes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.brief import Brief
from assistant.dataset.series import Source
from assistant.findings import StepStatus
from assistant.frozen import Frozen
from assistant.notebook.link_answer import LinkNote
from assistant.training.run import Run


class Student(Frozen):
    """Who hands in."""

    name: str = ""
    email: str = ""
    registration: str = ""


@dataclass(frozen=True)
class FinishedProject:
    """One project as it is handed in; a part the student has not got is None, and the bundle says so.

    With `by_link` the dataset's address and SHA-256 stand for its file, which is then not handed on; so it is
    while it is `undecided` whether the file may be. `link` is what is known of the Colab link; None when nobody asked where
    it leads. `outdated` tells which parts are there, but belong to an earlier
    dataset or text, and are therefore not handed in.
    """

    number: int
    title: str
    source: Source | None = None
    dataset: Path | None = None
    unit: str = ""
    run: Run | None = None
    report: Path | bytes | None = None
    pages: int | None = None
    notebook: Path | None = None
    colab_url: str | None = None
    link: LinkNote | None = None
    by_link: bool = False
    undecided: bool = False
    outdated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Submission:
    """What one student hands in under one brief."""

    brief: Brief
    student: Student
    projects: tuple[FinishedProject, ...]
    statuses: tuple[StepStatus, ...] = ()  # how far each step was
