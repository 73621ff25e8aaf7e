"""The notebook of a project: making and running it as a job, and telling whether the one that is there is current."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

import assistant
from assistant.dataset.series import Source, load_series
from assistant.errors import NotebookError
from assistant.files import write_atomically
from assistant.frozen import Frozen
from assistant.submission.command import ProjectChange
from assistant.submission.draft import NotebookSummary, ProjectDraft
from assistant.submission.jobs.job import JobContext, JobRecord, JobRequest, Lane, Limits
from assistant.submission.workspace import ProjectFolder
from assistant.training.run import load_run

if TYPE_CHECKING:
    from assistant.submission.session import Session
    from assistant.submission.snapshot import ProjectSnapshot

_TIMEOUT = 1800.0  # seconds; a thorough training is repeated in the notebook


class FollowNotebook(ProjectChange):
    """Keep which job makes the project's notebook."""

    job: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"making_notebook": self.job})


class NotebookRequest(Frozen):
    """All that a notebook is made from: a run, the names that it shows, and whether the data may lie inside it."""

    inputs_sha256: str
    revision: int
    project_folder: Path
    run_id: str
    source: Source
    table: Path | None
    title: str
    student_name: str
    course: str
    by_link: bool


def inputs(project: ProjectSnapshot) -> str:
    """Return a digest of all that a project's notebook is made from."""
    draft, whole = project.draft, project.whole
    run = draft.run.id if draft.run else ""
    parts = [assistant.__version__, run, project.title, whole.draft.student.name, whole.brief.title]
    if draft.dataset is not None and project.sharing != "file":
        # A notebook with the data inside must not pass for one without, nor one that reads from another address.
        parts += ["link", draft.dataset.source.url or ""]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def request_of(project: ProjectSnapshot) -> NotebookRequest:
    """Return what a project's notebook is made from now; raise NotebookError when there is no run yet."""
    run = project.run
    if run is None:
        raise NotebookError("The notebook repeats a training.", "There is none yet.", "Train the LSTM first.")
    series_source = project.required_material.series.source
    table = project.table
    return NotebookRequest(
        inputs_sha256=project.notebook_inputs, revision=project.whole.revision, project_folder=project.folder.root,
        run_id=run.id, source=series_source,
        table=table if table is not None and table.name == series_source.file_name and table.is_file() else None,
        title=project.title, student_name=project.whole.draft.student.name, course=project.whole.brief.title,
        by_link=project.sharing != "file",
    )  # fmt: skip


def make_notebook(arguments: Mapping[str, JsonValue], context: JobContext) -> dict[str, JsonValue]:
    """Make the notebook, run it from top to bottom, and keep it with its outputs, as a job.

    Raises NotebookError when a cell fails.
    """
    from dataclasses import replace

    from assistant.notebook.build import build_notebook, reads_from_address
    from assistant.notebook.embedded_data import COMFORTABLE
    from assistant.notebook.execute import execute_notebook

    asked = NotebookRequest.model_validate(arguments)
    folder = ProjectFolder(asked.project_folder)
    run_folder = folder.run(asked.run_id)
    series = replace(load_series(run_folder / "series"), source=asked.source)
    context.report({"message": "Writing the notebook."})
    content = build_notebook(
        series,
        load_run(run_folder),
        title=asked.title,
        student_name=asked.student_name,
        course=asked.course,
        dataset=asked.table,
        # Data that is not to be handed on is loaded from where it was published, wherever it can be read as it is.
        data_limit=0 if asked.by_link else COMFORTABLE,
    )
    context.report({"message": "Running it from top to bottom, as the course would."})
    executed = execute_notebook(
        content,
        timeout=_TIMEOUT,
        files={asked.table.name: asked.table} if asked.table is not None else {},
        progress=lambda done, cells: context.report(
            {"message": "Running it from top to bottom, as the course would.", "done": done, "cells": cells}
        ),
        should_stop=context.should_stop,
    )
    write_atomically(folder.notebook(asked.inputs_sha256), executed.content)
    summary = NotebookSummary(
        run_id=asked.run_id, inputs_sha256=asked.inputs_sha256, revision=asked.revision,
        sha256=hashlib.sha256(executed.content).hexdigest(), reproduced=executed.reproduced,
        holds_values=asked.by_link and not reads_from_address(series, asked.table),
    )  # fmt: skip
    return summary.model_dump(mode="json")


def start_notebook(session: Session, number: int) -> None:
    """Make the notebook while the page may be closed; one that is being made is not started again."""
    project = session.snapshot.project(number)
    asked = request_of(project)
    going_on = notebook_job(project)
    if going_on is not None and not going_on.state.ended:
        return
    key = f"{session.owner}/project-{number}/notebook-{secrets.token_hex(8)}"
    session.services.jobs.submit(
        JobRequest(
            key=key,
            owner=session.owner,
            lane=Lane.NOTEBOOK,
            task=f"{__name__}:make_notebook",
            arguments=asked.model_dump(mode="json"),
            folder=str(project.folder.job(key)),
            limits=Limits(seconds=_TIMEOUT + 60),
        )
    )  # fmt: skip
    session.apply(FollowNotebook(project=number, job=key))


def cancel_notebook(session: Session, number: int) -> None:
    """Stop making the notebook; nothing happens when none is being made."""
    job = session.snapshot.project(number).draft.making_notebook
    if job is not None:
        session.services.jobs.cancel(job)
        session.refresh()


def notebook_job(project: ProjectSnapshot) -> JobRecord | None:
    """Return how far the notebook is that is being made, or how making it failed; None otherwise."""
    return project.job(project.draft.making_notebook)
