"""Equations and numbers as the lecture writes them, for HTML and for drawings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from html import escape

_SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|.)")
_INLINE = re.compile(r"\$([^$\n]+)\$")
_DISPLAYED = re.compile(r"\$\$([^$\n]+)\$\$")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def equation_html(equation: str) -> str:
    """Return an equation with _ and ^ set as lowered and raised signs, safe to put into a page."""
    return "".join(
        f"<{tag}>{escape(text)}</{tag}>" if (tag := {"_": "sub", "^": "sup"}.get(kind)) else escape(text)
        for kind, text in _pieces(equation)
    )


def equation_svg(equation: str) -> str:
    """Return an equation as the content of an SVG text."""
    parts, back = [], ""
    for kind, text in _pieces(equation):
        if kind:
            shift = ".3em" if kind == "_" else "-.4em"
            parts.append(f'<tspan dy="{shift}" font-size=".75em">{escape(text)}</tspan>')
            back = "-.225em" if kind == "_" else ".3em"
        else:
            # A shift counts in the size of its own text: .3 of the small script is .225 of the line.
            parts.append(f'<tspan dy="{back}">{escape(text)}</tspan>' if back else escape(text))
            back = ""
    return "".join(parts)


def equation_text(equation: str) -> str:
    """Return an equation for a screen reader: no braces, a space instead of _."""
    return "".join(
        f" {text}" if kind == "_" else f" to the {text}" if kind else text for kind, text in _pieces(equation)
    )


def prose(markdown: str) -> str:
    """Return Markdown in which each `$equation$` is set, and each `$$equation$$` is set off from the text."""
    displayed = _DISPLAYED.sub(
        lambda match: f'<span class="lecture-equation displayed">{equation_html(match[1])}</span>', markdown
    )
    return _INLINE.sub(lambda match: f'<span class="lecture-equation">{equation_html(match[1])}</span>', displayed)


def inline(text: str) -> str:
    """Return one plain text as HTML, with each `$equation$` set."""
    parts = _INLINE.split(text)
    return "".join(equation_html(part) if index % 2 else escape(part) for index, part in enumerate(parts))


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


def power(exponent: int) -> str:
    """Return a power of ten, as 10⁻⁴."""
    return "1" if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def vector(values: Iterable[float]) -> str:
    """Return the values of a vector, two digits after the point."""
    # A tiny negative number would otherwise be written −0.00.
    return "(" + ", ".join(f"{round(value, 2) + 0.0:.2f}".replace("-", "−") for value in values) + ")"


def _pieces(equation: str) -> list[tuple[str, str]]:
    """Split into pairs of "_", "^" or nothing, and text."""
    pieces, at = [], 0
    for match in _SCRIPT.finditer(equation):
        if match.start() > at:
            pieces.append(("", equation[at : match.start()]))
        pieces.append((match[1], match[2].strip("{}")))
        at = match.end()
    if at < len(equation):
        pieces.append(("", equation[at:]))
    return pieces
