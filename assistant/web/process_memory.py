"""Keeps the server small: many short threads would each hold on to freed memory, and nothing is drawn in it."""

from __future__ import annotations

import contextlib
import ctypes
import sys

import matplotlib

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt
_TRIM_THRESHOLD = -1  # M_TRIM_THRESHOLD


def stay_small() -> None:
    """Choose matplotlib's backend, and where there is glibc let all threads share two arenas and return freed memory."""
    # Gradio asks for the backend at each event; to find one, matplotlib would load everything that draws (20 MB).
    matplotlib.use("agg")
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_ARENA_MAX, 2)
        libc.mallopt(_TRIM_THRESHOLD, 1 << 20)
