"""A small, whole hand-in for the tests of the bundle: real PDFs, a real notebook, a real table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import nbformat
import pikepdf

from assistant.brief import Brief, load_brief
from assistant.bundle.hand_in import FinishedProject, Student, Submission
from assistant.dataset.series import Source
from assistant.training.run import Epoch, Run, ScaledScore, Score, Verdict
from assistant.training.settings import TrainingSettings

STUDENT = Student(name="Asha Rao", email="asha@example.org", registration="IN-2023-0042")
LINKS = (
    "https://colab.research.google.com/drive/1AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "https://colab.research.google.com/github/asha-rao/internship/blob/main/project-2.ipynb",
)


def pdf(pages: int, seed: str = "") -> bytes:
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.Contents = document.make_stream(f"% {seed} page {number}".encode())
    stream = BytesIO()
    document.save(stream, deterministic_id=True, compress_streams=False)
    return stream.getvalue()


def score(mae: float) -> Score:
    return Score(mae=mae, rmse=mae * 1.25, mase=mae / 2, scaled=ScaledScore(mse=mae / 10, mae=mae / 3))


def run(number: int, outcome: str = "beats") -> Run:
    return Run(
        id=f"run-{number}",
        settings=TrainingSettings(seed=number, epochs=2),
        history=(Epoch(number=1, train_loss=0.5, validation_loss=0.6, seconds=1.0),),
        best_epoch=1,
        scores={"lstm": score(0.5 + number), "naive": score(0.7 + number)},
        verdict=Verdict(outcome=outcome, against="naive", sentence=f"The network {outcome} the last value repeated."),
        seconds=12.5,
        parameters=17_000,
        series_sha256="a" * 64,
        versions={"torch": "2.13.0"},
    )


def expected_scores(number: int) -> dict:
    return {name: found.model_dump(mode="json") for name, found in run(number).scores.items()}


def notebook(run_id: str | None, scores: dict | None = None) -> bytes:
    """Return a notebook that was run and printed the scores; without a run it is one made elsewhere."""
    printed = nbformat.v4.new_output("stream", name="stdout", text=f"SCORES {json.dumps(scores or {})}\n")
    cells = [
        nbformat.v4.new_markdown_cell("# A notebook", id="title"),
        nbformat.v4.new_code_cell("", id="last", execution_count=1, outputs=[printed]),
    ]
    document = nbformat.v4.new_notebook(cells=cells)
    if run_id:
        document.metadata["submission_assistant"] = {"run": run_id, "scores": scores or {}}
    return nbformat.writes(document).encode()


def project(number: int, folder: Path, *, pages: int = 2, table: bytes | None = None) -> FinishedProject:
    folder.mkdir(parents=True, exist_ok=True)
    table = f"time,value\n2020-01,{number}\n2020-02,{number + 1}\n".encode() if table is None else table
    parts = {
        f"own-{number}.pdf": pdf(pages, f"report {number}"),
        f"own-{number}.ipynb": notebook(f"run-{number}", expected_scores(number)),
        f"own-{number}.csv": table,
    }
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    source = Source(
        kind="upload",
        reference=f"own-{number}.csv",
        title=f"Values {number}",
        file_name=f"values {number}.csv",
        sha256=hashlib.sha256(table).hexdigest(),
        size=len(table),
        licence="CC0-1.0",
        retrieved=datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    return FinishedProject(
        number=number,
        title=f"Forecasting values {number}",
        source=source,
        dataset=folder / f"own-{number}.csv",
        unit="ppm",
        run=run(number),
        report=folder / f"own-{number}.pdf",
        pages=pages,
        notebook=folder / f"own-{number}.ipynb",
        colab_url=LINKS[number - 1],
    )


def submission(folder: Path, brief: Brief | None = None) -> Submission:
    return Submission(brief=brief or load_brief(), student=STUDENT, projects=(project(1, folder), project(2, folder)))


def with_project(whole: Submission, number: int, **changes: object) -> Submission:
    """Return the hand-in with one project changed."""
    projects = tuple(replace(x, **changes) if x.number == number else x for x in whole.projects)  # type: ignore[arg-type]
    return replace(whole, projects=projects)
