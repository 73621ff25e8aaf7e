"""The settings that suit a series: rules from its length, its frequency, its horizon and its season.

They hold for 60 yearly rows as for a million by the minute, and were not fitted to any one file:

- **season**: the frequency's, as long as the training part holds two of them; none otherwise.
- **context** (a chunk's length): fourteen seasons or seven horizons, whichever is longer, at least 64 and at most 336
  steps, but never more than a third of the training part.
- **warm-up**: one season, between 8 and 24 steps, at most a third of the context.
- **stride**: a seventh of the context; more when the training part would give more chunks than an epoch may have, so
  that an epoch costs the same for a million rows as for ten thousand. The grid shifts at random in each epoch.
- **steps**: short series give few chunks; at least four optimiser steps make an epoch, from random places.
- **units**: 32 for quick; 64 for the longer presets, where the training part has 2,000 rows or more.
- **dropout**: half of h(t); on two dozen series of 60 to 14,400 rows less of it fitted the noise.
- **precision**: bfloat16 where the processor has it, for the longer presets of a long series: 1.5 times faster.
- **backtest**: four origins through the test part; the network is trained anew for each where that takes a moment.
- **windows**: all forecasts of the test part are judged up to half a million values; more are thinned out evenly.
- **epochs and members** fill the preset's time.

This module never imports torch, so that a page can show the plan before anything is trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.training.settings import TrainingSettings

LONGEST_CONTEXT = 336
MOST_VALUES = 500_000  # forecast values of one method that are judged in the test part
LONG_SERIES = 2_000  # training rows from which a larger network finds enough to learn


@dataclass(frozen=True)
class Preset:
    """A time budget in seconds of wall time on two cores, and what it is spent on."""

    seconds: int
    epochs: int
    members: int
    chunks: int  # most chunks in an epoch
    units: int  # for a long series


PRESETS: Mapping[str, Preset] = {
    "quick": Preset(seconds=10, epochs=24, members=2, chunks=192, units=32),
    "balanced": Preset(seconds=60, epochs=32, members=8, chunks=384, units=64),
    "thorough": Preset(seconds=300, epochs=48, members=24, chunks=512, units=64),
}


def plan_settings(series: Series, preset: str = "quick", seed: int = 0, **overrides: object) -> TrainingSettings:
    """Return the settings for a series; `overrides` replace single ones.

    Raises TrainingError for a preset or a setting that does not exist.
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
    )
    return replace(settings, **overrides)  # type: ignore[arg-type]


def context_for(train: int, horizon: int, season: int) -> int:
    """Return how many steps a chunk has: see the rules above."""
    wanted = max(14 * season if season > 1 else 0, 7 * horizon, 64)
    return max(4, min(wanted, LONGEST_CONTEXT, train // 3))
