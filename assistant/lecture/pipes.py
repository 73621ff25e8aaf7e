"""What the child processes of the lecture do first: give way, and keep their answers apart from other output."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def lower_priority(by: int) -> None:
    """Give way to the page's process, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(by)


def claim_output() -> TextIO:
    """Return standard output for answers alone; whatever else is printed in this process goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr
    return answers
