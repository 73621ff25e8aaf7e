"""What the network starts from: the scale, and the simple forecast that it corrects.

Both are chosen without the test part, by rolling origins: each candidate is fitted on the rows before a cut and judged
on the rows between that cut and the next, the validation part being the last of them. Where the validation part alone
holds many independent forecasts it decides alone.

The forecast to correct is a weighted mean of the candidates. Their weights are Akaike's, exp(−n/2 · log of the error),
where n counts the independent forecasts that were judged: with little evidence close to a plain mean, which is hard to
beat (Bates & Granger 1969), with much evidence the best candidate alone. A mean of linear forecasts is linear again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assistant.training.baselines import (
    Linear,
    loss_by_step,
    naive,
    ridge_path,
    seasonal_naive,
    seasonal_naive_drift,
    steady_drift,
)
from assistant.training.settings import TrainingSettings
from assistant.training.transform import Standard, standard
from assistant.training.windows import origins_of, values_after

CUTS = (0.6, 0.8)  # shares of the training part before which earlier fits end
JUDGED = 1_000  # forecasts on which a candidate is judged after each cut, evenly spaced
MANY = 30  # independent forecasts from which the validation part decides alone
LOG_MARGIN = 0.98  # the logarithm has to lower the error by 2 % to be worth its trouble
LONGEST_SEASON = 1_000  # steps; beyond that a kernel over two seasons costs more than it gives


@dataclass(frozen=True, eq=False)
class Choice:
    """The scale, the weights of the candidates by name, the forecast they make, and the size of its error."""

    scale: Standard
    weights: dict[str, float]
    anchor: Linear
    size: float


def choose(target: np.ndarray, parts: tuple[int, int], settings: TrainingSettings) -> Choice:
    """Return what forecasts best, judged in the data's own units on rows before the test part.

    `target` is (rows,), `parts` are the rows of the training and the validation part. The logarithm is tried when the
    training part is positive.
    """
    train, validation = parts
    horizon = settings.horizon
    bounds = [(train, train + validation)]
    if validation < MANY * horizon:
        cuts = [round(train * share) for share in CUTS]
        earlier = zip(cuts, [*cuts[1:], train], strict=True)
        bounds = [(cut, end) for cut, end in earlier if cut > settings.context + horizon + 8] + bounds
    logs = [log for log in (False, True) if settings.transform in ("auto", "log" if log else "identity")]
    if target[:train].min() <= 0:
        logs = [False]
    judged = {log: judge_candidates(target, bounds, settings, log) for log in logs}
    least_log = {log: min(found[0].values()) + (0.0 if log else math.log(LOG_MARGIN)) for log, found in judged.items()}
    log = min(least_log, key=lambda log: least_log[log])
    losses, fitted = judged[log]
    best = best_of_each_kind(losses)
    if settings.anchor != "auto":
        best = {settings.anchor: best[settings.anchor]} if settings.anchor in best else {"naive": best["naive"]}
    evidence = sum(max((end - cut) / horizon, 1.0) for cut, end in bounds)
    least = min(loss for _, loss in best.values())
    raw = {kind: math.exp(-evidence / 2 * (loss - least)) for kind, (_, loss) in best.items()}
    weights = {kind: weight / sum(raw.values()) for kind, weight in raw.items()}
    scale = standard(target[:train], log)
    z = scale.apply(target)
    anchor = naive(horizon) * 0.0
    for kind, weight in weights.items():
        if weight > 1e-3:
            anchor = anchor + fitted[best[kind][0]] * weight
    return Choice(scale, weights, anchor, usual_error(anchor, z, train, horizon))


def candidates(z: np.ndarray, cut: int, settings: TrainingSettings) -> dict[str, Linear]:
    """Return the simple forecasts, fitted on the rows [0, cut) of the target on the network's scale.

    The ridge regressions are named after what they correct and the number of their penalty.
    """
    horizon, season = settings.horizon, settings.season
    found = {"naive": naive(horizon), "drift": steady_drift(z, cut, horizon, 1)}
    if 1 < season <= min(cut // 2, LONGEST_SEASON):
        found["seasonal_naive"] = seasonal_naive(horizon, season)
        found["seasonal_drift"] = steady_drift(z, cut, horizon, season)
    if season <= min(cut // 3, LONGEST_SEASON):
        found["seasonal_naive_drift"] = seasonal_naive_drift(horizon, season)
    bases = {"ridge": found["naive"]}
    if "seasonal_naive" in found:
        bases["seasonal_ridge"] = found["seasonal_naive"]
    for kind, path in zip(bases, ridge_path(z, cut, settings.context, list(bases.values())), strict=True):
        found |= {f"{kind} {number}": fitted for number, fitted in enumerate(path)}
    return found


def judge_candidates(
    target: np.ndarray, bounds: list[tuple[int, int]], settings: TrainingSettings, log: bool
) -> tuple[dict[str, float], dict[str, Linear]]:
    """Return each candidate's mean logarithm of the squared error over the stretches [cut, end) after its fit.

    Returned besides are the candidates as they were fitted before the last cut.
    """
    fitted: dict[str, Linear] = {}
    losses: dict[str, list[float]] = {}
    for cut, end in bounds:
        scale = standard(target[:cut], log)
        z = scale.apply(target)
        origins = origins_of((cut, end), settings.horizon, whole=False, most=JUDGED)
        actual = values_after(target, origins, settings.horizon, end)
        fitted = candidates(z, cut, settings)
        for name, forecast in fitted.items():
            loss = loss_by_step(scale.undo(forecast.at(z, origins)), actual)
            losses.setdefault(name, []).append(math.log(max(loss, 1e-300)))
    mean = {name: sum(found) / len(found) for name, found in losses.items() if len(found) == len(bounds)}
    return mean, fitted


def best_of_each_kind(losses: dict[str, float]) -> dict[str, tuple[str, float]]:
    """Return for each kind of candidate the name and the loss of its best: of the ridge regressions one penalty."""
    best: dict[str, tuple[str, float]] = {}
    for name, loss in losses.items():
        kind = name.split()[0]
        if kind not in best or loss < best[kind][1]:
            best[kind] = (name, loss)
    return best


def trust_in(before: float, after: float, evidence: float) -> float:
    """Return the weight of a correction that changed the validation error from `before` to `after`.

    It is Akaike's weight of the corrected forecast beside the plain one, with one parameter more, for `evidence`
    independent forecasts.
    """
    if after <= 0 or before <= 0:
        return 1.0 if after < before else 0.0
    gain = evidence / 2 * math.log(before / after) - 1.0
    return 1 / (1 + math.exp(-gain)) if gain > -500 else 0.0


def usual_error(anchor: Linear, z: np.ndarray, train: int, horizon: int) -> float:
    """Return the root mean squared error of a forecast in the training part, 1 when it has none."""
    origins = origins_of((anchor.lags, train), horizon, whole=False, most=4096)
    if len(origins) == 0:
        return 1.0
    size = loss_by_step(anchor.at(z, origins), values_after(z, origins, horizon, train)) ** 0.5
    return size if size > 1e-6 else 1.0
