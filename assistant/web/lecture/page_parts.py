"""What every page of the lecture shares: its prose, its questions, its live picture, and how errors are shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.lecture.page_texts import Texts
from assistant.web.lecture.equations import inline, prose

WAITING = '<p class="lecture-note">The picture is being computed …</p>'


def lay_text(texts: Texts, idea: str) -> None:
    """Lay out an idea's prose."""
    gr.Markdown(
        f"## {texts.titles[idea]}\n\n{prose(texts.prose[idea])}",
        elem_id=f"lecture-{idea}-text",
        elem_classes="lecture-prose",
    )


def lay_picture(elem_id: str, script: str | None = None) -> gr.HTML:
    """Lay out the place of a live picture, with a script that runs once on its `element`."""
    return gr.HTML(WAITING, elem_id=elem_id, elem_classes="lecture-picture", apply_default_css=False, js_on_load=script)


def questions(texts: Texts, idea: str) -> str:
    """Return an idea's questions, each opening to its answer, as HTML."""
    items = "".join(
        f"<details><summary>{inline(one.question)}</summary><p>{inline(one.answer)}</p></details>"
        for one in texts.questions.get(idea, ())
    )
    return (
        f'<section class="lecture-questions"><h3>Can you answer these?</h3>'
        f"<p>Only for you: nothing is graded or sent. Open a question to see its answer.</p>{items}</section>"
    )


def lay_questions(texts: Texts, idea: str) -> None:
    """Lay out an idea's questions."""
    gr.HTML(questions(texts, idea), elem_id=f"lecture-{idea}-questions", apply_default_css=False)


def error_html(error: AssistantError) -> str:
    """Return an error as a box with its three parts."""
    return f'<div class="lecture-error" role="alert">{escape(str(error))}</div>'


def shown(function: Callable[..., str], inputs: Sequence[Any] = ()) -> Callable[..., Any]:
    """Return the function with errors turned into a box in the picture's place; an emptied slider changes nothing."""

    @functools.wraps(function)
    def guarded(*arguments: Any) -> Any:
        if any(isinstance(box, gr.Slider) and value is None for box, value in zip(inputs, arguments, strict=False)):
            return gr.skip()
        try:
            return function(*arguments)
        except AssistantError as error:
            return error_html(error)

    return guarded


def live(events: Sequence[Any], function: Callable[..., str], inputs: Sequence[Any], output: gr.HTML) -> None:
    """Redraw a picture on each event; of a moving slider's positions the last one wins, errors stand in its place."""
    for event in events:
        # A change that comes while the picture before is computed is not queued up behind it, only the last one is.
        event(
            shown(function, inputs),
            list(inputs),
            output,
            show_progress="hidden",
            show_progress_on=[],
            trigger_mode="always_last",
            queue=False,
            api_visibility="private",
        )
