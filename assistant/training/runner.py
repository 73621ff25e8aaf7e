"""Who runs the trainings: child processes on this computer; something larger can stand behind the same calls.

Everything about a training lies in its folder, so whoever knows the folder can ask for its progress or cancel it,
also after the process that started it is gone. This module never imports torch.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

import assistant
from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.training.computer_speed import Speed, read_speed
from assistant.training.job import SPEED, Job
from assistant.training.locks import is_held
from assistant.training.run import Progress
from assistant.training.settings import TrainingSettings

GRACE = 60.0  # seconds that a new child may take before it shows that it lives


class Runner(Protocol):
    """What the rest of the program asks of whoever runs trainings."""

    def start(self, folder: Path, series: Series, settings: TrainingSettings) -> None:
        """Begin a training whose files go to the folder."""

    def progress(self, folder: Path) -> Progress:
        """Return how far the training of the folder is."""

    def cancel(self, folder: Path) -> None:
        """Ask the training of the folder to stop and to keep the best so far."""

    def speed(self) -> Speed:
        """Return how fast trainings are there, to tell their time before they start."""


class LocalRunner:
    """Child processes of low priority, `jobs` of them at once; the others wait in line.

    `slots` is a folder for the locks of which each running training holds one: every runner that shares it shares the
    line. The children outlive the process that starts them.
    """

    def __init__(self, jobs: int, slots: Path) -> None:
        self._jobs, self._slots = jobs, slots.resolve()

    def start(self, folder: Path, series: Series, settings: TrainingSettings) -> None:
        """Start the child; raise TrainingError when the folder is already being trained."""
        job = Job(folder.resolve())
        if job.begun.exists() and is_held(job.alive):
            raise TrainingError(
                "This training is already running.", "", "Wait until it ends, or cancel it before you start again."
            )
        job.prepare(series, settings, self._slots, self._jobs)
        self._spawn(job)

    def resume(self, folder: Path) -> None:
        """Go on with a training that was stopped or that died, from its last epoch.

        Raises TrainingError when it is running, or when nothing was ever started in the folder.
        """
        job = Job(folder.resolve())
        if self.progress(folder).state in ("waiting", "running"):
            raise TrainingError("This training is still running.", "", "Wait until it ends.")
        for mark in (job.cancelled, job.begun):
            mark.unlink(missing_ok=True)
        job.tell(Progress(state="waiting"))
        self._spawn(job)

    def speed(self) -> Speed:
        """Return how fast this computer trains, as far as the trainings so far have measured it."""
        return read_speed(self._slots / SPEED)

    def _spawn(self, job: Job) -> None:
        root = str(Path(assistant.__file__).resolve().parent.parent)
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
        environment = {
            name: value for name, value in os.environ.items() if "PASSWORD" not in name and "SECRET" not in name
        }
        windows_only = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        with job.log.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "assistant.training.child", str(job.folder)],
                env={**environment, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                creationflags=windows_only,
            )
        # Somebody has to take note of its end, or it stays in the system's table for as long as this process lives.
        threading.Thread(target=child.wait, name="training-child", daemon=True).start()

    def progress(self, folder: Path) -> Progress:
        """Return the latest progress; a child that ended without a word is reported as failed.

        Raises TrainingError when nothing was ever started in the folder.
        """
        job = Job(folder)
        told = job.told()
        if told is None:
            raise TrainingError("No training was started here.", "", "Start one in the Train step.")
        if told.state not in ("waiting", "running") or self._lives(job):
            return told
        # It may have ended between the two looks.
        told = job.told() or told
        if told.state not in ("waiting", "running"):
            return told
        return told.model_copy(
            update={
                "state": "failed",
                "seconds_left": None,
                "message": "The training ended without a word: the computer was restarted, or ran out of memory.",
                "fix": "Train again; if it happens again, choose the preset Quick.",
            }
        )

    def cancel(self, folder: Path) -> None:
        """Mark the training to be cancelled; it stops at its next step. Nothing happens when it has ended."""
        if folder.is_dir():
            (folder / "cancel").touch()

    @staticmethod
    def _lives(job: Job) -> bool:
        if job.begun.exists():
            return is_held(job.alive)
        try:
            return time.time() - (job.folder / "progress.json").stat().st_mtime < GRACE
        except OSError:
            return False
