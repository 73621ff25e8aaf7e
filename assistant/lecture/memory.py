"""Measuring what a finished run's network remembers: once, in the child process.

This module never imports torch.
"""

from __future__ import annotations

from pathlib import Path

from assistant.files import write_atomically
from assistant.lecture.process import LectureProcess
from assistant.training.memory import FILE, NetworkMemory, read_memory


def measure_memory(folder: Path, process: LectureProcess) -> NetworkMemory:
    """Return the memory of the run in `folder`, measuring it when that was not done yet; raise LectureError."""
    known = read_memory(folder)
    if known is not None:
        return known
    memory = process.ask(NetworkMemory, "memory", folder=str(folder))
    write_atomically(folder / FILE, memory.model_dump_json())
    return memory
