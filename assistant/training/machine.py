"""The computer that trains, and what it is asked to do, decided in one place and from measurements.

Measured on two cores with AVX-512: a second torch thread gains little on work this small and collapses when anything
else runs, so each network trains on one thread and the other cores train other networks. glibc hands large blocks
back to the system at every step; keeping them saves up to half of the time with large batches.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# torch is imported where it is needed: to count the cores, a page must not wait for it.


def free_cores() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def one_thread() -> None:
    """Let torch use one thread for each operation; called in each thread that trains."""
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


def keep_memory() -> None:
    """Ask glibc to keep freed blocks; does nothing elsewhere."""
    if sys.platform != "linux":
        return
    try:
        library = ctypes.CDLL(None)
        library.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        library.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        return


def fast_bfloat16() -> bool:
    """Tell whether the processor multiplies matrices of bfloat16 in hardware."""
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())


def device() -> torch.device:
    """Return the GPU when there is one, else the processor."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
