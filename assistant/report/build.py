"""Building the report: the student's texts, the facts and the charts as a PDF of a few well-filled pages."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.brief import Brief
from assistant.charts.chart import Chart
from assistant.dataset.series import Source
from assistant.errors import ReportError
from assistant.facts import Facts
from assistant.findings import Finding, Level
from assistant.report.compose import Composer, Figure, numbers_of, order_figures, size_figures
from assistant.report.fonts import FAMILY, missing_characters, register_fonts
from assistant.report.inline import ReportCanvas, Words, link, styled
from assistant.report.layout import Block, Filled, balanced
from assistant.report.markdown import Piece
from assistant.report.references import KNOWN, dataset_reference, number_references, typed_references
from assistant.report.style import ACCENT, LARGEST, RULE, SMALL, SMALLEST, TINT, Paper, Styles
from assistant.report.texts import REFERENCES_DRAFT

# reportlab keeps what it knows of fonts for the whole process.
_LOCK = threading.RLock()
_SUMMARY = (
    "On the test part, from {test_start} to {test_end}, forecasts of {horizon_words} by the {network} are off by {mae} on "
    "average, those by {best_baseline} by {best_baseline_mae}."
)
# Figures may become this much higher where the last page has room for it.
_STRETCHES = (1.1, 1.2, 1.3, 1.4)
_SIZES = (LARGEST, 10.0, 9.8, 9.6, 9.4, 9.2, SMALLEST)


class Author(Protocol):
    """Who signs the report."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def registration(self) -> str:
        """Return the registration id, or an empty string."""


@dataclass(frozen=True)
class Overflow:
    """By how much a report is over the limit, and the title of the section that is longest for its share."""

    lines: int
    words: int
    section: str


@dataclass(frozen=True)
class Report:
    """A finished report; `size` is the size of its text in points, `filled` the share of the last page that is used."""

    pdf: bytes = field(repr=False)
    pages: int
    page_limit: int
    size: float
    filled: float
    section_lines: Mapping[str, int]
    section_words: Mapping[str, int]
    over: Overflow | None = None
    findings: tuple[Finding, ...] = ()


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
    drawn: dict[Any, bytes] | None = None,
) -> Report:
    """Build the report of one project.

    `sections` maps the titles of the brief's sections to simple Markdown, in which {names} are facts, {fig_loss} is the
    number of a figure, [@lstm] cites a reference. `charts` are those that go in, each with its caption. The text is
    set as large as the page limit allows, between 9 and 10.2 points, and never smaller: what does not fit goes on
    further pages and is told in `over`. The same input gives the same bytes. Raises ReportError when a section of the
    brief has no text entry.
    """
    missing = [section.title for section in brief.report.sections if section.title not in sections]
    if missing:
        raise ReportError(
            "The report lacks a section.", f"There is no text for “{missing[0]}”.", "Write it in the Report step."
        )
    with _LOCK:
        register_fonts()
        return _Builder(
            brief,
            student,
            title,
            facts,
            sections,
            charts,
            colab_url,
            source,
            project,
            drawn if drawn is not None else {},
        ).build()


@dataclass
class _Builder:
    brief: Brief
    student: Author
    title: str
    facts: Facts
    texts: Mapping[str, str]
    charts: Sequence[tuple[Chart, str]]
    colab_url: str | None
    source: Source
    project: int | None
    drawn: dict[Any, bytes]

    def build(self) -> Report:
        self.sections = [(section, self.texts[section.title]) for section in self.brief.report.sections]
        self.paper = Paper.of(self.brief.report)
        self.ordered = order_figures(self.charts, self.sections)
        own = [
            reference
            for section, text in self.sections
            if section.draft == REFERENCES_DRAFT
            for reference in typed_references(text)
        ]
        written = [text for section, text in self.sections if section.draft != REFERENCES_DRAFT]
        captions = [caption for _, caption in self.ordered]
        keys, self.references = number_references([*written, *captions], [dataset_reference(self.source), *KNOWN, *own])
        shown = any(section.draft == REFERENCES_DRAFT for section, _ in self.sections)
        self.words = Words(self.facts, keys if shown else {}, numbers_of(self.ordered, self.sections))

        limit = self.brief.report.page_limit
        filled, head, size, figures = self._fit(limit)
        pdf = self._write(filled, head, figures)
        return Report(
            pdf=pdf,
            pages=filled.pages,
            page_limit=limit,
            size=size,
            filled=filled.last_page_share(self.paper),
            section_lines=self._section_lines(filled),
            section_words={section.title: len(text.split()) for section, text in self.sections},
            over=self._overflow(filled, limit, Styles(size)),
            findings=tuple(self._findings(filled, limit, Styles(size))),
        )

    def _fit(self, limit: int) -> tuple[Filled, _Head, float, list[Figure]]:
        """Choose the largest text that keeps within the limit, then the highest figures that still do."""
        figures = size_figures(self.ordered, self.paper, 1.0)
        for size in _SIZES:
            filled, head = self._lay_out(size, figures)
            if filled.pages <= limit:
                break
        if size < LARGEST or filled.pages != limit:
            return filled, head, size, figures
        for stretch in _STRETCHES:
            higher = size_figures(self.ordered, self.paper, stretch)
            attempt, _ = self._lay_out(size, higher)
            if attempt.pages > limit:
                break
            filled, figures = attempt, higher
        return filled, head, size, figures

    def _lay_out(self, size: float, figures: Sequence[Figure]) -> tuple[Filled, _Head]:
        styles = Styles(size)
        head = _Head(self, styles)
        blocks = Composer(self.paper, styles, self.words, figures, self.references).blocks(self.sections)
        return balanced(blocks, self.paper, head.height, styles.leading), head

    def _section_lines(self, filled: Filled) -> dict[str, int]:
        lines = {section.title: 0.0 for section, _ in self.sections}
        names = list(lines)
        for column in filled.columns:
            for _, block in column.placed:
                if block.kind == "text":
                    lines[names[block.section]] += block.lines
        return {name: round(count) for name, count in lines.items()}

    def _overflow(self, filled: Filled, limit: int, styles: Styles) -> Overflow | None:
        if filled.pages <= limit:
            return None
        height = sum(column.used for column in filled.columns if column.page >= limit)
        lines = max(1, round(height / styles.leading))
        counts = {section.title: len(text.split()) for section, text in self.sections}
        longest = max(counts, key=lambda name: counts[name])
        # About eleven words stand on a line of a column at these sizes; a single column is about twice as wide.
        per_line = self.paper.column_width / (styles.size * 2.35)
        return Overflow(lines, round(lines * per_line), longest)

    def _findings(self, filled: Filled, limit: int, styles: Styles) -> list[Finding]:
        findings = []

        def warn(what: str, evidence: str = "", fix: str = "", level: Level = Level.WARN) -> None:
            findings.append(
                Finding(level=level, what=what, evidence=evidence, fix=fix, step="report", project=self.project)
            )

        if over := self._overflow(filled, limit, styles):
            warn(
                f"The report has {filled.pages} pages; at most {limit} are allowed.",
                f"It is {over.lines} lines too long, about {over.words} words. The longest section is “{over.section}”.",
                "Shorten it, or leave out a figure.",
                Level.BLOCK,
            )
        everything = " ".join(
            [self.title, self.student.name, self.student.registration, *self.texts.values(), *self.facts.texts.values()]
        )
        if lost := missing_characters(everything):
            named = ", ".join(f"{character} (U+{ord(character):04X})" for character in lost[:8])
            warn(
                "Some characters are in no font of the report.",
                f"They are shown as a box: {named}.",
                "Write them in another way.",
            )
        if self.words.unknown:
            names = ", ".join(f"{{{name}}}" for name in self.words.unknown)
            warn(
                "The text names facts that do not exist.",
                f"They are shown as typed: {names}.",
                "Check how they are spelt, or put that figure in the report.",
            )
        if self.words.uncited:
            warn(
                "The text cites references that do not exist.",
                ", ".join(f"[@{key}]" for key in self.words.uncited),
                "Add them to the references, or check the key.",
            )
        if self.words.broken:
            warn(
                "A formula cannot be read.",
                f"It is shown as typed: {next(iter(self.words.broken))}",
                "Check its braces and commands.",
            )
        for section, text in self.sections:
            if section.draft != REFERENCES_DRAFT and not text.strip():
                warn(f"The section “{section.title}” is empty.", "", "Write at least a few sentences.", Level.BLOCK)
        return findings

    def _write(self, filled: Filled, head: _Head, figures: Sequence[Figure]) -> bytes:
        paper, stream = self.paper, io.BytesIO()
        canvas = ReportCanvas(
            stream,
            pagesize=(paper.width, paper.height),
            invariant=1,
            pageCompression=1,
            lang="en",
            initialFontName=FAMILY,
        )
        canvas.setTitle(self.title)
        canvas.setAuthor(self.student.name)
        canvas.setSubject(self.brief.title)
        canvas.setCreator("Submission assistant")
        canvas.setProducer("ReportLab")
        canvas.setKeywords([self.facts.texts.get("target", ""), self.facts.texts.get("network", ""), "forecast"])
        for page in range(filled.pages):
            if page == 0:
                head.draw(canvas)
            for _, offset, block in (entry for entry in filled.wide if entry[0] == page):
                top = paper.bottom + paper.text_height - offset
                self._place(canvas, block, paper.left, top)
            for column in (column for column in filled.columns if column.page == page):
                for offset, block in column.placed:
                    left = paper.column_left(column.number)
                    self._place(canvas, block, left, paper.bottom + column.top - offset)
            self._foot(canvas, page + 1, filled.pages)
            canvas.showPage()
        canvas.save()
        return embed_figures(stream.getvalue(), {figure.form: self._drawn(figure) for figure in figures})

    def _drawn(self, figure: Figure) -> bytes:
        key = (figure.chart.digest, round(figure.width, 2), figure.stretch)
        if key not in self.drawn:
            self.drawn[key] = figure.draw()
        return self.drawn[key]

    def _place(self, canvas: ReportCanvas, block: Block, left: float, top: float) -> None:
        if block.anchor:
            canvas.bookmarkHorizontal(block.anchor, left, top)
        if block.kind == "heading":
            section = self.sections[block.section][0]
            canvas.addOutlineEntry(section.title, block.anchor, 0)
        # Trying where to split a paragraph makes reportlab forget its lines.
        block.flow.wrap(block.width, 100_000)
        block.flow.drawOn(canvas, left, top - block.height)

    def _foot(self, canvas: ReportCanvas, page: int, pages: int) -> None:
        paper = self.paper
        who = " · ".join(part for part in (self.student.name, self.student.registration) if part)
        style = Styles(SMALL).caption()
        foot = paper.bottom - 14
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.line(paper.left, foot + 4, paper.width - paper.right, foot + 4)
        for text, alignment in ((who, 0), (self.brief.title, 1), (f"Page {page} of {pages}", 2)):
            style = style.clone("foot", alignment=alignment)
            line = self.words.paragraph("", style, lead=styled(text))
            _, height = line.wrap(paper.text_width if alignment else paper.text_width * 0.62, 100)
            line.wrap(paper.text_width, 100)
            line.drawOn(canvas, paper.left, foot - height + 1)


class _Head:
    """The head of the first page: title, author, links, and what was found in a tinted box."""

    def __init__(self, builder: _Builder, styles: Styles) -> None:
        self.builder, self.paper = builder, builder.paper
        words, width = builder.words, self.paper.text_width
        self.parts: list[tuple[Any, float]] = []
        for size in (17.0, 16.0, 15.0, 14.0):
            title = words.paragraph("", Styles.title(size), lead=styled(builder.title, Piece("text", "", bold=True)))
            if title.wrap(width, 1000)[1] < size * 1.5:
                break
        who = [part for part in (builder.student.name, builder.student.registration, builder.brief.title) if part]
        author = words.paragraph("", styles.body(first=True), lead=styled(" · ".join(who)))
        links = []
        if builder.colab_url:
            links.append(f"{styled('Notebook: ')}{link(builder.colab_url, styled('open in Google Colab'))}")
        if builder.source.url:
            links.append(f"{styled('Data: ')}{link(builder.source.url, styled(builder.source.title))}")
        self.parts = [(title, 3.0), (author, 1.0)]
        if links:
            self.parts.append((words.paragraph("", Styles(SMALL).body(first=True), lead=" · ".join(links)), 1.0))
        facts = builder.facts.texts
        summary = [facts.get("verdict", "")]
        if "best_baseline_mae" in facts:
            summary.append(words.facts.fill(_SUMMARY))
        lead = f"<b>{styled('Result.')}</b> {styled(' '.join(part for part in summary if part))}"
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


def embed_figures(pdf: bytes, figures: Mapping[str, bytes]) -> bytes:
    """Return the PDF with each figure's page put in as a form under its name, vectors and fonts kept."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        forms = {}
        for name, content in figures.items():
            with pikepdf.open(io.BytesIO(content)) as figure:
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
