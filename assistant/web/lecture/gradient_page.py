"""The second idea's page: the gradient that vanishes, stays or explodes on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant import wording
from assistant.lecture.page_texts import Texts
from assistant.lecture.results import GradientCurves
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture.equations import equation_html
from assistant.web.lecture.page_parts import lay_picture, lay_questions, lay_text, live
from assistant.web.numbers import number
from assistant.web.plot import Level, Line, Plot, Point, draw_plot
from assistant.web.ticks import FLOOR

NONE, TANH = "none", "tanh"
LONGEST = 100
CASES = {
    "vanishes": "the gradient vanishes",
    "stays": "the gradient arrives unchanged",
    "explodes": "the gradient explodes",
}


@dataclass(frozen=True)
class GradientView:
    """The components of the page."""

    tab: gr.Tab
    w: gr.Slider
    length: gr.Slider
    activation: gr.Radio
    clip: gr.Checkbox
    forget_bias: gr.Slider
    picture: gr.HTML


def show(questions: LectureQuestions, w: float, length: float, activation: str, clip: bool, forget_bias: float) -> str:
    """Return the gradient over time of a neuron, an RNN and an LSTM, and what clipping does, as HTML."""
    result = questions.ask(
        GradientCurves,
        "gradient",
        w=float(w),
        length=int(length),
        activation="tanh" if activation == TANH else "identity",
        forget_bias=float(forget_bias),
    )
    back = list(range(result.length + 1))
    lines = [Line("one neuron, by autograd", back, result.norms, "a")]
    if clip:
        # Clipping scales the whole gradient by one factor, so each share of it shrinks alike.
        scaled = [norm * result.clipping.factor for norm in result.norms]
        lines.append(Line("after clipping", back, scaled, "b", "7 4"))
    neuron = draw_plot(
        Plot(
            title=f"One neuron with w_rec = {number(w)}: {CASES[result.case]}",
            x_label="k, steps back in time",
            y_label="size of the gradient (log)",
            log=True,
            levels=[Level(1.0, "as it left: 1")],
            points=[Point(result.length, result.norms[-1], number(result.norms[-1]), "a", below=result.norms[-1] < 1)]
            if result.norms[-1] >= FLOOR
            else [],
            curves=lines,
        )
    )
    networks = draw_plot(
        Plot(
            title="The same in whole networks",
            x_label="k, steps back in time",
            y_label="norm of the gradient (log)",
            log=True,
            levels=[Level(1.0, "as it left: 1")],
            curves=[
                Line(f"RNN, {wording.counted('unit', result.units)}", back, result.rnn, "b", "7 4"),
                Line(f"LSTM, {wording.counted('unit', result.units)}, by its cell state", back, result.lstm, "a"),
            ],
        )
    )
    return (
        f'<p class="lecture-says">{_case_sentence(result)}</p><div class="lecture-row">{neuron}{networks}</div>'
        f'<p class="lecture-says">{_networks_sentence(result)}</p>'
        f'<p class="lecture-says">{_clip_sentence(result, clip)}</p>'
    )


def _case_sentence(result: GradientCurves) -> str:
    last = result.norms[-1]
    left = "nothing that a computer can hold" if last == 0 else number(last)
    slope = "" if result.activation == "identity" else " times the slope of tanh"
    return (
        f"{equation_html('w_{rec}')} = {number(result.w)}: <b>{CASES[result.case]}</b>. Each step multiplies it by "
        f"{number(result.factor_per_step)} on average ({equation_html('w_{rec}')}{slope}); after {wording.counted('step', result.length)} "
        f"<b>{left}</b> is left of 1."
    )


def _networks_sentence(result: GradientCurves) -> str:
    w_rec = equation_html("w_{rec}")
    bias = result.forget_bias
    return (
        f"Over {wording.counted('step', result.length)} the RNN's gradient becomes <b>{number(result.rnn[-1])}</b>: its recurrent matrix "
        f"is {w_rec} times a rotation. The LSTM's by its cell state becomes <b>{number(result.lstm[-1])}</b>: there "
        f"the forget gate stands in the place of {w_rec}, with the bias {number(bias)} (and the input gate with "
        f"{number(-bias)}). Both get the same inputs; neither was trained."
    )


def _clip_sentence(result: GradientCurves, clip: bool) -> str:
    clipping = result.clipping
    if not clip:
        return (
            f"<b>Clipping is off.</b> The gradient by {equation_html('w_{rec}')} itself has the size "
            f"{number(clipping.before)}: one step of learning with rate {number(clipping.rate)} moves "
            f"{equation_html('w_{rec}')} from {number(result.w)} to <b>{number(clipping.w_unclipped)}</b>."
        )
    effect = (
        f"it is shortened from {number(clipping.before)} to {number(clipping.after)}"
        if clipping.factor < 0.999
        else f"it has the size {number(clipping.before)}, below the limit, so it stays as it is"
    )
    return (
        f"<b>Clipping is on</b> (limit {number(clipping.limit)}): {effect}. One step of learning with rate "
        f"{number(clipping.rate)} moves {equation_html('w_{rec}')} from {number(result.w)} to "
        f"<b>{number(clipping.w_clipped)}</b> instead of {number(clipping.w_unclipped)}."
    )


def build(texts: Texts) -> GradientView:
    """Lay the page out."""
    with gr.Tab(f"2 {texts.titles['gradient']}", id="gradient", elem_id="tab-understand-gradient") as tab:
        lay_text(texts, "gradient")
        with gr.Row():
            w = gr.Slider(0.5, 1.5, value=0.9, step=0.01, label="Recurrent weight w_rec", elem_id="lecture-gradient-w")
            length = gr.Slider(
                5, LONGEST, value=50, step=1, label="Length (steps back)", elem_id="lecture-gradient-length"
            )
        with gr.Row():
            activation = gr.Radio(
                [NONE, TANH], value=NONE, label="Activation of the neuron", elem_id="lecture-gradient-activation"
            )
            clip = gr.Checkbox(label="Gradient clipping", elem_id="lecture-gradient-clip")
            forget_bias = gr.Slider(
                0, 8, value=5, step=0.5, label="LSTM: bias of the forget gate", elem_id="lecture-gradient-forget-bias"
            )
        picture = lay_picture("lecture-gradient-picture")
        lay_questions(texts, "gradient")
    return GradientView(tab, w, length, activation, clip, forget_bias, picture)


def wire(view: GradientView, questions: LectureQuestions) -> None:
    """Answer the page's events."""
    inputs: list[Any] = [view.w, view.length, view.activation, view.clip, view.forget_bias]

    def draw(w: float, length: float, activation: str, clip: bool, forget_bias: float) -> str:
        return show(questions, w, length, activation, clip, forget_bias)

    live([view.tab.select, *(component.input for component in inputs)], draw, inputs, view.picture)
