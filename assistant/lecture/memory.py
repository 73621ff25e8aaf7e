"""The memory of a finished run's network: measured once where torch is loaded, and kept in the run's folder."""

from __future__ import annotations

from pathlib import Path

from assistant.files import write_atomically
from assistant.training.memory import FILE, NetworkMemory, read_memory


def measure_memory(folder: Path) -> NetworkMemory:
    """Return the memory of the run in `folder`, measuring it when that was not done yet; raise LectureError.

    Measuring it imports torch, which nothing else here does.
    """
    known = read_memory(folder)
    if known is not None:
        return known
    from assistant.lecture.network import network_memory

    memory = network_memory(str(folder))
    write_atomically(folder / FILE, memory.model_dump_json())
    return memory
