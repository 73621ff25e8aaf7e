"""Small charts of lines and bars as SVG in a page.

They follow the theme's colours (see `plot.css`), name both axes, and carry their values as a table too. The charts that
also go in the report are drawn by `assistant.charts`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal, TypeAlias

from assistant.web.numbers import number, power
from assistant.web.ticks import FLOOR, log_ticks, range_of, ticks

TABLE_ROWS = 13
_RIGHT, _TOP, _BOTTOM = 14, 14, 46
_LETTER = 8.2  # width of a tick's letter
_SIZES = {"wide": (480, 280), "small": (330, 190)}


@dataclass(frozen=True)
class Line:
    """One line: its name, its points, its colour ("a" … "e"), its dashes, and whether it is thin."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "a"
    dash: str = ""
    thin: bool = False


@dataclass(frozen=True)
class Bars:
    """Upright bars that stand on zero, each at its x; all bars of a plot are as wide as the closest two allow."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "a"


Curve: TypeAlias = Line | Bars


@dataclass(frozen=True)
class Point:
    """A point that stands out, with a label."""

    x: float
    y: float
    label: str
    colour: str = "b"
    below: bool = False


@dataclass(frozen=True)
class Level:
    """A dashed line across the plot, with a label."""

    y: float
    label: str


@dataclass(frozen=True)
class Plot:
    """What is drawn, and how.

    With `log` the upright axis is logarithmic: zeros and what lies below 1e-16 are left out of a line and stay in the
    table. The ends of an axis follow from the values unless `x_range` or `y_range` gives them; `whole` x have no ticks
    between whole numbers. `now` is a broad vertical line. `x_text` words a value of x. `note` is a sentence below.
    """

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]
    points: Sequence[Point] = ()
    levels: Sequence[Level] = ()
    now: float | None = None
    log: bool = False
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    whole: bool = False
    x_text: Callable[[float], str] = number
    table: bool = True
    note: str = ""
    size: Literal["wide", "small"] = "wide"


def draw_plot(plot: Plot) -> str:
    """Return a figure with the plot, its legend, its note, and its values as a table."""
    axes = _Axes(plot)
    drawn = [
        axes.lines(),
        *(_level(level, axes) for level in plot.levels if axes.low <= level.y <= axes.high),
        _now(plot.now, axes),
        *(_bars(curve, axes) if isinstance(curve, Bars) else _line(curve, axes) for curve in plot.curves),
        *(_point(point, axes) for point in plot.points),
    ]
    svg = (
        f'<svg class="plot plot-{plot.size}" viewBox="0 0 {axes.width} {axes.height}" role="img" '
        f'aria-label="{escape(_spoken(plot))}">{"".join(drawn)}</svg>'
    )
    note = f'<p class="plot-note">{escape(plot.note)}</p>' if plot.note else ""
    table = values_table(plot) if plot.table else ""
    return (
        f'<figure class="plot-figure"><figcaption>{escape(plot.title)}</figcaption>{svg}{_legend(plot.curves)}'
        f"{note}{table}</figure>"
    )


def values_table(plot: Plot) -> str:
    """Return the values as a table that opens on demand, thinned to a dozen rows."""
    xs = sorted({float(value) for curve in plot.curves for value in curve.x})
    if len(xs) > TABLE_ROWS:
        xs = [xs[round(index * (len(xs) - 1) / (TABLE_ROWS - 1))] for index in range(TABLE_ROWS)]
    known = [dict(zip(map(float, curve.x), curve.y, strict=True)) for curve in plot.curves]
    names = (plot.x_label, *(curve.name for curve in plot.curves))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(plot.x_text(x))}</th>'
        + "".join(f"<td>{escape(number(values[x])) if x in values else '–'}</td>" for values in known)
        + "</tr>"
        for x in xs
    )
    return (
        '<details class="plot-values"><summary>The values as a table</summary><div class="scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


class _Axes:
    """Where values lie in the picture, in its own units: width and height of all of it, and the ends of both axes."""

    def __init__(self, plot: Plot) -> None:
        self.plot, (self.width, self.height) = plot, _SIZES[plot.size]
        values = [value for curve in plot.curves for value in curve.y]
        if any(isinstance(curve, Bars) for curve in plot.curves):
            values.append(0.0)
        self.low, self.high = plot.y_range or range_of(values, log=plot.log)
        xs = [value for curve in plot.curves for value in curve.x] or [0.0, 1.0]
        bars = sorted({x for curve in plot.curves if isinstance(curve, Bars) for x in curve.x})
        self.bar = min((later - earlier for earlier, later in pairwise(bars)), default=1.0) if bars else 0.0
        self.first, last = plot.x_range or (min(xs) - self.bar / 2, max(xs) + self.bar / 2)
        self.last = last if last > self.first else self.first + 1
        self.y_ticks = log_ticks(self.low, self.high) if plot.log else ticks(self.low, self.high, self.height // 56)
        exponents = [math.log10(value) for value in self.y_ticks] if plot.log else []
        # Powers of ten are written as such, unless all of them are easily read as numbers.
        self.powers = all(abs(e - round(e)) < 1e-9 for e in exponents) and any(abs(e) > 2.5 for e in exponents)
        longest = max((len(self.y_text(value)) for value in self.y_ticks), default=1)
        self.left = 32 + _LETTER * max(longest, 3)
        self.right, self.bottom = self.width - _RIGHT, self.height - _BOTTOM

    def x(self, x: float) -> float:
        """Return where a value of x lies."""
        return self.left + (x - self.first) / (self.last - self.first) * (self.right - self.left)

    def y(self, y: float) -> float:
        """Return where a value of y lies; what is beyond an end lies at it."""
        if self.plot.log:
            low, high = math.log10(self.low), math.log10(self.high)
            share = (math.log10(max(y, FLOOR)) - low) / (high - low)
        else:
            share = (y - self.low) / (self.high - self.low)
        return self.bottom - min(1.0, max(0.0, share)) * (self.bottom - _TOP)

    def y_text(self, value: float) -> str:
        """Return what stands beside a tick of the upright axis."""
        if self.powers:
            return power(round(math.log10(value)))
        return number(value)

    def lines(self) -> str:
        """Return grid, ticks, both axes and their titles."""
        plot, parts = self.plot, []
        for value in self.y_ticks:
            y = self.y(value)
            parts.append(
                f'<line class="grid" x1="{self.left:.1f}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text x="{self.left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end" class="tick">{self.y_text(value)}</text>'
            )
        for value in ticks(self.first, self.last, self.width // 80, whole=plot.whole):
            text = plot.x_text(value)
            # What stands below the end of the axis keeps within the picture.
            x = min(self.x(value), self.width - _LETTER * len(text) / 2)
            parts.append(
                f'<text x="{x:.1f}" y="{self.bottom + 17}" text-anchor="middle" class="tick">{escape(text)}</text>'
            )
        parts.append(
            f'<path class="axis" d="M{self.left:.1f} {_TOP}V{self.bottom}H{self.right}"/>'
            f'<text x="{(self.left + self.right) / 2:.1f}" y="{self.height - 8}" text-anchor="middle">'
            f"{escape(plot.x_label)}</text>"
            f'<text transform="translate(14 {(_TOP + self.bottom) / 2:.1f}) rotate(-90)" text-anchor="middle">'
            f"{escape(plot.y_label)}</text>"
        )
        return "".join(parts)


def _spoken(plot: Plot) -> str:
    """Return what a screen reader says of the picture."""
    told = "; ".join(
        f"{line.name}: from {number(line.y[0])} to {number(line.y[-1])}"
        for line in plot.curves
        if isinstance(line, Line) and len(line.y) and not line.thin
    )
    said = [f"{plot.title}.", f"{plot.x_label} across, {plot.y_label} upwards.", told and f"{told}."]
    said += [f"{point.label}." for point in plot.points]
    return " ".join(part for part in [*said, plot.note] if part)


def _line(line: Line, axes: _Axes) -> str:
    commands, pen_down = [], False
    for x, y in zip(line.x, line.y, strict=True):
        if not math.isfinite(y) or (axes.plot.log and y < FLOOR):
            pen_down = False
            continue
        commands.append(f"{'L' if pen_down else 'M'}{axes.x(x):.1f} {axes.y(y):.1f}")
        pen_down = True
    return f'<path class="{_line_class(line)}" d="{"".join(commands)}"{_dash(line)}/>'


def _bars(bars: Bars, axes: _Axes) -> str:
    ground, wide = axes.y(0.0), max(0.82 * (axes.x(axes.bar) - axes.x(0.0)), 2.0)
    drawn = "".join(
        f"M{axes.x(x) - wide / 2:.1f} {ground:.1f}V{axes.y(y):.1f}h{wide:.1f}V{ground:.1f}z"
        for x, y in zip(bars.x, bars.y, strict=True)
        if math.isfinite(y)
    )
    zero = f'<path class="axis" d="M{axes.left:.1f} {ground:.1f}H{axes.right}"/>'
    return f'<path class="bars f-{bars.colour}" d="{drawn}"/>{zero}'


def _level(level: Level, axes: _Axes) -> str:
    y = axes.y(level.y)
    label_at = y + 14 if y < _TOP + 16 else y - 5
    return (
        f'<line class="level" x1="{axes.left:.1f}" x2="{axes.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{axes.right - 2}" y="{label_at:.1f}" text-anchor="end" class="tick">{escape(level.label)}</text>'
    )


def _now(now: float | None, axes: _Axes) -> str:
    if now is None:
        return ""
    return f'<line class="now" x1="{axes.x(now):.1f}" x2="{axes.x(now):.1f}" y1="{_TOP}" y2="{axes.bottom}"/>'


def _point(point: Point, axes: _Axes) -> str:
    x, y = axes.x(point.x), axes.y(point.y)
    anchor, shift = ("end", -10) if x > axes.width * 0.6 else ("start", 10)
    # A label keeps within the picture, whatever side it was meant for.
    below = 20 if (point.below or y < _TOP + 20) and y < axes.bottom - 26 else -9
    return (
        f'<circle class="f-{point.colour}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        f'<text x="{x + shift:.1f}" y="{y + below:.1f}" text-anchor="{anchor}" class="strong">{escape(point.label)}</text>'
    )


def _line_class(line: Line) -> str:
    return f"curve s-{line.colour}{' thin' if line.thin else ''}"


def _dash(line: Line) -> str:
    return f' stroke-dasharray="{line.dash}"' if line.dash else ""


def _legend(curves: Sequence[Curve]) -> str:
    if len(curves) < 2:
        return ""
    items = "".join(
        f'<li><svg viewBox="0 0 34 10" aria-hidden="true">{_sample(curve)}</svg>{escape(curve.name)}</li>'
        for curve in curves
    )
    return f'<ul class="plot-legend">{items}</ul>'


def _sample(curve: Curve) -> str:
    if isinstance(curve, Bars):
        return f'<path class="f-{curve.colour}" d="M8 0H26V10H8z"/>'
    return f'<path class="{_line_class(curve)}" d="M1 5H33"{_dash(curve)}/>'
