"""Runs a notebook from top to bottom before it is offered, in processes of its own."""

from __future__ import annotations

import json
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.child_environment import without_secrets
from assistant.errors import NotebookError
from assistant.notebook.provenance import Scores, read_notebook, same_scores

TOLERANCE = 1e-6  # relative difference up to which a score counts as reproduced
_GRACE = 10.0  # seconds that the child gets to end its kernel
_AGAIN = "Make the notebook again; if it fails again, train again first."
# What a person's own set-up would change in the kernel.
_UNWANTED = re.compile(r"^(JUPYTER|IPYTHON|MPL|PYTHON|JPY_)")


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook with its outputs.

    `scores` are those that it computed, None when it printed none; `reproduced` tells whether they are the report's
    within a relative difference of 1e-6; `seconds` is the wall time it took.
    """

    content: bytes = field(repr=False)
    scores: Scores | None
    reproduced: bool
    seconds: float


def execute_notebook(
    notebook: bytes,
    *,
    timeout: float = 600.0,
    python: str = sys.executable,
    progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
    files: Mapping[str, Path] | None = None,
) -> ExecutedNotebook:
    """Run every cell and return the notebook with its outputs, freed of all that depends on the moment or the machine.

    `timeout` is in seconds for the whole notebook. `progress` gets the number of code cells that are done and of all;
    `files` are copied beside the notebook under their names. This process imports neither torch nor Jupyter's client.
    Raises NotebookError when a cell fails, time runs out, or `should_stop` says so.
    """
    expected = read_notebook(notebook).expected
    # The shortest temporary folder: the names of sockets may have some hundred characters.
    with tempfile.TemporaryDirectory(prefix="nb-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "work").mkdir()
        (folder / "notebook.ipynb").write_bytes(notebook)
        for file_name, path in (files or {}).items():
            shutil.copyfile(path, folder / "work" / Path(file_name).name)
        began = time.monotonic()
        status = _run(folder, python, began + timeout, progress, should_stop)
        seconds = time.monotonic() - began
        executed = folder / "executed.ipynb"
        if status != 0 or not executed.is_file():
            raise _failed(folder)
        content = _scrubbed(executed.read_bytes(), folder)
    scores = read_notebook(content).scores
    reproduced = scores is not None and expected is not None and same_scores(scores, expected, TOLERANCE)
    return ExecutedNotebook(content, scores, reproduced, seconds)


def _run(
    folder: Path, python: str, end: float, progress: Callable[[int, int], None], should_stop: Callable[[], bool]
) -> int:
    """Run the child and return its exit status; it and its kernel are gone when this returns."""
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - our own script, no shell
            [python, "-P", str(Path(__file__).with_name("kernel_process.py")), str(folder)],
            env=_environment(folder),
            cwd=folder / "work",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert child.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read_lines, args=(child.stdout, lines), name="notebook-progress", daemon=True)
    reader.start()
    try:
        while True:
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                line = ""
            if line is None:
                return child.wait(timeout=_GRACE)
            if line:
                done, _, cells = line.partition(" ")
                progress(int(done), int(cells))
            if should_stop():
                raise NotebookError(
                    "Running the notebook was cancelled.", "", "Make the notebook again when you want it."
                )
            if time.monotonic() > end:
                raise NotebookError(
                    "The notebook did not come to its end in time.",
                    "The training inside takes too long for this computer, or something else keeps it busy.",
                    "Try again when less is running, or train with a shorter preset.",
                )
    finally:
        _end(child)
        reader.join(_GRACE)
        child.stdout.close()


def _read_lines(stream: Any, lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line.strip())
    lines.put(None)


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()  # the kernel looks for its parent every second and then ends by itself
            child.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of the child: no secrets, nobody's own set-up, one thread as in training."""
    kept = {name: value for name, value in without_secrets().items() if not _UNWANTED.match(name)}
    own = {
        name: str(folder / "jupyter")
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH")
    }
    # The same number of threads as the child that trained: it decides in which order sums are added up.
    return {**kept, **own, "JUPYTER_NO_CONFIG": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


def _failed(folder: Path) -> NotebookError:
    failure = folder / "failure.json"
    if failure.is_file():
        told = json.loads(failure.read_text("utf-8"))
        if told["error"]:
            return NotebookError(
                f"The notebook stopped in its code cell {told['cell']}.", f"{told['error']}: {told['message']}", _AGAIN
            )
        return NotebookError(
            f"The notebook's process died in its code cell {told['cell']}.",
            "That happens when the computer has too little memory.",
            "Close other programs and make the notebook again, or train with a shorter preset.",
        )
    log = (folder / "log.txt").read_text("utf-8", "replace").strip().splitlines()
    return NotebookError("The notebook could not be run.", log[-1][:300] if log else "Its process ended.", _AGAIN)


def _scrubbed(content: bytes, folder: Path) -> bytes:
    """Return the notebook without warnings, times, paths and addresses in memory, one output for each printed text."""
    import nbformat

    document = nbformat.reads(content.decode(), as_version=4)  # type: ignore[no-untyped-call]
    document.metadata["language_info"] = {"name": "python"}
    for cell in document.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        outputs: list[Any] = []
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                continue
            if output.output_type == "stream":
                output.text = _plain(output.text, folder)
                if outputs and outputs[-1].output_type == "stream":
                    outputs[-1].text += output.text
                    continue
            elif "data" in output:
                for kind, text in output.data.items():
                    if kind.startswith("text/") and isinstance(text, str):
                        output.data[kind] = _plain(text, folder)
            outputs.append(output)
        cell.outputs = outputs
    nbformat.validate(document)
    text = nbformat.writes(document, sort_keys=True)  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


def _plain(text: str, folder: Path) -> str:
    home = Path("~").expanduser()
    shown = text.replace(str(folder / "work"), ".").replace(str(folder), ".")
    if len(home.parts) > 1:  # a container's home may be the root of all paths
        shown = shown.replace(str(home), "~")
    return re.sub(r"\b0x[0-9a-f]{6,}\b", "0x…", shown)
