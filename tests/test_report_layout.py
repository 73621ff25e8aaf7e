"""Columns are filled as a careful setter would: no widows, no lonely headings, feet that align."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.enums import TA_LEFT

from assistant.brief import load_brief
from assistant.charts.describe import describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.report.fonts import register_fonts
from assistant.report.manuscript import Author, Manuscript
from assistant.report.pdf import write_pdf
from assistant.report.section_drafts import draft_sections
from assistant.report.typeset import Typeset, typeset
from tests.factories import made_forecasts, made_run, made_series

STUDENT = Author(name="Ada Rao", registration="R-1")


def set_report(extra: str = "", charts: int = 9, section: str = "Introduction") -> Typeset:
    register_fonts()
    series = made_series()
    forecasts = made_forecasts(series)
    run = made_run(series, forecasts)
    facts = collect_facts(series, run, forecasts)
    kept = [chart for chart in describe_charts(series, run, forecasts) if chart.suggested][:charts]
    brief = load_brief()
    texts = draft_sections(brief, facts, kept)
    texts[section] += f"\n\n{extra}"
    return typeset(
        Manuscript(
            brief,
            STUDENT,
            "A title",
            facts,
            texts,
            tuple((chart, chart.caption) for chart in kept),
            None,
            series.source,
        )
    )


LENGTHS = [0, 40, 130, 260, 700]


@pytest.fixture(scope="module", params=LENGTHS)
def report(request) -> Typeset:
    return set_report("Some more words that say little. " * (request.param // 6))


def test_no_line_of_a_parted_paragraph_stands_alone(report):
    for column in report.filled.columns:
        for _, block in column.placed:
            if block.part:
                assert block.lines > 1.5


def test_no_heading_ends_a_column(report):
    for column in report.filled.columns:
        if column.placed:
            assert column.placed[-1][1].kind != "heading"


def test_nothing_overlaps_or_leaves_its_column(report):
    for column in report.filled.columns:
        foot = 0.0
        for offset, block in column.placed:
            assert offset >= foot - 0.01
            foot = offset + block.height
        assert foot <= column.height + 0.05


def test_the_last_pages_columns_end_at_about_the_same_height(report):
    last = [column for column in report.filled.columns if column.page == report.filled.pages - 1]
    tallest = max(block.height for column in last for _, block in column.placed)
    # A figure cannot be parted, so that the feet may differ by at most the highest block.
    assert max(column.used for column in last) - min(column.used for column in last) <= max(tallest, 40)


def test_sections_and_figures_come_in_order(report):
    placed = [block for column in report.filled.columns for _, block in column.placed]
    headings = [block.section for block in placed if block.kind == "heading"]
    assert headings == sorted(headings)
    assert len(headings) == len(report.manuscript.sections)
    inside = [block.anchor for block in placed if block.kind == "figure"]
    order = [f"fig_{figure.chart.name}" for figure in report.figures]
    assert inside == [name for name in order if name in inside]


def test_no_figure_stands_behind_the_references(report):
    placed = [block for column in report.filled.columns for _, block in column.placed]
    references = next(number for number, block in enumerate(placed) if block.barrier)
    assert all(block.kind != "figure" for block in placed[references:])


def test_every_word_is_on_the_pages_once():
    report = set_report("Unique " + " ".join(f"word{number}" for number in range(300)), charts=0)
    document = PdfDocument(write_pdf(report, {}))
    said = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert [int(number) for number in re.findall(r"word(\d+)", said)] == list(range(300))


def test_more_text_makes_smaller_letters_and_then_more_pages():
    reports = [set_report("Some more words that say little. " * count) for count in (0, 40, 400)]
    sizes = [report.styles.size for report in reports]
    assert sizes == sorted(sizes, reverse=True)
    assert [report.over for report in reports] == [False, False, True]
    assert sizes[-1] == 9
    assert reports[-1].lines_over > 0


def test_figures_grow_into_the_room_that_is_left():
    assert set_report(charts=3).stretch > set_report("Some more words. " * 60).stretch


def test_a_very_long_name_stays_ragged_in_the_head_and_on_one_line_in_the_foot(monkeypatch):
    name = "Maria de los Angeles Fernandez y Garcia de la Vega " * 4
    monkeypatch.setattr("tests.test_report_layout.STUDENT", Author(name=name.strip(), registration="R-1"))
    report = set_report()
    author = report.head.parts[1][0]
    assert len(author.blPara.lines) > 1
    assert author.style.alignment == TA_LEFT
    with closing(PdfDocument(write_pdf(report, {}))) as document:
        texts = document[0].get_textpage()
        foot = texts.get_text_bounded(0, 0, report.paper.width, report.paper.bottom - 10)
        assert re.search(r"^Maria de los .*… · R-1 · ", foot)
        assert f"Page 1 of {report.filled.pages}" in foot
        assert len(foot.replace(f"Page 1 of {report.filled.pages}", "").strip().splitlines()) == 1
