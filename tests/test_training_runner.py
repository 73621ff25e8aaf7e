"""The runner: a child process that anybody can find again from its folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.training.locks import FileLock, is_held
from assistant.training.plan import plan_settings
from assistant.training.run import Progress, load_run
from assistant.training.runner import LocalRunner
from tests.test_training import make_series, waves

LONG = {"epochs": 100_000, "patience": 100_000, "members": 1, "units": 8}


@pytest.fixture(scope="module")
def series() -> Series:
    return make_series(waves())


def until(runner: LocalRunner, folder: Path, right: Callable[[Progress], bool]) -> Progress:
    tick = threading.Event()
    for _ in range(600):
        progress = runner.progress(folder)
        if right(progress):
            return progress
        tick.wait(0.1)
    raise AssertionError(f"still {progress}")


def ended(progress: Progress) -> bool:
    return progress.state not in ("waiting", "running")


def under_way(progress: Progress) -> bool:
    return progress.state == "running" and progress.epoch > 0


def test_a_training_runs_in_a_child_and_its_result_lies_in_the_folder(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    runner.start(tmp_path / "run", series, plan_settings(series, epochs=2, members=1, units=8))
    progress = until(LocalRunner(1, tmp_path / "slots"), tmp_path / "run", ended)  # as after a restart
    assert progress.state == "done", progress
    assert load_run(tmp_path / "run").history == progress.history


def test_one_waits_while_another_runs_and_cancelling_keeps_what_was_learnt(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    first, second = tmp_path / "first", tmp_path / "second"
    runner.start(first, series, plan_settings(series, **LONG))
    until(runner, first, under_way)
    runner.start(second, series, plan_settings(series, epochs=1, members=1, units=8))
    assert runner.progress(second).state == "waiting"
    with pytest.raises(TrainingError, match="already running"):
        runner.start(first, series, plan_settings(series, **LONG))
    runner.cancel(first)
    assert until(runner, first, ended).state == "cancelled"
    assert load_run(first).cancelled
    assert until(runner, second, ended).state == "done", runner.progress(second)


def test_a_child_that_was_killed_is_reported_as_failed(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    runner.start(tmp_path / "run", series, plan_settings(series, **LONG))
    until(runner, tmp_path / "run", under_way)
    os.kill(child_of(tmp_path / "run"), signal.SIGKILL)
    progress = until(runner, tmp_path / "run", ended)
    assert progress.state == "failed"
    assert progress.message
    assert progress.fix


def test_a_killed_training_can_go_on(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    runner.start(tmp_path / "run", series, plan_settings(series, **{**LONG, "epochs": 400}))
    before = until(runner, tmp_path / "run", under_way)
    os.kill(child_of(tmp_path / "run"), signal.SIGKILL)
    until(runner, tmp_path / "run", ended)
    runner.resume(tmp_path / "run")
    after = until(runner, tmp_path / "run", lambda told: told.epoch > before.epoch or ended(told))
    assert after.epoch > before.epoch
    # What was learnt before is still there, to the second it took; nothing is told twice.
    assert after.history[: len(before.history)] == before.history
    assert [epoch.number for epoch in after.history] == list(range(1, len(after.history) + 1))
    runner.cancel(tmp_path / "run")
    assert until(runner, tmp_path / "run", ended).state in ("cancelled", "done")


def test_sigterm_ends_a_training_as_cancelled(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    runner.start(tmp_path / "run", series, plan_settings(series, **LONG))
    until(runner, tmp_path / "run", under_way)
    os.kill(child_of(tmp_path / "run"), signal.SIGTERM)
    assert until(runner, tmp_path / "run", ended).state == "cancelled"


def test_a_training_that_cannot_be_done_says_why(series: Series, tmp_path: Path) -> None:
    runner = LocalRunner(1, tmp_path / "slots")
    runner.start(tmp_path / "run", series, plan_settings(series, horizon=200))
    progress = until(runner, tmp_path / "run", ended)
    assert progress.state == "failed"
    assert "horizon" in progress.message
    assert progress.fix


def test_a_folder_where_nothing_was_started_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No training was started"):
        LocalRunner(1, tmp_path).progress(tmp_path)


def test_a_lock_is_free_again_once_it_is_released(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    assert is_held(tmp_path / "lock")
    lock.release()
    assert not is_held(tmp_path / "lock")


def test_the_runner_and_the_plan_never_import_torch() -> None:
    script = "import sys, assistant.training.runner, assistant.training.plan; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def child_of(folder: Path) -> int:
    return int(json.loads((folder / "child.json").read_text("utf-8"))["pid"])
