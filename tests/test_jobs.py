"""The line of jobs: its order, what is known of each, and how each ends."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import event

from assistant.clock import utc_now
from assistant.submission.database import Database, open_database
from assistant.submission.jobs.inline_runner import InlineJobRunner
from assistant.submission.jobs.job import JobRequest, JobState, Lane, Limits
from assistant.submission.jobs.job_queue import JobLine, Waiting, in_fair_order, seconds_until_turn
from assistant.submission.jobs.local_runner import LocalJobRunner
from tests.job_tasks import begun
from tests.job_watching import ended, until


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'assistant.sqlite3'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def open_runner(database: Database, tmp_path: Path) -> Iterator[Callable[..., LocalJobRunner]]:
    runners: list[LocalJobRunner] = []

    def make(own: Database = database, **capacities: int) -> LocalJobRunner:
        capacity = {Lane(lane): number for lane, number in capacities.items()}
        runners.append(LocalJobRunner(own, tmp_path / "jobs", capacity))
        return runners[-1]

    yield make
    last = LocalJobRunner(database, tmp_path / "jobs", {})
    for row in JobLine(database, utc_now).active():
        last.cancel(row.key)
    until(lambda: not JobLine(database, utc_now).active())
    last.close()
    for runner in runners:
        runner.close()


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., JobRequest]:
    def make(key: str, task: str = "note", owner: str = "asha", lane: Lane = Lane.TRAINING, **more: Any) -> JobRequest:
        arguments = {"word": key, **more.pop("arguments", {})}
        limits = Limits(**{"grace_seconds": 5.0, **more})
        return JobRequest(
            key=key, owner=owner, lane=lane, task=f"tests.job_tasks:{task}", arguments=arguments,
            folder=str(tmp_path / "work"), limits=limits,
        )  # fmt: skip

    return make


def test_those_put_in_line_run_in_their_order(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    keys = [f"job-{number}" for number in range(6)]
    for key in keys:
        runner.submit(asked(key))
    assert [ended(runner, key).state for key in keys] == [JobState.DONE] * 6
    assert begun(tmp_path / "work") == keys


def test_the_order_is_fair_between_owners() -> None:
    waiting = [Waiting(1, "a"), Waiting(2, "a"), Waiting(3, "a"), Waiting(4, "b"), Waiting(5, "c"), Waiting(6, "b")]
    assert in_fair_order(waiting, {}, {}) == [1, 4, 5, 2, 6, 3]
    assert in_fair_order(waiting, {"a": 1}, {"a": 1}) == [4, 5, 1, 6, 2, 3]
    assert in_fair_order(waiting, {}, {"a": 9, "b": 3}) == [5, 4, 1, 6, 2, 3]
    assert in_fair_order([], {"a": 1}, {}) == []


def test_one_student_with_many_jobs_does_not_keep_another_waiting(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    runner.submit(asked("first", "until_allowed"))
    until(lambda: begun(tmp_path / "work"))
    for key, owner in (("a1", "asha"), ("a2", "asha"), ("b1", "ravi")):
        runner.submit(asked(key, owner=owner))
    assert [runner.look(key).place for key in ("a1", "a2", "b1")] == [2, 3, 1]
    (tmp_path / "work" / "go").touch()
    assert ended(runner, "a2").state is JobState.DONE
    assert begun(tmp_path / "work") == ["first", "b1", "a1", "a2"]


def test_a_record_carries_progress_and_result_and_the_key_can_be_used_again(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job"))
    first = ended(runner, "job")
    assert (first.progress, first.result, first.problem) == ({"step": 1}, {"word": "job"}, None)
    assert first.seconds >= 0
    again = runner.submit(asked("job", arguments={"word": "other"}))
    assert again.state in (JobState.WAITING, JobState.RUNNING)
    assert ended(runner, "job").result == {"word": "other"}
    assert runner.look("never") is None


def test_one_whose_end_only_its_worker_has_written_down_can_be_submitted_again(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job"))
    until(lambda: runner.look("job").state is not JobState.WAITING)
    runner.close()  # nobody settles it now
    assert ended(runner, "job").state is JobState.DONE
    assert runner.submit(asked("job")).state is JobState.WAITING


def test_one_that_waits_or_runs_is_not_begun_twice(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    for _ in range(3):
        runner.submit(asked("job", "until_allowed"))
    until(lambda: begun(tmp_path / "work"))
    assert runner.submit(asked("job", "until_allowed")).state is JobState.RUNNING
    (tmp_path / "work" / "go").touch()
    ended(runner, "job")
    assert begun(tmp_path / "work") == ["job"]


def test_a_restart_finds_those_that_run_and_those_that_wait(
    open_runner: Any, asked: Any, tmp_path: Path, url: str
) -> None:
    before = open_runner()
    for key in ("runs", "waits", "waits too"):
        before.submit(asked(key, "until_allowed"))
    until(lambda: before.look("runs").progress)
    before.close()
    other = open_database(url)
    after = LocalJobRunner(other, tmp_path / "jobs", {})
    assert after.look("runs").state is JobState.RUNNING
    assert [after.look(key).place for key in ("waits", "waits too")] == [1, 2]
    (tmp_path / "work" / "go").touch()
    assert ended(after, "waits too").state is JobState.DONE
    assert begun(tmp_path / "work") == ["runs", "waits", "waits", "too"]
    after.close()
    other.close()


def test_one_whose_server_died_before_the_worker_began_is_begun_again(
    open_runner: Any, asked: Any, database: Database
) -> None:
    line = JobLine(database, utc_now)
    line.put(asked("job"))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert line.begin_next(Lane.TRAINING, 1, f"{platform.node()}/{gone.pid}/0.00") is not None
    assert ended(open_runner(), "job").state is JobState.DONE


def test_cancelling_one_that_waits_shows_at_the_next_look(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    runner.submit(asked("runs", "until_allowed"))
    until(lambda: begun(tmp_path / "work"))
    runner.submit(asked("waits"))
    runner.cancel("waits")
    assert runner.look("waits").state is JobState.CANCELLED
    (tmp_path / "work" / "go").touch()
    ended(runner, "runs")
    assert begun(tmp_path / "work") == ["runs"]


def test_cancelling_one_that_runs_shows_at_the_next_look(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job", "until_allowed"))
    until(lambda: runner.look("job").progress)
    runner.cancel("job")
    assert runner.look("job").stopping
    record = ended(runner, "job")
    assert (record.state, record.result) == (JobState.CANCELLED, {"kept": "job"})
    runner.cancel("job")
    runner.cancel("never")
    assert runner.look("job") == record


def test_one_that_does_not_stop_is_killed_with_all_it_started(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job", "stubborn", grace_seconds=0.2))
    pids = until(lambda: runner.look("job").progress.get("pids"))
    runner.cancel("job")
    assert ended(runner, "job").state is JobState.CANCELLED
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


@pytest.mark.parametrize("keeps", [False, True])
def test_a_stop_before_there_is_anything_to_keep_ends_the_job_at_once_and_takes_its_folder_away(
    open_runner: Any, asked: Any, tmp_path: Path, keeps: bool
) -> None:
    runner, grace = open_runner(), {"grace_seconds": 600.0, "early_grace_seconds": 0.0}
    request = asked("job", "deaf", arguments={"keeps": keeps}, **grace).model_copy(update={"discard": True})
    runner.submit(request)
    pid = until(lambda: runner.look("job").progress.get("pid"))
    runner.cancel("job")
    if keeps:
        psutil.Process(pid).kill()  # ten minutes are too long for a test
    assert ended(runner, "job").state is JobState.CANCELLED
    assert (tmp_path / "work").exists() is keeps


def test_a_stop_takes_away_the_folder_of_a_job_that_waits_or_that_sees_it_itself(
    open_runner: Any, asked: Any, tmp_path: Path
) -> None:
    runner = open_runner()
    waits, runs = tmp_path / "waits", tmp_path / "runs"
    for folder, key in ((runs, "runs"), (waits, "waits")):
        folder.mkdir()
        (folder / "input").touch()
        request = asked(key, "until_allowed").model_copy(update={"folder": str(folder), "discard": True})
        runner.submit(request)
    until(lambda: runner.look("runs").progress)
    runner.cancel("waits")
    assert not waits.exists()
    runner.cancel("runs")
    ended(runner, "runs")
    assert not runs.exists()


def test_one_that_waits_says_how_many_run_and_when_its_turn_comes(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    for number, seconds in enumerate((50.0, 20.0, None)):
        request = asked(f"job-{number}", "until_allowed").model_copy(update={"expected_seconds": seconds})
        runner.submit(request)
    until(lambda: runner.look("job-0").progress)
    second, third = (runner.look(f"job-{number}") for number in (1, 2))
    assert (second.place, second.running, third.place, third.running) == (1, 1, 2, 1)
    assert 0 <= second.starts_in <= 50
    assert third.starts_in == pytest.approx(second.starts_in + 20, abs=5)
    (tmp_path / "work" / "go").touch()


@pytest.mark.parametrize(
    ("running", "ahead", "capacity", "seconds"),
    [
        ([], [], 1, 0.0),
        ([30.0], [], 1, 30.0),
        ([30.0], [10.0, 5.0], 1, 45.0),
        ([30.0, 8.0], [10.0], 2, 18.0),
        ([30.0], [10.0], 2, 10.0),
        ([None], [], 1, None),
        ([30.0], [None], 1, None),
    ],
)
def test_the_time_until_ones_turn(
    running: list[float | None], ahead: list[float | None], capacity: int, seconds: float | None
) -> None:
    assert seconds_until_turn(running, ahead, capacity) == seconds


def test_a_limit_of_time_ends_a_job_with_a_sentence(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job", "stubborn", seconds=3.0))
    record = ended(runner, "job")
    assert record.state is JobState.FAILED
    assert record.problem is not None
    assert "3 seconds" in record.problem.evidence
    until(lambda: not any(psutil.pid_exists(pid) for pid in record.progress.get("pids", [])))


@pytest.mark.parametrize(("task", "taken"), [("hungry", 2e9), ("hungry_together", 150e6)])
def test_a_limit_of_memory_ends_a_job_with_a_sentence(open_runner: Any, asked: Any, task: str, taken: float) -> None:
    runner = open_runner()
    runner.submit(asked("job", task, memory_bytes=250_000_000, arguments={"bytes": taken}))
    record = ended(runner, "job")
    assert record.state is JobState.FAILED
    assert record.problem is not None
    assert (record.problem.what, record.problem.evidence) == ("The memory did not suffice.", "It may use 250 MB.")


def test_a_worker_that_was_killed_is_told_as_failed_and_what_it_started_ends(open_runner: Any, asked: Any) -> None:
    runner = open_runner()
    runner.submit(asked("job", "hungry_together", arguments={"bytes": 1_000}))
    worker = until(lambda: _worker_of(runner, "job"))
    children = until(lambda: len(found := worker.children()) == 2 and found)
    worker.kill()
    record = ended(runner, "job")
    assert record.state is JobState.FAILED
    assert record.problem is not None
    assert record.problem.what == "The work ended without a word."
    until(lambda: not any(child.is_running() for child in children))


def _worker_of(runner: LocalJobRunner, key: str) -> psutil.Process | None:
    for process in psutil.Process().children():
        if "assistant.submission.jobs.worker" in process.cmdline():
            return process
    return None


@pytest.mark.parametrize(
    ("task", "what", "evidence"),
    [
        ("refused", "The table is empty.", "It has 0 rows."),
        ("broken", "The work stopped on an error that was not foreseen.", "KeyError: 'nobody thought of this'"),
        ("missing", "The work stopped on an error that was not foreseen.", "AttributeError"),
    ],
)
def test_what_goes_wrong_in_a_task_is_told_in_sentences(
    open_runner: Any, asked: Any, tmp_path: Path, task: str, what: str, evidence: str
) -> None:
    for runner in (open_runner(), InlineJobRunner()):
        runner.submit(asked("job", task))
        record = ended(runner, "job")
        assert record.state is JobState.FAILED
        assert record.problem is not None
        assert record.problem.what == what
        assert evidence in record.problem.evidence
    logs = [log.read_text() for log in (tmp_path / "jobs").glob("*/log.txt")]
    assert any("Traceback" in log for log in logs) == (task != "refused")


def test_the_files_of_an_attempt_go_and_a_failed_ones_log_stays_until_the_next(
    open_runner: Any, asked: Any, tmp_path: Path
) -> None:
    runner, folder = open_runner(), tmp_path / "jobs"
    runner.submit(asked("job", "broken"))
    ended(runner, "job")
    assert len(list(folder.glob("*/log.txt"))) == 1
    runner.submit(asked("job"))
    assert ended(runner, "job").state is JobState.DONE
    until(lambda: not list(folder.iterdir()))


def test_no_secret_reaches_the_worker(open_runner: Any, asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ASSISTANT_SMTP_PASSWORD",
        "ASSISTANT_SECRET",
        "HF_TOKEN",
        "ASSISTANT_KAGGLE",
        "ASSISTANT_DATABASE",
        "api_key",
    ):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("HARMLESS", "shown")
    runner = open_runner()
    runner.submit(asked("job", "environment"))
    names = ended(runner, "job").result["names"]
    assert "HARMLESS" in names
    assert [name for name in names if name.startswith("ASSISTANT_") or name in ("HF_TOKEN", "api_key")] == []


def test_looking_writes_nothing(open_runner: Any, asked: Any, database: Database, tmp_path: Path) -> None:
    runner = open_runner()
    runner.submit(asked("runs", "until_allowed"))
    runner.submit(asked("waits"))
    until(lambda: runner.look("runs").progress)
    runner.close()  # the dispatcher may write; looking may not
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: statements.append(call[2].upper()))

    def files() -> dict[Path, tuple[int, int]]:
        kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in kept}

    before = files()
    assert [runner.look(key).state for key in ("runs", "waits")] == [JobState.RUNNING, JobState.WAITING]
    assert files() == before
    assert statements
    assert all(statement.lstrip().startswith(("SELECT", "BEGIN")) for statement in statements)
    assert "BEGIN IMMEDIATE" not in statements
    (tmp_path / "work" / "go").touch()


def test_two_runners_on_one_database_run_no_job_twice(open_runner: Any, asked: Any, tmp_path: Path, url: str) -> None:
    databases = [open_database(url) for _ in range(3)]
    runners = [LocalJobRunner(own, tmp_path / "jobs", {Lane.TRAINING: 2}) for own in databases]
    keys = [f"job-{number}" for number in range(8)]
    for number, key in enumerate(keys):
        runners[number % 3].submit(asked(key, "until_allowed"))
    until(lambda: [runner.look(key) for runner in runners for key in keys] and len(begun(tmp_path / "work")) == 2)
    states = [runner.look(key).state for runner, key in zip(runners, keys, strict=False)]  # type: ignore[union-attr]
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.WAITING]
    (tmp_path / "work" / "go").touch()
    for key in keys:
        assert ended(runners[0], key).state is JobState.DONE
    assert sorted(begun(tmp_path / "work")) == keys
    for runner, own in zip(runners, databases, strict=True):
        runner.close()
        own.close()


def test_a_lane_that_is_full_holds_up_no_other(open_runner: Any, asked: Any, tmp_path: Path) -> None:
    runner = open_runner()
    runner.submit(asked("training", "until_allowed"))
    until(lambda: begun(tmp_path / "work"))
    runner.submit(asked("reading", lane=Lane.READING))
    assert ended(runner, "reading").state is JobState.DONE
    assert runner.look("training").state is JobState.RUNNING
    (tmp_path / "work" / "go").touch()


def test_in_this_process_a_job_has_ended_when_it_was_submitted(asked: Any, tmp_path: Path) -> None:
    runner = InlineJobRunner()
    record = runner.submit(asked("job"))
    assert (record.state, record.result, record.progress) == (JobState.DONE, {"word": "job"}, {"step": 1})
    assert runner.look("job") == record
    assert runner.look("never") is None
    thread = threading.Thread(target=runner.submit, args=(asked("long", "until_allowed"),))
    thread.start()
    until(lambda: (found := runner.look("long")) is not None and found.progress)
    assert runner.submit(asked("long", "until_allowed")).state is JobState.RUNNING
    runner.cancel("long")
    thread.join()
    found = runner.look("long")
    assert found is not None
    assert found.state is JobState.CANCELLED
    runner.close()
