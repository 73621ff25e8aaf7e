"""The panel "Look inside your network": gates, memory and look-back of a trained network on the student's own data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from assistant import wording
from assistant.charts.network_memory import count_keeping, longest, memory_span, steps_in_words
from assistant.errors import AssistantError
from assistant.lecture.page_texts import load_texts
from assistant.lecture.results import NetworkWindow
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture.equations import equation_html
from assistant.web.lecture.glossary import word_link
from assistant.web.lecture.heat_map import heat_map
from assistant.web.lecture.page_parts import error_html, lay_picture, questions
from assistant.web.numbers import number
from assistant.web.plot import Line, Plot, Point, draw_plot

NAMES = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
MAPS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "lstm": (
        ("f", "Forget gate f_t: how much is kept", False),
        ("i", "Input gate i_t: how much is let in", False),
        ("g", "Candidate g_t: what is offered", True),
        ("o", "Output gate o_t: how much is shown", False),
        ("c", "Cell state c_t: the memory", True),
    ),
    "gru": (
        ("z", "Update gate z_t: how much is kept", False),
        ("r", "Reset gate r_t: how much of the state is read", False),
        ("n", "Candidate n_t: what is offered", True),
        ("h", "State h_t: the memory", True),
    ),
    "rnn": (("h", "State h_t: all that it remembers", True),),
}
SHOWN_UNITS = 6


@dataclass(frozen=True)
class ShownRun:
    """A finished run that the panel may look into: its name for the student, and its folder."""

    label: str
    folder: Path


RunsOf = Callable[[gr.Request], Sequence[ShownRun]]


@dataclass(frozen=True)
class NetworkPanel:
    """The components of the panel."""

    window: gr.Slider
    picture: gr.HTML


def show(questions: LectureQuestions, runs: Sequence[ShownRun], window: int | None) -> tuple[str, NetworkWindow | None]:
    """Return the panel for the first run, with the others' look-back beside it, and what was found, as HTML."""
    if not runs:
        return '<p class="lecture-note">There is no trained network yet. Train first, then look inside.</p>', None
    found = questions.ask(NetworkWindow, "window", folder=str(runs[0].folder), window=window)
    others = []
    for run in runs[1:]:
        try:
            others.append(
                (run.label, questions.ask(NetworkWindow, "window", folder=str(run.folder), window=found.window))
            )
        except AssistantError:
            continue  # a run on another test part may have no such window
    return _panel(found, [(label, other) for label, other in others if other.origin == found.origin]), found


def _panel(found: NetworkWindow, others: Sequence[tuple[str, NetworkWindow]]) -> str:
    maps = "".join(_map(found, letter, title, signed) for letter, title, signed in MAPS[found.cell])
    return (
        f'<div class="lecture-says" role="status">{_sentences(found)}{_comparison(others)}</div>'
        f'<div class="lecture-row">{_values(found)}{_forecast(found)}</div>'
        f'<div class="lecture-row">{_look_back(found, others)}{_units(found)}</div>'
        '<h4 class="lecture-title">Inside the network, step by step</h4>'
        f'<div class="lecture-row lecture-maps">{maps}</div>'
        f"{_honesty(found)}{questions(load_texts(), 'network')}"
    )


def _sentences(found: NetworkWindow) -> str:
    frequency, back = found.frequency, found.look_back
    peak = (
        ""
        if back.peak is None
        else f" Apart from the latest values, the one <b>{escape(frequency.count(back.peak))}</b> back counts most."
    )
    own = (
        "The network adds nothing to its simple starting forecast here."
        if back.correction_steps == 0
        else f"Of what the network itself adds to its simple starting forecast, 90 % comes from the last "
        f"<b>{escape(frequency.count(back.correction_steps))}</b>."
    )
    return (
        f"<p>Forecast from {escape(found.times[-1])}, window {found.window + 1} of {found.windows}. Half of what it "
        f"owes to the past lies in the last <b>{escape(frequency.count(back.half))}</b>, 90 % in the last "
        f"<b>{escape(frequency.count(back.steps))}</b>.{peak} {own}</p><p>{_memory_sentence(found)}</p>"
    )


def _comparison(others: Sequence[tuple[str, NetworkWindow]]) -> str:
    return "".join(
        f"<p>Of what {escape(label)} adds on the same window, 90 % comes from the last "
        f"<b>{escape(other.frequency.count(other.look_back.correction_steps))}</b>.</p>"
        for label, other in others
        if other.look_back.correction_steps
    )


def _memory_sentence(found: NetworkWindow) -> str:
    if not found.half_lives:
        return "A plain RNN has no gate that keeps: its whole state is rewritten at every step."
    span = memory_span(found.frequency, len(found.forecast))
    keeping = count_keeping(found.half_lives, span)
    return (
        f"{keeping} of {wording.counted('unit', found.units)} {wording.agree(keeping, 'acts', 'act')} as a memory over <b>{escape(found.frequency.count(span))}</b> or more. "
        f"The longest {word_link('half-life', 'half-life')} of a unit is "
        f"<b>{escape(steps_in_words(longest(found.half_lives), found.frequency))}</b>."
    )


def _values(found: NetworkWindow) -> str:
    unit = f" ({found.unit})" if found.unit else ""
    back = list(range(1 - len(found.values), 1))
    return draw_plot(
        Plot(
            title="What it read",
            x_label=f"{wording.plural(found.frequency.step, 2)} before the last known value",
            y_label=f"{found.target[:24]}{unit[:14]}",
            curves=[Line(found.target, back, found.values, "a")],
        )
    )


def _forecast(found: NetworkWindow) -> str:
    kept = min(len(found.values), 2 * len(found.forecast) + 2)
    before, after = list(range(1 - kept, 1)), list(range(1, len(found.forecast) + 1))
    unit = f" ({found.unit})" if found.unit else ""
    return draw_plot(
        Plot(
            title="What it forecast",
            x_label=f"{wording.plural(found.frequency.step, 2)} after the last known value",
            y_label=f"{found.target[:24]}{unit[:14]}",
            now=0,
            curves=[
                Line("known, then actual", [*before, *after], [*found.values[-kept:], *found.actual], "a"),
                Line(f"forecast of the {NAMES[found.cell]}", after, found.forecast, "b", "7 4"),
                Line("its starting forecast", after, found.anchor, "c", "2 3", thin=True),
            ],
        )
    )


def _look_back(found: NetworkWindow, others: Sequence[tuple[str, NetworkWindow]]) -> str:
    effect = found.look_back.effect
    reached = 1 + max((index for index, value in enumerate(effect) if value > 0), default=0)
    back = list(range(1, reached + 1))
    lines = [
        Line("whole forecast", back, effect[:reached], "a"),
        Line(f"{NAMES[found.cell]}'s own part", back, found.look_back.correction[:reached], "b", "7 4"),
    ]
    for (label, other), colour in zip(others, ("e", "d"), strict=False):
        shown = other.look_back.correction[:reached]
        lines.append(Line(f"own part of: {label}", back[: len(shown)], shown, colour, "2 3"))
    peak = found.look_back.peak
    marks = [] if peak is None else [Point(peak, effect[peak - 1], f"{found.frequency.count(peak)} back", "a")]
    return draw_plot(
        Plot(
            title="What the forecast owes to each past value",
            x_label=f"{wording.plural(found.frequency.step, 2)} back",
            y_label="forecast moves, per unit",
            points=marks,
            curves=lines,
        )
    )


def _units(found: NetworkWindow) -> str:
    if not found.half_lives:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{unit + 1}</th><td>{_half(found.half_lives[unit])}</td>'
        f"<td>{escape(steps_in_words(_value(found.half_lives[unit]), found.frequency))}</td></tr>"
        for unit in found.order[:SHOWN_UNITS]
    )
    ordered = [_value(found.half_lives[unit]) for unit in found.order]
    drawn = [value for value in ordered if math.isfinite(value)]
    chart = draw_plot(
        Plot(
            title="How long the units remember, longest first",
            x_label="unit",
            y_label=f"half-life ({wording.plural(found.frequency.step, 2)})",
            log=bool(drawn) and max(drawn) > 20 * min(drawn),
            curves=[Line("half-life", list(range(1, len(drawn) + 1)), drawn, "a")],
        )
    )
    return (
        f'<div>{chart}<div class="plot-values"><div class="scroll"><table class="lecture-table">'
        '<thead><tr><th scope="col">unit</th><th scope="col">half-life (steps)</th><th scope="col">in time</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div></div></div>"
    )


def _value(half_life: float | None) -> float:
    return math.inf if half_life is None else half_life


def _half(half_life: float | None) -> str:
    return "without end" if half_life is None else number(half_life)


def _map(found: NetworkWindow, letter: str, title: str, signed: bool) -> str:
    array = found.gates[letter].array()[list(found.order)]
    name, _, meaning = title.partition(":")
    mean, low, high = float(array.mean()), float(array.min()), float(array.max())
    order = "the unit with the longest memory on top" if found.half_lives else "in the network's order"
    return heat_map(
        np.asarray(array),
        title=f"{name.replace('_t', 'ₜ')}:{meaning}",
        x_label="time steps of the window",
        y_label="units",
        description=(
            f"{wording.counted('unit', array.shape[0])} by {wording.counted('step', array.shape[1])}, {order}; mean {number(mean)}, from {number(low)} to "
            f"{number(high)}."
        ),
        signed=signed,
        x_ends=(found.times[0], found.times[-1]),
    )


def _honesty(found: NetworkWindow) -> str:
    equation = equation_html("f_t, i_t, g_t, o_t, c_t") if found.cell == "lstm" else "The values"
    return (
        f'<p class="lecture-note">{equation} are read from the cell written out with the trained weights; its states '
        f"differ from torch's own by at most {number(found.from_torch)}, the forecast from the run's by "
        f"{number(found.from_run)} standard deviations. Gates are those of the first of "
        f"{wording.counted('network', found.members)}, forecast and look-back those of all.</p>"
    )


def build(number_of_project: int) -> NetworkPanel:
    """Lay the panel out inside what is open."""
    prefix = f"lecture-network-{number_of_project}"
    window = gr.Slider(1, 2, value=1, step=1, label="Window of the test part", elem_id=f"{prefix}-window")
    return NetworkPanel(window, lay_picture(f"{prefix}-picture"))


def wire(panel: NetworkPanel, questions: LectureQuestions, runs_of: RunsOf, opened: Sequence[Any]) -> None:
    """Answer the panel's events: `opened` are the events at which it is first seen or the chosen run has changed.

    `runs_of` returns the chosen run first and then those to compare it with; it may raise an AssistantError.
    """
    quick: dict[str, Any] = {
        "show_progress": "hidden", "show_progress_on": [], "api_visibility": "private", "concurrency_limit": None,
    }  # fmt: skip

    def first(request: gr.Request) -> tuple[Any, ...]:
        try:
            html, found = show(questions, runs_of(request), None)
        except AssistantError as error:
            return error_html(error), gr.update(visible=False)
        if found is None:
            return html, gr.update(visible=False)
        return html, gr.update(visible=True, maximum=max(2, found.windows), value=found.window + 1)

    def move(window: float, request: gr.Request) -> str:
        try:
            return show(questions, runs_of(request), int(window) - 1)[0]
        except AssistantError as error:
            return error_html(error)

    for event in opened:
        event(first, None, [panel.picture, panel.window], **quick)
    panel.window.input(move, panel.window, panel.picture, trigger_mode="always_last", queue=False, **quick)
