"""The report: any text and any brief give a whole, honest PDF, the same each time."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pikepdf
import pytest
from pypdfium2 import PdfDocument

from assistant.brief import Section, load_brief
from assistant.charts.describe import describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.errors import BriefError
from assistant.findings import Level
from assistant.report.build import build_report
from assistant.report.manuscript import Author, Manuscript
from assistant.report.pages import count_pages, render_pages
from assistant.report.result import Report
from assistant.report.section_drafts import draft_sections, guiding_questions
from tests.factories import made_forecasts, made_run, made_series

STUDENT = Author(name="Ásta Łukasiewicz", registration="IN-2023-0417")
COLAB = "https://colab.research.google.com/drive/1abcDEF"


def project(skill: float = 1.0, **options):
    series = made_series(**options)
    forecasts = made_forecasts(series, skill=skill)
    run = made_run(series, forecasts, overfits=True)
    facts = collect_facts(series, run, forecasts, "Forecasting carbon dioxide over a made island")
    charts = [chart for chart in describe_charts(series, run, forecasts) if chart.suggested]
    return SimpleNamespace(series=series, facts=facts, charts=charts, brief=load_brief())


DRAWN: dict = {}


def manuscript_of(made, sections=None, student=STUDENT, brief=None) -> Manuscript:
    brief = brief or made.brief
    return Manuscript(
        brief=brief,
        author=student,
        title=made.facts.texts["title"],
        facts=made.facts,
        texts=draft_sections(brief, made.facts, made.charts) if sections is None else sections,
        charts=tuple((chart, chart.caption) for chart in made.charts),
        colab_url=COLAB,
        source=made.series.source,
    )


def build(made, sections=None, drawn=DRAWN, **changes) -> Report:
    return build_report(manuscript_of(made, sections, **changes), drawn=drawn)


@pytest.fixture(scope="module")
def made():
    return project()


@pytest.fixture(scope="module")
def report(made) -> Report:
    return build(made)


def text_of(pdf: bytes) -> str:
    document = PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")
    finally:
        document.close()


def with_brief(brief, **changes):
    return brief.model_copy(update={"report": brief.report.model_copy(update=changes)})


def test_the_drafts_fill_exactly_the_allowed_pages(report):
    assert report.pages == count_pages(report.pdf) == 2
    assert report.over is None
    assert report.filled >= 0.6
    assert report.size >= 9
    assert report.findings == ()
    assert report.pdf == build(project(), drawn={}).pdf


@pytest.mark.parametrize("options", [{"skill": -1.0}, {"rows": 60, "horizon": 1, "dated": False}, {"repairs": False}])
def test_other_outcomes_and_short_data_fit_as_well(options):
    made = project(**options)
    report = build(made)
    assert report.pages <= 2
    assert report.filled >= 0.6
    assert report.findings == ()


def test_sections_come_in_the_order_of_the_brief(made, report):
    text = text_of(report.pdf)
    places = [text.index(section.title) for section in made.brief.report.sections]
    assert places == sorted(places)


def test_every_font_is_embedded(report):
    with pikepdf.open(io.BytesIO(report.pdf)) as document:
        descriptors = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        ]
        assert descriptors
        for font in descriptors:
            if font.get("/Subtype") == "/Type0":
                continue
            descriptor = font.get("/FontDescriptor")
            assert descriptor is not None, font.get("/BaseFont")
            assert "/FontFile2" in descriptor


def test_links_outline_and_metadata_are_there(made, report):
    with pikepdf.open(io.BytesIO(report.pdf)) as document:
        targets = [
            str(note["/A"]["/URI"])
            for page in document.pages
            for note in page.get("/Annots", [])
            if "/URI" in note.get("/A", {})
        ]
        assert COLAB in targets
        assert made.series.source.url in targets
        assert any("10.1162/neco.1997.9.8.1735" in target for target in targets)
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == [section.title for section in made.brief.report.sections]
        assert str(document.docinfo["/Title"]) == made.facts.texts["title"]
        assert str(document.docinfo["/Author"]) == STUDENT.name


def test_a_long_text_is_never_shrunk_below_nine_points_but_told(made):
    sections = draft_sections(made.brief, made.facts, made.charts)
    sections["Introduction"] += "\n\n" + "These words were written to be too many for two pages. " * 220
    report = build(made, sections)
    assert report.pages > 2
    assert report.size == 9
    assert report.over is not None
    assert report.over.lines > 20
    assert report.over.section == "Introduction"
    assert (
        f"cut about {report.over.words:,} words, best in “Introduction”, or leave a chart out" in report.over.sentence
    )
    assert [finding.level for finding in report.findings] == [Level.BLOCK]


def test_where_the_texts_are_short_it_is_the_figures_that_have_to_go(made):
    brief = made.brief.model_copy(update={"report": made.brief.report.model_copy(update={"page_limit": 1})})
    sections = dict.fromkeys(draft_sections(brief, made.facts, made.charts), "Some words.")
    over = build(made, sections, brief=brief).over
    assert over is not None
    assert 0 < over.figures < over.all_figures == len(made.charts)
    assert f"leave out about {over.figures} of its {over.all_figures} figures" in over.sentence
    kept = SimpleNamespace(**{**vars(made), "charts": made.charts[over.figures :]})
    assert build(kept, sections, brief=brief).over is None


def test_text_is_shown_as_typed_whatever_it_holds(made):
    sections = draft_sections(made.brief, made.facts, made.charts)
    sections["Introduction"] = (
        'a<b & c>d <img src="secret.png"/> <b>not bold</b> 5 * 3 * 2 snake_case_name {no_such_fact} '
        "$5 and $6 **bold** `x` ]]> &amp; [@nobody]"
    )
    report = build(made, sections)
    text = text_of(report.pdf)
    assert 'a<b & c>d <img src="secret.png"/> <b>not bold</b>' in " ".join(text.split())
    assert "snake_case_name {no_such_fact} $5 and $6 bold `x` ]]> &amp;" in " ".join(text.split())
    said = " ".join(str(finding) for finding in report.findings)
    assert "{no_such_fact}" in said
    assert "[@nobody]" in said


def test_a_character_that_no_font_has_is_named(made):
    report = build(made, student=Author(name="Ada 𒀀", registration=""))
    assert any("U+12000" in str(finding) for finding in report.findings)


def test_a_brief_with_other_sections_paper_and_columns_works(made):
    other = with_brief(
        made.brief,
        sections=(Section(title="Findings", draft="results"), Section(title="Sources", draft="references")),
        paper="letter",
        columns=1,
        page_limit=3,
    )
    report = build(made, brief=other)
    assert 1 <= report.pages <= 3
    with pikepdf.open(io.BytesIO(report.pdf)) as document:
        assert [float(value) for value in document.pages[0].mediabox[2:]] == [612, 792]


def test_a_draft_that_does_not_exist_is_named(made):
    other = with_brief(made.brief, sections=(Section(title="Ethics", draft="ethics"),))
    with pytest.raises(BriefError, match=r"ethics\.toml"):
        draft_sections(other, made.facts)


def test_every_section_has_guiding_questions(made):
    for section in made.brief.report.sections:
        assert guiding_questions(section)


def test_drafts_differ_with_the_outcome():
    texts = {
        outcome: draft_sections(made.brief, made.facts)["Conclusion & Future Direction"]
        for outcome, made in (("beats", project()), ("loses", project(skill=-1.0)))
    }
    assert "worse than" in texts["loses"]
    assert "worse than" not in texts["beats"]


def test_pages_are_pictures(report):
    pictures = render_pages(report.pdf, dpi=50)
    assert len(pictures) == 2
    assert all(picture[:4] == b"\x89PNG" for picture in pictures)
