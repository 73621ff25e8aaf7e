"""What a check says."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from assistant.frozen import Frozen

StepName = Literal["start", "dataset", "train", "charts", "report", "colab", "submit"]


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"  # the submission cannot go out like this
    WARN = "warn"  # it can, but the student should know
    UNCHECKED = "could not check"  # nobody could tell; never blocks
    FINE = "fine"


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
