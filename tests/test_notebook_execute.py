from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from assistant.dataset.series import Series
from assistant.errors import NotebookError
from assistant.notebook.build import build_notebook
from assistant.notebook.execute import ExecutedNotebook, execute_notebook
from assistant.notebook.provenance import read_notebook, same_scores
from assistant.training.plan import plan_settings
from assistant.training.run import Run, load_run
from tests.factories import made_series

QUICK = {"epochs": 2, "units": 8, "members": 2, "context": 48, "warm_up": 12, "stride": 12}


def trained(series: Series, folder: Path, **overrides: Any) -> Run:
    """Train for a moment and return the run as it lies on disk."""
    from assistant.training.train import train

    train(series, plan_settings(series, **{**QUICK, **overrides}), folder)
    return load_run(folder)


def notebook_of(*cells: str) -> bytes:
    document = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"c{n}") for n, cell in enumerate(cells)]
    )
    return nbformat.writes(document).encode()


def printed(executed: ExecutedNotebook) -> str:
    document = read_notebook(executed.content).document
    return "".join(
        output.get("text", "")
        for cell in document.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )


def wait_until_gone(process: int) -> bool:
    """Wait for the end of a process that was told to end."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").is_file() and Path(f"/proc/{process}/stat").read_text().split()[2] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
    return False


@dataclass(frozen=True)
class Whole:
    """A notebook of a real, small training, run from top to bottom twice at the same time, and the progress told."""

    run: Run
    notebook: bytes
    executed: ExecutedNotebook
    again: ExecutedNotebook
    told: list[tuple[int, int]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    series = made_series(rows=240, horizon=6)
    run = trained(series, tmp_path_factory.mktemp("run"))
    notebook = build_notebook(series, run, title="Made", student_name="Asha Rao", course="A course")
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(execute_notebook, notebook, progress=lambda *done: told.append(done))
        second = pool.submit(execute_notebook, notebook)
        return Whole(run, notebook, first.result(), second.result(), told)


def test_a_notebook_run_from_top_to_bottom_gives_the_reports_scores(whole: Whole) -> None:
    run, executed = whole.run, whole.executed
    expected = {name: score.model_dump(mode="json") for name, score in run.scores.items()}
    assert executed.scores is not None
    assert same_scores(executed.scores, expected, 1e-6)
    assert executed.reproduced
    assert abs(executed.scores["lstm"]["mae"] - run.scores["lstm"].mae) < 1e-6
    assert "Reproduced: all" in printed(executed)


def test_every_cell_was_run_and_progress_was_told(whole: Whole) -> None:
    document = read_notebook(whole.executed.content).document
    cells = [cell for cell in document.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert whole.told == [(number, len(cells)) for number in range(1, len(cells) + 1)]


def test_the_charts_are_pictures_in_the_notebook(whole: Whole) -> None:
    document = read_notebook(whole.executed.content).document
    pictures = [
        output.data["image/png"]
        for cell in document.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 8


def test_the_outputs_hold_nothing_of_the_moment_or_the_machine(whole: Whole) -> None:
    executed = whole.executed
    document = read_notebook(executed.content).document
    assert str(Path.home()) not in printed(executed)
    assert "/nb-" not in printed(executed)
    for cell in document.cells:
        assert "execution" not in cell.metadata
        assert all(output.get("name") != "stderr" for output in cell.get("outputs", []))
    assert whole.again.content == executed.content
    sources = [cell.source for cell in read_notebook(whole.notebook).document.cells]
    assert [cell.source for cell in document.cells] == sources


def test_another_cell_rows_without_dates_and_one_step_ahead_run_too(tmp_path: Path) -> None:
    series = made_series(rows=160, horizon=1, dated=False, unit="")
    run = trained(series, tmp_path, cell="gru", members=1, epochs=1, context=32)
    executed = execute_notebook(build_notebook(series, run, title="Made"))
    assert executed.reproduced
    assert "gru" in (executed.scores or {})


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [(1.0, "Reproduced: all"), (1.02, "usual between two computers"), (1.2, "more than rounding explains")],
)
def test_the_last_cell_says_how_far_it_is_from_the_report(
    whole: Whole, factor: float, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = whole.run
    last = [cell.source for cell in read_notebook(whole.notebook).document.cells if cell.cell_type == "code"][-1]
    found = {
        name: SimpleNamespace(
            mae=score.mae * (factor if name == "lstm" else 1), rmse=score.rmse, mase=score.mase, smape=score.smape,
            scaled_mse=score.scaled.mse, scaled_mae=score.scaled.mae,
        )
        for name, score in run.scores.items()
    }  # fmt: skip
    library = SimpleNamespace(__version__="1")
    names = {"result": SimpleNamespace(scores=found), "settings": run.settings, "NAME": "LSTM", "UNIT": "ppm"}
    exec(last, {**names, "json": json, "math": math, "platform": platform, "torch": library, "np": library})
    told = capsys.readouterr().out
    assert sentence in told
    assert told.splitlines()[-1].startswith("SCORES {")
    assert ("Not the same to six digits" in told) is (factor != 1.0)


def test_a_failing_cell_is_named_with_its_error() -> None:
    with pytest.raises(NotebookError) as caught:
        execute_notebook(notebook_of("1 + 1", "raise ValueError('the tea is cold')", "2"))
    assert caught.value.what == "The notebook stopped in its code cell 2."
    assert caught.value.evidence == "ValueError: the tea is cold"
    assert caught.value.fix


def test_a_kernel_that_dies_is_told() -> None:
    with pytest.raises(NotebookError, match="process died in its code cell 1"):
        execute_notebook(notebook_of("import os; os._exit(9)"))


def test_a_notebook_that_takes_too_long_is_ended_with_its_kernel(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    cell = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with pytest.raises(NotebookError, match="did not come to its end in time"):
        execute_notebook(notebook_of(cell), timeout=4)
    if mark.exists():
        assert wait_until_gone(int(mark.read_text()))


def test_a_notebook_can_be_cancelled_and_leaves_no_process(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    cell = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with pytest.raises(NotebookError, match="cancelled"):
        execute_notebook(notebook_of(cell), should_stop=mark.exists)
    process = 0
    with contextlib.suppress(ValueError):
        process = int(mark.read_text())
    assert not process or wait_until_gone(process)


def test_the_kernel_sees_no_secret_and_nobodys_own_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "own.py").write_text("print('from my startup file')")
    kernels = tmp_path / "data" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(
        json.dumps({"argv": ["false"], "display_name": "broken", "language": "python"})
    )
    for name, value in {
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PATH": str(tmp_path / "data"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "MPLBACKEND": "Agg",
        "ASSISTANT_SMTP_PASSWORD": "open sesame",
        "KAGGLE_KEY": "sesame",
        "MY_TOKEN": "sesame",
    }.items():
        monkeypatch.setenv(name, value)
    files = {"beside.txt": tmp_path / "beside.txt"}
    files["beside.txt"].write_text("I lie beside it")
    cells = (
        "import os\nprint(sorted(name for name, value in os.environ.items() if 'sesame' in value))",
        "import sys, warnings\nwarnings.warn('careful')\nprint('to the side', file=sys.stderr)\nprint(object())",
        "import matplotlib\nassert 'inline' in matplotlib.get_backend()\nprint(os.getcwd())\nprint(os.listdir('.'))",
        "print(open('beside.txt').read())",
        "import importlib.util\nprint(importlib.util.find_spec('assistant'))",
        'print(\'SCORES {"lstm": {"mae": 1.5}}\')',
    )
    executed = execute_notebook(notebook_of(*cells), files=files)
    assert printed(executed).splitlines() == [
        "[]",
        "<object object at 0x…>",
        ".",
        "['beside.txt']",
        "I lie beside it",
        "None",
        'SCORES {"lstm": {"mae": 1.5}}',
    ]
    assert executed.scores == {"lstm": {"mae": 1.5}}
    assert not executed.reproduced  # it names no report


def test_a_python_that_cannot_run_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="could not be run"):
        execute_notebook(notebook_of("1"), python="/usr/bin/false")
