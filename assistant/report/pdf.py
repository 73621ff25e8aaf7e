"""Writing a set report as a PDF: every block at its place, the foot of pages, links, outline, figures as vectors."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from assistant.report.fonts import FAMILY
from assistant.report.layout import Block
from assistant.report.page_blocks import Figure
from assistant.report.paragraphs import ReportCanvas, Words, styled
from assistant.report.style import RULE, SMALL, Styles
from assistant.report.typeset import Typeset

Drawings = dict[tuple[str, float, float], bytes]
_MOST_DRAWINGS = 60


def write_pdf(report: Typeset, drawings: Drawings) -> bytes:
    """Return the PDF; `drawings` keeps figures that were drawn, so that a later report need not draw them again."""
    manuscript, paper, filled, stream = report.manuscript, report.paper, report.filled, io.BytesIO()
    canvas = ReportCanvas(
        stream,
        pagesize=(paper.width, paper.height),
        invariant=1,
        pageCompression=1,
        lang="en",
        initialFontName=FAMILY,
    )
    canvas.setTitle(manuscript.title)
    canvas.setAuthor(manuscript.author.name)
    canvas.setSubject(manuscript.brief.title)
    canvas.setCreator("Submission assistant")
    canvas.setProducer("ReportLab")
    canvas.setKeywords(
        [manuscript.facts.texts.get("target", ""), manuscript.facts.texts.get("network", ""), "forecast"]
    )
    for page in range(filled.pages):
        if page == 0:
            report.head.draw(canvas)
        for wide in (wide for wide in filled.wide if wide.page == page):
            _place(canvas, report, wide.block, paper.left, paper.bottom + paper.text_height - wide.offset)
        for column in (column for column in filled.columns if column.page == page):
            for offset, block in column.placed:
                _place(canvas, report, block, paper.column_left(column.number), paper.bottom + column.top - offset)
        _foot(canvas, report, page + 1)
        canvas.showPage()
    canvas.save()
    return embed_figures(stream.getvalue(), {figure.form: _drawn(figure, drawings) for figure in report.figures})


def _drawn(figure: Figure, drawings: Drawings) -> bytes:
    key = (figure.chart.digest, round(figure.width, 2), figure.stretch)
    if key not in drawings:
        while len(drawings) >= _MOST_DRAWINGS:
            drawings.pop(next(iter(drawings)))
        drawings[key] = figure.draw()
    return drawings[key]


def _place(canvas: ReportCanvas, report: Typeset, block: Block, left: float, top: float) -> None:
    if block.anchor:
        canvas.bookmarkHorizontal(block.anchor, left, top)
    if block.kind == "heading":
        canvas.addOutlineEntry(report.manuscript.sections[block.section][0].title, block.anchor, 0)
    # Trying where to split a paragraph makes reportlab forget its lines.
    block.flow.wrap(block.width, 100_000)
    block.flow.drawOn(canvas, left, top - block.height)


def _foot(canvas: ReportCanvas, report: Typeset, page: int) -> None:
    paper, student = report.paper, report.manuscript.author
    style = Styles(SMALL).caption()
    foot = paper.bottom - 14
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.4)
    canvas.line(paper.left, foot + 4, paper.width - paper.right, foot + 4)
    # Name and course share the left, so that neither can run into the other however long they are.
    named = _on_one_line(
        report.words, (student.name, student.registration, report.manuscript.brief.title), style, paper.text_width - 70
    )
    number = report.words.paragraph(
        "", style.clone("number", alignment=2), lead=styled(f"Page {page} of {report.filled.pages}")
    )
    for line, width in ((named, paper.text_width - 70), (number, paper.text_width)):
        _, height = line.wrap(width, 100)
        line.drawOn(canvas, paper.left, foot - height + 1)


def _on_one_line(words: Words, parts: Sequence[str], style: ParagraphStyle, width: float) -> Paragraph:
    """Return the parts as one line, the longest of them shortened as far as it must be."""
    shown = [part for part in parts if part]
    while True:
        line = words.paragraph("", style, lead=styled(" · ".join(shown)))
        longest = max(range(len(shown)), key=lambda part: len(shown[part]), default=0)
        if line.wrap(width, 1000)[1] < 1.5 * style.leading or len(shown[longest]) < 6:
            return line
        kept = shown[longest].removesuffix("…")
        shown[longest] = kept[: int(len(kept) * 0.95)].rstrip() + "…"


def embed_figures(pdf: bytes, figures: Mapping[str, bytes]) -> bytes:
    """Return the PDF with each figure's page put in as a form under its name, vectors and fonts kept."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        forms = {}
        for name, drawing in figures.items():
            with pikepdf.open(io.BytesIO(drawing)) as figure:
                forms[name] = document.copy_foreign(figure.pages[0].as_form_xobject())
        for page in document.pages:
            code = page.Contents.read_bytes().decode("latin-1")
            used = [name for name in forms if re.search(rf"/{name} Do\b", code)]
            if used:
                resources = page.resources
                pictures = resources.get("/XObject", pikepdf.Dictionary())
                for name in used:
                    pictures[f"/{name}"] = forms[name]
                resources["/XObject"] = pictures
        stream = io.BytesIO()
        document.save(
            stream, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return stream.getvalue()
