"""The draft: everything a student has typed, chosen and made so far, as one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict

from assistant.bundle.hand_in import Student
from assistant.dataset.choices import Choices
from assistant.dataset.series import Roles, Source
from assistant.frozen import Frozen
from assistant.training.run import Progress


class _Document(Frozen):
    # Unknown keys are ignored, so that an older server can open what a newer one wrote.
    model_config = ConfigDict(extra="ignore")


class DatasetChoice(_Document):
    """The table a student chose and what its columns are for; `series_sha256` is of the prepared series, once it is."""

    source: Source
    ready: str | None = None
    roles: Roles | None = None
    horizon: int | None = None
    season: int | None = None
    split: tuple[int, int, int] | tuple[float, float, float] | None = None
    unit: str = ""
    units: dict[str, str] = {}
    choices: Choices = Choices()
    member: str | None = None  # the file inside an archive, and the sheet of a workbook, where there are several
    sheet: str | None = None
    share: Literal["file", "link"] | None = None  # what goes out in the mail; None: the student has not said
    series_sha256: str | None = None


class OfferedFiles(_Document):
    """A link that leads to several tables, and their names: the student still has to pick one."""

    reference: str
    names: tuple[str, ...]
    sizes: tuple[int | None, ...] = ()  # in bytes, where they are told


class Looking(_Document):
    """Where the student looks for a table, and what was typed there: the way by its label, the link, the reference."""

    way: str = ""
    link: str = ""
    kaggle: str = ""


class TrainingChoice(_Document):
    """How to train; None leaves a setting to the rules."""

    preset: str = "quick"
    seed: int = 0
    cell: str = "lstm"
    units: int | None = None
    context: int | None = None
    epochs: int | None = None
    members: int | None = None


class RunSummary(_Document):
    """What the marks need to know of a finished run."""

    id: str
    series_sha256: str
    outcome: Literal["beats", "ties", "loses"]
    sentence: str
    label: str = ""


class ChartChoice(_Document):
    """What the student said about one chart; `checked_run` is the run whose chart was looked at."""

    checked_run: str | None = None
    in_report: bool | None = None
    caption: str | None = None


class ReportSummary(_Document):
    """The report that was built last, and a digest of all that went into it."""

    run_id: str
    inputs_sha256: str
    pages: int
    over: str = ""


class NotebookSummary(_Document):
    """The notebook that was made last and whether running it gave the report's scores."""

    run_id: str
    inputs_sha256: str
    reproduced: bool
    holds_values: bool = False  # values of a dataset that is not to be passed on lie inside


class ProjectDraft(_Document):
    """One project slot of a draft."""

    title: str = ""
    question: str = ""
    dataset: DatasetChoice | None = None
    offered: OfferedFiles | None = None
    looking: Looking = Looking()
    training: TrainingChoice = TrainingChoice()
    running: str | None = None
    failed: Progress | None = None  # how the last training ended, when it did not end well
    run: RunSummary | None = None
    runs: tuple[RunSummary, ...] = ()
    charts: dict[str, ChartChoice] = {}
    chart_order: tuple[str, ...] = ()  # of the charts in the report, once the student changed it
    sections: dict[str, str] = {}
    cited_runs: dict[str, str] = {}  # section → the run its own text was last edited or confirmed under
    cited_texts: dict[
        str, str
    ] = {}  # section → its text of that run, while sentences of it still have to be read again
    report: ReportSummary | None = None
    notebook: NotebookSummary | None = None
    colab_link: str = ""
    linked_run: str | None = None  # the run that was chosen when the link was typed

    @property
    def run_is_current(self) -> bool:
        """Tell whether the chosen run was trained on the dataset as it is now."""
        return (
            self.run is not None and self.dataset is not None and self.run.series_sha256 == self.dataset.series_sha256
        )


class Draft(_Document):
    """One student's draft under one brief."""

    student: Student = Student()
    own_deadline: str = ""
    own_recipients: str = ""
    projects: tuple[ProjectDraft, ...] = ()

    def project(self, number: int) -> ProjectDraft:
        """Return a project by its number, counted from 1."""
        return self.projects[number - 1]

    def with_project(self, number: int, **changes: Any) -> Draft:
        """Return the draft with some fields of one project changed."""
        projects = list(self.projects)
        projects[number - 1] = projects[number - 1].model_copy(update=changes)
        return self.model_copy(update={"projects": tuple(projects)})

    def with_student(self, **changes: str) -> Draft:
        """Return the draft with some of the student's details changed."""
        return self.model_copy(update={"student": self.student.model_copy(update=changes)})


Change = Callable[[Draft], Draft]
_Value = TypeVar("_Value")


def with_entry(mapping: Mapping[str, _Value], key: str, value: _Value) -> dict[str, _Value]:
    """Return a copy of `mapping` in which `key` has `value`."""
    return {**mapping, key: value}
