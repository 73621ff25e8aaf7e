"""What is typed while a press is being answered stays, and is not put back to what the store held before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.submission import dataset_choice as dataset
from assistant.submission.session import Session
from assistant.web.gradio_internals import NOTHING, parts
from tests.sessions import new_session
from tests.web_pages import OpenPages

SECONDS = 60


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = new_session(tmp_path / "workspace")
    dataset.choose_ready(made, 1, "sunspots")
    return made


@pytest.fixture
def pages(session: Session) -> OpenPages:
    opened = OpenPages(session)
    opened.open(1, "dataset")
    return opened


def test_a_number_that_is_refused_stays_to_be_corrected(session: Session, pages: OpenPages) -> None:
    choice = session.snapshot.project(1).chosen_dataset
    assert choice.roles is not None
    roles = [list(choice.roles.time), choice.roles.target, list(choice.roles.features)]
    [answer] = pages.fire(pages.component("p1-dataset-apply"), "click", *roles, 0, choice.unit)
    assert "0 steps were given" in str(answer)
    assert pages.component("p1-dataset-horizon") not in answer


@pytest.mark.parametrize("given", [0, 5], ids=["refused", "taken"])
def test_a_number_typed_while_the_one_before_is_answered_is_not_put_back(
    session: Session, pages: OpenPages, given: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = session.snapshot.project(1).chosen_dataset
    assert choice.roles is not None
    roles = [list(choice.roles.time), choice.roles.target, list(choice.roles.features)]
    keep = dataset.set_roles
    pressed, typed, answered = threading.Event(), threading.Event(), threading.Event()

    def in_turn(session_: object, number: int, roles_: object, horizon: float, unit: str, **options: bool) -> None:
        if horizon == given:
            pressed.set()
            assert typed.wait(SECONDS)
        else:
            typed.set()
            assert answered.wait(SECONDS)
        keep(session_, number, roles_, horizon, unit, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(dataset, "set_roles", in_turn)
    apply, horizon = pages.component("p1-dataset-apply"), pages.component("p1-dataset-horizon")
    with ThreadPoolExecutor(2) as browser:
        press = browser.submit(pages.fire, apply, "click", *roles, given, choice.unit)
        assert pressed.wait(SECONDS)
        leave = browser.submit(pages.fire, horizon, "blur", *roles, 4, choice.unit)
        [answer] = press.result()
        answered.set()
        leave.result()
    assert horizon not in answer or parts(answer[horizon])[1] is NOTHING
    assert session.refresh().project(1).chosen_dataset.horizon == 4
