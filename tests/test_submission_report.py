"""What the Charts and the Report page do, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.errors import ReportError
from assistant.findings import Level
from assistant.report.added_references import ReferenceForm
from assistant.submission import chart_choices as charts
from assistant.submission import chart_pictures, report_references
from assistant.submission import completeness as submission
from assistant.submission import dataset_choice as dataset
from assistant.submission import report_building as report
from assistant.submission import report_texts as report_sections
from assistant.submission import training_runs as training
from assistant.submission.drawing_ahead import prepare
from assistant.submission.report_texts import sections, set_section
from assistant.submission.session import Desk
from assistant.submission.workspace import new_owner
from tests.test_submission import NOW, services_in, wait_for_end

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
def twice_trained(tmp_path_factory: pytest.TempPathFactory, watch: Watch) -> Desk:
    """A desk with two runs of one project, the first of them chosen."""
    services = services_in(tmp_path_factory.mktemp("report"))
    desk = Desk(replace(services, clock=watch), new_owner())
    desk.change(lambda draft: draft.with_student(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(desk, 1, "sunspots")
    for seed, epochs in ((0, 2), (7, 4)):
        training.set_training(desk, 1, epochs=epochs, members=1, units=6, seed=seed)
        training.start(desk, 1)
        training.poll(desk, 1)
    training.choose_run(desk, 1, desk.project(1).runs[0].id)
    return desk


@pytest.fixture
def desk(twice_trained: Desk, watch: Watch) -> Desk:
    """The desk with nothing written and nothing chosen yet."""
    watch.passes(hours=1)
    (twice_trained.project_folder(1).root / "sections.json").unlink(missing_ok=True)
    twice_trained.change_project(
        1, sections={}, cited_runs={}, cited_texts={}, charts={}, chart_order=(), run=twice_trained.project(1).runs[0]
    )
    return twice_trained


def other_run(desk: Desk) -> None:
    training.choose_run(desk, 1, desk.project(1).runs[1].id)


def test_a_section_is_a_draft_until_its_text_differs(desk: Desk) -> None:
    draft = sections(desk, 1)[INTRODUCTION]
    set_section(desk, 1, INTRODUCTION, draft.shown)
    assert not sections(desk, 1)[INTRODUCTION].own
    set_section(desk, 1, INTRODUCTION, "I forecast {target} with an error of {mae}.")
    text = sections(desk, 1)[INTRODUCTION]
    assert text.own
    assert text.stale == ()
    report_sections.restore_section(desk, 1, INTRODUCTION)
    assert sections(desk, 1)[INTRODUCTION].shown == draft.shown


def test_the_meter_counts_the_students_words_and_not_the_drafts(desk: Desk) -> None:
    draft = sections(desk, 1)[INTRODUCTION]
    assert draft.words is not None
    assert draft.words.own == 0
    set_section(desk, 1, INTRODUCTION, draft.shown + "\n\nMy grandmother counted sunspots with a telescope.")
    words = sections(desk, 1)[INTRODUCTION].words
    assert words is not None
    assert words.own == 7
    assert words.words == draft.words.words + 7


def test_after_another_training_only_sentences_that_cite_a_change_are_marked(desk: Desk) -> None:
    set_section(
        desk, 1, INTRODUCTION, "I like the sun. The network learnt for {epochs} epochs. There are {rows} values."
    )
    other_run(desk)
    [stale] = sections(desk, 1)[INTRODUCTION].stale
    assert stale.text == "The network learnt for {epochs} epochs."
    assert [(change.name, change.then, change.now) for change in stale.changes] == [("epochs", "2", "4")]
    training.choose_run(desk, 1, desk.project(1).runs[0].id)
    assert sections(desk, 1)[INTRODUCTION].stale == ()


def test_opening_the_page_is_no_second_reading(desk: Desk) -> None:
    set_section(desk, 1, INTRODUCTION, "The network learnt for {epochs} epochs.")
    other_run(desk)
    set_section(desk, 1, INTRODUCTION, "The network learnt for {epochs} epochs.")
    assert len(sections(desk, 1)[INTRODUCTION].stale) == 1


def test_an_edit_unmarks_the_sentence_it_changes_and_no_other(desk: Desk) -> None:
    set_section(desk, 1, INTRODUCTION, "The network learnt for {epochs} epochs. Its seed was {seed}.")
    other_run(desk)
    set_section(
        desk, 1, INTRODUCTION, "Now it learns for {epochs} epochs. Its seed was {seed}. A new sentence with {epochs}."
    )
    assert [sentence.text for sentence in sections(desk, 1)[INTRODUCTION].stale] == ["Its seed was {seed}."]
    set_section(desk, 1, INTRODUCTION, "Now it learns for {epochs} epochs. Now its seed is {seed}.")
    assert sections(desk, 1)[INTRODUCTION].stale == ()
    assert desk.project(1).cited_runs[INTRODUCTION] == desk.project(1).runs[1].id


def test_a_sentence_that_is_still_right_is_confirmed(desk: Desk) -> None:
    set_section(desk, 1, INTRODUCTION, "The network learnt for {epochs} epochs.")
    other_run(desk)
    assert any("older training" in finding.what for finding in submission.findings(desk))
    report_sections.confirm_section(desk, 1, INTRODUCTION)
    assert sections(desk, 1)[INTRODUCTION].stale == ()
    assert not any("older training" in finding.what for finding in submission.findings(desk))


def test_undo_and_redo_go_through_the_versions_that_pauses_part(desk: Desk, watch: Watch) -> None:
    draft = sections(desk, 1)[INTRODUCTION].shown
    for text in ("I", "I b", "I begin."):
        set_section(desk, 1, INTRODUCTION, text)
        watch.passes(seconds=1)
    watch.passes(minutes=1)
    set_section(desk, 1, INTRODUCTION, "I begin again.")
    report_sections.step_section(desk, 1, INTRODUCTION, -1)
    assert sections(desk, 1)[INTRODUCTION].shown == "I begin."
    report_sections.step_section(desk, 1, INTRODUCTION, -1)
    assert sections(desk, 1)[INTRODUCTION].shown == draft
    assert not sections(desk, 1)[INTRODUCTION].own
    assert not sections(desk, 1)[INTRODUCTION].can_undo
    for _ in range(2):
        report_sections.step_section(desk, 1, INTRODUCTION, 1)
    assert sections(desk, 1)[INTRODUCTION].shown == "I begin again."
    assert not sections(desk, 1)[INTRODUCTION].can_redo


def test_going_back_to_the_draft_can_be_undone(desk: Desk) -> None:
    set_section(desk, 1, INTRODUCTION, "Mine.")
    report_sections.restore_section(desk, 1, INTRODUCTION)
    report_sections.step_section(desk, 1, INTRODUCTION, -1)
    assert sections(desk, 1)[INTRODUCTION].shown == "Mine."


def test_a_key_that_was_on_its_way_does_not_undo_a_button(desk: Desk, watch: Watch) -> None:
    draft = sections(desk, 1)[INTRODUCTION].shown
    before = sections(desk, 1)[INTRODUCTION].edition
    report_sections.type_section(desk, 1, INTRODUCTION, "Min", before)
    report_sections.restore_section(desk, 1, INTRODUCTION)
    report_sections.type_section(desk, 1, INTRODUCTION, "Mine", before)
    assert sections(desk, 1)[INTRODUCTION].shown == draft
    # Nothing typed is lost.
    report_sections.step_section(desk, 1, INTRODUCTION, -1)
    assert sections(desk, 1)[INTRODUCTION].shown == "Mine"
    # The box that was filled with it sends it once more, and then the student goes on.
    report_sections.step_section(desk, 1, INTRODUCTION, 1)
    report_sections.type_section(desk, 1, INTRODUCTION, "Mine", sections(desk, 1)[INTRODUCTION].edition - 1)
    assert sections(desk, 1)[INTRODUCTION].shown == draft
    report_sections.type_section(desk, 1, INTRODUCTION, "New", sections(desk, 1)[INTRODUCTION].edition)
    assert sections(desk, 1)[INTRODUCTION].shown == "New"
    # Where the page is open a second time, typing goes on under the older edition.
    watch.passes(minutes=1)
    report_sections.type_section(desk, 1, INTRODUCTION, "From elsewhere", before)
    assert sections(desk, 1)[INTRODUCTION].shown == "From elsewhere"


def test_an_earlier_version_is_brought_back_with_the_training_it_cites(desk: Desk, watch: Watch) -> None:
    set_section(desk, 1, INTRODUCTION, "The network learnt for {epochs} epochs.")
    watch.passes(minutes=1)
    other_run(desk)
    set_section(desk, 1, INTRODUCTION, "Something else.")
    kept = {version.text: version for version in report_sections.versions(desk, 1)}
    assert report_sections.bring_back(desk, 1, kept["The network learnt for {epochs} epochs."].key) == INTRODUCTION
    text = sections(desk, 1)[INTRODUCTION]
    assert text.shown == "The network learnt for {epochs} epochs."
    assert len(text.stale) == 1
    with pytest.raises(ReportError, match="not there any more"):
        report_sections.bring_back(desk, 1, "0:gone:0")


def test_the_versions_kept_are_bounded(desk: Desk, watch: Watch) -> None:
    for index in range(60):
        set_section(desk, 1, INTRODUCTION, f"Text {index}. " + "word " * 2000)
        watch.passes(minutes=1)
    kept = report_sections.versions(desk, 1)
    assert 2 <= len(kept) <= 40
    assert sum(len(version.text) for version in kept) <= 220_000
    assert kept[0].text.startswith("Text 59.")


def test_a_report_that_is_too_long_gets_shorter_by_one_click(desk: Desk) -> None:
    for item in charts.charts(desk, 1):
        charts.place_in_report(desk, 1, item.chart.name, in_report=True)
    built = report.build(desk, 1)
    assert built.over
    advice = report.advice(desk, 1)
    drop = next(change for change in advice if change.kind == "drop")
    report.follow(desk, 1, drop.sentence)
    assert drop.name not in [chart.name for chart, _ in charts.report_charts(desk, 1)]
    tighten = next((change for change in report.advice(desk, 1) if change.kind == "tighten"), None)
    if tighten is not None:
        report.follow(desk, 1, tighten.sentence)
        assert sections(desk, 1)[tighten.name].shown == tighten.text
        assert sections(desk, 1)[tighten.name].can_undo


def test_where_no_single_change_is_enough_several_are_made_by_one_click(desk: Desk) -> None:
    for item in charts.charts(desk, 1):
        charts.place_in_report(desk, 1, item.chart.name, in_report=True)
    set_section(desk, 1, "Conclusion & Future Direction", "The sun does not ask what was foretold of it. " * 45)
    assert report.build(desk, 1).over
    best = report.advice(desk, 1)[0]
    assert best.kind == "several"
    assert best.enough
    assert len(best.parts) > 1
    report.follow(desk, 1, best.sentence)
    assert not report.build(desk, 1).over


def test_a_report_with_room_gets_a_figure_by_one_click(desk: Desk) -> None:
    for item in charts.charts(desk, 1):
        charts.place_in_report(desk, 1, item.chart.name, in_report=item.chart.name == "loss")
    add = next(change for change in report.advice(desk, 1) if change.kind == "add")
    report.follow(desk, 1, add.sentence)
    assert add.name in [chart.name for chart, _ in charts.report_charts(desk, 1)]


def test_advice_that_is_old_is_not_followed(desk: Desk) -> None:
    with pytest.raises(ReportError, match="changed since"):
        report.follow(desk, 1, "Leave out the figure “Nothing”.")


def test_a_dropped_figure_takes_its_sentences_out_of_the_students_text(desk: Desk) -> None:
    for item in charts.charts(desk, 1):
        charts.place_in_report(desk, 1, item.chart.name, in_report=True)
    drop = next(change for change in report.advice(desk, 1) if change.kind == "drop")
    summary = next(item.chart.summary for item in charts.charts(desk, 1) if item.chart.name == drop.name)
    set_section(desk, 1, INTRODUCTION, f"Mine first.\n\n{summary}\n\nMine last.")
    drop = next(change for change in report.advice(desk, 1) if change.name == drop.name)
    report.follow(desk, 1, drop.sentence)
    assert summary not in sections(desk, 1)[INTRODUCTION].shown
    assert "Mine last." in sections(desk, 1)[INTRODUCTION].shown


def test_references_are_added_once_each_under_a_key_of_their_own(desk: Desk) -> None:
    title = report_references.references_title(desk)
    assert title is not None
    form = ReferenceForm(authors="Schwabe, Heinrich", year="1844", title="Sonnenbeobachtungen", container="AN")
    assert "[@schwabe1844]" in report_references.add_form(desk, 1, form)
    assert "[@schwabe1844]" in report_references.add_form(desk, 1, form)
    other = form.model_copy(update={"title": "Another"})
    assert "[@schwabe1844a]" in report_references.add_form(desk, 1, other)
    report_references.add_pasted(desk, 1, "Hathaway (2015). The solar cycle. doi:10.1007/lrsp-2015-4")
    report_references.add_pasted(desk, 1, "@article{clette2014, title={Revisiting}, author={Clette, F.}, year={2014}}")
    text = sections(desk, 1)[title].shown
    assert len(text.splitlines()) == 4
    assert text.count("[schwabe1844]") == 1
    assert "https://doi.org/10.1007/lrsp-2015-4" in text
    assert "[clette2014]" in text
    assert "clette2014" in dict(report_references.citable_keys(desk, 1))


@pytest.mark.parametrize("text", ["", "no number of that kind", "@article{x, year = {2000}}"])
def test_a_reference_that_cannot_be_read_changes_nothing(desk: Desk, text: str) -> None:
    with pytest.raises(ReportError):
        report_references.add_pasted(desk, 1, text)
    assert desk.project(1).sections == {}


def test_every_name_offered_stands_for_something_in_the_report(desk: Desk) -> None:
    names = report_references.citable_facts(desk, 1)
    assert ("mae", charts.material(desk, 1).facts.texts["mae"]) in names  # type: ignore[union-attr]
    set_section(desk, 1, INTRODUCTION, " ".join(f"{{{name}}}" for name, _ in names))
    assert not any("facts that do not exist" in finding.what for finding in report.build(desk, 1).findings)


def test_charts_in_the_report_change_places(desk: Desk) -> None:
    shown = charts.charts(desk, 1)
    first, second = [chart.name for chart, _ in charts.report_charts(desk, 1)][:2]
    index = [item.chart.name for item in shown].index(second)
    charts.move(desk, 1, index, -1)
    assert [chart.name for chart, _ in charts.report_charts(desk, 1)][:2] == [second, first]
    charts.move(desk, 1, index, -1)
    assert [chart.name for chart, _ in charts.report_charts(desk, 1)][:2] == [second, first]
    # One that comes in later stands where the page has it; the others keep the student's order.
    outside = next(item.chart.name for item in shown if not item.in_report)
    charts.place_in_report(desk, 1, outside, in_report=True)
    names = [chart.name for chart, _ in charts.report_charts(desk, 1)]
    assert names.index(second) < names.index(first)
    assert outside in names


def test_figures_are_numbered_as_the_text_speaks_of_them(desk: Desk) -> None:
    names = [chart.name for chart, _ in charts.report_charts(desk, 1)]
    set_section(desk, 1, INTRODUCTION, f"See {{fig_{names[-1]}}} first.")
    assert report.figure_numbers(desk, 1)[names[-1]] == 1
    assert sorted(report.figure_numbers(desk, 1).values()) == list(range(1, len(names) + 1))


def test_each_chart_is_drawn_and_checked_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    press = desk.services.press
    every = [item.chart for item in charts.charts(desk, 1)]
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


def test_a_closer_look_shows_fewer_values_and_the_whole_width_the_chart_itself(desk: Desk) -> None:
    press, chart = desk.services.press, charts.charts(desk, 1)[0].chart
    whole = chart_pictures.picture(press, chart)
    assert chart_pictures.closer_picture(press, chart, 0.0, 1.0) == whole
    closer = chart_pictures.closer_picture(press, chart, 0.5, 0.25)
    assert closer != whole
    assert closer == chart_pictures.closer_picture(press, chart, 0.25, 0.5)


def test_a_finished_run_is_prepared_in_the_background_without_marking_the_report_as_read(desk: Desk) -> None:
    desk.change_project(1, report=None)
    prepare(desk, 1)
    run = desk.project(1).run
    assert run is not None
    name = f"charts {desk.owner} 1 {run.id}"
    wait_for_end(desk.services.background, name)
    work = desk.services.background.look(name)
    assert work is not None
    assert work.state == "done"
    assert all(chart_pictures.known_picture(item.chart) for item in charts.charts(desk, 1))
    assert desk.project(1).report is None


def test_sections_that_are_all_draft_reach_the_list_on_the_submit_page(desk: Desk) -> None:
    drafts = [finding for finding in submission.findings(desk) if "still all draft" in finding.what]
    assert {finding.level for finding in drafts} == {Level.WARN}
    assert {(finding.step, finding.project) for finding in drafts} == {("report", 1)}
    set_section(desk, 1, INTRODUCTION, "Entirely my own sentence about the sun.")
    after = [finding.what for finding in submission.findings(desk) if "still all draft" in finding.what]
    assert len(after) == len(drafts) - 1


def test_what_the_set_report_lacks_is_said_before_it_is_handed_in(desk: Desk) -> None:
    set_section(desk, 1, INTRODUCTION, "The error is {eror}.")
    assert "The text names facts that do not exist." in {finding.what for finding in report.findings(desk)}
