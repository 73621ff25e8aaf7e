"""The types of the training step: its progress, its scores, its verdict, and the finished run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from assistant.training.settings import TrainingSettings


class Frozen(BaseModel):
    """What the types here share."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Epoch(Frozen):
    """One pass over the training part; losses are mean squared errors on the standardised scale."""

    number: int
    train_loss: float
    validation_loss: float
    seconds: float


class ScaledScore(Frozen):
    """Errors on the scale standardised with the training part."""

    mse: float
    mae: float


class Score(Frozen):
    """Errors on the test part in the data's units; `mase` divides by the training part's seasonal naive error."""

    mae: float
    rmse: float
    mase: float | None
    scaled: ScaledScore


class Verdict(Frozen):
    """Whether the network beats, ties or loses, against which method, and that in one sentence."""

    outcome: Literal["beats", "ties", "loses"]
    against: str
    sentence: str


class Progress(Frozen):
    """What a training tells while it runs; seconds are wall time, `seconds_left` None until it can be known."""

    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    epoch: int = 0
    epochs: int = 0
    history: tuple[Epoch, ...] = ()
    seconds: float = 0.0
    seconds_left: float | None = None
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
    seconds: float
    parameters: int
    series_sha256: str  # of the prepared table it was trained on
    versions: dict[str, str]
    cancelled: bool = False


@dataclass(frozen=True, eq=False)
class Forecasts:
    """The forecasts for the test part in the data's units.

    `origins` (windows,) is the row of the last value known to each window; `actual` and each array in `methods` are
    (windows, horizon). `future` (horizon,) is the forecast beyond the end of the data.
    """

    origins: np.ndarray = field(repr=False)
    actual: np.ndarray = field(repr=False)
    methods: Mapping[str, np.ndarray] = field(repr=False)
    future: np.ndarray = field(repr=False)


def load_run(folder: Path) -> Run:
    """Read `run.json` of a run's folder."""
    return Run.model_validate_json((folder / "run.json").read_bytes())


def load_forecasts(folder: Path) -> Forecasts:
    """Read `forecasts.npz` of a run's folder."""
    with np.load(folder / "forecasts.npz", allow_pickle=False) as stored:
        arrays = dict(stored)
    fixed = {name: arrays.pop(name) for name in ("origins", "actual", "future")}
    return Forecasts(methods={name.removeprefix("method_"): array for name, array in arrays.items()}, **fixed)
