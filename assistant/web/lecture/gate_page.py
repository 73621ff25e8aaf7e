"""The third idea's page: the forget gate, and what it leaves of a memory."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from assistant import wording
from assistant.lecture.page_texts import Texts
from assistant.lecture.results import Gate
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture.equations import equation_html
from assistant.web.lecture.page_parts import lay_picture, lay_questions, lay_text, live
from assistant.web.numbers import number
from assistant.web.plot import Line, Plot, Point, draw_plot

_GREY_DASHES = ("2 3", "5 3", "8 3", "12 3")


@dataclass(frozen=True)
class GateView:
    """The components of the page."""

    tab: gr.Tab
    x: gr.Slider
    h: gr.Slider
    w_x: gr.Slider
    w_h: gr.Slider
    b: gr.Slider
    picture: gr.HTML


def show(questions: LectureQuestions, x: float, h: float, w_x: float, w_h: float, b: float) -> str:
    """Return the gate, the two activation functions with the current point, and what is kept over time, as HTML."""
    gate = questions.ask(Gate, "gate", x=float(x), h_previous=float(h), w_x=float(w_x), w_h=float(w_h), b=float(b))
    reach = gate.grid[-1]
    at = max(-reach, min(reach, gate.a))
    outside = "" if at == gate.a else " (beyond the drawing)"
    activation = draw_plot(
        Plot(
            title="The activation functions at the current point",
            x_label="a, the weighted sum",
            y_label="value",
            y_range=(-1.35, 1.35),
            points=[
                Point(at, gate.f, f"σ(a) = {number(gate.f)}{outside}", "a", below=True),
                Point(at, gate.tanh, f"tanh(a) = {number(gate.tanh)}", "b"),
            ],
            curves=[
                Line("σ, for gates", gate.grid, gate.sigmoid_curve, "a"),
                Line("tanh, for contents", gate.grid, gate.tanh_curve, "b", "7 4"),
            ],
        )
    )
    steps = list(range(len(gate.kept)))
    kept = draw_plot(
        Plot(
            title="What is kept of a cell state of 1",
            x_label="steps later",
            y_label="part that is left",
            y_range=(0, 1.05),
            points=[Point(steps[-1], gate.kept[-1], wording.with_unit(number(gate.kept[-1] * 100), "%"), "a")],
            curves=[
                Line(f"your gate, f = {number(gate.f)}", steps, gate.kept, "a"),
                *(
                    Line(f"f = {number(other.f)}", steps, other.kept, "c", dash, thin=True)
                    for other, dash in zip(gate.others, _GREY_DASHES, strict=False)
                ),
            ],
        )
    )
    return (
        f'<p class="lecture-says">{_sentence(gate, x, h, w_x, w_h, b)}</p>'
        f'<div class="lecture-row">{activation}{kept}</div>'
    )


def _sentence(gate: Gate, x: float, h: float, w_x: float, w_h: float, b: float) -> str:
    half = "it never loses half"
    if gate.half_life is not None:
        shown = number(gate.half_life)
        half = f"half is lost after <b>{shown}</b> {wording.plural('step', 1 if shown == '1' else gate.half_life)}"
    return (
        f"a = {number(w_h)} · {number(h)} + {number(w_x)} · {number(x)} + {_bracketed(b)} = {number(gate.a)}, so "
        f"{equation_html('f_t')} = σ(a) = <b>{number(gate.f)}</b> (slope of σ there: {number(gate.slope)}). Held at "
        f"this value, {half} and after {wording.counted('step', len(gate.kept) - 1)} "
        f"<b>{wording.with_unit(number(gate.kept[-1] * 100), '%')}</b> is left."
    )


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def build(texts: Texts) -> GateView:
    """Lay the page out."""
    with gr.Tab(f"3 {texts.titles['forget-gate']}", id="forget-gate", elem_id="tab-understand-forget-gate") as tab:
        lay_text(texts, "forget-gate")
        with gr.Row():
            x = gr.Slider(-2, 2, value=1, step=0.05, label="Input xₜ", elem_id="lecture-gate-x")
            h = gr.Slider(-1, 1, value=0, step=0.05, label="State before hₜ₋₁", elem_id="lecture-gate-h")
        with gr.Row():
            w_x = gr.Slider(-8, 8, value=1, step=0.1, label="Weight of the input", elem_id="lecture-gate-w-x")
            w_h = gr.Slider(-8, 8, value=1, step=0.1, label="Weight of the state", elem_id="lecture-gate-w-h")
            b = gr.Slider(-6, 6, value=2, step=0.1, label="Bias b_f", elem_id="lecture-gate-b")
        picture = lay_picture("lecture-gate-picture")
        lay_questions(texts, "forget-gate")
    return GateView(tab, x, h, w_x, w_h, b, picture)


def wire(view: GateView, questions: LectureQuestions) -> None:
    """Answer the page's events."""
    inputs = [view.x, view.h, view.w_x, view.w_h, view.b]

    def draw(x: float, h: float, w_x: float, w_h: float, b: float) -> str:
        return show(questions, x, h, w_x, w_h, b)

    live([view.tab.select, *(slider.input for slider in inputs)], draw, inputs, view.picture)
