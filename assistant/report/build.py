"""Building the report: the student's texts, the facts and the charts as a PDF of a few well-filled pages."""

from __future__ import annotations

import threading

from assistant.report.checks import check_report, overflow
from assistant.report.fonts import register_fonts
from assistant.report.manuscript import Manuscript
from assistant.report.pdf import Drawings, write_pdf
from assistant.report.result import Report
from assistant.report.typeset import typeset

# reportlab keeps what it knows of fonts for the whole process.
BUILDING = threading.RLock()


def build_report(manuscript: Manuscript, project: int | None = None, drawn: Drawings | None = None) -> Report:
    """Build the report of one project.

    The text is set as large as the page limit allows, between 9 and 10.2 points, and never smaller: what does not fit
    goes on further pages and is told in `over`. The same manuscript gives the same bytes; figures found in `drawn`,
    which may be kept from one call to the next, are not drawn again.
    """
    with BUILDING:
        register_fonts(manuscript.all_text)
        report = typeset(manuscript)
        return Report(
            pdf=write_pdf(report, {} if drawn is None else drawn),
            pages=report.filled.pages,
            page_limit=manuscript.brief.report.page_limit,
            size=report.styles.size,
            filled=report.filled.last_page_share(report.paper),
            section_lines=report.section_lines,
            section_words={section.title: len(text.split()) for section, text in manuscript.sections},
            over=overflow(report),
            findings=tuple(check_report(report, project)),
        )
