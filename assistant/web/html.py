"""Small pieces of HTML that the pages share; whatever a student typed is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.errors import AssistantError
from assistant.findings import STEP_TITLES, Finding, Level, StepName
from assistant.submission.draft import ProjectDraft

_LEVELS = {
    Level.BLOCK: ("✗", "Must be mended"),
    Level.WARN: ("!", "Worth a look"),
    Level.UNCHECKED: ("?", "Could not be checked"),
    Level.FINE: ("✓", "Fine"),
}


def place(step: str, project: int | None) -> str:
    """Return the name of a step's place in the page's address, such as `p1-train`."""
    return step if project is None else f"p{project}-{step}"


def link_to(step: str, project: int | None, text: str) -> str:
    """Return a link to a step; it works by the page's address, and without a reload where scripts run."""
    target = place(step, project)
    return f'<a class="go" href="?at={target}" data-go="{target}">{escape(text)}</a>'


def step_name(step: StepName, project: int | None) -> str:
    """Return a step's name for a link, such as "Project 1 · Train"."""
    return STEP_TITLES[step] if project is None else f"Project {project} · {STEP_TITLES[step]}"


def note(text: str, kind: str = "info", *, alert: bool = False) -> str:
    """Return a box with one message; `kind` is info, fine, warn or block."""
    role = ' role="alert"' if alert else ""
    return f'<div class="note note-{kind}"{role}>{escape(text)}</div>' if text else ""


def error_note(error: AssistantError) -> str:
    """Return an error as a box: what happened, the evidence, and what to do."""
    rest = "".join(f"<p>{escape(part)}</p>" for part in (error.evidence, error.fix) if part)
    return f'<div class="note note-block" role="alert"><p><strong>{escape(error.what)}</strong></p>{rest}</div>'


def needs(step: StepName, project: int, reason: str) -> str:
    """Return the box of a step that needs another one first."""
    return (
        f'<div class="note note-info"><p>{escape(reason)}</p>'
        f"<p>{link_to(step, project, f'Go to {step_name(step, project)}')}</p></div>"
    )


def out_of_date(project: ProjectDraft, number: int, step: str) -> str:
    """Return the box of a step whose training was made before the dataset was changed; nothing when it was not."""
    if project.run is None or project.run_is_current:
        return ""
    if step == "train":
        said = "<p>The dataset was changed after this training: train again.</p>"
    else:
        link = link_to("train", number, f"Go to {step_name('train', number)}")
        said = f"<p>The dataset was changed after the training that stands here: train again.</p><p>{link}</p>"
    return f'<div class="note note-warn">{said}</div>'


def bar(share: float, name: str) -> str:
    """Return a bar that shows how much of something is done, from 0 to 1; `name` says of what."""
    return (
        f'<div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}" '
        f'aria-label="{escape(name)}"><span style="width:{share:.1%}"></span></div>'
    )


def findings_list(findings: Iterable[Finding]) -> str:
    """Return findings as a list, each with its level, its evidence, and a link to the step that fixes it."""
    items = []
    for finding in findings:
        sign, label = _LEVELS[finding.level]
        kind = {"could not check": "unchecked"}.get(finding.level.value, finding.level.value)
        link = ""
        if finding.level is not Level.FINE and finding.step != "submit":
            link = " " + link_to(finding.step, finding.project, step_name(finding.step, finding.project))
        rest = " ".join(escape(part) for part in (finding.evidence, finding.fix) if part)
        items.append(
            f'<li class="finding finding-{kind}"><span class="sign" aria-label="{label}">{sign}</span>'
            f"<div><strong>{escape(finding.what)}</strong>{link}{f'<p>{rest}</p>' if rest else ''}</div></li>"
        )
    return f'<ul class="findings">{"".join(items)}</ul>' if items else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", bold: int | None = None) -> str:
    """Return a table; the first column names its row, the others are set as numbers; row `bold` stands out."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = []
    for index, row in enumerate(rows):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        chosen = ' class="chosen"' if index == bold else ""
        body.append(f'<tr{chosen}><th scope="row">{escape(row[0])}</th>{cells}</tr>')
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{escape(caption or header[0])}">'
        f'<table class="plain">{title}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def definition_list(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and their values; values that are empty are left out."""
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{linked(value)}</dd></div>" for name, value in pairs if value)
    return f'<dl class="facts">{items}</dl>'


def linked(text: str) -> str:
    """Return a text escaped, or as a link when the whole of it is a web address."""
    if text.startswith(("https://", "http://")) and not any(character.isspace() for character in text):
        return f'<a href="{escape(text)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'
    return escape(text)


def download(url: str, text: str) -> str:
    """Return a link that downloads a file from this server."""
    return f'<a class="button-link" href="{escape(url)}" download>{escape(text)}</a>'


def heading(question: str, lead: str, step: StepName | None = None, project: int | None = None) -> str:
    """Return a page's heading: where it is, the one question that it asks, and a sentence on what to do there."""
    where = f'<p class="step-place">{escape(step_name(step, project))}</p>' if step is not None else ""
    return f'<header class="step-head">{where}<h1>{escape(question)}</h1><p>{escape(lead)}</p></header>'
