"""How numbers are written in the pages' pictures and equations."""

from __future__ import annotations

import math
from collections.abc import Iterable

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float | None) -> str:
    """Return a number with three digits that count, as 0.0123, 12.3 or 1.23·10⁻⁷."""
    if value is None:
        return "none"
    if not math.isfinite(value):
        return "too large to write" if value > 0 else "not a number"
    if value == 0:
        return "0"
    size = abs(value)
    if 0.001 <= size < 10000:
        digits = max(0, 2 - math.floor(math.log10(size)))
        text = f"{value:.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.replace('-', '−')}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def whole(value: float) -> str:
    """Return a number without digits after the point, its thousands apart."""
    return f"{value:,.0f}".replace("-", "−")


def power(exponent: int) -> str:
    """Return a power of ten, as 10⁻⁴."""
    return "1" if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def vector(values: Iterable[float]) -> str:
    """Return the values of a vector, two digits after the point."""
    # A tiny negative number would otherwise be written −0.00.
    return "(" + ", ".join(f"{round(value, 2) + 0.0:.2f}".replace("-", "−") for value in values) + ")"
