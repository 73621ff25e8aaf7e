"""What the Train page does: plan, start, watch and choose trainings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from assistant.dataset.series import Series, load_series, series_sha256
from assistant.errors import TrainingError
from assistant.submission.draft import Draft, RunSummary, TrainingChoice
from assistant.submission.jobs.job import JobRecord, JobRequest, JobState, Lane, Limits
from assistant.submission.session import Desk
from assistant.training.computer_speed import SPEED, read_speed
from assistant.training.inputs import write_inputs
from assistant.training.memory import NetworkMemory, read_memory
from assistant.training.plan import expected_text, fit_to_budget, plan_settings
from assistant.training.run import Progress, Run, load_run
from assistant.training.settings import TrainingSettings

# What each number is called, and between which bounds it makes sense.
_RANGES = {
    "seed": ("Seed", 0, 2**53),
    "units": ("Units", 1, 1024),
    "context": ("Steps to look back", 2, 1_000_000),
    "epochs": ("Epochs", 1, 1000),
    "members": ("Networks to average", 1, 16),
}
_GRACE = 60.0  # seconds in which a training that is stopped forecasts with the best weights so far
_OVERRIDES = ("cell", "units", "context", "epochs", "members")


def set_training(desk: Desk, number: int, **values: Any) -> None:
    """Keep how to train; what is empty is left to the rules. Raises TrainingError for a number that cannot be right."""
    kept = {name: value if name in ("preset", "cell") else _whole(name, value) for name, value in values.items()}
    if "seed" in kept:
        kept["seed"] = kept["seed"] or 0
    desk.change(
        lambda draft: draft.with_project(
            number, training=TrainingChoice.model_validate(draft.project(number).training.model_dump() | kept)
        )
    )


def planned(desk: Desk, number: int) -> tuple[TrainingSettings, str]:
    """Return the settings that a training would have now, and in words how long it takes on this computer.

    Raises TrainingError when the series cannot carry a training.
    """
    series, speed = load_series(desk.project_folder(number).series), read_speed(_speed_file(desk))
    settings = _plan(series, desk.project(number).training)
    return fit_to_budget(series, settings), expected_text(series, settings, speed)


def _plan(series: Series, choice: TrainingChoice) -> TrainingSettings:
    overrides = {name: value for name in _OVERRIDES if (value := getattr(choice, name)) is not None}
    return plan_settings(series, choice.preset, choice.seed, **overrides)


def start(desk: Desk, number: int) -> None:
    """Start a training in a child process; raise TrainingError when the series cannot carry one."""
    project = desk.project(number)
    if project.dataset is None or project.dataset.series_sha256 is None:
        raise TrainingError("There is nothing to train on yet.", "", "Choose a dataset first.")
    if project.running is not None and _is_running(poll(desk, number)):
        raise TrainingError("This project is already training.", "", "Wait for it, or stop it first.")
    folder = desk.project_folder(number)
    series = load_series(folder.series)
    settings = _plan(series, project.training)
    content = json.dumps([series_sha256(series), asdict(settings)])
    run_id = hashlib.sha256(content.encode()).hexdigest()[:12]
    desk.change_project(number, running=run_id, failed=None)
    if not (folder.run(run_id) / "run.json").exists() or load_run(folder.run(run_id)).cancelled:
        write_inputs(folder.run(run_id), series, settings)
        desk.services.jobs.submit(
            JobRequest(
                key=_key(desk, number, run_id), owner=desk.owner, lane=Lane.TRAINING,
                task="assistant.submission.jobs.tasks:train", arguments={"speed": str(_speed_file(desk))},
                folder=str(folder.run(run_id).resolve()), limits=Limits(grace_seconds=_GRACE),
            )
        )  # fmt: skip


def start_again(desk: Desk, number: int) -> None:
    """Start the same training with the next seed; raise TrainingError as `start` does."""
    set_training(desk, number, seed=desk.project(number).training.seed + 1)
    start(desk, number)


def _is_running(progress: Progress | None) -> bool:
    return progress is not None and progress.state in ("waiting", "running")


def poll(desk: Desk, number: int) -> Progress | None:
    """Return how far the project's training is, and take up its run once it is done; None when there never was one."""
    project = desk.project(number)
    if project.running is None:
        return project.failed or _finished(desk, number)
    run_id = project.running
    folder = desk.project_folder(number).run(run_id)
    record = desk.services.jobs.look(_key(desk, number, run_id))
    if record is not None and not record.state.ended:
        return progress_of(record)
    run = load_run(folder) if (folder / "run.json").exists() else None
    progress = _ended(run, record)

    def settle(draft: Draft) -> Draft:
        now = draft.project(number)
        if now.running != run_id:
            return draft  # another tab was faster
        if run is None:
            return draft.with_project(number, running=None, failed=progress if progress.state == "failed" else None)
        summary = summarise(run)
        others = tuple(old for old in now.runs if old.id != run.id)
        return draft.with_project(number, running=None, failed=None, run=summary, runs=(*others, summary))

    desk.change(settle)
    return progress


def look_inside(desk: Desk, number: int) -> None:
    """Measure what the chosen network remembers while nobody waits for it; nothing happens when that was done."""
    run = desk.project(number).run
    if run is None:
        return
    folder, lecture = desk.project_folder(number).run(run.id), desk.services.lecture

    def measure(_: Callable[[str], None]) -> None:
        lecture.ask(NetworkMemory, "memory", folder=str(folder))

    if read_memory(folder) is None:
        desk.services.background.start(f"memory {folder}", measure)


def runs_to_look_into(desk: Desk, number: int) -> list[tuple[str, Path]]:
    """Return the name and the folder of each finished run, the chosen one first."""
    project = desk.project(number)
    chosen = [project.run] if project.run is not None else []
    others = [run for run in project.runs if project.run is None or run.id != project.run.id]
    return [(run.label, desk.project_folder(number).run(run.id)) for run in (*chosen, *others)]


def _finished(desk: Desk, number: int) -> Progress | None:
    run = chosen_run(desk, number)
    return None if run is None else _ended(run, None)


def progress_of(record: JobRecord) -> Progress:
    """Return a training's job as the progress that a page shows."""
    known = Progress.model_validate(record.progress or {"state": "running"})
    if record.state is JobState.WAITING:
        return Progress(state="waiting")
    told: dict[str, Any] = {"state": record.state.value}
    if record.problem is not None:
        message = f"{record.problem.what} {record.problem.evidence}".strip()
        told |= {"seconds_left": None, "message": message, "fix": record.problem.fix}
    return known.model_copy(update=told)


def _ended(run: Run | None, record: JobRecord | None) -> Progress:
    """Return how a training ended: what its job says, or what the run itself says where there is no job of it."""
    if record is not None:
        return progress_of(record)
    if run is None:
        return Progress(state="failed", message="The training was never begun.", fix="Train again.")
    epochs = len(run.history)
    state: Literal["cancelled", "done"] = "cancelled" if run.cancelled else "done"
    return Progress(
        state=state, epoch=epochs, epochs=epochs, history=run.history, seconds=run.seconds, seconds_left=0.0
    )


def _key(desk: Desk, number: int, run_id: str) -> str:
    return f"training {desk.owner} {number} {run_id}"


def _speed_file(desk: Desk) -> Path:
    return desk.services.workspace.root.resolve() / SPEED


def summarise(run: Run) -> RunSummary:
    """Return what the draft keeps of a run."""
    settings = run.settings
    label = f"{settings.cell.upper()}, {settings.preset}, seed {settings.seed}, {settings.units} units, {len(run.history)} epochs"
    return RunSummary(
        id=run.id,
        series_sha256=run.series_sha256,
        outcome=run.verdict.outcome,
        sentence=run.verdict.sentence,
        label=label,
    )


def cancel(desk: Desk, number: int) -> None:
    """Stop the running training; the best weights so far are kept."""
    running = desk.project(number).running
    if running is not None:
        desk.services.jobs.cancel(_key(desk, number, running))


def choose_run(desk: Desk, number: int, run_id: str) -> None:
    """Choose which finished training charts, report and notebook are made of."""
    chosen = next((run for run in desk.project(number).runs if run.id == run_id), None)
    if chosen is None:
        raise TrainingError("This training is not there any more.", "", "Choose another one, or train again.")
    desk.change_project(number, run=chosen)


def chosen_run(desk: Desk, number: int) -> Run | None:
    """Return the chosen run, or None."""
    run = desk.project(number).run
    return None if run is None else load_run(desk.project_folder(number).run(run.id))


def finished_runs(desk: Desk, number: int) -> list[tuple[str, Run]]:
    """Return the name of each finished training and what it came to, in the order in which they ended."""
    folder = desk.project_folder(number)
    kept = [(run.label, folder.run(run.id)) for run in desk.project(number).runs]
    return [(label, load_run(at)) for label, at in kept if (at / "run.json").is_file()]


def run_series(desk: Desk, number: int) -> Series:
    """Return the series that the chosen run was trained on."""
    run = desk.project(number).run
    if run is None:
        raise TrainingError("There is no training yet.", "", "Train the LSTM first.")
    return load_series(desk.project_folder(number).run(run.id) / "series")


def _whole(name: str, value: Any) -> int | None:
    if not isinstance(value, int | float) or value != value:
        return None
    label, least, most = _RANGES[name]
    if not least <= value <= most:
        raise TrainingError(
            f"{label}: this number is not possible.", f"{value:.15g} was given.",
            f"Give a whole number from {least} to {most:,}"
            + ("." if name == "seed" else ", or leave the field empty: it then follows from your data."),
        )  # fmt: skip
    return int(value)
