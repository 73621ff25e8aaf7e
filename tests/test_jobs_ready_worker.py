"""The process that waits for a training: it is a worker like any other, and nobody relies on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.submission.database import open_database
from assistant.submission.jobs.job import JobRequest, JobState, Lane, Limits
from assistant.submission.jobs.local_runner import LocalJobRunner
from assistant.submission.jobs.ready_worker import ReadyWorker
from tests.job_watching import ended, ready, until

LOAD = "tests.job_tasks:load"


@pytest.fixture
def open_runner(tmp_path: Path) -> Iterator[Callable[..., LocalJobRunner]]:
    database = open_database(f"sqlite:///{tmp_path / 'assistant.sqlite3'}")
    runners: list[LocalJobRunner] = []

    def make(load: str = LOAD) -> LocalJobRunner:
        runners.append(LocalJobRunner(database, tmp_path / "jobs", {}, ready={Lane.TRAINING: load}))
        return runners[-1]

    yield make
    for runner in runners:
        runner.cancel("job")
        until(lambda runner=runner: (job := runner.look("job")) is None or job.state.ended)
        runner.close()
    until(lambda: ready() is None)
    database.close()


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., JobRequest]:
    def make(task: str, secrets: dict[str, str] | None = None, **limits: Any) -> JobRequest:
        return JobRequest(
            key="job", owner="asha", lane=Lane.TRAINING, task=f"tests.job_tasks:{task}",
            arguments={"word": "job", "bytes": 2e9}, folder=str(tmp_path / "work"),
            limits=Limits(**{"grace_seconds": 5.0, **limits}), secrets=secrets or {},
        )  # fmt: skip

    return make


def test_a_job_is_done_by_the_process_that_is_ready_and_the_next_by_another(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.prepare(Lane.TRAINING)
    waiting = until(ready)
    runner.submit(asked("process"))
    assert ended(runner, "job").result == {"pid": waiting.pid}
    runner.submit(asked("process"))
    assert ended(runner, "job").result != {"pid": waiting.pid}


def test_only_one_process_is_ready_however_often_it_is_asked_for(open_runner: Any) -> None:
    runner = open_runner()
    for _ in range(3):
        runner.prepare(Lane.TRAINING)
    first = until(ready)
    runner.prepare(Lane.NOTEBOOK)  # nothing is made ready for it
    runner.prepare(Lane.TRAINING)
    runner.close()
    assert not first.is_running()
    assert ready() is None


def test_no_process_is_made_ready_while_a_job_of_its_lane_runs(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    runner.submit(asked("until_allowed"))
    until(lambda: runner.look("job").progress)
    runner.prepare(Lane.TRAINING)
    assert ready() is None
    (tmp_path / "work" / "go").touch()
    ended(runner, "job")
    until(ready)


@pytest.mark.parametrize("load", [LOAD, "tests.job_tasks:load_for_ever", "tests.job_tasks:missing"])
def test_when_it_has_died_the_job_runs_as_any_other(open_runner: Any, asked: Any, load: str) -> None:
    runner = open_runner(load)
    runner.prepare(Lane.TRAINING)
    waiting = until(ready)
    if load.endswith("missing"):
        until(lambda: waiting.status() == psutil.STATUS_ZOMBIE)
    else:
        waiting.kill()
    runner.submit(asked("process"))
    record = ended(runner, "job")
    assert record.state is JobState.DONE
    assert record.result != {"pid": waiting.pid}


def test_when_it_dies_with_a_job_that_it_has_not_begun_the_job_runs_as_any_other(
    open_runner: Any, asked: Any, tmp_path: Path
) -> None:
    runner = open_runner("tests.job_tasks:load_for_ever")
    runner.prepare(Lane.TRAINING)
    waiting = until(ready)
    runner.submit(asked("process"))
    until(lambda: runner.look("job").state is JobState.RUNNING and list(tmp_path.glob("jobs/*/request.json")))
    until(lambda: waiting.open_files() is not None and runner._handed)
    waiting.kill()
    record = ended(runner, "job")
    assert record.state is JobState.DONE
    assert record.result != {"pid": waiting.pid}


def test_it_holds_no_secret_but_those_of_its_job(open_runner: Any, asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASSISTANT_SMTP_PASSWORD", "ASSISTANT_SECRET", "HF_TOKEN", "api_key"):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("HARMLESS", "shown")
    runner = open_runner()
    runner.prepare(Lane.TRAINING)
    assert "hidden" not in until(ready).environ().values()
    runner.submit(asked("environment", {"word": "told"}))
    result = ended(runner, "job").result
    assert "HARMLESS" in result["names"]
    assert [name for name in result["names"] if name.startswith("ASSISTANT_") or name in ("HF_TOKEN", "api_key")] == []
    assert result["secret"] == "told"


def test_its_job_has_its_limits_and_its_log(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    runner.prepare(Lane.TRAINING)
    until(ready)
    runner.submit(asked("hungry", memory_bytes=250_000_000))
    problem = ended(runner, "job").problem
    assert (problem.what, problem.evidence) == ("The memory did not suffice.", "It may use 250 MB.")
    runner.prepare(Lane.TRAINING)
    until(ready)
    runner.submit(asked("broken"))
    assert ended(runner, "job").state is JobState.FAILED
    [log] = tmp_path.glob("jobs/*/log.txt")
    assert "nobody thought of this" in log.read_text()


def test_its_job_is_found_by_the_next_server_and_can_be_cancelled_there(open_runner: Any, asked: Any) -> None:
    before = open_runner()
    before.prepare(Lane.TRAINING)
    waiting = until(ready)
    before.submit(asked("until_allowed"))
    until(lambda: before.look("job").progress)
    before.close()
    assert waiting.is_running()
    after = open_runner()
    assert after.look("job").state is JobState.RUNNING
    after.cancel("job")
    record = ended(after, "job")
    assert (record.state, record.result) == (JobState.CANCELLED, {"kept": "job"})


def test_it_goes_when_nobody_needs_it() -> None:
    worker = ReadyWorker(LOAD, idle_seconds=0.0)
    worker.prepare()
    until(lambda: ready() is None)
    assert worker.begin(Path("nowhere"), Path("nowhere"), lambda: None, {}) is None


def test_it_ends_with_the_server_however_that_ends() -> None:
    code = (
        "import os; from assistant.submission.jobs.ready_worker import ReadyWorker; import psutil\n"
        f"ReadyWorker({LOAD!r}).prepare(); print(psutil.Process().children()[0].pid, flush=True); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    assert pid != os.getpid()
    until(lambda: not psutil.pid_exists(pid))
