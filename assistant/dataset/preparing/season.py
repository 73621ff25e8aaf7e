"""The season of a series: after how many steps its pattern repeats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.dataset.series import Frequency

# Beside the season of the frequency itself, longer ones that such data may follow even more.
_LONGER = {"hour": (24, 168), "day": (7, 365), "working day": (5, 260), "week": (52,), "month": (12,), "quarter": (4,)}
_STRONG = 0.15
_ALIKE = 0.3  # autocorrelation at the season from which on the pattern is plain to see
_RISE = 0.05  # how far it must lie above that of half a season
_ENOUGH = 50_000  # rows from the end that tell the season


def find_season(training: np.ndarray, frequency: Frequency) -> int:
    """Return the number of steps after which the training part's pattern repeats; 1 when none can.

    Of the seasons that the frequency suggests, and for undated or yearly rows of any lag, the one with the highest
    autocorrelation of the series without its trend is taken, or the frequency's own when none stands out.
    """
    training = training[-_ENOUGH:]
    rows = len(training)
    named = {frequency.season, *_LONGER.get(frequency.step, ())} - {1}
    # Longer seasons must be there twice; the usual one is there for sure when it is there once and a quarter.
    candidates = sorted(lag for lag in named if 2 <= lag <= (rows / 1.25 if lag == frequency.season else rows / 2))
    correlation = autocorrelation(training, max(candidates, default=min(rows // 3, 400)))
    if not candidates:
        return _any_lag(correlation) if frequency.step in ("row", "year") or frequency.season == 1 else 1
    best = max(candidates, key=lambda lag: (round(_peak(correlation, lag), 2), -lag))
    strength = _peak(correlation, best)
    return best if strength > _STRONG else (frequency.season if frequency.season in candidates else 1)


def autocorrelation(values: np.ndarray, most: int) -> np.ndarray:
    """Return the autocorrelation of a series without its straight trend for the lags 0 to `most`."""
    rows = len(values)
    most = max(1, min(most, rows - 1))
    # It does not depend on the unit, and squares of very large values are no numbers any more.
    largest = float(np.abs(values).max(initial=0.0))
    values = values / largest if largest > 0 else values
    steps = np.arange(rows)
    trend = np.polyfit(steps, values, 1) if rows > 2 else np.array([0.0, float(values.mean())])
    rest = values - np.polyval(trend, steps)
    size = 1 << int(2 * rows - 1).bit_length()
    spectrum = np.fft.rfft(rest, size)
    products = np.fft.irfft(spectrum * np.conj(spectrum), size)[: most + 1]
    return products / products[0] if products[0] > 0 else np.concatenate(([1.0], np.zeros(most)))


def repeats(correlation: Sequence[float], season: int) -> bool:
    """Tell whether values a season apart are alike, and more so than those half a season apart.

    A slow course is alike at every small lag; only a pattern that repeats rises again at its season.
    """
    if not 1 < season < len(correlation):
        return False
    return correlation[season] >= _ALIKE and correlation[season] >= correlation[season // 2] + _RISE


def season_shows(training: np.ndarray, season: int) -> bool:
    """Tell whether the training part shows its season, or whether that is only usual for such data."""
    training = training[-_ENOUGH:]
    return repeats([float(value) for value in autocorrelation(training, season)], season)


def _peak(correlation: np.ndarray, lag: int) -> float:
    """How far a lag stands out: its correlation above that half a season away."""
    if lag >= len(correlation):
        return 0.0
    return float(correlation[lag] - max(correlation[lag // 2], -0.5) * 0.5)


def _any_lag(correlation: np.ndarray) -> int:
    """The first clear peak after the correlation has once fallen below zero."""
    below = np.flatnonzero(correlation < 0)
    if not len(below):
        return 1
    start = int(below[0])
    if start + 2 >= len(correlation):
        return 1
    best = start + int(correlation[start:].argmax())
    inside = 0 < best < len(correlation) - 1
    return best if inside and correlation[best] > 0.3 else 1
