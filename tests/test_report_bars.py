"""What every report must hold, tried on each ready project, many names, and texts of every length."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pikepdf
import pypdfium2
import pytest
from pypdfium2 import raw

from assistant.brief import load_brief
from assistant.charts.describe import describe_charts
from assistant.charts.draw import draw_pdf
from assistant.charts.project_facts import collect_facts
from assistant.dataset.preparing.prepare import prepare_ready
from assistant.dataset.ready_projects import list_ready
from assistant.facts import Facts
from assistant.report.build import build_report
from assistant.report.checks import check_report
from assistant.report.fonts import register_fonts
from assistant.report.layout import Column
from assistant.report.manuscript import Author, Manuscript
from assistant.report.references import dataset_reference, known_references
from assistant.report.result import Report
from assistant.report.section_drafts import draft_sections
from assistant.report.suggestions import suggest_changes
from assistant.report.typeset import typeset
from tests.factories import made_forecasts, made_run, made_series

COLAB = "https://colab.research.google.com/drive/1abcDEF"
STUDENT = Author(name="Asha Kulkarni", registration="IN-2023-0417")
NAMES = (
    "Ásta Łukasiewicz", "Nguyễn Thị Ánh", "Øyvind Ærø", "Şükrü Çağlar", "Zoë Nuñez-Őry",
    "Ελένη Παπαδοπούλου", "Γιώργος Αγγελόπουλος", "Αθηνά Ξένου",
    "Екатерина Щербакова", "Олександр Ґалаґан", "Љубица Ђорђевић",
    "अनुष्का श्रीवास्तव", "क्षितिज त्रिपाठी", "ज्योत्स्ना द्विवेदी",
    "প্রিয়াঙ্কা চক্রবর্তী", "মোঃ রফিকুল ইসলাম", "সৌম্য বন্দ্যোপাধ্যায়",
    "தமிழ்ச்செல்வி கௌதமன்", "ஸ்ரீநிவாஸ் ராஜேந்திரன்", "மீனாட்சி சுந்தரம்",
    "శ్రీనివాస్ కృష్ణమూర్తి", "లక్ష్మీ ప్రసన్న",
    "สมชาย ศรีสุวรรณ", "กัญญา เพ็ชรรัตน์",
    "Արմեն Պետրոսյան", "Անուշ Ղազարյան",
    "გიორგი ბერიძე", "თამარ ყიფიანი",
    "ישראל כהן", "محمد عبد الله",
    "王小明", "欧阳娜娜", "陳美麗", "山田太郎", "さくら 鈴木", "김민수", "이서연",
    "ገብረ ማርያም", "ગુજરાતી પટેલ", "ਹਰਪ੍ਰੀਤ ਸਿੰਘ", "ಲಕ್ಷ್ಮೀ ಹೆಗ್ಡೆ", "ശ്രീകുമാർ നായർ", "ප්‍රියංකා පෙරේරා",
    "ପ୍ରିୟା ମହାପାତ୍ର", "សុខ ចាន់ធូ", "ສົມສັກ ວົງສາ", "အောင်ဆန်းစုကြည်",
)  # fmt: skip


def project_of(series, skill: float = 1.0) -> SimpleNamespace:
    forecasts = made_forecasts(series, skill=skill)
    run = made_run(series, forecasts)
    facts = collect_facts(series, run, forecasts)
    charts = describe_charts(series, run, forecasts)
    kept = [chart for chart in charts if chart.suggested]
    sections = draft_sections(load_brief(), facts, kept)
    return SimpleNamespace(series=series, facts=facts, charts=kept, every_chart=charts, sections=sections)


DRAWN: dict = {}


def manuscript_of(made, student=STUDENT, sections=None, charts=None) -> Manuscript:
    charts = made.charts if charts is None else charts
    return Manuscript(
        brief=load_brief(),
        author=student,
        title=made.facts.texts["title"],
        facts=made.facts,
        texts=made.sections if sections is None else sections,
        charts=tuple((chart, chart.caption) for chart in charts),
        colab_url=COLAB,
        source=made.series.source,
    )


def build(made, **changes) -> Report:
    return build_report(manuscript_of(made, **changes), drawn=DRAWN)


@pytest.fixture(scope="module")
def made():
    return project_of(made_series())


def letters(pdf: bytes) -> Iterator[tuple[str, float]]:
    """Give each letter with its size in points."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            code = raw.FPDFText_GetUnicode(text, index)
            if chr(code).strip() and not raw.FPDFText_IsGenerated(text, index):
                matrix = raw.FS_MATRIX()
                raw.FPDFText_GetMatrix(text, index, matrix)
                size = raw.FPDFText_GetFontSize(text, index) * (matrix.c**2 + matrix.d**2) ** 0.5
                yield chr(code), size
    document.close()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")
    finally:
        document.close()


def unjoined(text: str) -> str:
    """Return text in its plain letters, without the marks that only steer how letters join."""
    return unicodedata.normalize("NFKC", text).replace("\u200d", "")


def embedded_fonts(pdf: bytes) -> list[bool]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary)
            and item.get("/Type") == "/Font"
            and item.get("/Subtype") != "/Type0"
        ]
        return ["/FontFile2" in font.get("/FontDescriptor", {}) for font in fonts]


def faults(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return document.check_pdf_syntax()


@pytest.mark.parametrize("name", [project.name for project in list_ready()])
def test_each_ready_project_has_a_full_report_within_the_limit(name):
    made = project_of(prepare_ready(next(project for project in list_ready() if project.name == name)))
    report = build(made)
    assert report.pages == 2
    assert report.filled >= 0.6
    assert report.size >= 9
    assert report.findings == ()
    assert all(embedded_fonts(report.pdf))
    assert faults(report.pdf) == []
    text = text_of(report.pdf)
    places = [text.index(section.title) for section in load_brief().report.sections]
    assert places == sorted(places)


def test_a_losing_run_says_so(made):
    lost = project_of(made_series(), skill=-1.0)
    report = build(lost)
    assert report.pages == 2
    assert "is worse than" in " ".join(text_of(report.pdf).split())


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_are_set_with_their_own_letters(made, name):
    few = dict.fromkeys(made.sections, f"Written by {name}, as **{name}**.")
    report = build(made, student=Author(name=name, registration="R-1"), sections=few, charts=[])
    assert not [finding for finding in report.findings if "font" in finding.what]
    assert all(embedded_fonts(report.pdf))
    assert faults(report.pdf) == []
    with pikepdf.open(io.BytesIO(report.pdf)) as document:
        assert str(document.docinfo["/Author"]) == name
        shown = {str(item.get("/BaseFont")) for item in document.objects if isinstance(item, pikepdf.Dictionary)}
    assert unjoined(name) in unjoined(text_of(report.pdf))
    for script in (
        "Devanagari",
        "Bengali",
        "Tamil",
        "Telugu",
        "Thai",
        "CJK",
        "Ethiopic",
        "Sinhala",
        "Khmer",
        "Myanmar",
    ):
        faces = {font.split("-")[-1] for font in shown if script in font}
        assert faces in (set(), {"Regular", "Bold"})


@pytest.mark.parametrize("charts", [0, 1, 2, 5])
def test_a_very_short_text_still_makes_a_whole_report(made, charts):
    sections = dict.fromkeys(made.sections, "Short.")
    report = build(made, sections=sections, charts=made.charts[:charts])
    assert report.pages <= 2
    assert report.filled >= 0.6
    assert faults(report.pdf) == []
    kinds = {
        change.kind for change in suggest_changes(manuscript_of(made, sections=sections), available=made.every_chart)
    }
    assert report.filled >= 0.85 or kinds >= {"extend"}


@pytest.mark.parametrize("words", [1, 20, 60])
def test_no_page_before_the_last_is_left_half_empty(made, words):
    register_fonts()
    filled = typeset(manuscript_of(made, sections=dict.fromkeys(made.sections, "Short. " * words))).filled
    assert filled.void < 0.5
    assert filled.disorder == 0


def test_a_last_page_that_stays_half_empty_is_told(made):
    register_fonts()
    whole = typeset(manuscript_of(made))
    lines = Column(page=1, number=0, top=whole.paper.text_height, height=whole.paper.text_height, used=120.0)
    lines.placed.append((0.0, whole.filled.columns[0].placed[0][1]))
    first = tuple(column for column in whole.filled.columns if column.page == 0)
    short = replace(whole, filled=replace(whole.filled, columns=(*first, lines), wide=()))
    assert [finding.what for finding in check_report(short, 1)] == ["The last page looks unfinished."]
    assert check_report(whole, 1) == []


def test_a_report_with_room_is_offered_what_to_add(made):
    sections = dict.fromkeys(made.sections, "Some plain words of a text. " * 20)
    changes = suggest_changes(
        manuscript_of(made, sections=sections, charts=made.charts[:1]), available=made.every_chart
    )
    assert {change.kind for change in changes} == {"add"}
    assert changes[0].enough


@pytest.mark.parametrize(("words", "charts"), [(960, 0), (1060, 0), (1200, 0), (840, 1), (900, 1), (1060, 1), (600, 2)])
def test_a_text_of_any_length_leaves_no_half_empty_page(made, words, charts):
    plain = "The sea holds more warmth every summer and gives some of it back in autumn when the wind turns. "
    text = " ".join((plain * 20).split()[: words // 5])
    report = build(made, sections=dict.fromkeys(made.sections, text), charts=made.charts[:charts])
    assert report.pages <= 2
    assert report.filled >= 0.6
    assert 9 <= report.size <= 12
    assert report.findings == ()


def test_what_is_too_long_is_told_with_changes_that_are_enough(made):
    sections = dict(made.sections)
    sections["Conclusion & Future Direction"] += "\n\n" + "The same could be tried elsewhere. " * 75
    report = build(made, sections=sections)
    assert report.over is not None
    changes = suggest_changes(manuscript_of(made, sections=sections), available=made.every_chart)
    assert {change.kind for change in changes} == {"drop", "tighten"}
    best = changes[0]
    assert best.enough
    if best.kind == "drop":
        kept = [chart for chart in made.charts if chart.name != best.name]
        texts = {title: re.sub(rf"[^.]*{{fig_{best.name}}}[^.]*\.", "", text) for title, text in sections.items()}
        assert build(made, sections=texts, charts=kept).over is None
    else:
        assert build(made, sections={**sections, best.name: best.text}).over is None


def test_no_text_is_too_small(made):
    without_figures = {title: re.sub(r"\{fig_\w+\}", "The figure", text) for title, text in made.sections.items()}
    for words in (0, 40):
        sections = {title: text + " More words." * words for title, text in without_figures.items()}
        # Formulas with their indices are text too.
        assert min(size for _, size in letters(build(made, sections=sections, charts=[]).pdf)) >= 8.99
    for chart in made.every_chart:
        assert min(size for _, size in letters(draw_pdf(chart))) >= 6.99


def test_every_number_in_the_report_is_a_fact(made):
    sections = {title: re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "x", text) for title, text in made.sections.items()}
    report = build(made, sections=sections, charts=[])
    known = [*made.facts.texts.values(), STUDENT.registration, *(reference.text for reference in known_references())]
    known += [dataset_reference(made.series.source).text, "1 2 3 4 5 6"]  # the numbers of sections, tables, references
    allowed = {number for text in known for number in numbers(text)}
    assert set(numbers(text_of(report.pdf))) <= allowed


def numbers(text: str) -> list[str]:
    return [number.rstrip(".,") for number in re.findall(r"\d[\d,.]*", text)]


def test_an_edited_word_leaves_the_drawings_as_they_are(made):
    build(made)
    before = dict(DRAWN)
    build(made, sections={**made.sections, "Introduction": made.sections["Introduction"].replace("project", "report")})
    assert before == DRAWN


def test_facts_in_braces_follow_the_facts(made):
    other = Facts(run_id="x", texts={**made.facts.texts, "mae": "9.99 ppm"})
    report = build_report(replace(manuscript_of(made), facts=other), drawn=DRAWN)
    assert "9.99 ppm" in text_of(report.pdf)
