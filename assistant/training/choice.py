"""What the network starts from, chosen on the validation part: the scale, and the forecast that it corrects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.training.baselines import (
    Linear,
    loss_by_step,
    naive,
    ridge,
    seasonal_naive,
    seasonal_naive_drift,
)
from assistant.training.settings import TrainingSettings
from assistant.training.transform import Standard, standard
from assistant.training.windows import origins_of, values_after

LOG_MARGIN = 0.98  # the logarithm has to lower the validation error by 2 % to be worth its trouble


@dataclass(frozen=True, eq=False)
class Choice:
    """The scale, the name of the forecast that the network corrects, that forecast, and the size of its error."""

    scale: Standard
    name: str
    anchor: Linear
    size: float


def anchors(z: np.ndarray, parts: tuple[int, int], settings: TrainingSettings) -> dict[str, Linear]:
    """Return the simple forecasts that a network can correct, for the standardised target and (train, validation)."""
    horizon, season = settings.horizon, settings.season
    found = {"naive": naive(horizon)}
    if 1 < season <= parts[0] // 2:
        found["seasonal_naive"] = seasonal_naive(horizon, season)
    if 1 < season <= parts[0] // 3 and season <= 400:
        found["seasonal_naive_drift"] = seasonal_naive_drift(horizon, season)
    fitted = ridge(z, *parts, settings.context, horizon)
    if fitted is not None:
        found["ridge"] = fitted
    return found


def choose(target: np.ndarray, parts: tuple[int, int], settings: TrainingSettings) -> Choice:
    """Return what forecasts the validation part best, judged in the data's own units.

    `target` is (rows,), `parts` are the rows of the training and the validation part. The logarithm is tried when the
    training part is positive.
    """
    train, validation = parts
    plain = standard(target[:train])
    scales = [plain] if settings.transform in ("auto", "identity") else []
    if settings.transform in ("auto", "log") and target[:train].min() > 0:
        scales.append(standard(target[:train], log=True))
    origins = origins_of((train, train + validation), settings.horizon, whole=False, most=4096)
    actual = plain.apply(values_after(target, origins, settings.horizon, train + validation))
    best: tuple[float, Standard, str, Linear] | None = None
    for scale in scales or [plain]:
        z = scale.apply(target)
        found = anchors(z, parts, settings)
        for name in found if settings.anchor == "auto" else [settings.anchor]:
            anchor = found.get(name, found["naive"])
            loss = loss_by_step(plain.apply(scale.undo(anchor.at(z, origins))), actual)
            if best is None or loss < best[0] * (LOG_MARGIN if scale.log else 1.0):
                best = (loss, scale, name if name in found else "naive", anchor)
    assert best is not None
    _, scale, name, anchor = best
    return Choice(scale, name, anchor, usual_error(anchor, scale.apply(target), train, settings.horizon))


def usual_error(anchor: Linear, z: np.ndarray, train: int, horizon: int) -> float:
    """Return the root mean squared error of a forecast in the training part, 1 when it has none."""
    origins = origins_of((anchor.lags, train), horizon, whole=False, most=4096)
    if len(origins) == 0:
        return 1.0
    size = loss_by_step(anchor.at(z, origins), values_after(z, origins, horizon, train)) ** 0.5
    return size if size > 1e-6 else 1.0
