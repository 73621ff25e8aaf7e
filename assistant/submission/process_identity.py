"""Which process is at work on something, and whether it still lives."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

import psutil

_TOLERANCE = 10.0  # seconds by which a start by the clock may seem to move when that is corrected


def process_name(pid: int | None = None) -> str:
    """Return a name for a process (this one by default) that no later process gets: machine, id and start."""
    number = os.getpid() if pid is None else pid
    return f"{platform.node()}/{number}/{_start(number)}"


def process_lives(name: str) -> bool | None:
    """Tell whether the named process still runs; None when it belongs to another machine and nobody here can tell."""
    machine, number, started = name.rsplit("/", 2)
    if machine != platform.node():
        return None
    try:
        process = psutil.Process(int(number))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if "@" in started:
            return started == _start(process.pid)
        return bool(abs(process.create_time() - float(started)) < _TOLERANCE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it runs, under another user
        return True


def _start(pid: int) -> str:
    """Return when a process was started: where the system counts that since its own start, no set clock moves it."""
    since_boot = _since_boot(pid)
    return f"{psutil.Process(pid).create_time():.2f}" if since_boot is None else since_boot


def _since_boot(pid: int) -> str | None:
    """Return the clock ticks from the start of Linux to that of a process, and which start of Linux that was."""
    boot = _boot()
    if boot is None:
        return None
    try:
        about = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except FileNotFoundError as error:
        raise psutil.NoSuchProcess(pid) from error
    except OSError:
        return None
    # The name in brackets may hold spaces and brackets; the start is the twentieth field after it (proc(5)).
    return f"{about.rpartition(')')[2].split()[19]}@{boot}"


@cache
def _boot() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()[:8] or None
    except OSError:
        return None
