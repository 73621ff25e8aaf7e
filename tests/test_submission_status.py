"""How far each step is: one state of a closed set, the same on the tabs, on Submit and in what is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.findings import Level, State
from assistant.submission import dataset_choice as dataset
from assistant.submission.chart_choices import ConfirmChart, PlaceChart
from assistant.submission.colab_link import PasteColabLink, RecordLinkCheck
from assistant.submission.dataset_commands import DescribeProject, DescribeSource, ShareDataset
from assistant.submission.draft import ChartChoice, Draft, LinkCheck, TrainingChoice
from assistant.submission.ended_jobs import with_training
from assistant.submission.jobs.job import JobRecord, JobState, Lane, Problem
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.report_commands import ConfirmSection, WriteSection
from assistant.submission.session import Session
from assistant.submission.status import start_status
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.submit_findings import finding_of
from assistant.submission.training_runs import SetTraining, start_training
from assistant.training.run import Run
from tests.sessions import AlterDraft, alter, draft_of, new_session

DRIVE = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
OTHER = "https://colab.research.google.com/drive/1zYxWvUtSrQpOnMlKjIhGfEdCbA543210"
INTRODUCTION = "Introduction"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Draft]:
    """A session whose first project is done in every step, and its draft."""
    session = new_session(tmp_path_factory.mktemp("finished"))
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(session, 1, "sunspots")
    session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=3, members=1, units=8)))
    start_training(session, 1)
    for title, text in session.snapshot.project(1).section_texts.items():
        own = f"{text}\n\nMy grandmother counted the spots with a telescope."
        session.apply(WriteSection(project=1, title=title, text=own))
    for item in session.snapshot.project(1).charts:
        session.apply(ConfirmChart(project=1, chart=item.chart.name, checked=True))
    start_notebook(session, 1)
    session.apply(PasteColabLink(project=1, text=DRIVE))
    session.apply(opened(DRIVE, Level.FINE))
    session.snapshot.project(1).report()
    return session, session.snapshot.draft


def opened(link: str, level: Level) -> RecordLinkCheck:
    """Return what is kept when somebody asked whether a link opens."""
    finding = finding_of_level(level)
    return RecordLinkCheck(project=1, check=LinkCheck(link=link, finding=finding))


def finding_of_level(level: Level):
    from assistant.findings import Finding

    return Finding(level=level, what="The link was asked for.", step="colab", project=1)


@pytest.fixture
def session(made: tuple[Session, Draft]) -> Iterator[Session]:
    session, draft = made
    yield session
    session.apply(AlterDraft(to=lambda _: draft))
    session.snapshot.project(1).report()


def states(session: Session, number: int = 1) -> dict[str, State]:
    found = session.snapshot.statuses.items()
    return {step: status.state for (project, step), status in found if project == number}


def test_nothing_is_done_in_an_empty_draft(tmp_path) -> None:
    statuses = new_session(tmp_path).snapshot.statuses.values()
    assert {status.state for status in statuses} == {State.OPEN}
    assert all(status.sentence for status in statuses)


def test_every_step_of_a_finished_project_is_done(session: Session) -> None:
    assert set(states(session).values()) == {State.DONE}
    assert not [
        finding for finding in session.snapshot.findings if finding.project == 1 and finding.level is Level.BLOCK
    ]


def test_only_what_is_done_has_a_tick() -> None:
    assert [state for state in State if state.sign == "✓"] == [State.DONE]


def test_a_dataset_that_was_changed_makes_what_came_of_it_out_of_date(session: Session) -> None:
    choice = draft_of(session, 1).dataset
    assert choice is not None
    alter(session, 1, dataset=choice.model_copy(update={"series_sha256": "0" * 64}))
    found = states(session)
    assert [found[step] for step in ("train", "charts", "report", "colab")] == [State.OUTDATED] * 4
    alter(session, 1, dataset=choice.model_copy(update={"series_sha256": None}))
    assert states(session)["dataset"] is State.WRONG


def test_a_dataset_whose_file_is_another_one_is_wrong(session: Session) -> None:
    choice = draft_of(session, 1).dataset
    assert choice is not None
    other = choice.source.model_copy(update={"sha256": "1" * 64})
    alter(session, 1, dataset=choice.model_copy(update={"source": other}))
    assert states(session)["dataset"] is State.WRONG


def test_whether_a_dataset_without_a_licence_goes_out_has_to_be_decided(session: Session) -> None:
    session.apply(DescribeSource(project=1, licence=""))
    assert states(session)["dataset"] is State.UNDECIDED
    assert session.snapshot.submission.projects[0].dataset is None
    package = make_package(session)
    entry = package.bundle.manifest.projects[0]
    assert (entry.by_link, entry.undecided) == (True, True)
    assert [file.name for file in package.files if file.role == "dataset"] == []
    assert entry.source is not None
    assert package.mail is not None
    assert f"by link, SHA-256 {entry.source.sha256[:12]}…: not decided whether the file may" in package.mail.body
    assert str(entry.source.url) in package.mail.body
    told = {(status.project, status.step): status.state for status in package.bundle.manifest.statuses}
    assert told[1, "dataset"] is State.UNDECIDED
    [said] = [one for one in session.snapshot.findings if (one.project, one.step) == (1, "dataset")]
    assert said.level is not Level.FINE
    assert "project 1: dataset" not in package.missing, "its link and digest stand for it"
    session.apply(ShareDataset(project=1, share="file"))
    assert states(session)["dataset"] is State.DONE
    assert session.snapshot.submission.projects[0].dataset is not None


def test_a_training_that_was_stopped_early_is_never_done(session: Session) -> None:
    run = draft_of(session, 1).run
    assert run is not None
    alter(session, 1, run=run.model_copy(update={"stopped": True, "epochs": 2, "planned_epochs": 3}))
    status = session.snapshot.statuses[1, "train"]
    assert (status.state, status.evidence) == (State.STOPPED, "The training was stopped after 2 of 3 epochs.")


def test_a_training_that_was_stopped_before_its_first_epoch_leaves_the_project_as_it_was(
    session: Session, tmp_path
) -> None:
    cancelled = JobRecord(key="x", owner="y", lane=Lane.TRAINING, state=JobState.CANCELLED)
    before = draft_of(session, 1)
    running = before.model_copy(update={"running": "never-begun"})
    assert with_training(running, tmp_path / "never-begun", cancelled) == before


def test_a_training_that_fails_while_it_goes_on_with_one_that_was_stopped_is_told_and_the_stopped_one_stays(
    session: Session, tmp_path: Path
) -> None:
    project = session.snapshot.project(1)
    assert project.run is not None
    assert project.draft.run is not None
    (tmp_path / "run.json").write_text(project.run.model_copy(update={"cancelled": True}).model_dump_json())
    failed = JobRecord(
        key="x", owner="y", lane=Lane.TRAINING, state=JobState.FAILED, problem=Problem(what="No memory.")
    )
    before = draft_of(session, 1).model_copy(update={"running": project.draft.run.id})
    after = with_training(before, tmp_path, failed)
    assert (after.run, after.runs, after.running) == (before.run, before.runs, None)
    assert after.failed is not None
    assert after.failed.message == "No memory."


def test_a_chart_in_the_report_that_nobody_looked_at_is_not_checked(session: Session) -> None:
    charts = {**draft_of(session, 1).charts, "series": ChartChoice(in_report=True)}
    alter(session, 1, charts=charts)
    status = session.snapshot.statuses[1, "charts"]
    assert (status.state, status.evidence) == (State.UNCHECKED, "1 chart of the report not checked yet: series.")
    session.apply(PlaceChart(project=1, chart="series", in_report=False))
    assert states(session)["charts"] is State.DONE


def test_one_sign_typed_after_each_draft_is_not_a_word_of_ones_own(session: Session) -> None:
    for title, text in session.snapshot.project(1).section_drafts.items():
        session.apply(WriteSection(project=1, title=title, text=f"{text}!"))
    session.snapshot.project(1).report()
    status = session.snapshot.statuses[1, "report"]
    assert status.state is State.OPEN
    assert INTRODUCTION in status.evidence
    assert "References" not in status.evidence
    said = [finding.what for finding in session.snapshot.findings if "still all draft" in finding.what]
    drafts = [title for title, text in session.snapshot.project(1).sections.items() if not text.is_own]
    assert said == [f"“{title}” is still all draft." for title in drafts]
    assert all(title in status.evidence for title in drafts)


def test_pages_that_nobody_looked_at_since_a_change_are_not_checked(session: Session) -> None:
    session.apply(DescribeProject(project=1, title="Spots of the sun, counted anew"))
    assert states(session)["report"] is State.UNCHECKED
    session.snapshot.project(1).report()
    assert session.refresh().statuses[1, "report"].state is State.DONE


def test_a_report_that_is_too_long_is_wrong(session: Session) -> None:
    session.apply(WriteSection(project=1, title=INTRODUCTION, text="My words go on and on for pages. " * 500))
    session.snapshot.project(1).report()
    assert session.refresh().statuses[1, "report"].state is State.WRONG


def test_a_text_about_another_dataset_is_out_of_date_even_without_a_number(session: Session) -> None:
    dataset.choose_ready(session, 1, "co2")
    start_training(session, 1)
    session.snapshot.project(1).report()
    status = session.snapshot.statuses[1, "report"]
    assert status.state is State.OUTDATED
    assert INTRODUCTION in status.evidence
    assert any("another dataset" in finding.what for finding in session.snapshot.findings)
    for title in session.snapshot.project(1).section_texts:
        session.apply(ConfirmSection(project=1, title=title))
    session.snapshot.project(1).report()
    assert states(session)["report"] is State.DONE


def test_a_notebook_of_an_earlier_title_or_training_is_out_of_date(session: Session) -> None:
    made = draft_of(session, 1).notebook
    assert made is not None
    alter(session, 1, notebook=made.model_copy(update={"run_id": "older"}))
    assert states(session)["colab"] is State.OUTDATED
    alter(session, 1, notebook=made, title="Another title")
    assert states(session)["colab"] is State.OUTDATED


def test_a_notebook_that_gave_other_scores_is_wrong_and_one_that_was_not_made_is_open(session: Session) -> None:
    made = draft_of(session, 1).notebook
    assert made is not None
    alter(session, 1, notebook=made.model_copy(update={"reproduced": False}))
    assert states(session)["colab"] is State.WRONG
    alter(session, 1, notebook=None)
    assert states(session)["colab"] is State.OPEN


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (Level.FINE, State.DONE),
        (Level.UNCHECKED, State.UNCHECKED),
        (Level.BLOCK, State.WRONG),
    ],
)
def test_a_link_is_done_only_once_it_was_seen_to_open(session: Session, level: Level, state: State) -> None:
    session.apply(opened(DRIVE, level))
    assert states(session)["colab"] is state


def test_a_link_that_was_never_checked_or_changed_since_is_not_checked(session: Session) -> None:
    session.apply(PasteColabLink(project=1, text=OTHER))
    assert states(session)["colab"] is State.UNCHECKED
    alter(session, 1, link_check=None)
    assert states(session)["colab"] is State.UNCHECKED
    [said] = [
        one
        for one in session.snapshot.findings
        if (one.project, one.step) == (1, "colab") and one.level is Level.UNCHECKED
    ]
    assert said == finding_of(session.snapshot.statuses[1, "colab"])


@pytest.mark.parametrize(
    "twin",
    [
        DRIVE,
        f"{DRIVE}?usp=sharing",
        f"{DRIVE}#scrollTo=abc",
        "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345/",
    ],
)
def test_two_links_to_one_notebook_are_wrong_in_both_projects_whatever_their_form(session: Session, twin: str) -> None:
    alter(session, 2, colab_link=twin)
    assert states(session)["colab"] is State.WRONG
    assert any("same Colab link" in finding.what for finding in session.snapshot.findings)


@pytest.mark.parametrize(
    ("name", "email", "state"),
    [
        ("", "", State.OPEN),
        ("Asha", "", State.WRONG),
        ("", "asha@example.org", State.WRONG),
        ("Asha", "asha at example", State.WRONG),
        ("Asha", "asha@example.org", State.DONE),
    ],
)
def test_the_start_page_asks_for_a_name_and_an_address_that_can_be_one(
    session: Session, name: str, email: str, state: State
) -> None:
    session.apply(IntroduceStudent(name=name, email=email))
    assert start_status(session.snapshot).state is state


def test_every_step_that_is_not_done_is_spoken_of_on_submit(session: Session) -> None:
    alter(session, 1, charts={}, link_check=None)
    session.apply(DescribeSource(project=1, licence=""))
    spoken = {
        (finding.project, finding.step) for finding in session.snapshot.findings if finding.level is not Level.FINE
    }
    open_steps = {key for key, status in session.snapshot.statuses.items() if not status.state.is_done}
    assert open_steps - {(None, "submit")} <= spoken


def test_the_bundle_says_how_far_each_step_was(session: Session) -> None:
    alter(session, 1, link_check=None)
    manifest = make_package(session).bundle.manifest
    told = {(status.project, status.step): status.state for status in manifest.statuses}
    assert told[1, "colab"] is State.UNCHECKED
    assert told[1, "train"] is State.DONE


def test_a_command_about_a_project_that_is_not_there_is_refused_in_a_sentence(session: Session) -> None:
    with pytest.raises(AssistantError, match="no such project"):
        session.apply(DescribeProject(project=9, title="x"))


def test_a_finished_training_is_taken_up_by_looking_and_stored_by_the_next_command(session: Session) -> None:
    run = draft_of(session, 1).run
    assert run is not None
    alter(session, 1, run=None, runs=(), running=run.id)
    assert session.snapshot.stored.draft.project(1).running == run.id
    assert draft_of(session, 1).run == run
    session.apply(IntroduceStudent(registration="R-1"))
    assert session.snapshot.stored.draft.project(1).run == run
    assert isinstance(session.snapshot.project(1).run, Run)
