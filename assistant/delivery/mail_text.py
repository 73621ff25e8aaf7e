"""What the mail says on one screen, as plain text and as simple HTML, and how the hand-in stands to the deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import jinja2

from assistant import wording
from assistant.brief import Brief, Deadline, Timing
from assistant.bundle.manifest import Manifest, ProjectEntry, RunEntry
from assistant.bundle.pack import Bundle
from assistant.notebook.link_answer import LinkState
from assistant.resources import TEMPLATES


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
        "headline": f"{wording.one_line(brief.title, 80)}: hand-in of {wording.one_line(student.name, 80)}",
        "status_line": status_line(brief, moment, submission),
        "name": wording.one_line(student.name, 80),
        "email": wording.one_line(student.email, 254),
        "registration": wording.one_line(student.registration, 80),
        "projects": [_project(manifest, project, brief.submission.deadline.zone) for project in manifest.projects],
        "missing": [wording.one_line(part) for part in manifest.missing],
        "attached": [{"name": wording.one_line(name), "size": wording.size(size)} for name, size in attached.items()],
        "files": [{"name": wording.one_line(entry.name), "size": wording.size(entry.size)} for entry in files],
        "name_width": min(48, max((len(entry.name) for entry in files), default=0)),
        "bundle": wording.one_line(bundle.path.name),
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


def _project(manifest: Manifest, project: ProjectEntry, zone: str) -> dict[str, object]:
    report = manifest.file("report", project.number)
    colab = wording.one_line(project.colab_url or "", 500)
    pages = f", {wording.counted('page', report.pages)}" if report and report.pages else ""
    return {
        "number": project.number,
        "title": wording.one_line(project.title, 100) or f"Project {project.number}",
        "colab": colab,
        "opens": opens(project, zone) if colab else "",
        "colab_is_link": colab.startswith("https://"),
        "data": _data(project),
        "data_url": wording.one_line(project.source.url or "", 500) if project.by_link and project.source else "",
        "report": f"{report.name}{pages}" if report else "",
        "scores": _scores(project.run, project.unit) if project.run else "",
        "verdict": wording.one_line(project.run.verdict.sentence) if project.run else "",
    }


def _data(project: ProjectEntry) -> str:
    """Return in words why the dataset's file is not in the hand-in; nothing when it is, or there is none."""
    if project.source is None or not (project.by_link or project.undecided):
        return ""
    why = "not decided whether the file may be passed on" if project.undecided else "the file is not passed on"
    return f"by link, SHA-256 {project.source.sha256[:12]}…: {why}" if project.by_link else f"not here: {why}"


def opens(project: ProjectEntry, zone: str) -> str:
    """Return in words what is known of a project's Colab link: nothing that nobody saw is said to be open."""
    note = project.link
    if note is None:
        return "not known: nobody had checked it when this was packaged"
    if note.state is LinkState.UNCHECKED:
        return "not known: it could not be checked"
    when = f" (asked {wording.moment(note.asked, zone)})" if note.asked else ""
    words = {LinkState.OPEN: "yes, to everybody", LinkState.PRIVATE: "no, it is private", LinkState.MISSING: "no"}
    return words.get(note.state, f"yes, but it is {note.state}") + when


def _scores(run: RunEntry, unit: str) -> str:
    """Return the network's mean absolute error beside the naive forecasts' and the rival's on the same points."""
    cell = run.settings.cell if run.settings.cell in run.scores else "lstm"
    shown = dict.fromkeys((cell, "naive", "seasonal_naive", run.verdict.against))
    after = f" {wording.one_line(unit, 20)}" if unit.strip() else ""
    parts = [
        f"{wording.method_name(name)} {wording.number(run.scores[name].mae)}{after}"
        for name in shown
        if name in run.scores
    ]
    return ", ".join(parts) + " (mean absolute error on the test part)"


def status_word(timing: Timing, submission: int) -> str:
    """Return how a hand-in stands, such as "on time" or "late, resubmission 2"."""
    word = "on time" if timing is Timing.ON_TIME else "late"
    return word if submission == 1 else f"{word}, resubmission {submission}"


def status_line(brief: Brief, confirmed: datetime, submission: int) -> str:
    """Return in words when it was confirmed, how that stands to the deadline, and which submission it is."""
    deadline: Deadline = brief.submission.deadline
    when = wording.moment(confirmed, deadline.zone)
    if brief.timing(confirmed) is Timing.ON_TIME:
        grace = (
            f" and {wording.counted('minute', brief.submission.grace_minutes)} of grace"
            if confirmed > deadline.moment
            else ""
        )
        line = f"On time: confirmed {when}; the deadline is {deadline}{grace}."
    else:
        late = wording.span((confirmed - deadline.moment).total_seconds())
        line = f"Late by {late}: confirmed {when}; the deadline was {deadline}."
    return line if submission == 1 else f"{line} This is resubmission {submission}; it replaces the one before."
