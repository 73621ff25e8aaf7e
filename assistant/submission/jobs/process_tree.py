"""A worker's process with all that it started: begun, measured, ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import psutil

import assistant
from assistant.child_environment import without_secrets
from assistant.submission.process_identity import process_lives

READY = "--ready"  # of a worker that learns its attempt through its standard input
_ROUNDS = 5  # a tree that is being ended may still start something


def start_worker(
    folder: Path, log: Path, ended: Callable[[], None], secrets: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the worker of an attempt's folder in a session of its own; `ended` is called once it is gone.

    `secrets` go through its standard input.
    """
    with log.open("wb") as output:
        child = _start([str(folder)], output)
    _hand_over(child, json.dumps(dict(secrets)))
    _watch(child, ended)
    return child


def start_ready_worker(load: str) -> subprocess.Popen[bytes]:
    """Start a worker that calls the function `load` ("package.module:function") and then waits for an attempt."""
    return _start([READY, load], subprocess.DEVNULL)


def begin_ready_worker(
    child: subprocess.Popen[bytes], folder: Path, log: Path, ended: Callable[[], None], secrets: Mapping[str, str]
) -> bool:
    """Give an attempt to a worker that waits for one, otherwise as `start_worker` does; False when it is gone."""
    if not _hand_over(child, json.dumps({"folder": str(folder), "log": str(log), "secrets": dict(secrets)})):
        return False
    _watch(child, ended)
    return True


def end_ready_worker(child: subprocess.Popen[bytes]) -> None:
    """End a worker that was given no attempt, or could not take it."""
    child.kill()
    child.wait()
    assert child.stdin is not None
    with contextlib.suppress(OSError):
        child.stdin.close()


def _start(arguments: list[str], output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    root = str(Path(assistant.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    windows_only = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "assistant.submission.jobs.worker", *arguments],
        env={**without_secrets(), "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        start_new_session=True,
        creationflags=windows_only,
    )


def _hand_over(child: subprocess.Popen[bytes], told: str) -> bool:
    """Write to a worker's standard input all that it gets; False when it is gone already."""
    assert child.stdin is not None
    try:
        with child.stdin as given:
            given.write(told.encode())
    except OSError:
        return False
    return True


def _watch(child: subprocess.Popen[bytes], ended: Callable[[], None]) -> None:
    def wait() -> None:
        # Somebody has to take note of its end, or it stays in the system's table for as long as this process lives.
        child.wait()
        ended()

    threading.Thread(target=wait, name="job-worker", daemon=True).start()


def memory_of(process: str) -> int:
    """Return the bytes that a process (see `process_identity`) and its children hold in memory; 0 when it is gone."""
    total = 0
    for part in _members(process):
        with contextlib.suppress(psutil.Error):
            total += part.memory_info().rss
    return total


def end_tree(process: str) -> None:
    """Kill a process of this machine, all its descendants, and whatever is left of its session."""
    for _ in range(_ROUNDS):
        members = _members(process)
        if not members:
            return
        for member in members:
            with contextlib.suppress(psutil.Error):
                member.suspend()  # so that none of them starts another meanwhile
        for member in {*members, *_members(process)}:
            with contextlib.suppress(psutil.Error):
                member.kill()
        psutil.wait_procs(members, timeout=1.0)


def _members(process: str) -> list[psutil.Process]:
    lives = process_lives(process)
    pid = int(process.rsplit("/", 2)[1])
    if lives is None or (not lives and psutil.pid_exists(pid) and not _is_zombie(pid)):
        return []  # another machine's, or a later process that got the same number
    found: set[psutil.Process] = set()
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        found = {root, *root.children(recursive=True)}
    if hasattr(os, "getsid"):
        for other in psutil.pids():
            with contextlib.suppress(OSError, psutil.Error):
                if os.getsid(other) == pid:
                    found.add(psutil.Process(other))
    return [one for one in found if not _is_zombie(one.pid)]


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False
