"""The lecture's questions by name, as they are asked in a process that holds torch; this module itself never imports it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, LectureError
from assistant.frozen import Frozen


def prepare() -> None:
    """Make a process ready to answer: torch is loaded, computes on one thread, and gives way to the page."""
    import torch

    if hasattr(os, "nice"):
        os.nice(5)  # before the trainings (10), since somebody waits for the answer
    torch.set_num_threads(1)


def answer(operation: str, arguments: Mapping[str, Any]) -> Frozen:
    """Return the answer to a question; raise LectureError for one that makes no sense or cannot be computed."""
    try:
        return _OPERATIONS[operation](**arguments)
    except AssistantError:
        raise
    except Exception as error:
        raise LectureError("This picture could not be computed.", f"{type(error).__name__}: {error}") from error


def _recurrence(**arguments: Any) -> Frozen:
    from assistant.lecture.recurrence import unroll

    return unroll(**arguments)


def _gradient(**arguments: Any) -> Frozen:
    from assistant.lecture.gradient import gradient_curves

    return gradient_curves(**arguments)


def _gate(**arguments: Any) -> Frozen:
    from assistant.lecture.gate import forget_gate

    return forget_gate(**arguments)


def _window(**arguments: Any) -> Frozen:
    from assistant.lecture.network import network_window

    return network_window(**arguments)


def _memory(folder: str) -> Frozen:
    from assistant.lecture.memory import measure_memory

    return measure_memory(Path(folder))


_OPERATIONS: Mapping[str, Callable[..., Frozen]] = {
    "recurrence": _recurrence,
    "gradient": _gradient,
    "gate": _gate,
    "window": _window,
    "memory": _memory,
}
