"""What ended since the draft was written: trainings, notebooks and downloads that came to their end are taken up.

Nothing is written: a snapshot shows the draft with it, and the next command stores it along with its own change.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant import wording
from assistant.errors import DatasetError
from assistant.submission.dataset_commands import with_dataset
from assistant.submission.draft import DatasetChoice, Draft, NotebookSummary, OfferedFiles, ProjectDraft, RunSummary
from assistant.submission.jobs.job import JobRecord, JobRunner, JobState, Problem
from assistant.submission.run_store import read_run
from assistant.submission.workspace import ProjectFolder, Workspace
from assistant.training.run import Progress, Run

Look = Callable[[str], JobRecord | None]


def run_job(owner: str, number: int, run_id: str) -> str:
    """Return the key of the job that trains a run."""
    return f"{owner}/project-{number}/run-{run_id}"


class KnownJobs:
    """What is known of a submission's jobs, each looked at once: what one look showed is what all of it speaks of."""

    def __init__(self, runner: JobRunner) -> None:
        self._runner = runner
        self._records: dict[str, JobRecord | None] = {}

    def look(self, key: str) -> JobRecord | None:
        """Return what is known of a job, or None when there never was one."""
        if key not in self._records:
            self._records[key] = self._runner.look(key)
        return self._records[key]


def settled(draft: Draft, owner: str, workspace: Workspace, look: Look) -> Draft:
    """Return the draft with what its jobs came to; the draft itself when all of them still wait or run."""
    projects = tuple(
        _settled(project, workspace.project(owner, number), run_job(owner, number, project.running or ""), look)
        for number, project in enumerate(draft.projects, 1)
    )
    return draft if projects == draft.projects else draft.model_copy(update={"projects": projects})


def _settled(project: ProjectDraft, folder: ProjectFolder, training: str, look: Look) -> ProjectDraft:
    if project.running is not None:
        record = look(training)
        if record is None or record.state.ended:
            project = with_training(project, folder.run(project.running), record)
    if project.making_notebook is not None:
        record = look(project.making_notebook)
        if record is not None and record.state is JobState.DONE and record.result is not None:
            made = NotebookSummary.model_validate(record.result)
            project = project.model_copy(update={"notebook": made, "making_notebook": None})
    if project.downloading is not None:
        record = look(project.downloading.job)
        if record is not None and record.state is JobState.DONE and record.result is not None:
            project = _with_download(project.model_copy(update={"downloading": None}), record)
    return project


def with_training(project: ProjectDraft, folder: Path, record: JobRecord | None) -> ProjectDraft:
    """Return a project with what its training came to: its run, or how it failed.

    One that was stopped before there was anything to keep leaves the project as it was before.
    """
    run = read_run(folder)
    if record is not None and record.state is JobState.CANCELLED and record.result is None:
        return project.model_copy(update={"running": None})
    # A run that is not finished may be of an earlier training, which was stopped and should have been gone on with.
    if run is None or (run.cancelled and record is not None and record.state is JobState.FAILED):
        return project.model_copy(update={"running": None, "failed": _failure(record)})
    summary = summarise(run)
    others = tuple(old for old in project.runs if old.id != run.id)
    update = {"running": None, "failed": None, "run": summary, "runs": (*others, summary)}
    return project.model_copy(update=update)


def _failure(record: JobRecord | None) -> Progress:
    told = record.problem if record is not None else None
    problem = told or Problem(what="The training ended without a word.", fix="Train again.")
    return Progress(state="failed", message=f"{problem.what} {problem.evidence}".strip(), fix=problem.fix)


def summarise(run: Run) -> RunSummary:
    """Return what the draft keeps of a run."""
    settings = run.settings
    label = (
        f"{settings.cell.upper()}, {settings.preset}, seed {settings.seed}, {wording.counted('unit', settings.units)}, "
        f"{wording.counted('epoch', len(run.history))}"
    )
    return RunSummary(
        id=run.id, series_sha256=run.series_sha256, outcome=run.verdict.outcome, sentence=run.verdict.sentence,
        label=label, stopped=run.cancelled, epochs=len(run.history), planned_epochs=settings.epochs,
    )  # fmt: skip


def _with_download(project: ProjectDraft, record: JobRecord) -> ProjectDraft:
    result = record.result or {}
    if "offered" in result:
        return project.model_copy(update={"offered": OfferedFiles.model_validate(result["offered"])})
    if "choice" not in result:
        raise DatasetError(
            "A download ended without a table.", f"The job {record.key} says nothing of one.", "Fetch it again."
        )
    return with_dataset(project, DatasetChoice.model_validate(result["choice"]))
