"""Where an axis begins and ends, and where its ticks stand."""

from __future__ import annotations

import math
from collections.abc import Sequence

FLOOR = 1e-16  # a logarithmic axis ends here


def range_of(values: Sequence[float], *, log: bool = False) -> tuple[float, float]:
    """Return the ends of an axis that shows all values, with some air; what is not finite does not count.

    On a logarithmic axis neither do zeros and what lies below 1e-16.
    """
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    if not log:
        low, high = min(finite), max(finite)
        size = max(abs(low), abs(high))
        # Between values that differ by no more than their last digits there is no room for ticks.
        alike = high - low <= max(1e-9 * size, 1e-100)
        margin = max(0.5, 1e-3 * size) if alike else (high - low) * 0.06
        return low - margin, high + margin
    shown = [value for value in finite if value >= FLOOR] or [1.0]
    decades = math.log10(max(shown)) - math.log10(min(shown))
    air = 10 ** max(0.06 * decades, 0.15)
    return min(shown) / air, max(shown) * air


def ticks(low: float, high: float, about: int, *, whole: bool = False) -> list[float]:
    """Return round numbers between two ends, about so many; none of them between two whole numbers if `whole`."""
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    if whole:
        step = max(1.0, 2.0 if step == 2.5 else step)
    first = math.ceil(low / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return the ticks of a logarithmic axis: powers of ten, or 1, 2 and 5 times these, or round numbers close together."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = [10.0**exponent for exponent in range(first, last + 1) if low <= 10.0**exponent <= high]
    if len(powers) >= 3:
        return powers[:: max(1, math.ceil(len(powers) / 7))]
    between = [factor * 10.0**exponent for exponent in range(first, last + 1) for factor in (1, 2, 5)]
    found = [value for value in between if low <= value <= high]
    return found if len(found) >= 2 else ticks(low, high, 4)
