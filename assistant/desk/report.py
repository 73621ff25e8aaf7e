"""What the Report page does: the sections' texts, and the pages built from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import assistant
from assistant.brief import Section
from assistant.charts.chart import Chart
from assistant.desk.charts import Material, material, report_charts, title_of
from assistant.desk.desk import Desk
from assistant.errors import ReportError
from assistant.files import sha256_of, write_atomically
from assistant.findings import Finding
from assistant.report.texts import draft_sections, guiding_questions
from assistant.state.draft import Draft, ReportSummary, with_entry


@dataclass(frozen=True)
class SectionText:
    """One section as its box shows it."""

    shown: str
    own: bool
    stale: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuiltReport:
    """The report that lies in the project's folder; `over` says in words by how much it is too long, if it is."""

    pages: int
    limit: int
    over: str
    digest: str
    findings: tuple[Finding, ...] = ()
    pdf: bytes = field(default=b"", repr=False)


def questions(section: Section) -> tuple[str, ...]:
    """Return the questions that stand beside a section."""
    return guiding_questions(section)


def sections(desk: Desk, number: int) -> Mapping[str, SectionText]:
    """Return every section's text by its title: the student's own, or the draft from the facts."""
    found = _required(desk, number)
    project = desk.project(number)
    drafts = _drafts(desk, number, found)
    texts = {}
    for section in desk.brief.report.sections:
        own = project.sections.get(section.title)
        if own is None:
            texts[section.title] = SectionText(drafts[section.title], own=False)
            continue
        older = project.cited_runs.get(section.title) != found.run.id
        cites = [
            sentence for sentence in _sentences(own) if "{" in sentence or any(sign.isdigit() for sign in sentence)
        ]
        texts[section.title] = SectionText(
            own, own=True, stale=tuple(cites) if older else (), unknown=found.facts.unknown(own)
        )
    return texts


def _drafts(desk: Desk, number: int, found: Material) -> Mapping[str, str]:
    charts: list[Chart] = [chart for chart, _ in report_charts(desk, number)]
    return draft_sections(desk.brief, found.facts, charts)


def _sentences(text: str) -> list[str]:
    return [part.strip() for line in text.splitlines() for part in line.replace("! ", ". ").split(". ") if part.strip()]


def set_section(desk: Desk, number: int, title: str, text: str) -> None:
    """Keep a section's text; one that is the draft again counts as the draft."""
    found = _required(desk, number)
    is_draft = text.strip() == _drafts(desk, number, found)[title].strip()

    def apply(draft: Draft) -> Draft:
        project = draft.project(number)
        texts = {name: own for name, own in project.sections.items() if name != title}
        cited = with_entry(project.cited_runs, title, found.run.id)
        return draft.with_project(number, sections=texts if is_draft else {**texts, title: text}, cited_runs=cited)

    desk.change(apply)


def restore_section(desk: Desk, number: int, title: str) -> None:
    """Give up a section's own text for the draft."""

    def apply(draft: Draft) -> Draft:
        texts = {name: own for name, own in draft.project(number).sections.items() if name != title}
        return draft.with_project(number, sections=texts)

    desk.change(apply)


def build(desk: Desk, number: int) -> BuiltReport:
    """Build the report anew when something in it changed, and return what lies in the folder then."""
    found = _required(desk, number)
    project, draft, brief = desk.project(number), desk.draft, desk.brief
    texts = {title: text.shown for title, text in sections(desk, number).items()}
    charts = report_charts(desk, number)
    folder = desk.project_folder(number)
    source = found.series.source
    inputs = json.dumps(
        [
            assistant.__version__, brief.report.model_dump(), brief.title, draft.student.model_dump(), title_of(project),
            found.run.id, sorted(found.facts.texts.items()), texts, [(chart.name, caption) for chart, caption in charts],
            project.colab_link, source.model_dump(mode="json"),
        ]
    )  # fmt: skip
    digest = hashlib.sha256(inputs.encode()).hexdigest()
    kept = folder.root / "report.json"
    if folder.report.exists() and kept.exists():
        stored = json.loads(kept.read_text("utf-8"))
        if stored["inputs"] == digest and stored["pdf"] == sha256_of(folder.report):
            built = BuiltReport(
                stored["pages"], brief.report.page_limit, stored["over"], stored["pdf"],
                tuple(Finding.model_validate(finding) for finding in stored["findings"]),
            )  # fmt: skip
            _keep(desk, number, found.run.id, digest, built)
            return built
    # Imported here: building needs reportlab, which the server loads when the first report is made.
    from assistant.report.build import build_report

    report = build_report(
        brief, draft.student, title_of(project), found.facts, texts, charts, project.colab_link or None, source,
        project=number, drawn=_drawn(desk.owner, number, found.run.id),
    )  # fmt: skip
    over = ""
    if report.over is not None:
        over = (
            f"The report has {report.pages} pages; {report.page_limit} are allowed. It is {report.over.lines} lines too long: "
            f"cut about {report.over.words} words, best in “{report.over.section}”, or leave a chart out."
        )
    write_atomically(folder.report, report.pdf)
    built = BuiltReport(report.pages, report.page_limit, over, sha256_of(folder.report), report.findings)
    write_atomically(
        kept,
        json.dumps(
            {
                "inputs": digest,
                "pdf": built.digest,
                "pages": built.pages,
                "over": over,
                "findings": [finding.model_dump(mode="json") for finding in built.findings],
            }
        ),
    )
    _keep(desk, number, found.run.id, digest, built)
    return built


@lru_cache(maxsize=8)
def _drawn(owner: str, number: int, run_id: str) -> dict[tuple[str, float, float], bytes]:  # noqa: ARG001 - they are the cache's key
    """Return where the charts drawn for a run are kept, so that an edit of the text draws none again."""
    return {}


def _keep(desk: Desk, number: int, run_id: str, digest: str, built: BuiltReport) -> None:
    summary = ReportSummary(run_id=run_id, inputs_sha256=digest, pages=built.pages, over=built.over)
    if desk.project(number).report != summary:
        desk.change_project(number, report=summary)


def page_picture(desk: Desk, number: int, page: int) -> bytes | None:
    """Return a page of the report as PNG, or None when there is no such page."""
    path = desk.project_folder(number).report
    if not path.is_file():
        return None
    from assistant.report.pages import render_pages

    pictures = render_pages(path.read_bytes())
    return pictures[page - 1] if 1 <= page <= len(pictures) else None


def _required(desk: Desk, number: int) -> Material:
    found = material(desk, number)
    if found is None:
        raise ReportError("The report cites the scores of a training.", "There is none yet.", "Train the LSTM first.")
    return found
