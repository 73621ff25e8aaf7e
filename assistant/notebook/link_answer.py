"""What is known of a Colab link after somebody asked where it leads: one answer, dated, in one of a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from assistant.findings import Finding
from assistant.frozen import Frozen
from assistant.notebook.provenance import NotebookFile, Scores


class LinkState(StrEnum):
    """What came out; only the first is ever a tick."""

    OPEN = "open to everybody"  # and, where that could be compared, the notebook of this training
    PRIVATE = "private"
    MISSING = "leads nowhere"
    OTHER = "another notebook"
    OTHER_TRAINING = "not the one of this training"
    UNCHECKED = "could not check"


class LinkAnswer(Frozen):
    """What came out of asking, and the finding that says so."""

    state: LinkState
    finding: Finding


class LinkNote(Frozen):
    """What a bundle says of a link: what came out when it was last asked, and when that was (UTC)."""

    state: LinkState
    asked: datetime | None = None


@dataclass(frozen=True)
class ExpectedNotebook:
    """The notebook that should be behind a link: the run it repeats, the report's scores, and whose other runs there are."""

    run_id: str
    scores: Scores
    others: Mapping[str, str] = field(default_factory=dict)  # in words, such as "project 2", by the run's id


# Between Colab's machines and this one a network's scores may differ by this share; more is another training.
_USUAL_DIFFERENCE = 0.05


def is_this_one(notebook: NotebookFile, expected: ExpectedNotebook) -> bool | None:
    """Tell whether a notebook repeats the expected run; None for one that says nothing about its run.

    Where the mark of the run was lost, the report's scores, which stand in its code, tell.
    """
    if notebook.run_id is not None:
        return notebook.run_id == expected.run_id
    code = "\n".join(cell.source for cell in notebook.document.cells if cell.cell_type == "code")
    numbers = [score["mae"] for score in expected.scores.values() if isinstance(score.get("mae"), float)]
    return True if numbers and all(repr(number) in code for number in numbers) else None


def is_empty(notebook: NotebookFile) -> bool:
    """Tell whether a notebook has no code at all."""
    return not any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.document.cells)


def gives_other_scores(notebook: NotebookFile, expected: ExpectedNotebook) -> bool:
    """Tell whether the scores in a notebook's outputs are further from the report's than two computers are."""
    if notebook.scores is None:
        return False
    for name, score in expected.scores.items():
        here, there = notebook.scores.get(name, {}).get("mae"), score.get("mae")
        if isinstance(here, float) and isinstance(there, float) and abs(here - there) > _USUAL_DIFFERENCE * abs(there):
            return True
    return False
