"""The pool of warm processes: short calls with an answer that somebody waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from assistant.errors import AssistantError, ReportError
from assistant.submission.jobs.worker_pool import (
    CallTimeoutError,
    InProcessCalls,
    LaneCalls,
    WorkerPool,
    in_this_process,
)
from tests.job_watching import until


def whose_process() -> int:
    return os.getpid()


def fail() -> None:
    raise ReportError("It cannot be set.", "The text is missing.", "Write it.")


def end_the_process(already: str) -> int:
    """End the process that runs this, the first time it is called."""
    try:
        os.close(os.open(already, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def end_every_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hold(begun: str, go: str) -> int:
    Path(begun).touch()
    while not Path(go).exists():
        threading.Event().wait(0.02)
    return os.getpid()


def nothing_to_pickle() -> object:
    return lambda: None


def prepare() -> None:
    os.environ["PREPARED"] = "yes"


def environment() -> dict[str, str]:
    return dict(os.environ)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool({"report": 1, "lecture": 1, "chart": 2}, {"lecture": prepare})
    yield made
    made.close()


def test_the_work_is_done_in_one_other_process(pool: WorkerPool) -> None:
    report = LaneCalls(pool, "report")
    assert report(whose_process) != os.getpid()
    assert report(whose_process) == report(whose_process)
    assert report(max, 3, 5) == 5


def test_what_goes_wrong_there_is_told_here(pool: WorkerPool) -> None:
    with pytest.raises(ReportError) as told:
        pool.call("report", fail)
    assert told.value.as_dict() == {"what": "It cannot be set.", "evidence": "The text is missing.", "fix": "Write it."}
    with pytest.raises(TypeError, match="cannot be sent"):
        pool.call("report", nothing_to_pickle)
    assert pool.call("report", max, 1, 2) == 2


def test_a_process_that_was_killed_is_started_again(pool: WorkerPool, tmp_path: Path) -> None:
    assert pool.call("report", end_the_process, str(tmp_path / "already")) not in (0, os.getpid())


def test_a_call_that_kills_every_process_is_given_up_with_a_sentence(pool: WorkerPool) -> None:
    with pytest.raises(AssistantError, match="ended twice"):
        pool.call("report", end_every_process)
    assert pool.call("report", max, 1, 2) == 2


def test_a_call_that_takes_too_long_ends_its_own_process_and_no_other(pool: WorkerPool, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    beside: list[int] = []
    thread = threading.Thread(target=lambda: beside.append(pool.call("chart", hold, str(begun), str(go))))
    thread.start()
    until(begun.exists)
    late = pool.call("chart", whose_process)
    with pytest.raises(CallTimeoutError, match="no answer in time"):
        pool.call("chart", hold, str(tmp_path / "other"), str(tmp_path / "never"), timeout=0.3)
    assert not psutil.pid_exists(late)
    go.touch()
    thread.join()
    assert psutil.pid_exists(beside[0])


def test_a_lane_that_is_busy_refuses_in_time_and_holds_up_no_other(pool: WorkerPool, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    thread = threading.Thread(target=pool.call, args=("report", hold, str(begun), str(go)))
    thread.start()
    until(begun.exists)
    with pytest.raises(CallTimeoutError, match="Too many are waiting"):
        pool.call("report", whose_process, timeout=0.05)
    assert pool.call("lecture", max, 1, 2) == 2
    go.touch()
    thread.join()


def test_a_lanes_processes_are_prepared_and_know_no_secret(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_SMTP_PASSWORD", "hidden")
    found = pool.call("lecture", environment)
    assert found["PREPARED"] == "yes"
    assert "ASSISTANT_SMTP_PASSWORD" not in found


def test_a_process_that_cannot_start_in_time_is_given_up(tmp_path: Path) -> None:
    pool = WorkerPool({"report": 1}, start_seconds=0.0)
    with pytest.raises(CallTimeoutError):
        pool.call("report", whose_process)
    pool.close()


def test_a_process_that_nobody_asks_ends_by_itself() -> None:
    pool = WorkerPool({"report": 1}, idle_seconds=0.05)
    pid = pool.call("report", whose_process)
    until(lambda: not psutil.pid_exists(pid))
    assert pool.call("report", whose_process) != pid
    pool.close()


def test_the_processes_end_with_the_one_that_started_them() -> None:
    script = (
        "import os\n"
        "from assistant.submission.jobs.worker_pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    print(WorkerPool({'report': 1}).call('report', os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_command_does_the_work_itself() -> None:
    assert in_this_process(whose_process) == os.getpid()
    assert InProcessCalls().call("report", whose_process) == os.getpid()
