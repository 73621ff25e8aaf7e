"""What the wizard's handlers and the command line do, without a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.brief import Timing
from assistant.bundle.verify import verify
from assistant.errors import BriefError, DatasetError, DeliveryError, NotebookError, TrainingError
from assistant.findings import Level
from assistant.settings import MailAccount, Settings
from assistant.submission import chart_choices as charts
from assistant.submission import completeness as submission
from assistant.submission import dataset_choice as dataset
from assistant.submission import dataset_download as dataset_fetch
from assistant.submission import notebook_making as notebook
from assistant.submission import own_rules, packaging
from assistant.submission import report_building as report
from assistant.submission import report_texts as report_sections
from assistant.submission import sending as hand_over
from assistant.submission import training_runs as training
from assistant.submission.background import Background
from assistant.submission.jobs.inline_runner import InlineJobRunner
from assistant.submission.services import Services, open_services
from assistant.submission.session import Desk
from assistant.submission.workspace import new_owner

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)


def services_in(folder: Path, **settings: object) -> Services:
    services = open_services(Settings(workspace=folder, **settings), MailAccount(), lambda: NOW)
    return replace(services, jobs=InlineJobRunner())


@pytest.mark.parametrize("below", ["file", "file/x"])
def test_a_workspace_that_is_no_folder_is_refused_with_its_variable(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BriefError, match="ASSISTANT_WORKSPACE = ") as caught:
        services_in(tmp_path / below)
    assert str(tmp_path / below) in str(caught.value)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(services_in(tmp_path), new_owner())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with one project that is trained and has its notebook; tests change other fields of it."""
    made = Desk(services_in(tmp_path_factory.mktemp("trained")), new_owner())
    made.change(lambda draft: draft.with_student(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(made, 1, "sunspots")
    training.set_training(made, 1, epochs=3, members=1, units=8)
    training.start(made, 1)
    training.poll(made, 1)
    notebook.make(made, 1)
    return made


def test_a_ready_project_brings_its_title_question_roles_and_licence(desk: Desk) -> None:
    dataset.choose_ready(desk, 1, "co2")
    project = desk.project(1)
    assert project.title == "Carbon dioxide at Mauna Loa"
    assert project.dataset is not None
    assert project.dataset.roles is not None
    assert project.dataset.roles.target == "co2"
    assert project.dataset.source.licence
    assert dataset.series(desk, 1).horizon == 13


def test_a_title_that_was_typed_stays_when_another_dataset_is_chosen(desk: Desk) -> None:
    desk.change_project(1, title="My own title")
    dataset.choose_ready(desk, 1, "co2")
    assert desk.project(1).title == "My own title"


def test_a_title_that_came_with_a_dataset_goes_with_it(desk: Desk) -> None:
    dataset.choose_ready(desk, 1, "co2")
    dataset.choose_ready(desk, 1, "sunspots")
    assert desk.project(1).title == "Sunspots since 1700"
    assert [path.name for path in desk.project_folder(1).dataset.iterdir() if path.is_file()] == ["sunspots.csv"]


def test_an_uploaded_table_is_moved_into_the_students_folder(desk: Desk, tmp_path: Path) -> None:
    upload = tmp_path / "my data.csv"
    upload.write_text(
        "day,level\n" + "".join(f"2024-{1 + i // 28:02}-{1 + i % 28:02},{i % 7 + i / 9:.2f}\n" for i in range(300))
    )
    dataset.take_upload(desk, 2, str(upload))
    choice = desk.project(2).dataset
    assert choice is not None
    assert choice.source.kind == "upload"
    assert (desk.project_folder(2).dataset / choice.source.file_name).is_file()


def test_a_target_that_is_no_number_is_explained_and_the_choice_is_kept(desk: Desk) -> None:
    dataset.choose_ready(desk, 1, "seattle-weather")
    dataset.set_roles(desk, 1, ["date"], "weather", [], 7)
    with pytest.raises(DatasetError, match="weather"):
        dataset.series(desk, 1)
    choice = desk.project(1).dataset
    assert choice is not None
    assert choice.series_sha256 is None
    assert choice.roles is not None
    assert choice.roles.target == "weather"
    with pytest.raises(TrainingError, match="nothing to train on"):
        training.start(desk, 1)


def test_a_horizon_longer_than_the_test_part_is_explained(desk: Desk) -> None:
    dataset.choose_ready(desk, 1, "sunspots")
    dataset.set_roles(desk, 1, ["YEAR"], "SUNACTIVITY", [], 300)
    with pytest.raises(DatasetError):
        dataset.series(desk, 1)


@pytest.mark.parametrize("text", ["", "   "])
def test_fetching_without_a_link_asks_for_one(desk: Desk, text: str) -> None:
    with pytest.raises(DatasetError, match="no link"):
        dataset_fetch.fetch_link(desk, 1, text)


def test_training_again_with_the_same_settings_gives_the_same_run(trained: Desk) -> None:
    before = trained.project(1).run
    training.start(trained, 1)
    training.poll(trained, 1)
    assert trained.project(1).run == before
    assert len(trained.project(1).runs) == 1


def test_another_seed_is_another_run_and_the_student_picks_which_one_counts(trained: Desk) -> None:
    first = trained.project(1).run
    training.start_again(trained, 1)
    training.poll(trained, 1)
    second = trained.project(1).run
    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert trained.project(1).training.seed == 1
    assert [run.settings.seed for _, run in training.finished_runs(trained, 1)] == [0, 1]
    training.choose_run(trained, 1, first.id)
    assert trained.project(1).run == first
    training.set_training(trained, 1, seed=0)


def test_settings_that_are_left_empty_are_left_to_the_rules(desk: Desk) -> None:
    training.set_training(desk, 1, units=None, members=float("nan"), seed=None)
    choice = desk.project(1).training
    assert (choice.units, choice.members, choice.seed) == (None, None, 0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("units", 0, "Units"), ("epochs", -3, "Epochs"), ("members", 17, "Networks"), ("context", 1, "look back"), ("seed", -1, "Seed")],
)  # fmt: skip
def test_a_number_that_cannot_be_right_is_refused_with_its_name(desk: Desk, name: str, value: int, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        training.set_training(desk, 1, **{name: value})
    assert getattr(desk.project(1).training, name) in (None, 0)


@pytest.mark.parametrize("horizon", [0, -3, 1e300])
def test_a_number_of_steps_that_cannot_be_is_refused_and_the_roles_stay(desk: Desk, horizon: float) -> None:
    dataset.choose_ready(desk, 1, "sunspots")
    before = desk.project(1).dataset
    with pytest.raises(DatasetError, match="steps"):
        dataset.set_roles(desk, 1, ["YEAR"], "SUNACTIVITY", [], horizon)
    assert desk.project(1).dataset == before


def test_leaving_a_field_prepares_the_series_again_only_when_it_holds_something_else(desk: Desk) -> None:
    dataset.choose_ready(desk, 1, "sunspots")
    before = desk.project(1).dataset
    assert before is not None
    assert before.roles is not None
    roles = (before.roles.time, before.roles.target, before.roles.features)
    dataset.set_roles(desk, 1, *roles, before.horizon, before.unit, anew=False)
    assert desk.project(1).dataset == before
    dataset.set_roles(desk, 1, *roles, before.horizon, "spots", anew=False)
    after = desk.project(1).dataset
    assert after is not None
    assert after.unit == "spots"


def test_a_chart_counts_as_checked_only_for_the_run_it_showed(trained: Desk) -> None:
    charts.set_checked(trained, 1, 0, True)
    assert charts.charts(trained, 1)[0].checked
    run = trained.project(1).run
    trained.change_project(1, run=run.model_copy(update={"id": run.id}) if run else None)
    choice = trained.project(1).charts["series"]
    assert choice.checked_run == (run.id if run else None)
    charts.set_checked(trained, 1, 0, False)
    assert not charts.charts(trained, 1)[0].checked


def test_the_charts_own_caption_is_not_taken_for_the_students(trained: Desk) -> None:
    own = charts.charts(trained, 1)[0].chart.caption
    charts.set_caption(trained, 1, 0, own)
    assert trained.project(1).charts["series"].caption is None
    charts.set_caption(trained, 1, 0, "What I see")
    assert charts.charts(trained, 1)[0].caption == "What I see"
    charts.set_caption(trained, 1, 0, "  ")
    assert charts.charts(trained, 1)[0].caption == own


def test_the_report_is_built_once_and_again_when_something_in_it_changed(trained: Desk) -> None:
    path = trained.project_folder(1).report
    first = report.build(trained, 1)
    stamp = path.stat().st_mtime_ns
    assert report.build(trained, 1).digest == first.digest
    assert path.stat().st_mtime_ns == stamp
    trained.change(lambda draft: draft.with_student(name="Asha R. Rao"))
    assert report.build(trained, 1).digest != first.digest
    trained.change(lambda draft: draft.with_student(name="Asha Rao"))
    assert report.build(trained, 1).digest == first.digest


def test_a_report_that_is_too_long_says_by_how_much(trained: Desk) -> None:
    report_sections.set_section(trained, 1, "Introduction", "This sentence is far too long for two pages. " * 400)
    built = report.build(trained, 1)
    assert built.pages > built.limit
    assert "Introduction" in built.over
    assert "words" in built.over
    report_sections.restore_section(trained, 1, "Introduction")


def test_the_notebook_repeats_the_reports_scores(trained: Desk) -> None:
    made = trained.project(1).notebook
    assert made is not None
    assert made.reproduced
    assert notebook.is_current(trained, 1)


def test_a_notebook_with_values_that_are_not_passed_on_says_so(trained: Desk) -> None:
    before = trained.project(1)
    dataset.set_share(trained, 1, "link")
    assert not notebook.is_current(trained, 1)  # it was made with the data inside
    assert before.notebook is not None
    trained.change_project(1, notebook=before.notebook.model_copy(update={"holds_values": True}))
    found = notebook.values_finding(trained, 1)
    assert found is not None
    assert "SUNACTIVITY" in found.evidence
    assert found in submission.findings(trained)
    trained.change_project(1, dataset=before.dataset, notebook=before.notebook)
    assert notebook.values_finding(trained, 1) is None


def test_a_licence_typed_after_the_training_reaches_what_is_made_of_the_run(trained: Desk) -> None:
    before = trained.project(1).dataset
    dataset.set_source(trained, 1, "CC BY 4.0", "https://sun.example/table")
    found = charts.material(trained, 1)
    assert found is not None
    assert (found.series.source.licence, found.series.source.url) == ("CC BY 4.0", "https://sun.example/table")
    trained.change_project(1, dataset=before)


def test_a_notebook_without_a_training_cannot_be_made(desk: Desk) -> None:
    with pytest.raises(NotebookError, match="training"):
        notebook.start(desk, 1)


def test_a_colab_link_is_kept_in_its_plain_form_and_a_wrong_one_as_typed(desk: Desk) -> None:
    notebook.set_link(
        desk, 1, " https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345?usp=sharing#x "
    )
    assert desk.project(1).colab_link == "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
    notebook.set_link(desk, 2, "colab.google")
    assert desk.project(2).colab_link == "colab.google"
    assert [finding.level for finding in notebook.link_findings(desk, 2)] == [Level.BLOCK]


def test_the_same_notebook_in_both_projects_is_a_mistake_to_name(desk: Desk) -> None:
    for number in (1, 2):
        notebook.set_link(desk, number, "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345")
    assert [finding.level for finding in notebook.link_findings(desk, 1)] == [Level.BLOCK]


def test_what_there_is_can_be_packaged_with_an_honest_list_of_what_is_missing(trained: Desk) -> None:
    package = packaging.make(trained)
    assert verify(package.bundle.path, trained.brief).manifest is not None
    assert "project 2: everything" in " ".join(package.missing) or any("project 2" in part for part in package.missing)
    assert package.mail is not None
    assert dict(package.mail.headers)["To"] == "support@internselite.com, akghsh.ece@gmail.com"
    assert dict(package.mail.headers)["Copy"] == "Asha Rao <asha@example.org>"


def test_the_link_to_the_notebook_of_an_earlier_training_is_not_handed_in(trained: Desk) -> None:
    link, before = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345", trained.project(1)
    assert before.run is not None
    assert before.notebook is not None
    assert before.dataset is not None

    def handed() -> str | None:
        return submission.submission(trained).projects[0].colab_url

    def said() -> str:
        return " ".join(str(finding) for finding in submission.findings(trained) if finding.project == 1)

    notebook.set_link(trained, 1, link)
    assert handed() == link
    trained.change_project(1, title="Another title")  # the notebook is out of date, but of this training
    assert handed() == link
    trained.change_project(1, dataset=before.dataset.model_copy(update={"series_sha256": "0" * 64}))
    assert handed() is None
    assert "The Colab link of project 1 leads to the notebook of an earlier training." in said()
    assert "project 1: Colab link" in packaging.make(trained).missing
    trained.change_project(1, dataset=before.dataset, notebook=before.notebook.model_copy(update={"run_id": "older"}))
    assert handed() is None
    trained.change_project(1, notebook=None)  # it was made elsewhere
    assert handed() == link
    # The notebook was made anew, and the link stayed as it was.
    trained.change_project(1, title=before.title, notebook=before.notebook, linked_run="older")
    assert handed() == link
    assert "was given for an earlier training" in said()
    assert notebook.earlier_link_finding(trained, 1) in notebook.link_findings(trained, 1)
    notebook.set_link(trained, 1, "")
    notebook.set_link(trained, 1, link)
    assert "earlier training" not in said()
    notebook.set_link(trained, 1, "")


def test_the_same_draft_is_packaged_to_the_same_bytes(trained: Desk) -> None:
    assert packaging.make(trained).sha256 == packaging.make(trained).sha256


def test_a_change_after_packaging_is_noticed(trained: Desk) -> None:
    packaging.make(trained)
    assert packaging.current(trained) is not None
    trained.change(lambda draft: draft.with_student(registration="R-1"))
    assert packaging.current(trained) is None
    with pytest.raises(DeliveryError, match="changed"):
        hand_over.send(trained, True, {})
    trained.change(lambda draft: draft.with_student(registration=""))


def test_a_report_that_was_built_again_to_the_same_bytes_leaves_the_package_as_it_is(trained: Desk) -> None:
    packaging.make(trained)
    report = trained.project(1).report
    assert report is not None
    trained.change_project(1, report=report.model_copy(update={"inputs_sha256": "0" * 64}))
    assert packaging.current(trained) is not None


def test_nothing_is_sent_before_the_student_confirms(trained: Desk) -> None:
    packaging.make(trained)
    with pytest.raises(DeliveryError, match="confirm"):
        hand_over.send(trained, False, {})
    assert hand_over.deliveries(trained) == ()


def test_without_an_account_the_mail_goes_to_the_outbox_and_is_not_called_sent(trained: Desk) -> None:
    packaging.make(trained)
    assert "NOT SENT" in hand_over.send(trained, True, {}).sentence
    [row, *_] = hand_over.deliveries(trained)
    assert row.status == "outbox"
    assert not trained.is_sent()
    assert "OUTBOX" in hand_over.receipt(trained, row.id)
    assert list((trained.folder / "outbox").glob("*.eml"))


def test_a_receipt_is_shown_to_its_own_student_only(trained: Desk) -> None:
    packaging.make(trained)
    hand_over.send(trained, True, {})
    [row, *_] = hand_over.deliveries(trained)
    with pytest.raises(DeliveryError, match="no such receipt"):
        hand_over.receipt(Desk(trained.services, new_owner()), row.id)


def test_a_students_own_deadline_and_recipients_hold_in_a_local_run(desk: Desk) -> None:
    own_rules.apply(desk, "2022-12-01 12:00 Europe/Berlin", "me@example.org, you@example.org")
    assert desk.brief.timing(NOW) is Timing.LATE
    assert desk.brief.submission.recipients == ("me@example.org", "you@example.org")
    own_rules.apply(desk, "", "")
    assert desk.brief == desk.services.brief


@pytest.mark.parametrize(
    ("deadline", "recipients", "said"),
    [
        ("tomorrow", "", "deadline"),
        ("2026-01-01 12:00 Mars/Olympus", "", "zone"),
        ("", "me@example.org, nonsense", "nonsense"),
        ("", "me@example.org\nBcc: x@example.org", "line break"),
    ],
)
def test_a_wrong_deadline_or_recipient_is_explained(desk: Desk, deadline: str, recipients: str, said: str) -> None:
    with pytest.raises(BriefError, match=said):
        own_rules.apply(desk, deadline, recipients)
    assert desk.brief == desk.services.brief


def test_on_a_hosted_server_the_courses_rules_cannot_be_changed(tmp_path: Path) -> None:
    desk = Desk(services_in(tmp_path, hosted=True), new_owner())
    with pytest.raises(BriefError, match="hosted"):
        own_rules.apply(desk, "2030-01-01 12:00 Europe/Berlin", "me@example.org")
    desk.change(lambda draft: draft.model_copy(update={"own_recipients": "me@example.org"}))
    assert desk.brief == desk.services.brief


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=22, seconds=5), "22 days left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(seconds=20), "less than a minute left"),
        (timedelta(minutes=-5), "passed 5 minutes ago"),
    ],
)
def test_the_time_left_is_said_in_words(desk: Desk, left: timedelta, text: str) -> None:
    moment = desk.brief.submission.deadline.moment - left
    assert Desk(replace(desk.services, clock=lambda: moment), desk.owner).time_left_text() == text


@pytest.fixture
def background() -> Background:
    return Background(1)


def wait_for_end(background: Background, name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join()


def test_work_in_the_background_is_found_again_and_not_started_twice(background: Background) -> None:
    go = threading.Event()

    def work(tell: Callable[[str], None]) -> None:
        tell("half way")
        go.wait()

    assert background.start("a", work)
    assert not background.start("a", work)
    go.set()
    wait_for_end(background, "a")
    done = background.look("a")
    assert done is not None
    assert done.state == "done"
    assert background.start("a", work)


def test_work_that_fails_says_why(background: Background) -> None:
    def work(_: Callable[[str], None]) -> None:
        raise NotebookError("A cell failed.", "Cell 3.", "Train again.")

    background.start("b", work)
    wait_for_end(background, "b")
    failed = background.look("b")
    assert failed is not None
    assert (failed.state, failed.message, failed.fix) == ("failed", "A cell failed. Cell 3.", "Train again.")


def test_the_draft_is_one_document_of_plain_json(trained: Desk) -> None:
    assert json.loads(trained.draft.model_dump_json())["student"]["name"] == "Asha Rao"
