"""What the wizard's handlers and the command line do with a submission, without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.brief import Timing
from assistant.bundle.verify import verify
from assistant.dataset.series import Roles
from assistant.delivery.delivery_record import DeliveryStatus
from assistant.errors import BriefError, DatasetError, DeliveryError, NotebookError, TrainingError
from assistant.findings import State
from assistant.submission import dataset_choice as dataset
from assistant.submission import report_building, training_runs
from assistant.submission.chart_choices import CaptionChart, ConfirmChart
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.dataset_commands import DescribeProject, DescribeSource, ShareDataset
from assistant.submission.dataset_download import start_download
from assistant.submission.draft import TrainingChoice
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.report_commands import RestoreDraft, WriteSection
from assistant.submission.sending import receipt, send, shown_deliveries
from assistant.submission.session import Session
from assistant.submission.status import link_status
from assistant.submission.student_commands import IntroduceStudent, SetOwnRules
from assistant.submission.submit_findings import time_left, value_findings
from assistant.submission.training_runs import SetTraining, SetTrainingNumber
from assistant.submission.workspace import new_owner
from tests.sessions import AlterDraft, alter, draft_of, new_session, services_in

LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


@pytest.mark.parametrize("below", ["file", "file/x"])
def test_a_workspace_that_is_no_folder_is_refused_with_its_variable(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BriefError, match="ASSISTANT_WORKSPACE = ") as caught:
        services_in(tmp_path / below)
    assert str(tmp_path / below) in str(caught.value)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return new_session(tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session with one project that is trained and has its notebook; tests change other fields of it."""
    made = new_session(tmp_path_factory.mktemp("trained"))
    made.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(made, 1, "sunspots")
    made.apply(SetTraining(project=1, choice=TrainingChoice(epochs=3, members=1, units=8)))
    training_runs.start_training(made, 1)
    start_notebook(made, 1)
    return made


def test_a_ready_project_brings_its_title_question_roles_and_licence(session: Session) -> None:
    dataset.choose_ready(session, 1, "co2")
    project = draft_of(session, 1)
    assert project.title == "Carbon dioxide at Mauna Loa"
    assert project.dataset is not None
    assert project.dataset.roles is not None
    assert project.dataset.roles.target == "co2"
    assert project.dataset.source.licence
    assert session.snapshot.project(1).series.horizon == 13


def test_a_title_that_was_typed_stays_when_another_dataset_is_chosen(session: Session) -> None:
    session.apply(DescribeProject(project=1, title="My own title"))
    dataset.choose_ready(session, 1, "co2")
    assert draft_of(session, 1).title == "My own title"


def test_a_title_that_came_with_a_dataset_goes_with_it(session: Session) -> None:
    dataset.choose_ready(session, 1, "co2")
    dataset.choose_ready(session, 1, "sunspots")
    assert draft_of(session, 1).title == "Sunspots since 1700"
    table = session.snapshot.project(1).table
    assert table is not None
    assert table.name == "sunspots.csv"


def test_an_uploaded_table_is_moved_into_the_students_folder(session: Session, tmp_path: Path) -> None:
    upload = tmp_path / "my data.csv"
    upload.write_text(
        "day,level\n" + "".join(f"2024-{1 + i // 28:02}-{1 + i % 28:02},{i % 7 + i / 9:.2f}\n" for i in range(300))
    )
    dataset.take_upload(session, 2, str(upload))
    choice = draft_of(session, 2).dataset
    assert choice is not None
    assert choice.source.kind == "upload"
    table = session.snapshot.project(2).table
    assert table is not None
    assert table.is_file()


def test_a_target_that_is_no_number_is_explained_and_the_choice_is_kept(session: Session) -> None:
    dataset.choose_ready(session, 1, "seattle-weather")
    dataset.set_roles(session, 1, Roles(target="weather", time=("date",)), 7)
    with pytest.raises(DatasetError, match="weather"):
        assert session.snapshot.project(1).series
    choice = draft_of(session, 1).dataset
    assert choice is not None
    assert choice.series_sha256 is None
    assert choice.roles is not None
    assert choice.roles.target == "weather"
    with pytest.raises(TrainingError, match="nothing to train on"):
        training_runs.start_training(session, 1)


def test_a_horizon_longer_than_the_test_part_is_explained(session: Session) -> None:
    dataset.choose_ready(session, 1, "sunspots")
    dataset.set_roles(session, 1, Roles(target="SUNACTIVITY", time=("YEAR",)), 300)
    with pytest.raises(DatasetError):
        assert session.snapshot.project(1).series


@pytest.mark.parametrize("text", ["", "   "])
def test_fetching_without_a_link_asks_for_one(session: Session, text: str) -> None:
    with pytest.raises(DatasetError, match="no link"):
        start_download(session, 1, text)


def test_training_again_with_the_same_settings_gives_the_same_run(trained: Session) -> None:
    before = draft_of(trained, 1).run
    training_runs.start_training(trained, 1)
    assert draft_of(trained, 1).run == before
    assert len(draft_of(trained, 1).runs) == 1


def test_another_seed_is_another_run_and_the_student_picks_which_one_counts(trained: Session) -> None:
    first = draft_of(trained, 1).run
    training_runs.start_again(trained, 1)
    second = draft_of(trained, 1).run
    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert draft_of(trained, 1).training.seed == 1
    assert [run.settings.seed for _, run in training_runs.finished_runs(trained.snapshot.project(1))] == [0, 1]
    trained.apply(training_runs.ChooseRun(project=1, run_id=first.id))
    assert draft_of(trained, 1).run == first
    trained.apply(SetTrainingNumber(project=1, setting="seed", value=0))


def test_settings_that_are_left_empty_are_left_to_the_rules(session: Session) -> None:
    for setting in ("units", "members", "seed"):
        session.apply(
            SetTrainingNumber(project=1, setting=setting, value=float("nan") if setting == "members" else None)
        )
    choice = draft_of(session, 1).training
    assert (choice.units, choice.members, choice.seed) == (None, None, 0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("units", 0, "Units"), ("epochs", -3, "Epochs"), ("members", 17, "Networks"), ("context", 1, "look back"), ("seed", -1, "Seed")],
)  # fmt: skip
def test_a_number_that_cannot_be_right_is_refused_with_its_name(
    session: Session, name: training_runs.Setting, value: int, said: str
) -> None:
    with pytest.raises(TrainingError, match=said):
        session.apply(SetTrainingNumber(project=1, setting=name, value=value))
    assert getattr(draft_of(session, 1).training, name) in (None, 0)


@pytest.mark.parametrize("horizon", [0, -3, 1e300])
def test_a_number_of_steps_that_cannot_be_is_refused_and_the_roles_stay(session: Session, horizon: float) -> None:
    dataset.choose_ready(session, 1, "sunspots")
    before = draft_of(session, 1).dataset
    with pytest.raises(DatasetError, match="steps"):
        dataset.set_roles(session, 1, Roles(target="SUNACTIVITY", time=("YEAR",)), horizon)
    assert draft_of(session, 1).dataset == before


def test_leaving_a_field_prepares_the_series_again_only_when_it_holds_something_else(session: Session) -> None:
    dataset.choose_ready(session, 1, "sunspots")
    before = draft_of(session, 1).dataset
    assert before is not None
    assert before.roles is not None
    dataset.set_roles(session, 1, before.roles, before.horizon, before.unit, anew=False)
    assert draft_of(session, 1).dataset == before
    dataset.set_roles(session, 1, before.roles, before.horizon, "spots", anew=False)
    after = draft_of(session, 1).dataset
    assert after is not None
    assert after.unit == "spots"


def test_a_chart_counts_as_checked_only_for_the_run_it_showed(trained: Session) -> None:
    trained.apply(ConfirmChart(project=1, chart="series", checked=True))
    assert trained.snapshot.project(1).charts[0].checked
    run = draft_of(trained, 1).run
    choice = draft_of(trained, 1).charts["series"]
    assert choice.checked_run == (run.id if run else None)
    trained.apply(ConfirmChart(project=1, chart="series", checked=False))
    assert not trained.snapshot.project(1).charts[0].checked


def test_the_charts_own_caption_is_not_taken_for_the_students(trained: Session) -> None:
    own = trained.snapshot.project(1).charts[0].chart.caption
    trained.apply(CaptionChart(project=1, chart="series", caption=own))
    assert draft_of(trained, 1).charts["series"].caption is None
    trained.apply(CaptionChart(project=1, chart="series", caption="What I see"))
    assert trained.snapshot.project(1).charts[0].caption == "What I see"
    trained.apply(CaptionChart(project=1, chart="series", caption="  "))
    assert trained.snapshot.project(1).charts[0].caption == own


def test_the_report_is_another_one_when_something_in_it_changed(trained: Session) -> None:
    first = trained.snapshot.project(1).report()
    assert trained.snapshot.project(1).report() is first
    trained.apply(IntroduceStudent(name="Asha R. Rao"))
    assert trained.snapshot.project(1).known_report() is None
    assert trained.snapshot.project(1).report().sha256 != first.sha256
    trained.apply(IntroduceStudent(name="Asha Rao"))
    assert trained.snapshot.project(1).known_report() == first


def test_a_report_that_is_too_long_says_by_how_much(trained: Session) -> None:
    text = "This sentence is far too long for two pages. " * 400
    trained.apply(WriteSection(project=1, title="Introduction", text=text))
    built = report_building.keep(trained.snapshot.project(1))
    assert built.pages > built.limit
    assert "Introduction" in built.over
    assert "words" in built.over
    trained.apply(RestoreDraft(project=1, title="Introduction"))


def test_the_notebook_repeats_the_reports_scores(trained: Session) -> None:
    made = draft_of(trained, 1).notebook
    assert made is not None
    assert made.reproduced
    assert trained.snapshot.project(1).notebook_is_current


def test_a_notebook_with_values_that_are_not_passed_on_says_so(trained: Session) -> None:
    before = draft_of(trained, 1)
    trained.apply(ShareDataset(project=1, share="link"))
    assert not trained.snapshot.project(1).notebook_is_current  # it was made with the data inside
    assert before.notebook is not None
    now = trained.snapshot.project(1).notebook_inputs
    held = before.notebook.model_copy(update={"holds_values": True, "inputs_sha256": now})
    alter(trained, 1, notebook=held)
    [found] = value_findings(trained.snapshot.project(1))
    assert "SUNACTIVITY" in found.evidence
    assert found in trained.snapshot.findings
    alter(trained, 1, dataset=before.dataset, notebook=before.notebook)
    assert list(value_findings(trained.snapshot.project(1))) == []


def test_a_licence_typed_after_the_training_reaches_what_is_made_of_the_run(trained: Session) -> None:
    before = draft_of(trained, 1).dataset
    trained.apply(DescribeSource(project=1, licence="CC BY 4.0", url="https://sun.example/table"))
    found = trained.snapshot.project(1).material
    assert found is not None
    assert (found.series.source.licence, found.series.source.url) == ("CC BY 4.0", "https://sun.example/table")
    alter(trained, 1, dataset=before)


def test_a_notebook_without_a_training_cannot_be_made(session: Session) -> None:
    with pytest.raises(NotebookError, match="training"):
        start_notebook(session, 1)


def test_a_colab_link_is_kept_in_its_plain_form_and_a_wrong_one_as_typed(session: Session) -> None:
    session.apply(PasteColabLink(project=1, text=f" {LINK}?usp=sharing#x "))
    assert draft_of(session, 1).colab_link == LINK
    session.apply(PasteColabLink(project=2, text="colab.google"))
    assert draft_of(session, 2).colab_link == "colab.google"
    assert link_status(session.snapshot.project(2)).state is State.WRONG


def test_what_there_is_can_be_packaged_with_an_honest_list_of_what_is_missing(trained: Session) -> None:
    package = make_package(trained)
    assert verify(package.bundle.path, trained.snapshot.brief).manifest is not None
    assert "project 2: everything" in " ".join(package.missing) or any("project 2" in part for part in package.missing)
    assert package.mail is not None
    assert dict(package.mail.headers)["To"] == "support@internselite.com, akghsh.ece@gmail.com"
    assert dict(package.mail.headers)["Copy"] == "Asha Rao <asha@example.org>"


def test_the_link_to_the_notebook_of_an_earlier_training_is_not_handed_in(trained: Session) -> None:
    before = draft_of(trained, 1)
    assert before.run is not None
    assert before.notebook is not None
    assert before.dataset is not None

    def handed() -> str | None:
        return trained.snapshot.submission.projects[0].colab_url

    def said() -> str:
        return " ".join(str(finding) for finding in trained.snapshot.findings if finding.project == 1)

    trained.apply(PasteColabLink(project=1, text=LINK))
    assert handed() == LINK
    trained.apply(
        DescribeProject(project=1, title="Another title")
    )  # the notebook is out of date, but of this training
    assert handed() == LINK
    alter(trained, 1, dataset=before.dataset.model_copy(update={"series_sha256": "0" * 64}))
    assert handed() is None
    assert "The Colab link of project 1 leads to the notebook of an earlier training." in said()
    assert "project 1: Colab link" in make_package(trained).missing
    alter(trained, 1, dataset=before.dataset, notebook=before.notebook.model_copy(update={"run_id": "older"}))
    assert handed() is None
    alter(trained, 1, notebook=None)  # it was made elsewhere
    assert handed() == LINK
    # The notebook was made anew, and the link stayed as it was.
    alter(trained, 1, title=before.title, notebook=before.notebook, linked_run="older")
    assert handed() == LINK
    assert "was given for an earlier training" in said()
    assert link_status(trained.snapshot.project(1)).state is State.OUTDATED
    trained.apply(PasteColabLink(project=1, text=""))
    trained.apply(PasteColabLink(project=1, text=LINK))
    assert "earlier training" not in said()
    trained.apply(PasteColabLink(project=1, text=""))


def test_the_same_draft_is_packaged_to_the_same_bytes(trained: Session) -> None:
    assert make_package(trained).sha256 == make_package(trained).sha256


def test_a_change_after_packaging_is_noticed(trained: Session) -> None:
    make_package(trained)
    assert trained.snapshot.package is not None
    trained.apply(IntroduceStudent(registration="R-1"))
    assert trained.snapshot.package is None
    with pytest.raises(DeliveryError, match="changed"):
        send(trained, True)
    trained.apply(IntroduceStudent(registration=""))


def test_nothing_is_sent_before_the_student_confirms(trained: Session) -> None:
    make_package(trained)
    with pytest.raises(DeliveryError, match="confirm"):
        send(trained, False)
    assert shown_deliveries(trained.snapshot) == ()


def test_without_an_account_the_mail_goes_to_the_outbox_and_is_not_called_sent(trained: Session) -> None:
    make_package(trained)
    assert "NOT SENT" in send(trained, True).sentence
    [row, *_] = shown_deliveries(trained.snapshot)
    assert row.status == "outbox"
    assert all(one.status is not DeliveryStatus.ACCEPTED for one in trained.snapshot.deliveries)
    assert "OUTBOX" in receipt(trained.snapshot, row.id)
    assert list((trained.snapshot.folder / "outbox").glob("*.eml"))


def test_a_receipt_is_shown_to_its_own_student_only(trained: Session) -> None:
    make_package(trained)
    send(trained, True)
    [row, *_] = shown_deliveries(trained.snapshot)
    with pytest.raises(DeliveryError, match="no such receipt"):
        receipt(Session(trained.services, new_owner()).snapshot, row.id)


def test_a_students_own_deadline_and_recipients_hold_in_a_local_run(session: Session) -> None:
    session.apply(SetOwnRules(deadline="2022-12-01 12:00 Europe/Berlin", recipients="me@example.org, you@example.org"))
    assert session.snapshot.timing is Timing.LATE
    assert session.snapshot.brief.submission.recipients == ("me@example.org", "you@example.org")
    session.apply(SetOwnRules(deadline="", recipients=""))
    assert session.snapshot.brief == session.services.brief


@pytest.mark.parametrize(
    ("deadline", "recipients", "said"),
    [
        ("tomorrow", "", "deadline"),
        ("2026-01-01 12:00 Mars/Olympus", "", "zone"),
        ("", "me@example.org, nonsense", "nonsense"),
        ("", "me@example.org\nBcc: x@example.org", "line break"),
    ],
)
def test_a_wrong_deadline_or_recipient_is_explained(
    session: Session, deadline: str, recipients: str, said: str
) -> None:
    with pytest.raises(BriefError, match=said):
        session.apply(SetOwnRules(deadline=deadline, recipients=recipients))
    assert session.snapshot.brief == session.services.brief


def test_on_a_hosted_server_the_courses_rules_cannot_be_changed(tmp_path: Path) -> None:
    session = new_session(tmp_path, hosted=True)
    with pytest.raises(BriefError, match="hosted"):
        session.apply(SetOwnRules(deadline="2030-01-01 12:00 Europe/Berlin", recipients="me@example.org"))
    session.apply(AlterDraft(to=lambda draft: draft.model_copy(update={"own_recipients": "me@example.org"})))
    assert session.snapshot.brief == session.services.brief


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=22, seconds=5), "22 days left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(seconds=20), "20 seconds left"),
        (timedelta(minutes=-5), "passed 5 minutes ago"),
    ],
)
def test_the_time_left_is_said_in_words(session: Session, left: timedelta, text: str) -> None:
    moment = session.snapshot.brief.submission.deadline.moment - left
    later = Session(replace(session.services, clock=lambda: moment), session.owner)
    assert time_left(later.snapshot) == text


def test_the_draft_is_one_document_of_plain_json(trained: Session) -> None:
    assert json.loads(trained.snapshot.draft.model_dump_json())["student"]["name"] == "Asha Rao"
