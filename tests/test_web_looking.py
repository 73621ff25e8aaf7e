"""Looking writes nothing, an event loads the draft once, and every link that a page offers leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.delivery.deliver import ID_LETTERS
from assistant.submission import dataset_choice as dataset
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.database import DeliveryRow
from assistant.submission.draft import TrainingChoice
from assistant.submission.draft_store import DraftStore
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.sending import send
from assistant.submission.session import Session
from assistant.submission.status import PROJECT_STEPS
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from assistant.web.app import build_app
from assistant.web.identity import COOKIE, Identity
from tests.sessions import new_session
from tests.web_pages import OpenPages, laid_out, watched

LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
PLACES = [(None, "start"), *((1, step) for step in PROJECT_STEPS), (2, "dataset"), (2, "report"), (None, "submit")]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session with one project that is trained, has its notebook, was packaged and put in the outbox."""
    made = new_session(tmp_path_factory.mktemp("looking") / "workspace")
    made.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(made, 1, "sunspots")
    made.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=6)))
    start_training(made, 1)
    start_notebook(made, 1)
    made.apply(PasteColabLink(project=1, text=LINK))
    make_package(made)
    send(made, True)
    return made


@pytest.fixture(scope="module")
def pages(session: Session) -> OpenPages:
    return OpenPages(session)


@pytest.mark.parametrize(("project", "step"), PLACES)
def test_opening_a_page_writes_no_file_and_makes_no_transaction(
    pages: OpenPages, session: Session, project: int | None, step: str
) -> None:
    with watched(session) as written:
        shown = pages.open(project, step)
    assert shown
    assert [
        statement for statement in written if statement.strip().upper() not in ("BEGIN", "COMMIT", "ROLLBACK")
    ] == []


@pytest.mark.parametrize(("project", "step"), PLACES)
def test_opening_a_page_loads_the_draft_once(
    pages: OpenPages, project: int | None, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = counted_loads(monkeypatch)
    pages.open(project, step)
    assert len(loads) == 1


def counted_loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    loads: list[str] = []
    load = DraftStore.load

    def counted(store: DraftStore, owner: str):
        loads.append(owner)
        return load(store, owner)

    monkeypatch.setattr(DraftStore, "load", counted)
    return loads


@pytest.mark.parametrize(
    ("element", "event", "value"),
    [
        ("student-registration", "change", "R-7"),
        ("p2-dataset-title", "change", "Spots"),
        ("p1-colab-link", "change", f"{LINK}#x"),
    ],
)
def test_a_saved_word_loads_the_draft_once(
    pages: OpenPages, session: Session, element: str, event: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.refresh()
    loads = counted_loads(monkeypatch)
    pages.fire(pages.component(element), event, value)
    # A change is followed by events that show what follows from it: each is an event of its own.
    assert len(loads) == 1


def test_every_link_and_every_download_that_a_page_offers_is_there(pages: OpenPages, session: Session) -> None:
    client = TestClient(laid_out(lambda: build_app(session.services)))
    identity = Identity(session.services.workspace.secret(), embedded=False)
    cookie = identity.header(session.owner).split(";")[0].partition("=")[2]
    offered: set[str] = set()
    places: set[str] = set()
    make_package(Session(session.services, session.owner))
    fresh = OpenPages(session)
    for project, step in PLACES:
        for update in fresh.open(project, step).values():
            text = update.get("value") if isinstance(update, dict) else update
            text = text if isinstance(text, str) else ""
            places |= set(re.findall(r'data-go="([^"]+)"', text)) | set(re.findall(r'href="\?at=([^"#]+)"', text))
            offered |= set(re.findall(r'(?:href|src)="(files/[^"]+)"', text))
    known = {f"p{number}-{step}" for number in (1, 2) for step in PROJECT_STEPS} | {"start", "submit"}
    assert places
    assert {place for place in places if not place.startswith("understand")} <= known
    assert any("receipt" in link for link in offered)
    assert any("message.eml" in link for link in offered)
    assert any("report.pdf" in link for link in offered)
    assert any("notebook.ipynb" in link for link in offered)
    assert any("bundle.zip" in link for link in offered)
    for link in sorted(offered):
        answer = client.get(f"/{link}", headers={"Cookie": f"{COOKIE}={cookie}"})
        assert answer.status_code == 200, link
        assert client.get(f"/{link}").status_code == 404, link


def test_a_receipt_of_every_letter_that_an_id_can_have_is_found(session: Session) -> None:
    client = TestClient(laid_out(lambda: build_app(session.services)))
    [sent] = session.snapshot.deliveries
    identity = Identity(session.services.workspace.secret(), embedded=False)
    cookie = identity.header(session.owner).split(";")[0].partition("=")[2]
    with session.services.ledger._database.writing() as rows:
        row = rows.get_one(DeliveryRow, sent.id)
        renamed = sent.model_copy(update={"id": ID_LETTERS})
        row.id, row.document = renamed.id, renamed.model_dump_json()
    answer = client.get(f"/files/receipt-{ID_LETTERS}.txt", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert answer.status_code == 200
    assert ID_LETTERS in answer.text


def test_nothing_of_a_student_lies_where_the_server_started(session: Session) -> None:
    assert not (Path.cwd() / "students").exists()
    assert session.services.workspace.root.is_dir()
