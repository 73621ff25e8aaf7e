"""What a check says."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from assistant.frozen import Frozen

StepName = Literal["start", "dataset", "train", "charts", "report", "colab", "submit"]
STEP_TITLES: dict[StepName, str] = {
    "start": "Start",
    "dataset": "Dataset",
    "train": "Train",
    "charts": "Charts",
    "report": "Report",
    "colab": "Colab",
    "submit": "Submit",
}


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"  # the submission cannot go out like this
    WARN = "warn"  # it can, but the student should know
    UNCHECKED = "could not check"  # nobody could tell; never blocks
    FINE = "fine"


class State(StrEnum):
    """How far a step of the hand-in is: the one closed set that tabs, Submit, command line, manifest and `verify` read."""

    OPEN = "open"  # nothing is there yet
    WORKING = "under way"
    UNDECIDED = "not decided"  # the student has to say something first
    UNCHECKED = "not checked"  # nobody looked, or nobody could tell
    STOPPED = "stopped early"  # cancelled before its end; what was reached is kept
    OUTDATED = "out of date"  # it is about something else by now
    WRONG = "wrong"  # it is there and breaks a rule
    DONE = "done"

    @property
    def sign(self) -> str:
        """Return the sign that stands for it on a tab: only what is done has a tick."""
        return _SIGNS.get(self, "!")

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        return self is State.DONE


_SIGNS = {State.DONE: "✓", State.OPEN: "○", State.WORKING: "○", State.UNCHECKED: "?"}


class StepStatus(Frozen):
    """How far one step is, what shows that, and what to do next; `project` is None for Start and Submit."""

    step: StepName
    project: int | None = None
    state: State
    evidence: str = ""
    fix: str = ""

    @property
    def sentence(self) -> str:
        """Return the evidence and what to do, as one text."""
        return " ".join(part for part in (self.evidence, self.fix) if part)


class Finding(Frozen):
    """What one check says: its level, what was found, the evidence, the fix, and the step that fixes it.

    `project` is the number of the project (from 1) that the finding is about, or None for the whole submission.
    """

    level: Level
    what: str
    evidence: str = ""
    fix: str = ""
    step: StepName = "submit"
    project: int | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.evidence, self.fix) if part)
