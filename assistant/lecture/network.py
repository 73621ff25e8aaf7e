"""Inside the student's own network: gates and memory on any window, and what the forecast owes to each past step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from assistant import wording
from assistant.dataset.series import Series, load_series
from assistant.errors import AssistantError, LectureError
from assistant.lecture.recurrent_cells import look_inside
from assistant.lecture.results import CellName, NetworkWindow, Packed, Vector
from assistant.training.lstm import Forecaster
from assistant.training.memory import LOOK_BACK_SHARE, LookBack, NetworkMemory
from assistant.training.model_file import Model, load_model
from assistant.training.network_fitting import shared_steps
from assistant.training.run import Forecasts, load_forecasts
from assistant.training.train import calendar_of
from assistant.training.transform import Standard
from assistant.training.windows import Windows

PEAK_SHARE = 0.2  # of the largest effect, from which an earlier value is named
MEMORY_WINDOWS = 12
KEEPING = {"lstm": "f", "gru": "z"}  # the gate that says how much is kept


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished run, ready to be looked into; `starts` (windows,) is the first row that each forecast has read."""

    series: Series
    model: Model
    forecasts: Forecasts
    windows: Windows
    starts: np.ndarray
    known: np.ndarray  # (rows + horizon,): the calendar's profile, which is taken off and put back

    @property
    def cell(self) -> CellName:
        """Return the kind of cell."""
        cell = self.model.settings.cell
        return "lstm" if cell == "lstm" else "gru" if cell == "gru" else "rnn"


def load_trained(folder: Path) -> Trained:
    """Read a run's folder with its series; raise LectureError when it is not a finished run."""
    weights = folder / "weights.pt"
    if not weights.is_file():
        raise LectureError(
            "There is no trained network to look into.",
            f"{folder.name or folder} has no weights.pt.",
            "Train first, or give the folder of a finished run.",
        )
    return _load(str(folder.resolve()), weights.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(folder: str, _changed: int) -> Trained:
    path = Path(folder)
    try:
        model = load_model(path / "weights.pt")
    except Exception as error:
        # What PyTorch says of a damaged file speaks of its own inside.
        size = (path / "weights.pt").stat().st_size
        raise LectureError(
            "The file with the network's weights is damaged.",
            f"{path.name}/weights.pt, {wording.counted('byte', size)}, is cut off or is not what a training writes.",
            "Train again, or bring the file back from a copy, and look into the run then.",
        ) from error
    try:
        forecasts, series = load_forecasts(path), load_series(path / "series")
    except AssistantError:
        raise
    except Exception as error:
        raise LectureError(
            "The trained network could not be read.", f"{path.name}: {error}", "Train again and look into the new run."
        ) from error
    values = series.frame.to_numpy(dtype=np.float64)
    calendar = calendar_of(series, model.settings)
    windows = model.windows(values, calendar)
    for network in model.networks:
        network.eval()
    return Trained(series, model, forecasts, windows, _starts(forecasts.origins, windows), _known(model, calendar))


def _known(model: Model, calendar: np.ndarray) -> np.ndarray:
    return model.profile.at(calendar) if model.cycles else np.zeros(len(calendar))


def _starts(origins: np.ndarray, windows: Windows) -> np.ndarray:
    """Return the first row of the chunk that each forecast was made from; one chunk serves several neighbours."""
    context, stride = windows.settings.context, shared_steps(windows.settings)
    starts = np.empty(len(origins), dtype=np.int64)
    index = 0
    while index < len(origins):
        start = min(int(origins[index]) - (context - stride), windows.rows - context)
        stop = int(np.searchsorted(origins, start + context - 1, side="right"))
        starts[index:stop] = start
        index = stop
    return starts


def network_window(folder: str, window: int | None = None) -> NetworkWindow:
    """Look into the run in `folder` while it forecasts one window of the test part; the last one by default.

    Gates and states are those of the first network of the ensemble; forecast and look-back are those of all. Raises
    LectureError for a folder without a run or a window that is not there.
    """
    trained = load_trained(Path(folder))
    count = len(trained.forecasts.origins)
    index = count - 1 if window is None else window
    if not 0 <= index < count:
        raise LectureError(
            "There is no such window.", f"Asked for was window {index}.", f"The test part has windows 0 to {count - 1}."
        )
    settings, origin = trained.model.settings, int(trained.forecasts.origins[index])
    start = int(trained.starts[index])
    inputs = _chunk_inputs(trained, index)
    layer = trained.model.networks[0].layer
    inside = look_inside(layer, inputs)
    with torch.no_grad():
        own = layer(inputs[None])[0][0]
    half_lives = _half_lives(inside, trained.cell)
    made, anchor, look_back = _attribute(trained, index)
    stored = np.asarray(trained.forecasts.methods[settings.cell][index])
    deviation = float(np.std(trained.series.values[: trained.series.split.train])) or 1.0
    rows = np.clip(np.arange(start, origin + 1), 0, None)
    return NetworkWindow(
        cell=trained.cell,
        target=trained.series.target,
        unit=trained.series.unit,
        frequency=trained.series.frequency,
        units=settings.units,
        members=len(trained.model.networks),
        window=index,
        windows=count,
        origin=origin,
        times=_times(trained.series, rows),
        forecast_times=_times(trained.series, np.arange(origin + 1, origin + 1 + settings.horizon)),
        inputs=_input_names(trained),
        gates={letter: Packed.of(values.T.numpy()) for letter, values in inside.items()},
        half_lives=half_lives,
        order=_order(half_lives, settings.units),
        values=tuple(trained.series.values[rows].tolist()),
        forecast=tuple(made.tolist()),
        anchor=tuple(anchor.tolist()),
        actual=tuple(np.asarray(trained.forecasts.actual[index]).tolist()),
        look_back=look_back,
        from_torch=float((inside["h"] - own).abs().max().item()),
        from_run=float(np.abs(made - stored).max()) / deviation,
    )


def network_memory(folder: str) -> NetworkMemory:
    """Measure half-lives and look-back over windows spread evenly over the test part; raise LectureError as above."""
    trained = load_trained(Path(folder))
    count = len(trained.forecasts.origins)
    chosen = np.unique(np.linspace(0, count - 1, min(MEMORY_WINDOWS, count)).astype(np.int64))
    layer = trained.model.networks[0].layer
    inside = [look_inside(layer, _chunk_inputs(trained, int(index))) for index in chosen]
    joined = {letter: torch.cat([values[letter] for values in inside]) for letter in inside[0]}
    found = [_attribute(trained, int(index))[2] for index in chosen]
    return NetworkMemory(
        cell=trained.cell,
        units=trained.model.settings.units,
        windows=len(chosen),
        half_lives=_half_lives(joined, trained.cell),
        look_back=_look_back(
            np.mean([one.effect for one in found], axis=0), np.mean([one.correction for one in found], axis=0)
        ),
    )


def _chunk_inputs(trained: Trained, index: int) -> Tensor:
    """Return what the network read for a window, (steps, inputs), the last step being the forecast's origin."""
    start, origin = int(trained.starts[index]), int(trained.forecasts.origins[index])
    chunk = trained.windows.chunk(np.array([start]), 1, 1, 0)
    return chunk.inputs[0, : origin - start + 1]


def _half_lives(inside: dict[str, Tensor], cell: CellName) -> tuple[float | None, ...]:
    """Return ln ½ / mean ln f for each unit: the steps until half of its content is left under the gates it had."""
    letter = KEEPING.get(cell)
    if letter is None:
        return ()
    means = torch.log(inside[letter].double().clamp(min=1e-30)).mean(dim=0)
    return tuple(None if mean > -1e-12 else math.log(0.5) / mean for mean in means.tolist())


def _order(half_lives: tuple[float | None, ...], units: int) -> tuple[int, ...]:
    if not half_lives:
        return tuple(range(units))
    known = [math.inf if value is None else value for value in half_lives]
    return tuple(sorted(range(units), key=lambda unit: -known[unit]))


def _attribute(trained: Trained, index: int) -> tuple[np.ndarray, np.ndarray, LookBack]:
    """Return forecast and anchor (horizon,) in the data's units, and what the forecast owes to each past value.

    The network's inputs are computed from the data's values again, so that autograd sees the whole way: scale, steps,
    heights, changes over a season, the anchor, the network.
    """
    settings, networks = trained.model.settings, trained.model.networks
    start, origin = int(trained.starts[index]), int(trained.forecasts.origins[index])
    lags = max(network.kernel.shape[1] for network in networks)
    first = max(0, min(start - max(settings.season, 1), origin - lags + 1))
    raw = torch.tensor(trained.series.values[first : origin + 1], dtype=torch.float64, requires_grad=True)
    target = _apply(trained.model.columns[0], raw) - torch.from_numpy(trained.known[first : origin + 1])
    inputs = _inputs(trained, index, target, first)
    anchors, corrections = zip(*(_parts(network, target, inputs) for network in networks), strict=True)
    anchor, correction = torch.stack(anchors).mean(dim=0), torch.stack(corrections).mean(dim=0)
    ahead = torch.from_numpy(trained.known[origin + 1 : origin + 1 + settings.horizon])
    z = (anchor + correction + ahead).detach().requires_grad_()
    made = _undo(trained.model.columns[0], z)
    # Each step's forecast depends on its own z alone, so one sum gives the slope of the way back to the data at all.
    (slopes,) = torch.autograd.grad(made.sum(), z)
    by_anchor, by_network = _jacobian(anchor, raw), _jacobian(correction, raw)
    effect = (slopes[:, None] * (by_anchor + by_network)).abs().mean(dim=0).flip(0).numpy()
    correction_effect = (slopes[:, None] * by_network).abs().mean(dim=0).flip(0).numpy()
    # Every window reports the same number of steps, also one near the first row.
    reach = max(settings.context + max(settings.season, 1), lags)
    pad = (0, max(0, reach - len(effect)))
    look_back = _look_back(np.pad(effect, pad)[:reach], np.pad(correction_effect, pad)[:reach])
    return made.detach().numpy(), _undo(trained.model.columns[0], anchor + ahead).detach().numpy(), look_back


def _jacobian(outputs: Tensor, raw: Tensor) -> Tensor:
    """Return the derivatives (outputs, values); zeros where an output does not depend on the values at all."""
    rows = [
        torch.autograd.grad(output, raw, retain_graph=True, allow_unused=True, materialize_grads=True)[0]
        for output in outputs
    ]
    return torch.stack(rows)


def _look_back(effect: np.ndarray, correction: np.ndarray) -> LookBack:
    return LookBack(
        effect=_vector(effect),
        correction=_vector(correction),
        half=_steps_holding(effect, 0.5),
        steps=_steps_holding(effect, LOOK_BACK_SHARE),
        correction_steps=_steps_holding(correction, LOOK_BACK_SHARE),
        peak=_peak(effect),
    )


def _steps_holding(effect: np.ndarray, share: float) -> int:
    """Return how many of the last values hold a share of the sum; 0 when there is nothing to hold."""
    total = float(effect.sum())
    if total <= 0:
        return 0
    return int(np.searchsorted(np.cumsum(effect) / total, share - 1e-12)) + 1


def _peak(effect: np.ndarray) -> int | None:
    """Return the highest point after the first rise, counted from 1; None when none there is large enough."""
    rises = np.flatnonzero(np.diff(effect) > 0)
    if len(rises) == 0:
        return None
    after = int(rises[0]) + 1
    peak = after + int(np.argmax(effect[after:]))
    return peak + 1 if effect[peak] >= PEAK_SHARE * effect.max() else None


def _parts(network: Forecaster, target: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the anchor and the network's correction (horizon,) on the standardised scale."""
    kernel = network.kernel.double()
    past = target[-kernel.shape[1] :]
    if len(past) < kernel.shape[1]:  # as in training, rows before the first repeat it
        past = torch.cat((past[:1].expand(kernel.shape[1] - len(past)), past))
    anchor = kernel @ past + network.bias.double()
    hidden = network.layer(inputs.float()[None])[0][0, -1]
    return anchor, network.size * network.head(hidden).double()


def _inputs(trained: Trained, index: int, target: Tensor, first: int) -> Tensor:
    """Return the network's inputs (steps, inputs) with the target's share of them following from `target`.

    `target` is standardised and begins at row `first`. A chunk may begin before the first row of the table, which it
    then repeats.
    """
    windows, settings = trained.windows, trained.model.settings
    start, origin = int(trained.starts[index]), int(trained.forecasts.origins[index])
    chunk = _chunk_inputs(trained, index).double()
    rows = torch.arange(start, origin + 1).clamp(min=0) - first
    values = target[rows]
    scale = windows.scale
    height = (values - values[: settings.warm_up].mean()) / float(np.float32(scale.heights[0]))
    before = target[(rows - 1).clamp(min=0)]
    move = torch.where(rows + first > 0, values - before, torch.zeros_like(values)) / float(scale.moves[0])
    columns = list(chunk.unbind(dim=1))
    columns[0] = height
    columns[windows.columns] = move
    if 1 < settings.season < settings.context:
        earlier = target[(rows - settings.season).clamp(min=0)]
        change = torch.where(rows + first >= settings.season, values - earlier, torch.zeros_like(values))
        columns[2 * windows.columns] = change / float(scale.over_season)
    return torch.stack(columns, dim=1)


def _input_names(trained: Trained) -> tuple[str, ...]:
    settings, names = trained.model.settings, [str(name) for name in trained.series.frame.columns]
    found = [f"height of {name}" for name in names] + [f"step of {name}" for name in names]
    if 1 < settings.season < settings.context:
        found.append(f"change of {names[0]} over a season")
    rest = trained.windows.inputs - len(found)
    return (*found, *(f"calendar {number + 1}" for number in range(rest)))


def _apply(column: Standard, values: Tensor) -> Tensor:
    plain = torch.log(values.clamp(min=column.floor)) if column.log else values
    return (plain - column.mean) / column.deviation


def _undo(column: Standard, z: Tensor) -> Tensor:
    plain = z * column.deviation + column.mean
    return torch.exp(plain) if column.log else plain


def _times(series: Series, rows: np.ndarray) -> tuple[str, ...]:
    index = series.frame.index[np.clip(rows, 0, len(series.frame) - 1)]
    if not series.dated:
        return tuple(str(int(row)) for row in index)
    whole_days = series.frequency.step not in ("hour", "minute", "second")
    return tuple(moment.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M") for moment in index)


def _vector(array: np.ndarray) -> Vector:
    return tuple(float(value) for value in array)
