"""The Train page: choose how long, watch it learn, and see whether it is better than repeating yesterday."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant import wording
from assistant.errors import AssistantError
from assistant.submission import chart_pictures as pictures
from assistant.submission import training_runs as steps
from assistant.submission.draft import ProjectDraft, TrainingChoice
from assistant.submission.drawing_ahead import draw_ahead
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.training.run import Progress
from assistant.web.events import Events, Timing, without
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import definition_list, error_note, heading, link_to, needs, out_of_date, step_name
from assistant.web.lecture import network_page as lecture_network
from assistant.web.lecture.glossary import word_link
from assistant.web.pages.training_progress import live_card
from assistant.web.pages.training_result import forecast_chart, is_drawn, result_card

PRESETS = [
    ("Quick – some seconds", "quick"),
    ("Balanced – about a minute", "balanced"),
    ("Thorough – some minutes", "thorough"),
]
CELLS = [("LSTM", "lstm"), ("GRU (to compare)", "gru"), ("Plain RNN (to compare)", "rnn")]


@dataclass
class TrainingPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    panel: gr.Column
    preset: gr.Radio
    seed: gr.Number
    cell: gr.Dropdown
    units: gr.Number
    context: gr.Number
    epochs: gr.Number
    members: gr.Number
    time: gr.HTML
    planned: gr.HTML
    train: gr.Button
    again: gr.Button
    cancel: gr.Button
    live: gr.HTML
    runs: gr.Radio
    result: gr.HTML
    inside: gr.Accordion
    network: lecture_network.NetworkPanel
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            self.missing, self.panel, self.preset, self.seed, self.cell, self.units, self.context, self.epochs, self.members,
            self.time, self.planned, self.train, self.again, self.cancel, self.live, self.runs, self.result, self.inside, self.timer,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [self.preset, self.seed, self.cell, self.units, self.context, self.epochs, self.members]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        whole = snapshot.project(self.number)
        progress, project = steps.training_progress(whole), whole.draft
        ready = project.dataset is not None and project.dataset.is_ready
        choice = project.training
        time, planned = planned_cards(whole) if ready else ("", "")
        missing = needs("dataset", self.number, "The training needs a dataset first.")
        return {
            self.missing: out_of_date(project, self.number, "train") if ready else missing,
            self.panel: gr.update(visible=ready),
            self.preset: gr.update(value=choice.preset),
            self.seed: gr.update(value=choice.seed),
            self.cell: gr.update(value=choice.cell),
            self.units: gr.update(value=choice.units),
            self.context: gr.update(value=choice.context),
            self.epochs: gr.update(value=choice.epochs),
            self.members: gr.update(value=choice.members),
            self.time: time,
            self.planned: planned,
            self.runs: runs_to_choose(project),
            self.result: result_card(whole),
            self.inside: gr.update(visible=project.run is not None),
            **self.render_live(progress, trained=project.run is not None, drawn=is_drawn(whole)),
        }

    def render_live(self, progress: Progress | None, trained: bool = False, drawn: bool = True) -> Updates:
        """Return what the live part shows for a training's progress; `trained` when there is a run to train again.

        The timer goes on until what came of it is `drawn`.
        """
        running = progress is not None and progress.state in ("waiting", "running")
        stopping = progress is not None and progress.stopping
        return {
            self.train: gr.update(interactive=not running),
            self.again: gr.update(visible=trained and not running),
            self.cancel: gr.update(visible=running, interactive=not stopping, value=_stop(progress)),
            self.live: live_card(progress),
            self.timer: gr.update(active=running or not drawn),
        }


def runs_to_choose(project: ProjectDraft) -> object:
    """Return the choice among the trainings of the dataset as it is now; those of an earlier one are not offered."""
    runs = [run for run in project.runs if steps.is_of_dataset(project, run)]
    chosen = project.run.id if project.run is not None else None
    offered = [run.id for run in runs]
    return gr.update(
        choices=[(f"{run.label}: {run.outcome}", run.id) for run in runs],
        value=chosen if chosen in offered else None,
        visible=len(runs) > 1 or (len(runs) == 1 and chosen not in offered),
    )


def _stop(progress: Progress | None) -> str:
    """Return what the button says that stops a training."""
    if progress is not None and progress.stopping:
        return "Stopping …"
    return "Stop and keep the best so far" if progress is not None and progress.history else "Stop"


def already_trained(number: int) -> str:
    """Return what is said when these data were trained with these settings before, and where it goes on."""
    go = f"Go to {step_name('charts', number)}"
    return (
        '<div class="note note-info"><p><strong>Already trained.</strong> These data with these settings gave the result '
        "below; once more they would give the same. To train anyway, press “Train again with another seed”.</p>"
        f"<p>{link_to('charts', number, go)}</p></div>"
    )


def planned_cards(project: ProjectSnapshot) -> tuple[str, str]:
    """Return how long a training would take, and the settings that the rules give for the dataset and the choices."""
    try:
        settings, time = steps.planned(project)
    except AssistantError as error:
        return error_note(error), ""
    return f'<p class="words">{escape(time)}</p>', definition_list(
        [
            ("Network", f"{settings.cell.upper()}, {wording.counted('unit', settings.units)}"),
            ("Looks back at most", wording.counted("step", settings.context)),
            ("Forecasts", wording.counted("step", settings.horizon)),
            ("Epochs", f"{settings.epochs:,}"),
            ("Networks averaged", str(settings.members)),
        ]
    )


def build(number: int) -> TrainingPage:
    """Lay the page out."""
    prefix = f"p{number}-train"
    gr.HTML(
        heading(
            "How well can an LSTM forecast it?",
            "Train it, and see whether it is better than simple forecasts such as repeating the last value.",
            "train",
            number,
        )
    )
    words = (
        ("epoch", ""),
        ("loss", ""),
        ("horizon", ""),
        ("parts", "training, validation and test part"),
        ("naive-forecast", ""),
    )
    gr.HTML(f'<p class="words">In other words: {" · ".join(word_link(slug, text) for slug, text in words)}</p>')
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    with gr.Column(visible=False) as panel:
        live = gr.HTML(elem_id=f"{prefix}-live")
        result = gr.HTML(elem_id=f"{prefix}-result")
        runs = gr.Radio([], label="Which training the report uses", visible=False, elem_id=f"{prefix}-runs")
        preset = gr.Radio(PRESETS, value="quick", label="How long", elem_id=f"{prefix}-preset")
        time = gr.HTML(elem_id=f"{prefix}-time")
        with gr.Accordion("The settings behind it", open=False, elem_id=f"{prefix}-settings"):
            gr.Markdown(
                "Left empty, a setting follows from your data: its length, its frequency and the steps to forecast."
            )
            with gr.Row():
                cell = gr.Dropdown(CELLS, value="lstm", label="Cell", elem_id=f"{prefix}-cell")
                units = gr.Number(label="Units", precision=0, elem_id=f"{prefix}-units")
                context = gr.Number(label="Steps to look back", precision=0, elem_id=f"{prefix}-context")
            with gr.Row():
                epochs = gr.Number(label="Epochs", precision=0, elem_id=f"{prefix}-epochs")
                members = gr.Number(label="Networks to average", precision=0, elem_id=f"{prefix}-members")
                seed = gr.Number(label="Seed", value=0, precision=0, elem_id=f"{prefix}-seed")
            planned = gr.HTML(elem_id=f"{prefix}-planned")
        with gr.Row():
            train = gr.Button("Train", elem_id=f"{prefix}-start")
            again = gr.Button("Train again with another seed", visible=False, elem_id=f"{prefix}-again")
            cancel = gr.Button("Stop", variant="stop", visible=False, elem_id=f"{prefix}-cancel")
        with gr.Accordion("Look inside your network", open=False, visible=False, elem_id=f"{prefix}-inside") as inside:
            network = lecture_network.build(number)
    timer = gr.Timer(1, active=False)
    return TrainingPage(
        number, message, missing, panel, preset, seed, cell, units, context, epochs, members, time, planned, train, again, cancel, live,
        runs, result, inside, network, timer,
    )  # fmt: skip


def opened(number: int) -> Callable[[Snapshot], None]:
    """Return what is begun when somebody comes to a project's page: a process that is ready to train."""
    return lambda snapshot: steps.make_ready(snapshot.project(number))


def wire(page: TrainingPage, events: Events) -> None:
    """Connect the page's events."""
    number = page.number

    def keep_preset(session: Session, preset: str) -> None:
        session.apply(steps.ChoosePreset(project=number, preset=preset))

    def keep_cell(session: Session, cell: str) -> None:
        session.apply(steps.ChoosePreset(project=number, cell=cell))

    numbers: dict[steps.Setting, gr.Number] = {
        "seed": page.seed, "units": page.units, "context": page.context, "epochs": page.epochs, "members": page.members,
    }  # fmt: skip
    for component, kept in ((page.preset, keep_preset), (page.cell, keep_cell)):
        events.save(component.change, page, kept, [component])
        # What the rules make of it.
        events.refresh(component.input, page, kept, [component])
    for setting, box in numbers.items():

        def keep(session: Session, value: float | None, setting: steps.Setting = setting) -> None:
            session.apply(steps.SetTrainingNumber(project=number, setting=setting, value=value))

        events.save(box.change, page, keep, [box])
        events.refresh(box.blur, page, keep, [box])

    def start(session: Session, preset: str, cell: str, *values: float | None) -> str | None:
        typed = {name: steps.whole_number(name, value) for name, value in zip(numbers, values, strict=True)}
        choice = TrainingChoice.model_validate({"preset": preset, "cell": cell, **typed, "seed": typed["seed"] or 0})
        session.apply(steps.SetTraining(project=number, choice=choice))
        return None if steps.start_training(session, number) else already_trained(number)

    def choose_run(session: Session, run_id: str) -> None:
        session.apply(steps.ChooseRun(project=number, run_id=run_id))

    events.act(page.train.click, page, start, [page.preset, page.cell, *numbers.values()])
    events.act(page.again.click, page, lambda session: steps.start_again(session, number), retype=True)
    events.act(page.cancel.click, page, lambda session: steps.stop_training(session, number))
    events.act(page.runs.input, page, choose_run, [page.runs])

    def runs_of(request: gr.Request) -> list[lecture_network.ShownRun]:
        runs = steps.runs_to_look_into(events.session(request).snapshot.project(number))
        return [lecture_network.ShownRun(label, folder) for label, folder in runs]

    lecture_network.wire(page.network, events.services.lecture, runs_of, [page.inside.expand, page.runs.input])

    def tick(snapshot: Snapshot) -> Updates:
        project = snapshot.project(number)
        progress = steps.training_progress(project)
        if progress is not None and progress.state in ("waiting", "running"):
            return page.render_live(progress)
        with contextlib.suppress(AssistantError):  # the page then shows that it is not drawn
            if (chart := forecast_chart(project)) is not None:
                pictures.picture(project.services.drawing, chart)
        draw_ahead(project)
        steps.make_ready(project)  # for another one
        return {**without(page.render(snapshot), page.typed), page.timer: gr.update(active=False)}

    events.follow(page.timer.tick, page, tick, (), page.outputs, timing=Timing(trigger="once"))
