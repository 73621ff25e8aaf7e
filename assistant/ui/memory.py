"""Keeps the server small: many short threads would each hold on to freed memory."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt
_TRIM_THRESHOLD = -1  # M_TRIM_THRESHOLD


def stay_small() -> None:
    """Let all threads share two memory arenas and return freed memory to the system; nothing happens without glibc."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_ARENA_MAX, 2)
        libc.mallopt(_TRIM_THRESHOLD, 1 << 20)
