"""What the Charts and the Report page do with a submission, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assistant.errors import ReportError
from assistant.findings import Level
from assistant.report.added_references import ReferenceForm
from assistant.submission import chart_pictures, report_references
from assistant.submission import dataset_choice as dataset
from assistant.submission import report_building as report
from assistant.submission.chart_choices import MoveChart, PlaceChart, report_charts
from assistant.submission.draft import TrainingChoice
from assistant.submission.drawing_ahead import draw_charts_and_report
from assistant.submission.report_commands import (
    BringBackVersion,
    ConfirmSection,
    RestoreDraft,
    StepThroughVersions,
    WriteSection,
)
from assistant.submission.report_texts import SectionText, versions
from assistant.submission.section_history import Histories
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import ChooseRun, SetTraining, start_training
from assistant.submission.workspace import new_owner
from tests.sessions import NOW, AlterDraft, alter, draft_of, services_in

INTRODUCTION = "Introduction"


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def twice_trained(tmp_path_factory: pytest.TempPathFactory, watch: Watch) -> Session:
    """A session with two runs of one project, the first of them chosen."""
    services = services_in(tmp_path_factory.mktemp("report"))
    session = Session(replace(services, clock=watch), new_owner())
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(session, 1, "sunspots")
    for seed, epochs in ((0, 2), (7, 4)):
        choice = TrainingChoice(epochs=epochs, members=1, units=6, seed=seed)
        session.apply(SetTraining(project=1, choice=choice))
        start_training(session, 1)
    session.apply(ChooseRun(project=1, run_id=draft_of(session, 1).runs[0].id))
    return session


class Forget(AlterDraft):
    """Forget every version of every text."""

    def apply(self, snapshot):
        return replace(super().apply(snapshot), histories=Histories())


@pytest.fixture
def session(twice_trained: Session, watch: Watch) -> Session:
    """The session with nothing written and nothing chosen yet."""
    watch.passes(hours=1)
    runs = draft_of(twice_trained, 1).runs
    alter(twice_trained, 1, sections={}, cited_runs={}, cited_texts={}, charts={}, chart_order=(), run=runs[0])
    twice_trained.apply(Forget(to=lambda draft: draft))
    return twice_trained


def project_of(session: Session) -> ProjectSnapshot:
    return session.snapshot.project(1)


def section(session: Session, title: str = INTRODUCTION) -> SectionText:
    return project_of(session).sections[title]


def write(session: Session, text: str, title: str = INTRODUCTION, **more: Any) -> None:
    session.apply(WriteSection(project=1, title=title, text=text, **more))


def step(session: Session, by: int) -> None:
    session.apply(StepThroughVersions(project=1, title=INTRODUCTION, by=by))


def restore(session: Session) -> None:
    session.apply(RestoreDraft(project=1, title=INTRODUCTION))


def place(session: Session, name: str, *, in_report: bool) -> None:
    session.apply(PlaceChart(project=1, chart=name, in_report=in_report))


def placed(session: Session) -> list[str]:
    return [chart.name for chart, _ in report_charts(project_of(session))]


def other_run(session: Session) -> None:
    session.apply(ChooseRun(project=1, run_id=draft_of(session, 1).runs[1].id))


def test_a_section_is_a_draft_until_its_text_differs(session: Session) -> None:
    draft = section(session)
    write(session, draft.shown)
    assert not section(session).changed
    write(session, "I forecast {target} with an error of {mae}.")
    text = section(session)
    assert text.changed
    assert text.stale == ()
    restore(session)
    assert section(session).shown == draft.shown


def test_the_meter_counts_the_students_words_and_not_the_drafts(session: Session) -> None:
    draft = section(session)
    assert draft.words is not None
    assert draft.words.own == 0
    write(session, draft.shown + "\n\nMy grandmother counted sunspots with a telescope.")
    words = section(session).words
    assert words is not None
    assert words.own == 7
    assert words.words == draft.words.words + 7


def test_after_another_training_only_sentences_that_cite_a_change_are_marked(session: Session) -> None:
    write(session, "I like the sun. The network learnt for {epochs} epochs. There are {rows} values.")
    other_run(session)
    [stale] = section(session).stale
    assert stale.text == "The network learnt for {epochs} epochs."
    assert [(change.name, change.then, change.now) for change in stale.changes] == [("epochs", "2", "4")]
    session.apply(ChooseRun(project=1, run_id=draft_of(session, 1).runs[0].id))
    assert section(session).stale == ()


def test_opening_the_page_is_no_second_reading(session: Session) -> None:
    write(session, "The network learnt for {epochs} epochs.")
    other_run(session)
    write(session, "The network learnt for {epochs} epochs.")
    assert len(section(session).stale) == 1


def test_an_edit_unmarks_the_sentence_it_changes_and_no_other(session: Session) -> None:
    write(session, "The network learnt for {epochs} epochs. Its seed was {seed}.")
    other_run(session)
    write(session, "Now it learns for {epochs} epochs. Its seed was {seed}. A new sentence with {epochs}.")
    assert [sentence.text for sentence in section(session).stale] == ["Its seed was {seed}."]
    write(session, "Now it learns for {epochs} epochs. Now its seed is {seed}.")
    assert section(session).stale == ()
    assert draft_of(session, 1).cited_runs[INTRODUCTION] == draft_of(session, 1).runs[1].id


def test_a_sentence_that_is_still_right_is_confirmed(session: Session) -> None:
    write(session, "The network learnt for {epochs} epochs.")
    other_run(session)
    assert any("older training" in finding.what for finding in session.snapshot.findings)
    session.apply(ConfirmSection(project=1, title=INTRODUCTION))
    assert section(session).stale == ()
    assert not any("older training" in finding.what for finding in session.snapshot.findings)


def test_undo_and_redo_go_through_the_versions_that_pauses_part(session: Session, watch: Watch) -> None:
    draft = section(session).shown
    for text in ("I", "I b", "I begin."):
        write(session, text)
        watch.passes(seconds=1)
    watch.passes(minutes=1)
    write(session, "I begin again.")
    step(session, -1)
    assert section(session).shown == "I begin."
    step(session, -1)
    assert section(session).shown == draft
    assert not section(session).changed
    assert not section(session).can_undo
    for _ in range(2):
        step(session, 1)
    assert section(session).shown == "I begin again."
    assert not section(session).can_redo


def test_going_back_to_the_draft_can_be_undone(session: Session) -> None:
    write(session, "Mine.")
    restore(session)
    step(session, -1)
    assert section(session).shown == "Mine."


def test_a_key_that_was_on_its_way_does_not_undo_a_button(session: Session, watch: Watch) -> None:
    draft = section(session).shown
    before = section(session).edition
    write(session, "Min", edition=before)
    restore(session)
    write(session, "Mine", edition=before)
    assert section(session).shown == draft
    # Nothing typed is lost.
    step(session, -1)
    assert section(session).shown == "Mine"
    # The box that was filled with it sends it once more, and then the student goes on.
    step(session, 1)
    write(session, "Mine", edition=section(session).edition - 1)
    assert section(session).shown == draft
    write(session, "New", edition=section(session).edition)
    assert section(session).shown == "New"
    # Where the page is open a second time, typing goes on under the older edition.
    watch.passes(minutes=1)
    write(session, "From elsewhere", edition=before)
    assert section(session).shown == "From elsewhere"


def test_an_earlier_version_is_brought_back_with_the_training_it_cites(session: Session, watch: Watch) -> None:
    write(session, "The network learnt for {epochs} epochs.")
    watch.passes(minutes=1)
    other_run(session)
    write(session, "Something else.")
    kept = {version.text: version for version in versions(project_of(session))}
    session.apply(BringBackVersion(project=1, key=kept["The network learnt for {epochs} epochs."].key))
    text = section(session)
    assert text.shown == "The network learnt for {epochs} epochs."
    assert len(text.stale) == 1
    with pytest.raises(ReportError, match="not there any more"):
        session.apply(BringBackVersion(project=1, key="0:gone:0"))


def test_the_versions_kept_are_bounded(session: Session, watch: Watch) -> None:
    for index in range(60):
        write(session, f"Text {index}. " + "word " * 2000)
        watch.passes(minutes=1)
    kept = versions(project_of(session))
    assert 2 <= len(kept) <= 40
    assert sum(len(version.text) for version in kept) <= 220_000
    assert kept[0].text.startswith("Text 59.")


def test_a_report_that_is_too_long_gets_shorter_by_one_click(session: Session) -> None:
    for item in project_of(session).charts:
        place(session, item.chart.name, in_report=True)
    built = project_of(session).report()
    assert built.over
    advice = report.advice(project_of(session))
    drop = next(change for change in advice if change.kind == "drop")
    report.follow(session, 1, drop.sentence)
    assert drop.name not in placed(session)
    tighten = next((change for change in report.advice(project_of(session)) if change.kind == "tighten"), None)
    if tighten is not None:
        report.follow(session, 1, tighten.sentence)
        assert section(session, tighten.name).shown == tighten.text
        assert section(session, tighten.name).can_undo


def test_where_no_single_change_is_enough_several_are_made_by_one_click(session: Session) -> None:
    for item in project_of(session).charts:
        place(session, item.chart.name, in_report=True)
    write(session, "The sun does not ask what was foretold of it. " * 45, "Conclusion & Future Direction")
    assert project_of(session).report().over
    best = report.advice(project_of(session))[0]
    assert best.kind == "several"
    assert best.enough
    assert len(best.parts) > 1
    report.follow(session, 1, best.sentence)
    assert not project_of(session).report().over


def test_a_report_with_room_gets_a_figure_by_one_click(session: Session) -> None:
    for item in project_of(session).charts:
        place(session, item.chart.name, in_report=item.chart.name == "loss")
    add = next(change for change in report.advice(project_of(session)) if change.kind == "add")
    report.follow(session, 1, add.sentence)
    assert add.name in placed(session)


def test_advice_that_is_old_is_not_followed(session: Session) -> None:
    with pytest.raises(ReportError, match="changed since"):
        report.follow(session, 1, "Leave out the figure “Nothing”.")


def test_a_dropped_figure_takes_its_sentences_out_of_the_students_text(session: Session) -> None:
    for item in project_of(session).charts:
        place(session, item.chart.name, in_report=True)
    drop = next(change for change in report.advice(project_of(session)) if change.kind == "drop")
    summary = next(item.chart.summary for item in project_of(session).charts if item.chart.name == drop.name)
    write(session, f"Mine first.\n\n{summary}\n\nMine last.")
    drop = next(change for change in report.advice(project_of(session)) if change.name == drop.name)
    report.follow(session, 1, drop.sentence)
    assert summary not in section(session).shown
    assert "Mine last." in section(session).shown


def test_references_are_added_once_each_under_a_key_of_their_own(session: Session) -> None:
    title = report_references.references_title(session.snapshot.brief)
    assert title is not None
    form = ReferenceForm(authors="Schwabe, Heinrich", year="1844", title="Sonnenbeobachtungen", container="AN")
    assert "[@schwabe1844]" in report_references.add_form(session, 1, form)
    assert "[@schwabe1844]" in report_references.add_form(session, 1, form)
    other = form.model_copy(update={"title": "Another"})
    assert "[@schwabe1844a]" in report_references.add_form(session, 1, other)
    report_references.add_pasted(session, 1, "Hathaway (2015). The solar cycle. doi:10.1007/lrsp-2015-4")
    report_references.add_pasted(
        session, 1, "@article{clette2014, title={Revisiting}, author={Clette, F.}, year={2014}}"
    )
    text = section(session, title).shown
    assert len(text.splitlines()) == 4
    assert text.count("[schwabe1844]") == 1
    assert "https://doi.org/10.1007/lrsp-2015-4" in text
    assert "[clette2014]" in text
    assert "clette2014" in dict(report_references.citable_keys(project_of(session)))


@pytest.mark.parametrize("text", ["", "no number of that kind", "@article{x, year = {2000}}"])
def test_a_reference_that_cannot_be_read_changes_nothing(session: Session, text: str) -> None:
    with pytest.raises(ReportError):
        report_references.add_pasted(session, 1, text)
    assert draft_of(session, 1).sections == {}


def test_every_name_offered_stands_for_something_in_the_report(session: Session) -> None:
    names = report_references.citable_facts(project_of(session))
    assert ("mae", project_of(session).required_material.facts.texts["mae"]) in names
    write(session, " ".join(f"{{{name}}}" for name, _ in names))
    assert not any("facts that do not exist" in finding.what for finding in project_of(session).report().findings)


def test_charts_in_the_report_change_places(session: Session) -> None:
    shown = project_of(session).charts
    first, second = placed(session)[:2]
    session.apply(MoveChart(project=1, chart=second, by=-1))
    assert placed(session)[:2] == [second, first]
    session.apply(MoveChart(project=1, chart=second, by=-1))
    assert placed(session)[:2] == [second, first]
    # One that comes in later stands where the page has it; the others keep the student's order.
    outside = next(item.chart.name for item in shown if not item.in_report)
    place(session, outside, in_report=True)
    names = placed(session)
    assert names.index(second) < names.index(first)
    assert outside in names


def test_figures_are_numbered_as_the_text_speaks_of_them(session: Session) -> None:
    names = placed(session)
    write(session, f"See {{fig_{names[-1]}}} first.")
    assert project_of(session).figure_numbers[names[-1]] == 1
    assert sorted(project_of(session).figure_numbers.values()) == list(range(1, len(names) + 1))


def test_each_chart_is_drawn_and_checked_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    press = session.services.drawing
    every = [item.chart for item in project_of(session).charts]
    while not chart_pictures.draw_some(press, every, 0.0):
        chart_pictures.draw_some(press, every, 1.0)
    drawn = [chart_pictures.picture(press, chart) for chart in every]
    assert all(text.lstrip().startswith("<svg") for text in drawn)
    monkeypatch.setattr("assistant.charts.draw.draw_svg", None)
    monkeypatch.setattr("assistant.charts.checks.check_chart", None)
    assert [chart_pictures.picture(press, chart) for chart in every] == drawn
    found = chart_pictures.findings(press, every[0], 2)
    assert {finding.project for finding in found} == {2}
    assert {finding.level for finding in found} <= {Level.FINE, Level.WARN}


def test_a_closer_look_shows_fewer_values_and_the_whole_width_the_chart_itself(session: Session) -> None:
    press, chart = session.services.drawing, project_of(session).charts[0].chart
    whole = chart_pictures.picture(press, chart)
    assert chart_pictures.closer_picture(press, chart, 0.0, 1.0) == whole
    closer = chart_pictures.closer_picture(press, chart, 0.5, 0.25)
    assert closer != whole
    assert closer == chart_pictures.closer_picture(press, chart, 0.25, 0.5)


def test_a_finished_run_is_drawn_ahead_and_nothing_is_stored_by_that(session: Session) -> None:
    revision = session.refresh().revision
    draw_charts_and_report(project_of(session))
    assert all(chart_pictures.known_picture(item.chart) for item in project_of(session).charts)
    assert project_of(session).known_report() is not None
    assert session.refresh().revision == revision


def test_sections_that_are_all_draft_reach_the_list_on_the_submit_page(session: Session) -> None:
    drafts = [finding for finding in session.snapshot.findings if "still all draft" in finding.what]
    assert {finding.level for finding in drafts} == {Level.WARN}
    assert {(finding.step, finding.project) for finding in drafts} == {("report", 1)}
    write(session, "Entirely my own sentence about the sun.")
    after = [finding.what for finding in session.snapshot.findings if "still all draft" in finding.what]
    assert len(after) == len(drafts) - 1


def test_what_the_set_report_lacks_is_said_before_it_is_handed_in(session: Session) -> None:
    write(session, "The error is {eror}.")
    assert "The text names facts that do not exist." in {finding.what for finding in session.snapshot.findings}
