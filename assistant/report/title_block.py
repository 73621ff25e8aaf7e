"""The head of the first page: title, author, links, and the result in a tinted box."""

from __future__ import annotations

from typing import Any

from reportlab.lib.enums import TA_LEFT

from assistant.report.manuscript import Manuscript
from assistant.report.markdown import Piece
from assistant.report.paragraphs import ReportCanvas, Words, link, styled
from assistant.report.style import ACCENT, SMALL, TINT, Paper, Styles

_RESULT = (
    "On the test part, from {test_start} to {test_end}, forecasts of {horizon_words} by the {network} are off by {mae} "
    "on average, those by {best_baseline} by {best_baseline_mae}."
)
_TITLE_SIZES = (17.0, 16.0, 15.0, 14.0)


class TitleBlock:
    """The head, measured when it is made and drawn once."""

    def __init__(self, manuscript: Manuscript, words: Words, paper: Paper, styles: Styles) -> None:
        self.paper = paper
        width = paper.text_width
        for size in _TITLE_SIZES:
            title = words.paragraph("", Styles.title(size), lead=styled(manuscript.title, Piece("text", "", bold=True)))
            if title.wrap(width, 1000)[1] < size * 1.5:
                break
        who = [
            part for part in (manuscript.author.name, manuscript.author.registration, manuscript.brief.title) if part
        ]
        # Justified, the words of a long name would be torn apart over the whole width.
        left = styles.body(first=True).clone("author", alignment=TA_LEFT)
        author = words.paragraph("", left, lead=styled(" · ".join(who)))
        links = []
        if manuscript.colab_url:
            links.append(f"{styled('Notebook: ')}{link(manuscript.colab_url, styled('open in Google Colab'))}")
        if manuscript.source.url:
            links.append(f"{styled('Data: ')}{link(manuscript.source.url, styled(manuscript.source.title))}")
        self.parts: list[tuple[Any, float]] = [(title, 3.0), (author, 1.0)]
        if links:
            self.parts.append((words.paragraph("", Styles(SMALL).small(), lead=" · ".join(links)), 1.0))
        facts = manuscript.facts.texts
        result = [facts.get("verdict", "")]
        if "best_baseline_mae" in facts:
            result.append(manuscript.facts.fill(_RESULT))
        lead = f"<b>{styled('Result.')}</b> {styled(' '.join(part for part in result if part))}"
        self.box = words.paragraph("", styles.body(first=True), lead=lead)
        self.box_height = self.box.wrap(width - 16, 1000)[1] + 11
        heights = [part.wrap(width, 1000)[1] + after for part, after in self.parts]
        self.height = 5 + sum(heights) + 4 + self.box_height + 9

    def draw(self, canvas: ReportCanvas) -> None:
        """Draw it at the head of the page."""
        paper = self.paper
        top = paper.height - paper.top
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.6)
        canvas.line(paper.left, top + 3, paper.width - paper.right, top + 3)
        top -= 5
        for part, after in self.parts:
            height = part.wrap(paper.text_width, 1000)[1]
            part.drawOn(canvas, paper.left, top - height)
            top -= height + after
        top -= 4
        canvas.setFillColor(TINT)
        canvas.rect(paper.left, top - self.box_height, paper.text_width, self.box_height, stroke=0, fill=1)
        canvas.setFillColor(ACCENT)
        canvas.rect(paper.left, top - self.box_height, 2.2, self.box_height, stroke=0, fill=1)
        self.box.drawOn(canvas, paper.left + 9, top - self.box_height + 5)
