"""Whatever is typed is set: no text, name or formula stops the report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from reportlab.lib.enums import TA_RIGHT
from reportlab.pdfgen.canvas import Canvas

from assistant.charts.describe import describe_charts
from assistant.charts.draw import draw_pdf, draw_svg
from assistant.charts.project_facts import collect_facts
from assistant.dataset.series import Roles
from assistant.facts import Facts
from assistant.report.fonts import clean, missing_characters, register_fonts, runs
from assistant.report.markdown import read_blocks, read_pieces
from assistant.report.paragraphs import ReportCanvas, Words
from assistant.report.sentences import sentences
from assistant.report.style import Styles
from tests.factories import made_forecasts, made_run, made_series

ANY = some.text(max_size=120)
SIGNS = some.text(alphabet="ab *_$[](){}\\<>&#@`-1.\n\"'|/^~éतுঙ", max_size=80)


@settings(max_examples=80, deadline=None)
@given(SIGNS | ANY)
def test_any_text_becomes_a_paragraph(text):
    register_fonts()
    words = Words(Facts(run_id="r", texts={"a": "5 ppm", "b": "<b>"}))
    canvas: Canvas = ReportCanvas("unused.pdf", invariant=1)
    for block in read_blocks(text):
        paragraph = words.paragraph(block.text, Styles(10).body(first=True))
        _, height = paragraph.wrap(200, 10_000)
        paragraph.drawOn(canvas, 10, 10)
        assert height >= 0
    for start, end in sentences(text):
        assert text[start:end].strip() == text[start:end] != ""


@settings(max_examples=80, deadline=None)
@given(SIGNS | ANY)
def test_runs_lose_no_character_that_a_font_has(text):
    shown = "".join(part for _, part in runs(text))
    lost = missing_characters(text)
    assert len(shown) == len(clean(text))
    assert [sign for sign in shown if sign != "□"] == [sign for sign in clean(text) if sign not in lost and sign != "□"]


@given(some.text(alphabet="ab *_$[](){}\\", max_size=60))
def test_pieces_of_plain_words_are_the_words(text):
    plain = "".join(sign for sign in text if sign in "ab ")
    assert "".join(piece.text for piece in read_pieces(plain)) == plain


@pytest.mark.parametrize(
    ("text", "leftwards"), [("سطح البحر in 1950", True), ("שלום", True), ("The sea, سطح", False), ("12 – 13", False)]
)
def test_paragraphs_read_from_right_to_left_end_at_the_right(text, leftwards):
    paragraph = Words(Facts(run_id="", texts={})).paragraph(text, Styles(10.0).body(first=True))
    assert (paragraph.style.alignment == TA_RIGHT) == leftwards


@pytest.mark.parametrize("target", ["a_b$c{d}*e", "तापमान", "T" * 60, "<b>&amp;"])
def test_any_column_name_can_be_drawn(target):
    series = made_series()
    series = replace(series, roles=Roles(target=target), frame=series.frame.rename(columns={"co2": target}), units={})
    forecasts = made_forecasts(series)
    charts = {chart.name: chart for chart in describe_charts(series, made_run(series, forecasts), forecasts)}
    assert draw_pdf(charts["forecast"])
    assert 'role="img"' in draw_svg(charts["series"])
    said = "".join(piece.text for piece in read_pieces(charts["series"].caption))
    assert target in said


@pytest.mark.parametrize("source", ["水_{t}", r"\text{किमी}"])
def test_a_formula_with_letters_that_it_cannot_hold_is_shown_as_typed(source):
    register_fonts()
    words = Words(Facts(run_id="", texts={}))
    paragraph = words.paragraph(f"So ${source}$ it is.", Styles(10.0).body(first=True))
    assert source in paragraph.said
    assert list(words.broken) == [source]


def test_a_run_without_epochs_and_a_level_series_can_be_drawn():
    series = made_series()
    series = replace(series, frame=series.frame * 0 + 5.0)
    forecasts = made_forecasts(series)
    run = made_run(series, forecasts).model_copy(update={"history": (), "best_epoch": 0})
    facts = collect_facts(series, run, forecasts)
    assert facts.texts["epochs"] == "0"
    for chart in describe_charts(series, run, forecasts):
        assert draw_svg(chart)
