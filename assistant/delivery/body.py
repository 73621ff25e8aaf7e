"""The mail's body: what a receiver reads on one screen, as plain text and as simple HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import jinja2

from assistant.brief import TEMPLATES, Brief
from assistant.bundle.manifest import Manifest, ProjectEntry, RunEntry
from assistant.bundle.pack import Bundle
from assistant.charts.wording import within_sentence
from assistant.delivery.wording import number_text, one_line, size_text, status_line

_NAMES = {"naive": "naive", "seasonal_naive": "seasonal naive"}


@dataclass(frozen=True)
class MailText:
    """A body in both forms."""

    plain: str
    html: str


def mail_text(bundle: Bundle, brief: Brief, moment: datetime, submission: int, attached: Mapping[str, int]) -> MailText:
    """Write the body from templates/mail; `attached` maps the names of the attachments to their sizes in bytes."""
    manifest = bundle.manifest
    student = manifest.student
    files = [entry for entry in manifest.files if entry.role != "links"]
    mail = {
        "headline": f"{one_line(brief.title, 80)}: hand-in of {one_line(student.name, 80)}",
        "status_line": status_line(brief, moment, submission),
        "name": one_line(student.name, 80),
        "email": one_line(student.email, 254),
        "registration": one_line(student.registration, 80),
        "projects": [_project(manifest, project) for project in manifest.projects],
        "missing": [one_line(part) for part in manifest.missing],
        "attached": [{"name": one_line(name), "size": size_text(size)} for name, size in attached.items()],
        "files": [{"name": one_line(entry.name), "size": size_text(entry.size)} for entry in files],
        "name_width": min(48, max((len(entry.name) for entry in files), default=0)),
        "bundle": one_line(bundle.path.name),
        "sha256": bundle.sha256,
    }
    templates = _templates()
    return MailText(
        plain=templates.get_template("body.txt").render(mail=mail),
        html=templates.get_template("body.html").render(mail=mail),
    )


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "mail"),
        autoescape=jinja2.select_autoescape(("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _project(manifest: Manifest, project: ProjectEntry) -> dict[str, object]:
    report = manifest.file("report", project.number)
    colab = one_line(project.colab_url or "", 500)
    pages = f", {report.pages} page{'' if report.pages == 1 else 's'}" if report and report.pages else ""
    return {
        "number": project.number,
        "title": one_line(project.title, 100) or f"Project {project.number}",
        "colab": colab,
        "colab_is_link": colab.startswith("https://"),
        "report": f"{report.name}{pages}" if report else "",
        "scores": _scores(project.run, project.unit) if project.run else "",
        "verdict": one_line(project.run.verdict.sentence) if project.run else "",
    }


def _scores(run: RunEntry, unit: str) -> str:
    """Return the network's mean absolute error beside the naive forecasts' and the rival's on the same points."""
    cell = run.settings.cell if run.settings.cell in run.scores else "lstm"
    rival = run.verdict.against
    shown = {cell: cell.upper(), **_NAMES, rival: _NAMES.get(rival, within_sentence(rival))}
    after = f" {one_line(unit, 20)}" if unit.strip() else ""
    parts = [
        f"{label} {number_text(run.scores[name].mae)}{after}" for name, label in shown.items() if name in run.scores
    ]
    return ", ".join(parts) + " (mean absolute error on the test part)"
