"""Earlier versions of the report's sections: look at one, and bring it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.submission import report_texts as steps
from assistant.submission.session import Desk
from assistant.web.events import Page, Updates, Wizard
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
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [self.choice, self.text, self.bring_back]

    @property
    def typed(self) -> Sequence[Any]:
        """Return nothing: nobody types here."""
        return []

    def render(self, desk: Desk) -> Updates:
        """Return the versions there are now, none of them chosen."""
        kept = steps.versions(desk, self.number)
        return {
            self.choice: gr.Dropdown(choices=[(_label(version), version.key) for version in kept], value=None),
            self.text: _CHOOSE,
            self.bring_back: gr.Button(visible=False),
        }


def _label(version: steps.ShownVersion) -> str:
    words = version.text.split()
    first = " ".join(words[:_LABEL_WORDS]) + (" …" if len(words) > _LABEL_WORDS else "")
    return f"{version.title} · {version.when} · {len(words)} words · {first}"


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


def wire(parts: VersionParts, page: Page, wizard: Wizard) -> None:
    """Connect the events."""
    number = parts.number

    def look(desk: Desk, key: str | None) -> Updates:
        kept = {version.key: version for version in steps.versions(desk, number)}
        text = kept[key].text if key in kept else ""
        shown = f'<div class="version-text">{escape(text)}</div>' if text else _CHOOSE
        return {parts.text: shown, parts.bring_back: gr.Button(visible=bool(text))}

    wizard.follow(parts.choice.input, page, look, [parts.choice], [parts.text, parts.bring_back])

    def bring_back(desk: Desk, key: str | None) -> str:
        return note(f"“{steps.bring_back(desk, number, key or '')}” is back as it was.", "fine")

    wizard.act(parts.bring_back.click, page, bring_back, [parts.choice], retype=True)
