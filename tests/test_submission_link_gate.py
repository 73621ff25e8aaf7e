"""The one answer about a Colab link: the same at Colab, on Submit, in the mail and when it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import nbformat
import pytest

from assistant.errors import DeliveryError
from assistant.findings import Level, State
from assistant.notebook.link_answer import LinkState
from assistant.submission import dataset_choice as dataset
from assistant.submission.colab_link import PasteColabLink, ask_links, check_link, current_check
from assistant.submission.draft import Draft, TrainingChoice
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.sending import blocking_links, send
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.submit_findings import link_finding
from assistant.submission.training_runs import SetTraining, start_training
from tests.sessions import NOW, AlterDraft, alter, new_session

ID = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
DRIVE = f"https://colab.research.google.com/drive/{ID}"
PUBLIC = {"Location": f"https://drive.usercontent.google.com/download?id={ID}"}
SIGN_IN = {"Location": "https://accounts.google.com/ServiceLogin"}
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Draft]:
    session = new_session(tmp_path_factory.mktemp("gate"))
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(session, 1, "sunspots")
    session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=6)))
    start_training(session, 1)
    start_notebook(session, 1)
    session.apply(PasteColabLink(project=1, text=DRIVE))
    return session, session.snapshot.draft


@pytest.fixture
def session(made: tuple[Session, Draft]) -> Iterator[Session]:
    session, draft = made
    yield session
    session.refresh()
    session.apply(AlterDraft(to=lambda _: draft))


def answering(session: Session, answer: Answer, moment: datetime = NOW) -> Session:
    """Return the session of a server that gets this answer from wherever the notebook lies."""

    def client() -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(answer))

    return Session(replace(session.services, link_client=client, clock=lambda: moment), session.owner)


def drive_with(content: bytes) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "drive.google.com":
            return httpx.Response(303, headers=PUBLIC)
        return httpx.Response(200, content=iter([content]))

    return answer


def private(_: httpx.Request) -> httpx.Response:
    return httpx.Response(302, headers=SIGN_IN)


def own_notebook(session: Session) -> bytes:
    file = session.snapshot.project(1).notebook_file
    assert file is not None
    return file.read_bytes()


def changed(content: bytes, change: Callable[[nbformat.NotebookNode], None]) -> bytes:
    document = nbformat.reads(content.decode(), as_version=4)
    change(document)
    return nbformat.writes(document).encode()


def without_mark(document: nbformat.NotebookNode) -> None:
    del document.metadata["submission_assistant"]


def of_run(run: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(document: nbformat.NotebookNode) -> None:
        document.metadata["submission_assistant"]["run"] = run

    return change


def with_other_scores(document: nbformat.NotebookNode) -> None:
    for cell in document.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stdout" and "SCORES " in output["text"]:
                head, _, line = output["text"].partition("SCORES ")
                scores = json.loads(line.splitlines()[0])
                scores["naive"]["mae"] *= 1.5
                output["text"] = f"{head}SCORES {json.dumps(scores)}\n"


def without_outputs(document: nbformat.NotebookNode) -> None:
    for cell in document.cells:
        if cell.cell_type == "code":
            cell.outputs = []


def as_uploaded(document: nbformat.NotebookNode) -> None:
    document.metadata["colab"] = {"provenance": [], "name": "Copy of forecast.ipynb"}


def empty(document: nbformat.NotebookNode) -> None:
    document.cells = []


def of_somebody(document: nbformat.NotebookNode) -> None:
    without_mark(document)
    document.cells = [nbformat.v4.new_code_cell("print(1)")]


INSIDE = [
    (lambda document: None, LinkState.OPEN, Level.FINE, "the notebook of this training"),
    (as_uploaded, LinkState.OPEN, Level.FINE, "the notebook of this training"),
    (without_outputs, LinkState.OPEN, Level.FINE, "the notebook of this training"),
    (without_mark, LinkState.OPEN, Level.FINE, "the notebook of this training"),
    (of_run("another"), LinkState.OTHER_TRAINING, Level.BLOCK, "of another training"),
    (of_run("of project 2"), LinkState.OTHER, Level.BLOCK, "notebook of project 2"),
    (with_other_scores, LinkState.OTHER_TRAINING, Level.BLOCK, "other scores than the report"),
    (empty, LinkState.OTHER, Level.BLOCK, "an empty notebook"),
    (of_somebody, LinkState.OTHER, Level.WARN, "was not made here"),
]


@pytest.mark.parametrize(
    ("change", "state", "level", "words"), INSIDE, ids=[words + str(n) for n, (*_, words) in enumerate(INSIDE)]
)
def test_what_is_fetched_is_compared(session: Session, change, state: LinkState, level: Level, words: str) -> None:
    run = session.snapshot.draft.project(1).run
    assert run is not None
    alter(session, 2, run=run.model_copy(update={"id": "of project 2"}))
    asking = answering(session, drive_with(changed(own_notebook(session), change)))
    check_link(asking, 1)
    check = current_check(asking.snapshot.project(1))
    assert check is not None
    assert (check.state, check.finding.level, check.asked) == (state, level, NOW)
    assert words in check.finding.what
    assert asking.snapshot.statuses[1, "colab"].state.is_done == (state is LinkState.OPEN)


OUTSIDE: list[tuple[Answer, LinkState]] = [
    (private, LinkState.PRIVATE),
    (lambda _: httpx.Response(404), LinkState.MISSING),
    (lambda _: httpx.Response(429), LinkState.UNCHECKED),
    (lambda _: httpx.Response(303, headers={"Location": "https://www.google.com/sorry"}), LinkState.UNCHECKED),
    (drive_with(b"%PDF"), LinkState.OTHER),
    (drive_with(b"<html>too large to scan</html>"), LinkState.UNCHECKED),
    (drive_with(b'{"nbformat": 4, "cells": 3}'), LinkState.UNCHECKED),
]


@pytest.mark.parametrize(("answer", "state"), OUTSIDE)
def test_every_place_says_the_same(session: Session, answer: Answer, state: LinkState) -> None:
    asking = answering(session, answer)
    ask_links(asking)
    project = asking.snapshot.project(1)
    said = link_finding(project)
    assert said in asking.snapshot.findings
    assert said.level is (Level.UNCHECKED if state is LinkState.UNCHECKED else Level.BLOCK)
    status = asking.snapshot.statuses[1, "colab"]
    assert status.state is (State.UNCHECKED if state is LinkState.UNCHECKED else State.WRONG)
    assert status.state.sign != "✓"
    assert "Asked 2022-12-24 23:30:00 Asia/Kolkata." in said.what + said.evidence
    package = make_package(asking)
    entry = package.bundle.manifest.projects[0]
    assert entry.link is not None
    assert entry.link.state is state
    assert package.mail is not None
    [line] = [line for line in package.mail.body.splitlines() if line.strip().startswith("Opens")]
    assert "yes, to everybody" not in line
    assert ("not known" in line) == (state is LinkState.UNCHECKED)


def test_it_is_asked_again_right_before_sending_and_what_changed_is_not_sent(session: Session) -> None:
    open_now = answering(session, drive_with(own_notebook(session)))
    ask_links(open_now)
    assert "yes, to everybody (asked 2022-12-24" in make_package(open_now).mail.body  # type: ignore[union-attr]
    closed = answering(session, private, NOW + timedelta(hours=1))
    with pytest.raises(DeliveryError, match="has changed"):
        send(closed, True, although=True)
    assert blocking_links(closed.snapshot)
    assert closed.snapshot.deliveries == ()
    make_package(closed)
    with pytest.raises(DeliveryError, match="private"):
        send(closed, True)
    assert "NOT SENT" in send(closed, True, although=True).sentence


def test_that_it_cannot_be_checked_now_takes_nothing_away_and_blocks_nothing(session: Session) -> None:
    ask_links(answering(session, drive_with(own_notebook(session))))
    away = answering(session, lambda _: httpx.Response(503), NOW + timedelta(days=2))
    ask_links(away)
    check = current_check(away.snapshot.project(1))
    assert check is not None
    assert (check.state, check.asked) == (LinkState.OPEN, NOW)


def test_an_answer_holds_for_its_link_and_its_training_alone(session: Session) -> None:
    ask_links(answering(session, drive_with(own_notebook(session))))
    session.refresh()
    assert current_check(session.snapshot.project(1)) is not None
    session.apply(PasteColabLink(project=1, text=DRIVE.replace("1aBc", "1zZz")))
    assert current_check(session.snapshot.project(1)) is None
    session.apply(PasteColabLink(project=1, text=f"[x]({DRIVE}?usp=sharing)"))
    assert current_check(session.snapshot.project(1)) is not None
    check = session.snapshot.draft.project(1).link_check
    assert check is not None
    alter(session, 1, link_check=check.model_copy(update={"run_id": "an earlier one"}))
    assert current_check(session.snapshot.project(1)) is None


def test_a_link_that_now_leads_to_the_new_notebook_is_no_longer_one_of_an_earlier_training(session: Session) -> None:
    alter(session, 1, linked_run="earlier")
    assert session.snapshot.statuses[1, "colab"].state is State.OUTDATED
    asking = answering(session, drive_with(own_notebook(session)))
    ask_links(asking)
    assert asking.snapshot.statuses[1, "colab"].state is State.DONE
