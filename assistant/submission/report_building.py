"""What the Report page does with the whole report: build it, judge it, and say what would help."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from assistant.errors import ReportError
from assistant.files import sha256_of, write_atomically
from assistant.findings import Finding, Level
from assistant.frozen import Frozen
from assistant.report.manuscript import Author, Manuscript
from assistant.report.markdown import Piece, walk
from assistant.report.own_words import check_own_words
from assistant.report.result import Report, Suggestion, allowed
from assistant.report.section_drafts import without_chart
from assistant.submission.chart_choices import charts, material, place_in_report, report_charts, title_of
from assistant.submission.draft import ReportSummary
from assistant.submission.drawing_tasks import picture_pages, set_report, suggest
from assistant.submission.jobs.worker_pool import Calls
from assistant.submission.notebook_making import current_link
from assistant.submission.report_texts import required, section_texts, sections, set_section
from assistant.submission.session import Desk


@dataclass(frozen=True)
class BuiltReport:
    """The report that lies in the project's folder; `over` says in words by how much it is too long, if it is."""

    pages: int
    limit: int
    over: str
    digest: str
    findings: tuple[Finding, ...] = ()
    inputs: str = ""


class _KeptAdvice(Frozen):
    """What lies beside the report: what would help it, and the digest of what it was made from."""

    inputs: str
    changes: tuple[Suggestion, ...]


def build(desk: Desk, number: int) -> BuiltReport:
    """Build the report anew when something in it changed, and return what lies in the folder then."""
    found = required(desk, number)
    folder = desk.project_folder(number)
    digest = _manuscript(desk, number).digest
    kept = folder.root / "report.json"
    if folder.report.exists() and kept.exists():
        stored = json.loads(kept.read_text("utf-8"))
        if stored["inputs"] == digest and stored["pdf"] == sha256_of(folder.report):
            built = BuiltReport(
                stored["pages"], desk.brief.report.page_limit, stored["over"], stored["pdf"],
                tuple(Finding.model_validate(finding) for finding in stored["findings"]), digest,
            )  # fmt: skip
            _keep(desk, number, found.run.id, digest, built)
            return built
    report = _set(desk, number)
    over = ""
    if report.over is not None:
        over = f"The report has {report.pages} pages; {allowed(report.page_limit)}. {report.over.sentence}"
    write_atomically(folder.report, report.pdf)
    built = BuiltReport(report.pages, report.page_limit, over, sha256_of(folder.report), report.findings, digest)
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


def _set(desk: Desk, number: int) -> Report:
    key = (desk.owner, number, required(desk, number).run.id)
    return desk.services.press(set_report, key, _manuscript(desk, number), number)


def _manuscript(desk: Desk, number: int) -> Manuscript:
    found, project = required(desk, number), desk.project(number)
    return Manuscript(
        brief=desk.brief,
        author=Author(desk.draft.student.name, desk.draft.student.registration),
        title=title_of(project),
        facts=found.facts,
        texts=section_texts(desk, number),
        charts=tuple(report_charts(desk, number)),
        colab_url=current_link(project),
        source=found.series.source,
    )


def warm(desk: Desk, number: int) -> None:
    """Draw the report's charts and load what sets it, so that its page opens at once; nothing is kept in the draft."""
    _set(desk, number)


def advice(desk: Desk, number: int) -> tuple[Suggestion, ...]:
    """Return what would help a report that is too long or leaves room, the best first; nothing when it is fine.

    It belongs to the report that lies in the folder and is kept beside it until that changes.
    """
    built = build(desk, number)
    kept = desk.project_folder(number).root / "advice.json"
    with suppress(FileNotFoundError, ValidationError):
        if (stored := _KeptAdvice.model_validate_json(kept.read_bytes())).inputs == built.inputs:
            return stored.changes
    changes = desk.services.press(suggest, _manuscript(desk, number), required(desk, number).charts)
    write_atomically(kept, _KeptAdvice(inputs=built.inputs, changes=changes).model_dump_json())
    return changes


def follow(desk: Desk, number: int, sentence: str) -> str:
    """Make the change that a sentence of the advice proposes and return what was done; raise ReportError if it is old."""
    change = next((change for change in advice(desk, number) if change.sentence == sentence), None)
    if change is None:
        raise ReportError("The report has changed since.", "", "Look at the new suggestions.")
    if change.kind == "several":
        return " ".join(_make(desk, number, part) for part in change.parts)
    return _make(desk, number, change)


def _make(desk: Desk, number: int, change: Suggestion) -> str:
    if change.kind == "tighten":
        set_section(desk, number, change.name, change.text, typed=False)
        return f"“{change.name}” was tightened; Undo brings it back."
    chart = next(item.chart for item in charts(desk, number) if item.chart.name == change.name)
    if change.kind == "drop":
        # The sentences that the chart brought go with it; a section that is still a draft drops them by itself.
        for title, text in desk.project(number).sections.items():
            if (shorter := without_chart(text, chart)) != text:
                set_section(desk, number, title, shorter, typed=False)
    place_in_report(desk, number, change.name, in_report=change.kind == "add")
    done = "left out" if change.kind == "drop" else "added"
    return f"The figure “{chart.title}” was {done}; the Charts page takes this back."


def findings(desk: Desk) -> tuple[Finding, ...]:
    """Return what a reader of the reports would miss.

    That are letters that no font has, names of facts that do not exist, sections that are all draft, and sentences of
    an older training.
    """
    found: list[Finding] = []
    for number, project in enumerate(desk.draft.projects, 1):
        if project.run is None:
            continue
        texts = sections(desk, number)
        built = build(desk, number)
        # That there are too many pages is said of the finished file.
        found += [finding for finding in built.findings if finding.level is Level.WARN or not built.over]
        found += check_own_words(desk.brief, {title: text.shown for title, text in texts.items()}, number)
        found += [_stale_finding(number, title, len(text.stale)) for title, text in texts.items() if text.stale]
    return tuple(found)


def _stale_finding(number: int, title: str, count: int) -> Finding:
    return Finding(
        level=Level.WARN,
        what=f"“{title}” speaks of an older training.",
        evidence=f"{count} sentence{'' if count == 1 else 's'} cite what has changed since.",
        fix="Read it again: change it, or confirm that it is still right.",
        step="report",
        project=number,
    )


def figure_numbers(desk: Desk, number: int) -> Mapping[str, int]:
    """Return the number that each chart of the report has in it: figures are counted as the text speaks of them."""
    found = material(desk, number)
    if found is None:
        return {}
    names = [f"fig_{chart.name}" for chart, _ in report_charts(desk, number)]
    cited: dict[str, None] = {}

    def visit(piece: Piece) -> None:
        if piece.kind == "name" and piece.text in names:
            cited[piece.text] = None

    for text in section_texts(desk, number).values():
        walk(text, visit)
    ordered = dict.fromkeys([*cited, *names])
    return {name.removeprefix("fig_"): place for place, name in enumerate(ordered, 1)}


def _keep(desk: Desk, number: int, run_id: str, digest: str, built: BuiltReport) -> None:
    summary = ReportSummary(run_id=run_id, inputs_sha256=digest, pages=built.pages, over=built.over)
    if desk.project(number).report != summary:
        desk.change_project(number, report=summary)


def page_picture(desk: Desk, number: int, page: int) -> bytes | None:
    """Return a page of the report as PNG, or None when there is no such page."""
    path = desk.project_folder(number).report
    if not path.is_file():
        return None
    pictures = _page_pictures(desk.services.press, path.read_bytes())
    return pictures[page - 1] if 1 <= page <= len(pictures) else None


@lru_cache(maxsize=6)
def _page_pictures(press: Calls, pdf: bytes) -> tuple[bytes, ...]:
    return press(picture_pages, pdf)
