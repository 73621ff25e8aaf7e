"""Which process is at work on something, and whether it still lives."""

from __future__ import annotations

import os
import platform

import psutil

_TOLERANCE = 10.0  # seconds by which a start time may seem to move when the system's clock is corrected


def process_name(pid: int | None = None) -> str:
    """Return a name for a process (this one by default) that no later process gets: machine, id and start."""
    number = os.getpid() if pid is None else pid
    return f"{platform.node()}/{number}/{psutil.Process(number).create_time():.2f}"


def process_lives(name: str) -> bool | None:
    """Tell whether the named process still runs; None when it belongs to another machine and nobody here can tell."""
    machine, number, started = name.rsplit("/", 2)
    if machine != platform.node():
        return None
    try:
        process = psutil.Process(int(number))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(abs(process.create_time() - float(started)) < _TOLERANCE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it runs, under another user
        return True
