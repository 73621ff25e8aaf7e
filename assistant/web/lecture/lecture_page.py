"""The page "Understand": five ideas, each live, none of which needs an account, a dataset or a training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from assistant.lecture.page_texts import IDEAS, load_texts
from assistant.submission.adding_runs import AddingRuns
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture import adding_page as lecture_adding
from assistant.web.lecture import gate_page as lecture_gate
from assistant.web.lecture import glossary as lecture_words
from assistant.web.lecture import gradient_page as lecture_gradient
from assistant.web.lecture import memory_page as lecture_memory
from assistant.web.lecture.cell_diagram import style_of_parts

STYLE = (Path(__file__).parent / "lecture.css").read_text("utf-8") + style_of_parts()


@dataclass(frozen=True)
class LectureView:
    """The page's components, by idea."""

    tabs: gr.Tabs
    memory: lecture_memory.MemoryView
    gradient: lecture_gradient.GradientView
    gate: lecture_gate.GateView
    adding: lecture_adding.AddingView
    words: lecture_words.WordsView


def build() -> LectureView:
    """Lay the page out inside the tab that is open."""
    texts = load_texts()
    gr.HTML(
        '<div class="step-head"><h1>How does an LSTM work?</h1><p>What happens inside the network that you train: five ideas '
        "that you can move yourself. Everything is computed while you look.</p></div>",
        elem_id="lecture-head",
        apply_default_css=False,
    )
    with gr.Tabs(elem_id="lecture-tabs", overflow_behavior="wrap") as tabs:
        return LectureView(
            tabs,
            lecture_memory.build(texts),
            lecture_gradient.build(texts),
            lecture_gate.build(texts),
            lecture_adding.build(texts),
            lecture_words.build(texts),
        )


def wire(
    view: LectureView,
    outer: gr.Tab,
    questions: LectureQuestions,
    runs: AddingRuns,
    student_of: lecture_adding.StudentOf,
    blocks: gr.Blocks | None = None,
) -> None:
    """Answer the page's events; `outer` is the tab around the page, `student_of` tells who asks.

    With `blocks` the address chooses the idea when the page is loaded: `?at=understand-gradient` opens the second.
    """
    texts = load_texts()
    if blocks is not None:
        blocks.load(
            _choose, None, view.tabs,
            show_progress="hidden", show_progress_on=[], concurrency_limit=None, api_visibility="private",
        )  # fmt: skip
    lecture_memory.wire(view.memory, questions, texts, outer)
    lecture_gradient.wire(view.gradient, questions)
    lecture_gate.wire(view.gate, questions)
    lecture_adding.wire(view.adding, runs, student_of)
    lecture_words.wire(view.words, questions, texts)


def idea_of(place: str) -> str | None:
    """Return the idea that a place such as "understand-gradient" names, or None."""
    idea = place.removeprefix("understand-")
    return idea if place != idea and idea in IDEAS else None


def _choose(request: gr.Request) -> object:
    idea = idea_of(str(request.query_params.get("at", "")))
    return gr.update(selected=idea) if idea else gr.skip()
