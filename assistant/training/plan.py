"""The settings that suit a series: rules from its length, its frequency, its horizon and its season.

They hold for 60 yearly rows as for a million by the minute, and were not fitted to any one file:

- **season**: the frequency's, as long as the training part holds two of them; none otherwise.
- **context** (a chunk's length): fourteen seasons or seven horizons, whichever is longer, at least 64 and at most 336
  steps, but never more than a third of the training part.
- **warm-up**: one season, between 8 and 24 steps, at most a third of the context.
- **calendar**: the cycles of the day, the week and the year that the training part goes through at least three times, and
  the season where it is none of them. What of it is used is decided by the validation part: see `starting_forecast.py`.
- **stride**: a seventh of the context; more when the training part would give more chunks than an epoch may have, so
  that an epoch costs the same for a million rows as for ten thousand. The grid shifts at random in each epoch.
- **steps**: short series give few chunks; at least four optimiser steps make an epoch, from random places.
- **units**: 32 for quick; 64 for the longer presets, where the training part has 2,000 rows or more.
- **dropout**: half of h(t); on two dozen series of 60 to 14,400 rows less of it fitted the noise.
- **precision**: bfloat16 where the processor has it, for the longer presets of a long series: 1.5 times faster.
- **backtest**: four origins through the test part; the network is trained anew for each where that takes a moment.
- **windows**: all forecasts of the test part are judged up to half a million values; more are thinned out evenly.
- **epochs and members** fill the preset's time on two usual cores, as `training_time.py` counts it: as many networks as fit, up to
  the preset's most; where not even one for each core fits, the network is not trained anew in the backtest, then there
  are fewer epochs, fewer networks, and fewer chunks in an epoch. A short series is done before the time is over. Neither
  the speed of this computer nor what else runs on it counts, only how long it takes: the same table, preset and seed
  train the same networks every time.

This module never imports torch, so that a page can show the plan before anything is trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

from assistant import wording
from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.training.computer_speed import Speed
from assistant.training.cycles import FEWEST_CYCLES
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import expected_seconds

LONGEST_CONTEXT = 336
MOST_VALUES = 500_000  # forecast values of one method that are judged in the test part
MOST_AT_ONCE = 8  # cores that a training counts on
OWN = frozenset({"epochs", "members", "seconds", "patience", "stride", "refit"})  # once chosen, nothing is fitted
SECONDS = {"day": 86_400.0, "week": 604_800.0, "year": 31_556_952.0}
LONG_SERIES = 2_000  # training rows from which a larger network finds enough to learn


@dataclass(frozen=True)
class Preset:
    """A time budget in seconds of wall time on two usual cores, and what it is spent on."""

    seconds: int
    epochs: int
    members: int  # most networks
    chunks: int  # most chunks in an epoch
    units: int  # for a long series


PRESETS: Mapping[str, Preset] = {
    "quick": Preset(seconds=10, epochs=24, members=4, chunks=192, units=32),
    "balanced": Preset(seconds=60, epochs=32, members=24, chunks=384, units=64),
    "thorough": Preset(seconds=300, epochs=48, members=64, chunks=512, units=64),
}
# Coarse, so that nearly the same speed gives the same ensemble.
MEMBERS = (64, 56, 48, 40, 32, 24, 20, 16, 12, 10, 8, 6, 4, 2, 1)
STRETCH = 1.1  # a plan is an upper bound, so it may be a little longer than the budget
USUAL = Speed(cores=2)  # the computer whose seconds a preset has
FEWER_EPOCHS = (0.75, 0.5)
FEWER_CHUNKS = (2, 4)


def plan_settings(series: Series, preset: str = "quick", seed: int = 0, **overrides: object) -> TrainingSettings:
    """Return the settings for a series; `overrides` replace single ones and are never changed.

    Unless they name what is fitted (OWN), the settings carry the preset's `seconds`, and the training fits them to
    that time with `fit_to_budget`; until then they are as on the computer of the measurements in `training_time.py`. Raises
    TrainingError for a preset or a setting that does not exist.
    """
    if preset not in PRESETS:
        raise TrainingError("There is no such preset.", repr(preset), f"Choose one of {', '.join(PRESETS)}.")
    names = {field.name for field in fields(TrainingSettings)}
    if unknown := sorted(set(overrides) - names):
        raise TrainingError("There is no such setting.", ", ".join(unknown), f"Known are {', '.join(sorted(names))}.")
    budget, train, horizon = PRESETS[preset], series.split.train, series.horizon
    season = series.frequency.season if 1 < series.frequency.season <= train // 2 else 1
    context = context_for(train, horizon, season)
    share = max(1, context // 7)
    long = train >= LONG_SERIES
    settings = TrainingSettings(
        preset=preset,
        seed=seed,
        units=budget.units if long else 32,
        context=context,
        horizon=horizon,
        season=season,
        epochs=budget.epochs,
        members=budget.members,
        stride=max(share, train // budget.chunks),
        warm_up=max(1, min(max(season, 8), 24, context // 3)),
        dropout=0.5,
        weight_decay=0.05,
        patience=budget.epochs // 2,
        steps=4,
        most_windows=max(500, min(20_000, MOST_VALUES // horizon)),
        precision="auto" if long and preset != "quick" else "float32",
        refit=not long,
        calendar=cycles_for(series, season),
    )
    settings = replace(settings, **overrides)  # type: ignore[arg-type]
    if OWN & set(overrides):
        return settings
    return fit_to_budget(series, replace(settings, seconds=float(budget.seconds)))


def fit_to_budget(series: Series, settings: TrainingSettings) -> TrainingSettings:
    """Return the settings with the epochs, the members, the stride and `refit` that fit into their `seconds`.

    It counts the seconds of a usual computer, whichever this one is, and depends on nothing but its arguments, nor on
    the numbers that it replaces. Settings without `seconds` are
    returned as they are.
    """
    if settings.seconds <= 0:
        return settings
    for tried in options(series, settings, USUAL.cores):
        if expected_seconds(series, tried, USUAL) <= STRETCH * settings.seconds:
            return tried
    return tried


def options(series: Series, settings: TrainingSettings, cores: int) -> Iterator[TrainingSettings]:
    """Return what may be trained in the preset's time, from the most to the least."""
    budget, train = PRESETS[settings.preset], series.split.train
    stride = max(1, settings.context // 7, train // budget.chunks)
    whole = replace(
        settings, epochs=budget.epochs, patience=budget.epochs // 2, stride=stride, refit=train < LONG_SERIES
    )
    counts = [count for count in MEMBERS if count <= max(budget.members, 2 * cores)]
    full = [count for count in counts if count >= min(cores, MOST_AT_ONCE)]
    for count in full:
        yield replace(whole, members=count)
    few = replace(whole, members=full[-1], refit=False)
    yield few
    for share in FEWER_EPOCHS:
        epochs = round(budget.epochs * share)
        few = replace(few, epochs=epochs, patience=epochs // 2)
        yield few
    for count in counts[len(full) :]:
        few = replace(few, members=count)
        yield few
    for times in FEWER_CHUNKS:
        few = replace(few, stride=stride * times)
        yield few


def expected_text(series: Series, settings: TrainingSettings, speed: Speed) -> str:
    """Return how long a training takes on this computer, in words for before it starts."""
    fitted = fit_to_budget(series, settings)
    seconds = expected_seconds(series, fitted, speed)
    first = "" if speed.factors else " This is a first guess: the speed of this computer is measured when it trains."
    text = f"At most about {wording.span(wording.rounded_span(seconds))} on this computer while nothing else runs on it"
    if seconds < 0.7 * settings.seconds:
        return f"{text}: a series of {wording.counted('row', len(series.frame))} needs no longer.{first}"
    return f"{text}; less when the networks stop improving early.{first}"


def cycles_for(series: Series, season: int) -> tuple[str, ...]:
    """Return the cycles that the training part goes through at least three times, in two steps or more each."""
    train, index = series.split.train, series.frame.index
    lengths: dict[str, float] = {}
    if series.dated:
        step = (index[train - 1] - index[0]).total_seconds() / max(train - 1, 1)
        lengths = {cycle: seconds / step for cycle, seconds in SECONDS.items()}
    found = [cycle for cycle, steps in lengths.items() if 1.9 < steps <= train / FEWEST_CYCLES]
    named = any(abs(lengths[cycle] / season - 1) < 0.1 for cycle in found)
    return (*found, "season") if 1 < season <= train / FEWEST_CYCLES and not named else tuple(found)


def context_for(train: int, horizon: int, season: int) -> int:
    """Return how many steps a chunk has: see the rules above."""
    wanted = max(14 * season if season > 1 else 0, 7 * horizon, 64)
    return max(4, min(wanted, LONGEST_CONTEXT, train // 3))
