"""Building the report: the student's texts, the facts and the charts as a PDF of a few well-filled pages."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from assistant.brief import Brief
from assistant.charts.chart import Chart
from assistant.dataset.series import Source
from assistant.facts import Facts
from assistant.report.checks import check_report, overflow
from assistant.report.content import Author, Content
from assistant.report.fonts import register_fonts
from assistant.report.outcome import Report
from assistant.report.typeset import typeset
from assistant.report.write import Drawings, write_pdf

# reportlab keeps what it knows of fonts for the whole process.
BUILDING = threading.RLock()


def build_report(
    brief: Brief,
    student: Author,
    title: str,
    facts: Facts,
    sections: Mapping[str, str],
    charts: Sequence[tuple[Chart, str]],
    colab_url: str | None,
    source: Source,
    project: int | None = None,
    drawn: Drawings | None = None,
) -> Report:
    """Build the report of one project.

    `sections` maps the titles of the brief's sections to simple Markdown, in which {names} are facts, {fig_loss} is the
    number of a figure, [@lstm] cites a reference. `charts` are those that go in, each with its caption. The text is
    set as large as the page limit allows, between 9 and 10.2 points, and never smaller: what does not fit goes on
    further pages and is told in `over`. The same input gives the same bytes; figures found in `drawn`, which may be
    kept from one call to the next, are not drawn again. Raises ReportError when a section of the brief has no text.
    """
    content = Content(brief, student, title, facts, sections, charts, colab_url, source)
    with BUILDING:
        register_fonts(content.all_text)
        report = typeset(content)
        return Report(
            pdf=write_pdf(report, {} if drawn is None else drawn),
            pages=report.filled.pages,
            page_limit=brief.report.page_limit,
            size=report.styles.size,
            filled=report.filled.last_page_share(report.paper),
            section_lines=report.section_lines,
            section_words={section.title: len(text.split()) for section, text in content.sections},
            over=overflow(report),
            findings=tuple(check_report(report, project)),
        )
