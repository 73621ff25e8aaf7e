"""The press: work that must not make the server large is done in a child process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from assistant.errors import ReportError
from assistant.submission.worker_pool import ChildPress, in_this_process


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


@pytest.fixture
def press() -> Iterator[ChildPress]:
    made = ChildPress()
    yield made
    made.close()


def test_the_work_is_done_in_one_other_process(press: ChildPress) -> None:
    assert press(whose_process) != os.getpid()
    assert press(whose_process) == press(whose_process)


def test_what_goes_wrong_there_is_told_here(press: ChildPress) -> None:
    with pytest.raises(ReportError) as told:
        press(fail)
    assert told.value.as_dict() == {"what": "It cannot be set.", "evidence": "The text is missing.", "fix": "Write it."}


def test_a_press_that_was_killed_is_started_again(press: ChildPress, tmp_path) -> None:
    assert press(end_the_process, str(tmp_path / "already")) not in (0, os.getpid())


def test_a_command_does_the_work_itself() -> None:
    assert in_this_process(whose_process) == os.getpid()
