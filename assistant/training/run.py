"""The types of the training step: its progress, its scores, its verdict, and the finished run."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.files import write_atomically
from assistant.frozen import Frozen
from assistant.training.settings import TrainingSettings


class Epoch(Frozen):
    """One pass over the training part; losses are mean squared errors on the standardised scale."""

    number: int
    train_loss: float
    validation_loss: float
    seconds: float
    cpu_seconds: float = 0.0  # processor time of its thread since the training began


class ScaledScore(Frozen):
    """Errors on the scale standardised with the training part."""

    mse: float
    mae: float


class Score(Frozen):
    """Errors on the test part in the data's units; `mase` divides by the training part's seasonal naive error.

    `mase` is None when that error is zero, `smape` (percent, 0 to 200) where a value and its forecast are both zero.
    """

    mae: float
    rmse: float
    mase: float | None
    scaled: ScaledScore
    smape: float | None = None


class Verdict(Frozen):
    """Whether the network beats, ties or loses, against which method, and that in one sentence."""

    outcome: Literal["beats", "ties", "loses"]
    against: str
    sentence: str
    ratio: float | None = None  # the network's mean absolute error divided by the other method's


class Interval(Frozen):
    """A prediction interval on the test part: the share of values it held, and its mean width in the data's units."""

    coverage: float
    width: float


class FuturePoint(Frozen):
    """The forecast for one step beyond the end of the data; `intervals` maps a level to (lower, upper)."""

    time: str  # ISO date and time, or the row's number
    value: float
    intervals: dict[str, tuple[float, float]]


class Start(Frozen):
    """What the network started from: the scale, and the simple forecast that it corrects, chosen before the test part.

    `anchor` names it, "combination" when no single candidate has nine tenths of the `weights`. `trust`, from 0 to 1,
    is how much of the network's correction counts. `calendar` are the cycles whose profile was taken off the series.
    """

    transform: Literal["identity", "log"]
    anchor: str
    weights: dict[str, float] = {}
    trust: float = 1.0
    calendar: tuple[str, ...] = ()


class Backtest(Frozen):
    """The scores at each of several origins that roll through the test part, `horizon` steps each."""

    origins: tuple[int, ...]
    refitted: bool  # whether the network was trained anew for each origin
    mase: dict[str, tuple[float | None, ...]]
    mean_mase: dict[str, float | None]


# What a training goes through, in this order.
Phase = Literal["loading", "measuring", "comparing", "training", "testing"]


class Progress(Frozen):
    """What a training tells while it runs; seconds are wall time, `seconds_left` None until it can be known.

    `seconds_after` are those of `seconds_left` that the phases after this one take, `share` (0 to 1) is how much of the
    whole is done, `stopping` says that it was asked to stop. `message` says in a sentence what is being done, or what went
    wrong.
    """

    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    epoch: int = 0
    epochs: int = 0
    history: tuple[Epoch, ...] = ()
    seconds: float = 0.0
    seconds_left: float | None = None
    seconds_after: float = 0.0
    share: float = 0.0
    phase: Phase | None = None
    stopping: bool = False
    message: str = ""
    fix: str = ""


class Run(Frozen):
    """One finished training; the arrays and the weights lie beside it in its folder."""

    id: str
    settings: TrainingSettings
    history: tuple[Epoch, ...]
    best_epoch: int
    scores: dict[str, Score]  # "lstm" (or the cell chosen), "naive", "seasonal_naive", "drift", …
    verdict: Verdict
    seconds: float  # wall time, with the loading of PyTorch where a process of its own trained
    parameters: int
    series_sha256: str  # of the prepared table it was trained on
    versions: dict[str, str]
    cancelled: bool = False
    cpu_seconds: float = 0.0
    members: int = 1  # networks that were trained; their forecasts are averaged
    start: Start | None = None
    start_mae: float | None = None  # on the test part, of what the network started from, in the data's units
    intervals: dict[str, Interval] = {}  # by level: "80", "95"
    movement: float | None = None  # how far the forecasts move, as a share of how far the series does
    shifted: bool = False  # the forecast is little more than the last value, shifted
    windows: int = 0  # forecasts that were judged
    future: tuple[FuturePoint, ...] = ()
    backtest: Backtest | None = None
    method: str = ""  # how the forecast is made, in sentences
    expected_seconds: float | None = None  # what was expected at most, once the computer's speed was measured


@dataclass(frozen=True, eq=False)
class Forecasts:
    """The forecasts for the test part in the data's units.

    `origins` (windows,) is the row of the last value known to each window; `actual` and each array in `methods` are
    (windows, horizon). `future` (horizon,) is the forecast beyond the end of the data. `bands` and `future_bands` map
    a level in percent to the lower and upper ends of the prediction interval, of the same shapes.
    """

    origins: np.ndarray = field(repr=False)
    actual: np.ndarray = field(repr=False)
    methods: Mapping[str, np.ndarray] = field(repr=False)
    future: np.ndarray = field(repr=False)
    bands: Mapping[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)
    future_bands: Mapping[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)


def load_run(folder: Path) -> Run:
    """Read `run.json` of a run's folder."""
    return Run.model_validate_json((folder / "run.json").read_bytes())


def save_forecasts(forecasts: Forecasts, folder: Path) -> Path:
    """Write `forecasts.npz` to a run's folder and return its path."""
    arrays = {"origins": forecasts.origins, "actual": forecasts.actual, "future": forecasts.future}
    arrays |= {f"method_{name}": made for name, made in forecasts.methods.items()}
    for kind, bands in (("band", forecasts.bands), ("futureband", forecasts.future_bands)):
        for level, ends in bands.items():
            arrays[f"{kind}_{level}"] = np.stack(ends)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return write_atomically(folder / "forecasts.npz", buffer.getvalue())


def load_forecasts(folder: Path) -> Forecasts:
    """Read `forecasts.npz` of a run's folder."""
    with np.load(folder / "forecasts.npz", allow_pickle=False) as stored:
        arrays = dict(stored)

    def named(kind: str) -> dict[str, np.ndarray]:
        return {name.removeprefix(kind): array for name, array in arrays.items() if name.startswith(kind)}

    return Forecasts(
        origins=arrays["origins"],
        actual=arrays["actual"],
        methods=named("method_"),
        future=arrays["future"],
        bands={int(level): (ends[0], ends[1]) for level, ends in named("band_").items()},
        future_bands={int(level): (ends[0], ends[1]) for level, ends in named("futureband_").items()},
    )
