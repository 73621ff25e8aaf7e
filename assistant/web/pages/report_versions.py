"""Earlier versions of the report's sections: look at one, and bring it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant import wording
from assistant.submission.report_commands import BringBackVersion, version_of
from assistant.submission.report_texts import ShownVersion, versions
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.web.events import Events, Page
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import note

_LABEL_WORDS = 7
_CHOOSE = '<p class="quiet">Choose a version to read it here.</p>'


@dataclass
class VersionParts:
    """The components."""

    number: int
    message: gr.HTML
    choice: gr.Dropdown
    text: gr.HTML
    bring_back: gr.Button

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [self.choice, self.text, self.bring_back]

    @property
    def typed(self) -> Sequence[Component]:
        """Return nothing: nobody types here."""
        return []

    def render(self, snapshot: Snapshot) -> Updates:
        """Return the versions there are now, none of them chosen."""
        kept = versions(snapshot.project(self.number))
        return {
            self.choice: gr.update(choices=[(_label(version), version.key) for version in kept], value=None),
            self.text: _CHOOSE,
            self.bring_back: gr.update(visible=False),
        }


def _label(version: ShownVersion) -> str:
    words = version.text.split()
    first = " ".join(words[:_LABEL_WORDS]) + (" …" if len(words) > _LABEL_WORDS else "")
    return f"{version.title} · {version.when} · {wording.counted('word', len(words))} · {first}"


def build(number: int, message: gr.HTML, prefix: str) -> VersionParts:
    """Lay the part out."""
    with gr.Accordion("Earlier versions", open=False, elem_id=f"{prefix}-versions"):
        choice = gr.Dropdown(
            [],
            value=None,
            label="Version",
            info="Every change is kept here, the newest first; going back is a change too.",
            elem_id=f"{prefix}-version",
        )
        text = gr.HTML(_CHOOSE, elem_id=f"{prefix}-version-text")
        bring_back = gr.Button("Bring it back", size="sm", visible=False, elem_id=f"{prefix}-bring-back")
    return VersionParts(number, message, choice, text, bring_back)


def wire(parts: VersionParts, page: Page, events: Events) -> None:
    """Connect the events."""
    number = parts.number

    def look(snapshot: Snapshot, key: str | None) -> Updates:
        kept = {version.key: version for version in versions(snapshot.project(number))}
        text = kept[key].text if key in kept else ""
        shown = f'<div class="version-text">{escape(text)}</div>' if text else _CHOOSE
        return {parts.text: shown, parts.bring_back: gr.update(visible=bool(text))}

    events.follow(parts.choice.input, page, look, [parts.choice], [parts.text, parts.bring_back])

    def bring_back(session: Session, key: str | None) -> str:
        title, _, _ = version_of(session.snapshot.project(number), key or "")
        session.apply(BringBackVersion(project=number, key=key or ""))
        return note(f"“{title}” is back as it was.", "fine")

    events.act(parts.bring_back.click, page, bring_back, [parts.choice], retype=True)
