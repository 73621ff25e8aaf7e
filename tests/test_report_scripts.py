"""Texts in scripts that are written without blanks or from right to left are broken and ordered as their readers expect."""

from __future__ import annotations

import io
from itertools import pairwise
from types import SimpleNamespace
from unicodedata import category

import pypdfium2
import pytest

from assistant.charts.cjk_fonts import region_of
from assistant.charts.draw import draw_pdf
from assistant.charts.series_charts import series_chart
from assistant.dataset.series import Roles
from assistant.facts import Facts
from assistant.report.bidirectional import arrange
from assistant.report.fonts import missing_characters, register_fonts
from assistant.report.line_breaking import may_part
from assistant.report.paragraphs import ReportCanvas, Words
from assistant.report.style import Styles

CHINESE = "本报告研究海水表面温度的预测（LSTM）。我们使用“长短期记忆”网络，并与简单的预测比较！"
JAPANESE = "本レポートでは、海面水温の予測について述べる。「単純な予測」よりも誤差が小さいことを確認した。"
THAI = "รายงานนี้ศึกษาการพยากรณ์อุณหภูมิผิวน้ำทะเลโดยใช้โครงข่ายประสาทเทียมแบบหน่วยความจำระยะสั้นยาว"


def drawn(text: str, width: float = 120) -> bytes:
    register_fonts()
    stream = io.BytesIO()
    canvas = ReportCanvas(stream, pagesize=(width + 20, 400), invariant=1)
    paragraph = Words(Facts(run_id="", texts={})).paragraph(text, Styles(10.0).body(first=True))
    _, height = paragraph.wrap(width, 1000)
    paragraph.drawOn(canvas, 10, 390 - height)
    canvas.save()
    return stream.getvalue()


def lines_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range().split("\r\n")
    finally:
        document.close()


@pytest.mark.parametrize("text", [CHINESE, JAPANESE])
def test_lines_of_east_asian_letters_break_where_they_may(text):
    lines = lines_of(drawn(text))
    assert len(lines) >= 4
    assert "".join(lines) == text
    assert all(may_part(before[-1], after[0]) for before, after in pairwise(lines))


@pytest.mark.parametrize("text", [CHINESE, JAPANESE])
def test_lines_of_east_asian_letters_end_at_the_margin(text):
    document = pypdfium2.PdfDocument(drawn(text))
    page = document[0].get_textpage()
    boxes = [page.get_charbox(index, loose=True) for index in range(page.count_chars())]
    ends: dict[int, float] = {}
    for _, bottom, right, _ in boxes:
        ends[round(bottom / 6)] = max(ends.get(round(bottom / 6), 0.0), right)
    rows = [ends[row] for row in sorted(ends, reverse=True)]
    assert all(end == pytest.approx(130, abs=1.5) for end in rows[:-1])
    document.close()


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("海", "水", True),
        ("海", "。", False),
        ("「", "海", False),
        ("海", "L", True),
        ("L", "S", False),
        ("い", "っ", False),
    ],
)
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one(before, after, may):
    assert may_part(before, after) == may


@pytest.mark.parametrize("width", [60, 150])
def test_lines_of_thai_break_between_letters_with_their_marks(width):
    lines = lines_of(drawn(THAI, width=width))
    assert "".join(lines) == THAI
    assert not [line for line in lines[1:] if category(line[0]).startswith("M") or line[0] in "ะาำ"]
    assert not [line for line in lines if line[-1] in "เแโใไ"]


@pytest.mark.parametrize(
    ("text", "region"),
    [("王小明", "sc"), ("陳美麗", "tc"), ("さくら", "jp"), ("佐々木", "jp"), ("김민수", "kr"), ("欧阳", "sc")],
)
def test_han_letters_have_the_form_of_the_region_they_come_from(text, region):
    assert region_of(text) == region


def line_of(*words: tuple[str, bool]) -> list[SimpleNamespace]:
    return [SimpleNamespace(text=text, leftwards=True) if left else SimpleNamespace(text=text) for text, left in words]


@pytest.mark.parametrize(
    ("base", "words", "seen"),
    [
        ("L", [("By ", False), ("A ", True), ("B ", True), ("here", False)], "By B A here"),
        ("R", [("A ", True), ("B ", True), ("LSTM network ", False), ("C", True)], "C LSTM network B A"),
        ("R", [("A ", True), ("1950 ", False), ("B", True)], "B 1950 A"),
        ("L", [("A ", True), ("B", True), (",", False), (" and", False)], "B A, and"),
        ("L", [("one ", False), ("two", False)], "one two"),
    ],
)
def test_words_read_from_right_to_left_stand_in_their_order(base, words, seen):
    assert "".join(word.text for word in arrange(line_of(*words), base)) == seen


@pytest.mark.parametrize("name", ["محمد عبد الله", "ישראל בן כהן"])
def test_a_name_read_from_right_to_left_begins_at_the_right(name):
    document = pypdfium2.PdfDocument(drawn(f"Written by {name} alone.", width=300))
    page = document[0].get_textpage()
    said = page.get_text_range()
    first, last = (page.get_charbox(said.index(word))[0] for word in (name.split()[0], name.split()[-1]))
    assert last < first
    document.close()


def test_a_mark_that_begins_a_word_can_be_drawn():
    assert lines_of(drawn("مُحَمَّد قَالَ شُكْرًا"))


def test_the_letters_of_one_report_do_not_depend_on_those_before():
    first = drawn("王小明")
    drawn("김민수 山田太郎")
    assert drawn("王小明") == first


@pytest.mark.parametrize("text", ["𠮷野家", "😀 well", "𝛼", "محمد عبد الله", "ישראל", "משה final office"])
def test_letters_can_be_copied_as_they_were_typed(text):
    assert "".join(lines_of(drawn(text))) == text


def test_letters_with_signs_for_their_looks_lack_nothing():
    assert missing_characters("❤️ 👍🏽 👩‍🔬 ☀️ 王小明") == ()
    assert missing_characters("བོད་") != ()


@pytest.mark.parametrize("target", ["海水温度", "水温（表面）", "기온", "ሙቀት"])
def test_axis_titles_keep_their_letters_in_any_script(target):
    from dataclasses import replace

    from assistant.charts.chart import Chart
    from tests.factories import made_series

    series = made_series()
    series = replace(series, roles=Roles(target=target), frame=series.frame.rename(columns={"co2": target}), units={})
    drawing = series_chart(series)
    chart = Chart("series", "t", drawing.panels, "c", "e", "s", "a", height=drawing.height)
    assert target in "".join(lines_of(draw_pdf(chart)))
    assert draw_pdf(chart) == draw_pdf(chart)


def test_a_name_that_no_font_has_is_named_and_can_still_be_handed_in():
    from assistant.brief import load_brief
    from assistant.charts.project_facts import collect_facts
    from assistant.findings import Level
    from assistant.report.build import build_report
    from assistant.report.manuscript import Author, Manuscript
    from tests.factories import made_forecasts, made_run, made_series

    series = made_series()
    forecasts = made_forecasts(series)
    facts = collect_facts(series, made_run(series, forecasts), forecasts)
    brief = load_brief()
    texts = {section.title: "Some words." for section in brief.report.sections}
    author = Author(name="བཀྲ་ཤིས", registration="R-1")
    report = build_report(Manuscript(brief, author, "A title", facts, texts, (), None, series.source))
    finding = next(finding for finding in report.findings if "your name" in finding.what)
    assert finding.level == Level.WARN
    assert "tibetan letter ba, U+0F56" in finding.evidence
    assert "handed in all the same" in finding.fix
