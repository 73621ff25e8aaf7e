"""`lecture adding`, `lecture gradient` and `gates`: what the page "Understand" computes, on the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import wording
from assistant.cli.output import Json, command, progress, result
from assistant.errors import LectureError
from assistant.lecture.results import Activation, AddingProgress, CellName, NetworkWindow

app = typer.Typer(
    help="The lecture's computations: the adding problem, and the gradient through time.", no_args_is_help=True
)
_TELL_EVERY = 2.0  # seconds of computing


@app.command("adding")
@command
def adding(
    length: Annotated[int, typer.Option(min=4, max=1000, help="Steps in a sequence.")] = 100,
    cell: Annotated[CellName, typer.Option(help="lstm, rnn or gru.")] = "lstm",
    seed: Annotated[int, typer.Option(min=0, help="The seed of the weights and the sequences.")] = 0,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="CPU seconds after which it gives up.")] = None,
    as_json: Json = False,
) -> None:
    """Run the adding problem once: add two numbers that were marked long ago."""
    limit = seconds if seconds is not None else max(20.0, length / 400 * 60)
    # Imported here: it brings torch, which takes seconds that a wrong call should not have to wait for.
    from assistant.lecture.adding import run_trials

    told = 0.0

    def tell(found: tuple[AddingProgress, ...]) -> None:
        nonlocal told
        if found[0].cpu_seconds - told >= _TELL_EVERY and found[0].mse is not None:
            told = found[0].cpu_seconds
            progress(f"{found[0].sequences:,} sequences, {told:.0f} CPU seconds, error {found[0].mse:.4f} …")

    (done,) = run_trials(length, [cell], seed, limit, tell)
    text = (
        f"{wording.method_name(cell, 'head')} {'solved' if done.solved else 'did not solve'} T = {length}: error {done.mse:.4f} "
        f"on 1,000 fresh sequences after {done.sequences:,} sequences and {done.cpu_seconds:.1f} CPU seconds."
    )
    result(done.model_dump(), text, as_json=as_json)


@app.command("gradient")
@command
def gradient(
    w: Annotated[float, typer.Option("--w", help="The recurrent weight.")] = 0.9,
    length: Annotated[int, typer.Option(min=1, max=1000, help="Steps back in time.")] = 50,
    activation: Annotated[Activation, typer.Option(help="identity or tanh.")] = "identity",
    forget_bias: Annotated[float, typer.Option(help="The LSTM's bias of the forget gate.")] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the two networks' weights.")] = 0,
    as_json: Json = False,
) -> None:
    """Send a gradient back through time: of one neuron, of an RNN and of an LSTM."""
    from assistant.lecture.gradient import gradient_curves

    curves = gradient_curves(w, length, activation, forget_bias, seed)
    text = (
        f"w_rec = {w:g}, {wording.counted('step', length)}: the gradient {curves.case}; {curves.norms[-1]:.3g} of 1 is left. In an "
        f"RNN with w_rec times a rotation {curves.rnn[-1]:.3g}, in an LSTM by its cell state {curves.lstm[-1]:.3g}."
    )
    result(_finite(curves.model_dump()), text, as_json=as_json)


@command
def gates(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The folder of a finished run (train --out).")],
    window: Annotated[
        int | None, typer.Option(help="Which forecast of the test part; the last one by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look inside a trained network: gates, cell state, memory half-lives, and how far back it looks."""
    if not run_dir.is_dir():
        raise LectureError("There is no such folder.", f"{run_dir} is not one.", "Give the folder of a finished run.")
    from assistant.lecture.network import network_window

    progress(f"Looking into {run_dir.name} …")
    found = network_window(str(run_dir), window)
    frequency = found.frequency
    data = _gates_data(found)
    longest = data["longest_half_life"]
    held = (
        "It has no gate that keeps."
        if not found.half_lives
        else "A unit never loses half of what it holds."
        if longest is None
        else f"The longest half-life of a unit is {wording.counted('step', longest)} of one {frequency.step}."
    )
    text = (
        f"{found.cell.upper()} with {found.units} units, window {found.window} of {found.windows}, forecast from "
        f"{found.times[-1]}. {held} 90 % of what the forecast owes to the past lies in the last "
        f"{frequency.count(found.look_back.steps)}."
    )
    result(data, text, as_json=as_json)


def _gates_data(found: NetworkWindow) -> dict[str, Any]:
    """Return what is found as plain numbers: each gate with its shape (units, steps)."""
    arrays = {letter: packed.array() for letter, packed in found.gates.items()}
    known = [value for value in found.half_lives if value is not None]
    return {
        **found.model_dump(exclude={"gates"}),
        "gates": {
            letter: {"shape": list(array.shape), "values": _rounded(array.tolist())} for letter, array in arrays.items()
        },
        "longest_half_life": max(known) if known and len(known) == len(found.half_lives) else None,
    }


def _rounded(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    # They come from float32, which knows seven digits.
    return [[float(f"{value:.8g}") for value in row] for row in rows]


def _finite(value: Any) -> Any:
    """Return the data with what JSON cannot write, infinite numbers, as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
