"""Training a project: the plan, starting and stopping it as a job, how far it is, and which run is the chosen one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant import wording
from assistant.dataset.series import Series, load_series, series_sha256
from assistant.errors import TrainingError
from assistant.submission.command import ProjectChange
from assistant.submission.draft import ProjectDraft, RunSummary, TrainingChoice
from assistant.submission.ended_jobs import run_job
from assistant.submission.jobs.job import JobRecord, JobRequest, JobState, Lane, Limits
from assistant.submission.run_store import read_run
from assistant.training.computer_speed import SPEED, read_speed
from assistant.training.inputs import write_inputs
from assistant.training.plan import expected_text, fit_to_budget, plan_settings
from assistant.training.progress_now import before_loading, later
from assistant.training.run import Progress, Run
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import phases_of

if TYPE_CHECKING:
    from assistant.submission.services import Services
    from assistant.submission.session import Session
    from assistant.submission.snapshot import ProjectSnapshot

Setting = Literal["seed", "units", "context", "epochs", "members"]
# What each number is called, and between which bounds it makes sense.
_RANGES: dict[Setting, tuple[str, int, int]] = {
    "seed": ("Seed", 0, 2**53),
    "units": ("Units", 1, 1024),
    "context": ("Steps to look back", 2, 1_000_000),
    "epochs": ("Epochs", 1, 1000),
    "members": ("Networks to average", 1, 16),
}
_OVERRIDES = ("cell", "units", "context", "epochs", "members")
NOTHING_KEPT = "The training was stopped before its first epoch ended. Nothing of it is kept; all is as it was before."
_LONGEST = 6 * 3600.0  # seconds; a thorough training takes minutes
_GRACE = 60.0  # seconds in which a training that is stopped forecasts with the best weights so far
_EARLY_GRACE = (
    0.5  # and in which it ends before it has any: to load PyTorch, or to compare forecasts, is not broken off
)


class SetTraining(ProjectChange):
    """Keep how to train, all of it; None leaves a setting to the rules."""

    choice: TrainingChoice

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"training": self.choice})


class SetTrainingNumber(ProjectChange):
    """Keep one number of how to train; what is no number is left to the rules."""

    setting: Setting
    value: float | None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it; raise TrainingError for a number that cannot be right."""
        number = whole_number(self.setting, self.value)
        kept = 0 if number is None and self.setting == "seed" else number
        training = project.draft.training.model_copy(update={self.setting: kept})
        return project.draft.model_copy(update={"training": training})


class ChoosePreset(ProjectChange):
    """Keep the preset or the cell; what is None stays as it is."""

    preset: str | None = None
    cell: str | None = None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        told = self.model_dump(exclude_none=True, exclude={"project"})
        training = project.draft.training.model_copy(update=told)
        return project.draft.model_copy(update={"training": training})


class TakeUpTraining(ProjectChange):
    """Keep what the training came to that ended last."""

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project as its snapshot knows it."""
        return project.draft


class FollowTraining(ProjectChange):
    """Keep which run is being trained."""

    run_id: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"running": self.run_id, "failed": None})


class ChooseRun(ProjectChange):
    """Choose which finished training charts, report and notebook are made of."""

    run_id: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it; raise TrainingError if it is gone or knew another dataset."""
        chosen = next((run for run in project.draft.runs if run.id == self.run_id), None)
        if chosen is None:
            raise TrainingError("This training is not there any more.", "", "Choose another one, or train again.")
        if not is_of_dataset(project.draft, chosen):
            raise TrainingError(
                "This training was made with an earlier dataset.", f"It is {chosen.label}.",
                "Choose one of the dataset as it is now, or train again.",
            )  # fmt: skip
        return project.draft.model_copy(update={"run": chosen, "failed": None})


def is_of_dataset(project: ProjectDraft, run: RunSummary) -> bool:
    """Tell whether a run was trained on the dataset as it is now."""
    return project.dataset is not None and run.series_sha256 == project.dataset.series_sha256


def whole_number(setting: Setting, value: float | None) -> int | None:
    """Return a typed number as a whole one, None for none; raise TrainingError for one that cannot be right."""
    if value is None or value != value:
        return None
    label, least, most = _RANGES[setting]
    if not least <= value <= most:
        raise TrainingError(
            f"{label}: this number is not possible.", f"{value:.15g} was given.",
            f"Give a whole number from {least} to {most:,}"
            + ("." if setting == "seed" else ", or leave the field empty: it then follows from your data."),
        )  # fmt: skip
    return int(value)


def planned(project: ProjectSnapshot) -> tuple[TrainingSettings, str]:
    """Return the settings that a training would have now, and in words how long it takes on this computer.

    Raises DatasetError when there is no series, TrainingError when it cannot carry a training.
    """
    series, speed = project.series, read_speed(speed_file(project.services))
    settings = _plan(series, project.draft.training)
    return fit_to_budget(series, settings), expected_text(series, settings, speed)


def _plan(series: Series, choice: TrainingChoice) -> TrainingSettings:
    overrides = {name: value for name in _OVERRIDES if (value := getattr(choice, name)) is not None}
    return plan_settings(series, choice.preset, choice.seed, **overrides)


def _run_id(series: Series, settings: TrainingSettings) -> str:
    content = json.dumps([series_sha256(series), asdict(settings)])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _is_finished(project: ProjectSnapshot, run_id: str) -> bool:
    """Tell whether a training came to its end that the project knows of."""
    run = read_run(project.folder.run(run_id))
    return run is not None and not run.cancelled and any(known.id == run_id for known in project.draft.runs)


def speed_file(services: Services) -> Path:
    """Return the file that keeps how fast this computer trains."""
    return services.workspace.root.resolve() / SPEED


def make_ready(project: ProjectSnapshot) -> None:
    """Have a process ready that has loaded PyTorch, for a student who looks at a project that can be trained."""
    if project.draft.dataset is not None and project.draft.dataset.is_ready and project.draft.running is None:
        project.services.jobs.prepare(Lane.TRAINING)


def start_training(session: Session, number: int) -> bool:
    """Start a training as a job and return True; raise TrainingError when the series cannot carry one.

    The same data with the same settings give the same run: one that is finished is chosen instead, and False returned.
    """
    project = session.snapshot.project(number)
    if project.draft.dataset is None or not project.draft.dataset.is_ready:
        raise TrainingError("There is nothing to train on yet.", "", "Choose a dataset first.")
    if project.draft.running is not None:
        raise TrainingError("This project is already training.", "", "Wait for it, or stop it first.")
    series = project.series
    settings = _plan(series, project.draft.training)
    run_id = _run_id(series, settings)
    folder = project.folder.run(run_id)
    known = read_run(folder)
    if session.snapshot.stored.draft.project(number).running is not None:
        # Its job may be this one's, and what came of it would not be known any more once that is begun again.
        session.apply(TakeUpTraining(project=number))
    if _is_finished(session.snapshot.project(number), run_id):
        session.apply(ChooseRun(project=number, run_id=run_id))
        return False
    if known is None or known.cancelled:
        fitted = fit_to_budget(series, settings)
        begins = before_loading(fitted, phases_of(series, fitted, read_speed(speed_file(session.services))))
        write_inputs(folder, series, settings)
        session.services.jobs.submit(
            JobRequest(
                key=run_job(session.owner, number, run_id), owner=session.owner, lane=Lane.TRAINING,
                task="assistant.submission.jobs.tasks:train",
                arguments={"speed": str(speed_file(session.services)), "begins": begins.model_dump(mode="json")},
                expected_seconds=begins.seconds_left, folder=str(folder.resolve()),
                limits=Limits(seconds=_LONGEST, grace_seconds=_GRACE, early_grace_seconds=_EARLY_GRACE),
                discard=known is None,
            )
        )  # fmt: skip
    session.apply(FollowTraining(project=number, run_id=run_id))
    return True


def start_again(session: Session, number: int) -> None:
    """Start the same training with the next seed that was not trained yet; raise TrainingError as `start_training` does."""
    project = session.snapshot.project(number)
    choice, series = project.draft.training, project.series
    seed = choice.seed + 1
    while _is_finished(project, _run_id(series, _plan(series, choice.model_copy(update={"seed": seed})))):
        seed += 1
    session.apply(SetTrainingNumber(project=number, setting="seed", value=seed))
    start_training(session, number)


def stop_training(session: Session, number: int) -> None:
    """Stop the running training; the best weights so far are kept."""
    running = session.snapshot.project(number).draft.running
    if running is not None:
        session.services.jobs.cancel(run_job(session.owner, number, running))
        session.refresh()


def training_progress(project: ProjectSnapshot) -> Progress | None:
    """Return how far the project's training is, or how the last one ended; None when there never was one."""
    draft = project.draft
    if draft.running is not None:
        record = project.job(run_job(project.whole.owner, project.number, draft.running))
        return Progress(state="waiting") if record is None else _progress_of(record)
    stopped = project.whole.stored.draft.project(project.number).running
    if stopped is not None and draft.failed is None and (draft.run is None or draft.run.id != stopped):
        return Progress(state="cancelled", message=NOTHING_KEPT)
    if draft.failed is not None or project.run is None:
        return draft.failed
    run = project.run
    epochs = len(run.history)
    return Progress(
        state="cancelled" if run.cancelled else "done", epoch=epochs, epochs=epochs, history=run.history,
        seconds=run.seconds, seconds_left=0.0,
    )  # fmt: skip


def _progress_of(record: JobRecord) -> Progress:
    if record.state is JobState.WAITING:
        return Progress(state="waiting", message=_line_in_words(record))
    told = Progress.model_validate(
        record.progress or record.arguments.get("begins") or {"state": "running", "phase": "loading"}
    )
    now = later(told, record.told_ago if record.progress else record.seconds)
    if record.stopping:
        message = "Stopping; the best weights so far are kept." if now.history else "Stopping."
        return now.model_copy(update={"stopping": True, "message": message})
    return now


def _line_in_words(record: JobRecord) -> str:
    """Return in a sentence what one waits for, its place in line, and how long that takes."""
    if not record.running:
        return "Starting."
    others = (
        "Another training is" if record.running == 1 else f"{wording.counted('other training', record.running)} are"
    )
    place = "yours is next" if record.place == 1 else f"yours is number {record.place} in line"
    when = "" if record.starts_in is None else f", in about {wording.estimate(record.starts_in)}"
    return f"{others} running; {place} and begins by itself{when}."


def runs_to_look_into(project: ProjectSnapshot) -> list[tuple[str, Path]]:
    """Return the name and the folder of each finished run of the dataset as it is now, the chosen one first."""
    draft = project.draft
    chosen = [draft.run] if draft.run is not None else []
    others = [run for run in draft.runs if is_of_dataset(draft, run) and run.id not in [one.id for one in chosen]]
    return [(run.label, project.folder.run(run.id)) for run in (*chosen, *others)]


def finished_runs(project: ProjectSnapshot) -> list[tuple[str, Run]]:
    """Return the name of each finished training and what it came to, in the order in which they ended."""
    found = [(run.label, read_run(project.folder.run(run.id))) for run in project.draft.runs]
    return [(label, run) for label, run in found if run is not None]


def run_series(project: ProjectSnapshot) -> Series:
    """Return the series that the chosen run was trained on; raise TrainingError when there is none."""
    if project.draft.run is None:
        raise TrainingError("There is no training yet.", "", "Train the LSTM first.")
    return load_series(project.folder.run(project.draft.run.id) / "series")
