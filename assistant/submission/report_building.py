"""The report of a manuscript: set once for each digest, its pages as pictures, and what would help it.

A report is made of its manuscript and of nothing else, so it is known by the manuscript's digest. What was set is kept in
memory for a while; an event that changed something also keeps it on disk, so that the next start of the program has it.
"""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant import wording
from assistant.errors import ReportError
from assistant.files import write_atomically
from assistant.findings import Finding
from assistant.frozen import Frozen
from assistant.report.manuscript import Author, Manuscript
from assistant.report.result import Report, Suggestion, allowed
from assistant.report.section_drafts import without_chart
from assistant.submission.chart_choices import PlaceChart, report_charts
from assistant.submission.drawing_tasks import picture_pages, set_report, suggest
from assistant.submission.jobs.worker_pool import Calls
from assistant.submission.memory_cache import MemoryCache
from assistant.submission.report_commands import WriteSection

if TYPE_CHECKING:
    from assistant.submission.session import Session
    from assistant.submission.snapshot import ProjectSnapshot

_PDF, _ABOUT = "report.pdf", "report.json"


class BuiltReport(Frozen):
    """A report that was set: the digests of its manuscript and its PDF, its pages, and what its checks say.

    `over` says in words by how much it is too long, if it is.
    """

    manuscript: str
    sha256: str
    pages: int
    limit: int
    over: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def too_long(self) -> bool:
        """Tell whether it has more pages than the course allows."""
        return self.pages > self.limit


_built: MemoryCache[tuple[BuiltReport, bytes]] = MemoryCache(48)
_advice: MemoryCache[tuple[Suggestion, ...]] = MemoryCache(96)


def manuscript(project: ProjectSnapshot) -> Manuscript:
    """Return all that a project's report is made from; raise ReportError when there is no training yet."""
    found, student = project.required_material, project.whole.draft.student
    return Manuscript(
        brief=project.whole.brief,
        author=Author(student.name, student.registration),
        title=project.title,
        facts=found.facts,
        texts=project.section_texts,
        charts=report_charts(project),
        colab_url=project.current_link,
        source=found.series.source,
    )


def built(project: ProjectSnapshot) -> BuiltReport:
    """Return the report of a project's manuscript, set now where nobody did before."""
    return known(project) or _set(project)[0]


def known(project: ProjectSnapshot) -> BuiltReport | None:
    """Return the report of a project's manuscript if it was set before, else None."""
    digest = project.manuscript.digest
    found = _built.look(digest)
    return found[0] if found is not None else _stored(project, digest)


def _stored(project: ProjectSnapshot, digest: str) -> BuiltReport | None:
    try:
        return _read_about(str(project.folder.report(digest) / _ABOUT))
    except (OSError, ValidationError):
        return None


@lru_cache(maxsize=256)
def _read_about(path: str) -> BuiltReport:
    # A file that is named after a digest never changes.
    return BuiltReport.model_validate_json(Path(path).read_bytes())


def pdf(project: ProjectSnapshot) -> bytes:
    """Return the report of a project's manuscript as PDF."""
    digest = project.manuscript.digest
    if (found := _built.look(digest)) is not None:
        return found[1]
    try:
        return (project.folder.report(digest) / _PDF).read_bytes()
    except OSError:
        return _set(project)[1]


def _set(project: ProjectSnapshot) -> tuple[BuiltReport, bytes]:
    """Set the report in a process of its own and keep it in memory."""
    script = project.manuscript

    def make() -> tuple[BuiltReport, bytes]:
        drawn_for = (project.whole.owner, project.number, project.required_material.run.id)
        made: Report = project.services.drawing(set_report, drawn_for, script, project.number)
        over = ""
        if made.over is not None:
            over = f"The report has {wording.counted('page', made.pages)}; {allowed(made.page_limit)}. {made.over.sentence}"
        about = BuiltReport(
            manuscript=script.digest, sha256=hashlib.sha256(made.pdf).hexdigest(), pages=made.pages,
            limit=made.page_limit, over=over, findings=made.findings,
        )  # fmt: skip
        return about, made.pdf

    return _built.get(script.digest, make)


def keep(project: ProjectSnapshot) -> BuiltReport:
    """Set the report, keep it on disk in the place of the one before, and return it; for events that change something."""
    about, folder = built(project), project.folder.report(project.manuscript.digest)
    if not (folder / _ABOUT).is_file():
        write_atomically(folder / _PDF, pdf(project))
        write_atomically(folder / _ABOUT, about.model_dump_json())
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
    return about


def page_picture(project: ProjectSnapshot, page: int) -> bytes | None:
    """Return a page of the report as PNG, or None when there is no such page or no training."""
    if project.material is None:
        return None
    pictures = _page_pictures(project.services.drawing, pdf(project))
    return pictures[page - 1] if 1 <= page <= len(pictures) else None


@lru_cache(maxsize=16)
def _page_pictures(calls: Calls, content: bytes) -> tuple[bytes, ...]:
    return calls(picture_pages, content)


def advice(project: ProjectSnapshot) -> tuple[Suggestion, ...]:
    """Return what would help a report that is too long or leaves room, the best first; nothing when it is fine."""
    script, charts = project.manuscript, project.required_material.charts
    return _advice.get(script.digest, lambda: project.services.drawing(suggest, script, charts))


def follow(session: Session, number: int, sentence: str) -> str:
    """Make the change that a sentence of the advice proposes and return what was done; raise ReportError if it is old."""
    found = advice(session.snapshot.project(number))
    change = next((change for change in found if change.sentence == sentence), None)
    if change is None:
        raise ReportError("The report has changed since.", "", "Look at the new suggestions.")
    parts = change.parts if change.kind == "several" else (change,)
    return " ".join(_make(session, number, part) for part in parts)


def _make(session: Session, number: int, change: Suggestion) -> str:
    if change.kind == "tighten":
        session.apply(WriteSection(project=number, title=change.name, text=change.text, typed=False))
        return f"“{change.name}” was tightened; Undo brings it back."
    project = session.snapshot.project(number)
    chart = next(item.chart for item in project.charts if item.chart.name == change.name)
    if change.kind == "drop":
        # The sentences that the chart brought go with it; a section that is still a draft drops them by itself.
        for title, text in project.draft.sections.items():
            if (shorter := without_chart(text, chart)) != text:
                session.apply(WriteSection(project=number, title=title, text=shorter, typed=False))
    session.apply(PlaceChart(project=number, chart=change.name, in_report=change.kind == "add"))
    done = "left out" if change.kind == "drop" else "added"
    return f"The figure “{chart.title}” was {done}; the Charts page takes this back."
