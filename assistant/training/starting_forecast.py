"""What the network starts from: the scale, the calendar's profile, and the simple forecast that it corrects.

All are chosen without the test part, by rolling origins: each candidate is fitted on the rows before a cut and judged
on the rows between that cut and the next, the validation part being the last of them. Where the validation part alone
holds many independent forecasts it decides alone. The plain values, the logarithm, and the calendar's profile over its
shortest cycles, one more at a time, are compared by their best candidate.

The forecast to correct is a weighted mean of the candidates. Their weights are Akaike's, exp(−n/2 · log of the error),
where n counts the independent forecasts that were judged: with little evidence close to a plain mean, which is hard to
beat (Bates & Granger 1969), with much evidence the best candidate alone. A mean of linear forecasts is linear again. Each
of them follows the level of the series: one that does not, such as the mean of the training part, may be the best for a
year and far off in the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assistant.training.baselines import (
    Linear,
    forecasts_by,
    loss_by_step,
    naive,
    ridge_path,
    seasonal_naive,
    seasonal_naive_drift,
    smoothing,
    steady_drift,
    theta,
)
from assistant.training.calendar_profile import NO_PROFILE, Profile, fit_profile
from assistant.training.settings import TrainingSettings
from assistant.training.transform import Standard, standard
from assistant.training.windows import origins_of, values_after

CUTS = (0.6, 0.8)  # shares of the training part before which earlier fits end
JUDGED = 1_000  # forecasts on which a candidate is judged after each cut, evenly spaced
MANY = 30  # independent forecasts from which the validation part decides alone
WORTH = 0.98  # the logarithm, and each cycle more, has to lower the error by 2 % to be worth its trouble
# One stretch of time does not show whether a profile stays as it is through the year: it has to help by 8 %.
WORTH_IN_ONE_STRETCH = 0.92
SMOOTHED = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)  # weights of the last value in exponential smoothing
LONGEST_SEASON = 1_000  # steps; beyond that a kernel over two seasons costs more than it gives


@dataclass(frozen=True, eq=False)
class Choice:
    """The scale, the calendar's profile, the weights of the candidates by name, their forecast, and its usual error.

    `cycles` are those of the settings' calendar that the profile covers. `before` (origins, horizon) are the errors on
    the network's scale that the forecast made after the earlier cuts, `trials` how many forecasts were judged that do not
    overlap, the validation part's among them.
    """

    scale: Standard
    cycles: tuple[str, ...]
    profile: Profile
    weights: dict[str, float]
    anchor: Linear
    size: float
    before: np.ndarray
    trials: float


def choose(
    target: np.ndarray,
    phase: np.ndarray,
    parts: tuple[int, int],
    settings: TrainingSettings,
    should_stop: Callable[[], bool] = lambda: False,
) -> Choice:
    """Return what forecasts best, judged in the data's own units on rows before the test part.

    `target` is (rows,), `phase` (rows + horizon, cycles) as `phases` returns it, `parts` are the rows of the training
    and the validation part. The logarithm is tried when the training part is positive, the calendar's profile with each
    cycle beside the shorter ones. Raises InterruptedError when it was stopped.
    """
    train, validation = parts
    horizon, calendar = settings.horizon, settings.calendar[: phase.shape[1]]
    bounds = [(train, train + validation)]
    if validation < MANY * horizon:
        cuts = [round(train * share) for share in CUTS]
        earlier = zip(cuts, [*cuts[1:], train], strict=True)
        bounds = [(cut, end) for cut, end in earlier if cut > settings.context + horizon + 8] + bounds
    logs = [log for log in (False, True) if settings.transform in ("auto", "log" if log else "identity")]
    if target[:train].min() <= 0:
        logs = [False]
    variants = []
    for log in logs:
        for count in range(len(calendar) + 1):
            if should_stop():
                raise InterruptedError("while the simple forecasts were compared")
            variants.append(judge_candidates(target, phase, bounds, settings, log, calendar[:count]))
    worth_of_cycle = math.log(WORTH if len(bounds) > 1 else WORTH_IN_ONE_STRETCH)
    found = min(
        variants,
        key=lambda judged: judged.least() - math.log(WORTH) * judged.log - worth_of_cycle * len(judged.cycles),
    )
    best = best_of_each_kind(found.mean())
    if settings.anchor != "auto":
        best = {settings.anchor: best[settings.anchor]} if settings.anchor in best else {"naive": best["naive"]}
    evidence = sum(max((end - cut) / horizon, 1.0) for cut, end in bounds)
    least = min(loss for _, loss in best.values())
    raw = {kind: math.exp(-evidence / 2 * (loss - least)) for kind, (_, loss) in best.items()}
    weights = {kind: weight / sum(raw.values()) for kind, weight in raw.items()}
    scale = standard(target[:train], found.log)
    z = scale.apply(target) - found.profile.at(phase[: len(target)])
    anchor = naive(horizon) * 0.0
    for kind, weight in weights.items():
        if weight > 1e-3:
            anchor = anchor + found.fitted[best[kind][0]] * weight
    named = {best[kind][0]: weight for kind, weight in weights.items() if weight > 1e-3}
    before = [sum(made[name] * weight for name, weight in named.items()) for made in found.errors[:-1]]
    return Choice(
        scale, found.cycles, found.profile, weights, anchor, usual_error(anchor, z, train, horizon),
        np.concatenate([np.zeros((0, horizon)), *before]) / scale.deviation, evidence,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Judged:
    """Candidates on one scale, with the calendar's profile over some cycles taken off.

    `losses` holds each one's logarithms of the squared error, one for each cut, `errors` for each cut each one's errors
    (origins, horizon) on the scale before it is standardised; `fitted` and `profile` are from before the last cut.
    """

    log: bool
    cycles: tuple[str, ...]
    losses: dict[str, list[float]]
    errors: list[dict[str, np.ndarray]]
    fitted: dict[str, Linear]
    profile: Profile

    def mean(self) -> dict[str, float]:
        """Return the mean loss of each candidate that could be fitted before every cut."""
        cuts = max(len(found) for found in self.losses.values())
        return {name: sum(found) / cuts for name, found in self.losses.items() if len(found) == cuts}

    def least(self) -> float:
        """Return the lowest mean loss."""
        return min(self.mean().values())


def candidates(z: np.ndarray, cut: int, settings: TrainingSettings, short: bool = True) -> dict[str, Linear]:
    """Return the simple forecasts, fitted on the rows [0, cut) of the target on the network's scale.

    What has a number to choose carries its place in the name: the smoothing its weight, the ridge regression, named
    after what it corrects, its penalty.
    """
    horizon, season = settings.horizon, settings.season
    found = {"naive": naive(horizon), "drift": steady_drift(z, cut, horizon, 1)}
    # In one stretch of time a slow mean can look good and be far off in the next; many windows need no such help.
    for number, share in enumerate(SMOOTHED if short else ()):
        found[f"smoothing {number}"] = smoothing(horizon, share, min(settings.context, cut))
        found[f"theta {number}"] = theta(z, cut, horizon, share, min(settings.context, cut))
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
    target: np.ndarray,
    phase: np.ndarray,
    bounds: list[tuple[int, int]],
    settings: TrainingSettings,
    log: bool,
    cycles: tuple[str, ...],
) -> Judged:
    """Fit each candidate before each cut, and judge it on the stretch [cut, end) after it."""
    fitted: dict[str, Linear] = {}
    losses: dict[str, list[float]] = {}
    errors: list[dict[str, np.ndarray]] = []
    profile = NO_PROFILE
    for cut, end in bounds:
        scale = standard(target[:cut], log)
        z = scale.apply(target)
        profile = fit_profile(z[:cut], phase, cycles)
        z = z - profile.at(phase[: len(z)])
        origins = origins_of((cut, end), settings.horizon, whole=False, most=JUDGED)
        actual = values_after(target, origins, settings.horizon, end)
        ahead = profile_after(profile, phase, origins, settings.horizon)
        fitted = candidates(z, cut, settings, short=len(bounds) > 1)
        wanted = scale.apply(actual)
        errors.append({})
        for name, made in forecasts_by(fitted, z, origins).items():
            loss = loss_by_step(scale.undo(made + ahead), actual)
            losses.setdefault(name, []).append(math.log(max(loss, 1e-300)))
            errors[-1][name] = (made + ahead - wanted) * scale.deviation
    return Judged(log, cycles, losses, errors, fitted, profile)


def profile_after(profile: Profile, phase: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Return the calendar's profile at the rows that follow each origin (origins, horizon)."""
    if not profile.knots:
        return np.zeros((len(origins), horizon))
    rows = origins[:, None] + np.arange(1, horizon + 1)
    return profile.at(phase[rows.ravel()]).reshape(rows.shape)


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
