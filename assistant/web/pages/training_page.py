"""The Train page: choose how long, watch it learn, and see whether it is better than repeating yesterday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant import wording
from assistant.errors import AssistantError
from assistant.submission import training_runs as steps
from assistant.submission.draft import TrainingChoice
from assistant.submission.drawing_ahead import draw_ahead
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.training.run import Progress, Run
from assistant.web.events import Events, Timing, without
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import definition_list, error_note, heading, needs, note, out_of_date, table
from assistant.web.lecture import network_page as lecture_network
from assistant.web.lecture.glossary import word_link
from assistant.web.pages.training_progress import live_card

PRESETS = [
    ("Quick – some seconds", "quick"),
    ("Balanced – about a minute", "balanced"),
    ("Thorough – some minutes", "thorough"),
]
SHIFTED = (
    "These forecasts are little more than the last known value, shifted: they look right in a chart and say nothing."
)
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
        steps.make_ready(whole)
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
            self.runs: gr.update(
                choices=[(f"{run.label}: {run.outcome}", run.id) for run in project.runs],
                value=project.run.id if project.run else None,
                visible=len(project.runs) > 1,
            ),
            self.result: result_card(whole),
            self.inside: gr.update(visible=project.run is not None),
            **self.render_live(progress, trained=project.run is not None),
        }

    def render_live(self, progress: Progress | None, trained: bool = False) -> Updates:
        """Return what the live part shows for a training's progress; `trained` when there is a run to train again."""
        running = progress is not None and progress.state in ("waiting", "running")
        stopping = progress is not None and progress.stopping
        return {
            self.train: gr.update(interactive=not running),
            self.again: gr.update(visible=trained and not running),
            self.cancel: gr.update(visible=running, interactive=not stopping, value=_stop(progress)),
            self.live: live_card(progress),
            self.timer: gr.update(active=running),
        }


def _stop(progress: Progress | None) -> str:
    """Return what the button says that stops a training."""
    if progress is not None and progress.stopping:
        return "Stopping …"
    return "Stop and keep the best so far" if progress is not None and progress.history else "Stop"


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


def result_card(project: ProjectSnapshot) -> str:
    """Return the verdict and the scores of the chosen run beside the baselines'."""
    run = project.run
    if run is None:
        return ""
    series = steps.run_series(project)
    unit = f" ({series.unit})" if series.unit else ""
    kind = {"beats": "fine", "ties": "info", "loses": "warn"}[run.verdict.outcome]
    return (
        f'<div class="verdict">{note(run.verdict.sentence, kind)}</div>'
        + (f'<p class="method">{escape(run.method)}</p>' if run.method else "")
        + (note(SHIFTED, "warn") if run.shifted else "")
        + scores_table(run, unit)
        + f"<p>Scores on the test part, which the network has not seen. MAE and RMSE are in the data’s units{escape(unit)}; "
        "MASE below 1 is better than repeating the last season inside the training part.</p>"
        + f"<p>{escape(sureness(run))}</p>"
        + runs_table(project, unit)
    )


def sureness(run: Run) -> str:
    """Return how often the intervals held, and how the forecast did at several moments of the test part."""
    held = [
        f"the {level} % interval held {wording.percent(interval.coverage)}" for level, interval in run.intervals.items()
    ]
    sentences = [f"Of the values in the test part {', '.join(held)}."] if held else []
    tested = run.backtest
    if tested is not None and len(tested.origins) > 1 and (own := tested.mean_mase.get(run.settings.cell)) is not None:
        others = {
            name: mase for name, mase in tested.mean_mase.items() if mase is not None and name != run.settings.cell
        }
        best = min(others, key=lambda name: others[name])
        anew = ", with a network trained anew for each" if tested.refitted else ""
        sentences.append(
            f"Made at {wording.counted('moment', len(tested.origins))} one horizon apart{anew}, the forecasts have a MASE of {own:.3f}; "
            f"the best simple method there, {wording.method_name(best, 'sentence')}, has {others[best]:.3f}."
        )
    return " ".join(sentences)


def runs_table(project: ProjectSnapshot, unit: str) -> str:
    """Return the finished trainings beside each other, or nothing when there is only one."""
    runs = steps.finished_runs(project)
    if len(runs) < 2:
        return ""
    rows = []
    for label, run in runs:
        score, best = run.scores[run.settings.cell], run.scores[run.verdict.against]
        mase = "–" if score.mase is None else f"{score.mase:.3f}"
        against = f"{wording.method_name(run.verdict.against)} {best.mae:.4g}"
        rows.append([label, f"{score.mae:.4g}", mase, against, run.verdict.outcome, wording.short_span(run.seconds)])
    chosen = project.draft.run
    own = next((place for place, (_, run) in enumerate(runs) if chosen is not None and run.id == chosen.id), None)
    header = ["Training", f"MAE{unit}", "MASE", f"Best simple method, MAE{unit}", "Verdict", "Time"]
    return table(header, rows, "Your trainings; the report uses the marked one", bold=own)


def scores_table(run: Run, unit: str) -> str:
    """Return the table of scores, the best row first."""
    ordered = sorted(run.scores.items(), key=lambda item: item[1].mae)
    rows = [
        [
            wording.method_name(name),
            f"{score.mae:.4g}",
            f"{score.rmse:.4g}",
            "–" if score.mase is None else f"{score.mase:.3f}",
        ]
        for name, score in ordered
    ]
    own = next(index for index, (name, _) in enumerate(ordered) if name == run.settings.cell)
    return table(["Method", f"MAE{unit}", f"RMSE{unit}", "MASE"], rows, "Scores on the test part, best first", bold=own)


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
        live = gr.HTML(elem_id=f"{prefix}-live")
        runs = gr.Radio([], label="Which training the report uses", visible=False, elem_id=f"{prefix}-runs")
        result = gr.HTML(elem_id=f"{prefix}-result")
        with gr.Accordion("Look inside your network", open=False, visible=False, elem_id=f"{prefix}-inside") as inside:
            network = lecture_network.build(number)
    timer = gr.Timer(1, active=False)
    return TrainingPage(
        number, message, missing, panel, preset, seed, cell, units, context, epochs, members, time, planned, train, again, cancel, live,
        runs, result, inside, network, timer,
    )  # fmt: skip


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

    def start(session: Session, preset: str, cell: str, *values: float | None) -> None:
        typed = {name: steps.whole_number(name, value) for name, value in zip(numbers, values, strict=True)}
        choice = TrainingChoice.model_validate({"preset": preset, "cell": cell, **typed, "seed": typed["seed"] or 0})
        session.apply(steps.SetTraining(project=number, choice=choice))
        steps.start_training(session, number)

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
        draw_ahead(project)
        return without(page.render(snapshot), page.typed)

    events.follow(page.timer.tick, page, tick, (), page.outputs, timing=Timing(trigger="once"))
