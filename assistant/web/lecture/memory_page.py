"""The first idea's page: from neuron to memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant import wording
from assistant.errors import LectureError
from assistant.lecture.page_texts import Texts
from assistant.lecture.results import Recurrence
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture.cell_diagram import describe_lstm, describe_rnn, interactive, lstm_drawing, rnn_drawing
from assistant.web.lecture.page_parts import lay_picture, lay_questions, lay_text, live
from assistant.web.numbers import number
from assistant.web.plot import Line, Plot, draw_plot

PULSE, WAVE, OWN = "One pulse", "A wave", "My own numbers"
STEPS = 12
MOST_OWN = 24
UNITS = 2


@dataclass(frozen=True)
class MemoryView:
    """The components of the page."""

    tab: gr.Tab
    kind: gr.Radio
    own: gr.Textbox
    step: gr.Slider
    earlier: gr.Button
    later: gr.Button
    forget_bias: gr.Slider
    seed: gr.Slider
    picture: gr.HTML


def inputs_of(kind: str, own: str | None) -> list[float]:
    """Return the series that was chosen; raise LectureError when the student's own one cannot be read."""
    if kind == PULSE:
        return [1.0] + [0.0] * (STEPS - 1)
    if kind == WAVE:
        return [round(math.sin(2 * math.pi * step / 6), 2) for step in range(STEPS)]
    own = own or ""  # a box that was never shown has no text yet
    words = own.replace(",", " ").replace(";", " ").split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= MOST_OWN or not all(math.isfinite(value) and abs(value) <= 100 for value in numbers):
        raise LectureError(
            "Your numbers cannot be read.",
            f"Found: {own.strip()[:60] or 'nothing'}.",
            f"Write 1 to {MOST_OWN} numbers between −100 and 100 with spaces between them, such as 0 0.5 1 -1.",
        )
    return numbers


def show(
    questions: LectureQuestions, texts: Texts, series: Sequence[float], t: int, forget_bias: float, seed: int
) -> str:
    """Return the two cells at step `t` (from 0) and what they remember over all steps, as HTML."""
    result = questions.ask(
        Recurrence, "recurrence", inputs=list(series), units=UNITS, seed=int(seed), forget_bias=float(forget_bias)
    )
    rnn, lstm = describe_rnn(texts.parts, result, t), describe_lstm(texts.parts, result, t)
    drawings = (
        '<div class="lecture-row">'
        + interactive(rnn_drawing(rnn), "An RNN, unrolled", rnn)
        + interactive(lstm_drawing(lstm), f"The LSTM's cell at t = {t + 1}", lstm)
        + "</div>"
    )
    steps = list(range(1, len(series) + 1))
    charts = draw_plot(
        Plot(
            title="What the RNN's state holds",
            x_label="time step t",
            y_label="value",
            now=t + 1,
            curves=[
                Line("input x", steps, list(series), "e", "2 4"),
                Line("RNN state, unit 1", steps, [step.h[0] for step in result.rnn], "a"),
                Line("RNN state, unit 2", steps, [step.h[1] for step in result.rnn], "b", "7 4"),
            ],
        )
    ) + draw_plot(
        Plot(
            title="What the LSTM's cell state holds",
            x_label="time step t",
            y_label="value",
            now=t + 1,
            curves=[
                Line("input x", steps, list(series), "e", "2 4"),
                Line("cell state, unit 1", steps, [step.c[0] for step in result.lstm], "a"),
                Line("cell state, unit 2", steps, [step.c[1] for step in result.lstm], "b", "7 4"),
            ],
        )
    )
    return f'{drawings}<p class="lecture-says">{_sentence(result)}</p><div class="lecture-row">{charts}</div>'


def _sentence(result: Recurrence) -> str:
    """Say how much of the largest content is left at the end, for both."""
    rnn = _left([max(map(abs, step.h)) for step in result.rnn])
    lstm = _left([max(map(abs, step.c)) for step in result.lstm])
    return (
        f"At the last step the RNN's state still has <b>{wording.with_unit(number(rnn * 100), '%')}</b> of its largest size, the LSTM's cell "
        f"state <b>{wording.with_unit(number(lstm * 100), '%')}</b>."
    )


def _left(sizes: Sequence[float]) -> float:
    most = max(sizes)
    return sizes[-1] / most if most else 0.0


def build(texts: Texts) -> MemoryView:
    """Lay the page out."""
    with gr.Tab(f"1 {texts.titles['memory']}", id="memory", elem_id="tab-understand-memory") as tab:
        lay_text(texts, "memory")
        with gr.Row():
            kind = gr.Radio([PULSE, WAVE, OWN], value=PULSE, label="Input", elem_id="lecture-memory-kind")
            forget_bias = gr.Slider(
                0, 6, value=2, step=0.5, label="Bias of the forget gate", elem_id="lecture-memory-forget-bias"
            )
            seed = gr.Slider(0, 20, value=0, step=1, label="Seed of the weights", elem_id="lecture-memory-seed")
        own = gr.Textbox(
            label="My own numbers",
            value="0 0.5 1 -1 0 0",
            visible=False,
            elem_id="lecture-memory-own",
            max_length=400,
        )
        with gr.Row(elem_classes="lecture-steps"):
            earlier = gr.Button("◀ Step back", elem_id="lecture-memory-earlier", size="sm")
            step = gr.Slider(1, STEPS, value=2, step=1, label="Time step t", elem_id="lecture-memory-step", scale=4)
            later = gr.Button("Step on ▶", elem_id="lecture-memory-later", size="sm")
        picture = lay_picture("lecture-memory-picture")
        lay_questions(texts, "memory")
    return MemoryView(tab, kind, own, step, earlier, later, forget_bias, seed, picture)


def wire(view: MemoryView, questions: LectureQuestions, texts: Texts, outer: gr.Tab) -> None:
    """Answer the page's events; this page is the first to be seen when the tab around the lecture is opened."""
    inputs = [view.kind, view.own, view.step, view.forget_bias, view.seed]

    def draw(kind: str, own: str, step: float, forget_bias: float, seed: float) -> str:
        series = inputs_of(kind, own)
        return show(questions, texts, series, min(int(step), len(series)) - 1, forget_bias, int(seed))

    def fit(kind: str, own: str) -> object:
        try:
            return gr.update(maximum=max(2, len(inputs_of(kind, own))))
        except LectureError:
            return gr.skip()

    quick: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": [],
        "api_visibility": "private",
        "concurrency_limit": None,
        "trigger_mode": "always_last",
    }
    live(
        [outer.select, view.tab.select, view.step.change, view.forget_bias.input, view.seed.input],
        draw,
        inputs,
        view.picture,
    )
    live([view.kind.input, view.own.change], draw, inputs, view.picture)
    view.kind.input(lambda kind: gr.update(visible=kind == OWN), view.kind, view.own, **quick)
    for event in (view.kind.input, view.own.change):
        event(fit, [view.kind, view.own], view.step, **quick)
    for button, by in ((view.earlier, -1), (view.later, 1)):
        button.click(
            lambda kind, own, step, by=by: _moved(kind, own, step, by),
            [view.kind, view.own, view.step],
            view.step,
            **quick,
        )


def _moved(kind: str, own: str, step: float, by: int) -> int:
    try:
        most = len(inputs_of(kind, own))
    except LectureError:
        most = STEPS
    return max(1, min(most, int(step) + by))
