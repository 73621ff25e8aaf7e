"""The fourth idea's page: the adding problem, run live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant import wording
from assistant.errors import AssistantError
from assistant.lecture.page_texts import Texts
from assistant.lecture.results import AddingProgress
from assistant.submission.adding_runs import CPU_LIMITS, LENGTHS, AddingRun, AddingRuns
from assistant.web.lecture.page_parts import error_html, lay_picture, lay_questions, lay_text
from assistant.web.numbers import number
from assistant.web.plot import Level, Line, Plot, draw_plot

CELLS = {"LSTM": "lstm", "RNN": "rnn", "GRU": "gru"}
NAMES = {value: name for name, value in CELLS.items()}
COLOURS = {"lstm": ("a", ""), "rnn": ("b", "7 4"), "gru": ("c", "2 3")}
GUESSING = 1 / 6  # the variance of the sum of two numbers between 0 and 1, each 1/12
SOLVED = 0.01
SECONDS_BETWEEN_LOOKS = 0.7

StudentOf = Callable[[gr.Request], str]


@dataclass(frozen=True)
class AddingView:
    """The components of the page."""

    tab: gr.Tab
    length: gr.Radio
    cells: gr.CheckboxGroup
    seed: gr.Number
    start: gr.Button
    cancel: gr.Button
    picture: gr.HTML
    timer: gr.Timer


def show(run: AddingRun | None) -> str:
    """Return how a student's run stands: sentences, the curves of the error, and a table, as HTML."""
    if run is None:
        return '<p class="lecture-note">Nothing has been run yet. Choose a length and press Run.</p>'
    # A run in progress is drawn anew every moment; only what it came to is read out unasked.
    role = "" if run.active else ' role="status"'
    return f'<div class="lecture-says"{role}><p>{_state(run)}</p></div><div class="lecture-row">{_curves(run)}{_table(run.progress)}</div>'


def _state(run: AddingRun) -> str:
    if run.state == "waiting":
        return "Other students' runs come first; yours starts by itself."
    if run.state == "failed":
        return escape(run.message)
    if run.state == "running":
        return f"Running at T = {run.length}, seed {run.seed} …"
    if run.state == "cancelled":
        return f"Cancelled. This is how far the run at T = {run.length} had come."
    return " ".join(_outcome(one) for one in run.progress)


def _outcome(one: AddingProgress) -> str:
    how = "solved" if one.solved else "did not solve"
    limit = "" if one.solved else " (the limit)"
    return (
        f"The <b>{NAMES[one.cell]} {how}</b> T = {one.length}: error {number(one.mse)} on 1,000 fresh sequences after "
        f"{wording.counted('sequence', one.sequences)} and {wording.span(one.cpu_seconds)} of computing{limit}."
    )


def _curves(run: AddingRun) -> str:
    lines = [
        Line(
            NAMES[one.cell],
            [sequences for sequences, _ in one.curve],
            [max(error, 1e-5) for _, error in one.curve],
            *COLOURS[one.cell],
        )
        for one in run.progress
        if one.curve
    ]
    if not lines:
        return '<p class="lecture-note">Python and torch are starting; the first points come in a few seconds.</p>'
    return draw_plot(
        Plot(
            title=f"The adding problem at T = {run.length}: error against sequences seen",
            x_label="sequences seen",
            y_label="mean squared error (log)",
            log=True,
            y_range=(0.001, 10.0 if max(max(line.y) for line in lines) > 1 else 1.0),
            levels=[Level(GUESSING, "always answering 1: 0.167"), Level(SOLVED, "solved: 0.01")],
            x_text=lambda value: f"{value:,.0f}",
            curves=lines,
        )
    )


def _table(progress: Sequence[AddingProgress]) -> str:
    if not progress:
        return ""
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("cell", "solved", "error", "sequences", "computing (s)", "limit (s)")
    )
    rows = "".join(
        f'<tr><th scope="row">{NAMES[one.cell]}</th><td>{_yes(one)}</td><td>{number(one.mse)}</td>'
        f"<td>{one.sequences:,}</td><td>{one.cpu_seconds:.1f}</td><td>{one.cpu_limit:.0f}</td></tr>"
        for one in progress
    )
    return (
        '<div class="plot-values"><div class="scroll"><table class="lecture-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _yes(one: AddingProgress) -> str:
    if one.solved:
        return "yes"
    return "no" if one.finished else "not yet"


def build(texts: Texts) -> AddingView:
    """Lay the page out."""
    with gr.Tab(f"4 {texts.titles['adding']}", id="adding", elem_id="tab-understand-adding") as tab:
        lay_text(texts, "adding")
        with gr.Row():
            length = gr.Radio(
                [
                    (f"T = {length} (at most {wording.short_span(CPU_LIMITS[length])} a cell)", length)
                    for length in LENGTHS
                ],
                value=LENGTHS[1],
                label="Length of the sequences",
                elem_id="lecture-adding-length",
            )
            cells = gr.CheckboxGroup(
                list(CELLS.items()), value=["lstm", "rnn"], label="Cells", elem_id="lecture-adding-cells"
            )
            seed = gr.Number(0, label="Seed", precision=0, elem_id="lecture-adding-seed")
        with gr.Row():
            start = gr.Button("Run", variant="primary", elem_id="lecture-adding-start")
            cancel = gr.Button("Cancel", interactive=False, elem_id="lecture-adding-cancel")
        picture = lay_picture("lecture-adding-picture")
        lay_questions(texts, "adding")
        # Inside the tab: beside the tabs it would be counted as one of them.
        timer = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    return AddingView(tab, length, cells, seed, start, cancel, picture, timer)


def wire(view: AddingView, runs: AddingRuns, student_of: StudentOf) -> None:
    """Answer the page's events; the run lives in the server, so a reloaded page finds it again."""
    outputs = [view.picture, view.start, view.cancel, view.timer]
    quick: dict[str, Any] = {
        "show_progress": "hidden", "show_progress_on": [], "api_visibility": "private", "concurrency_limit": None,
    }  # fmt: skip

    def look(request: gr.Request) -> tuple[Any, ...]:
        try:
            run = runs.run_of(student_of(request))
        except AssistantError as error:
            return _updates(error_html(error), active=False)
        return _updates(show(run), active=bool(run and run.active))

    def start(length: int, cells: list[str], seed: float | None, request: gr.Request) -> tuple[Any, ...]:
        try:
            run = runs.start(student_of(request), int(length), cells, int(seed or 0))  # type: ignore[arg-type]
        except AssistantError as error:
            return _updates(error_html(error), active=False)
        return _updates(show(run), active=True)

    def cancel(request: gr.Request) -> tuple[Any, ...]:
        try:
            runs.cancel(student_of(request))
        except AssistantError as error:
            return _updates(error_html(error), active=False)
        return look(request)

    view.tab.select(look, None, outputs, **quick)
    view.timer.tick(look, None, outputs, **quick)
    view.start.click(start, [view.length, view.cells, view.seed], outputs, **quick)
    view.cancel.click(cancel, None, outputs, **quick)


def _updates(picture: str, *, active: bool) -> tuple[Any, ...]:
    return picture, gr.update(interactive=not active), gr.update(interactive=active), gr.update(active=active)
