"""Small charts as SVG in the page: they follow the theme's colours, and carry their values as a table too."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from assistant.web.lecture.equations import number, power

WIDTH, HEIGHT = 480, 280
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 46
FLOOR = 1e-16  # a logarithmic axis ends here
TABLE_ROWS = 13


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, its points, its colour ("a" … "e") and whether it is dashed."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "a"
    dash: str = ""
    thin: bool = False


@dataclass(frozen=True)
class Mark:
    """A point that stands out, with a label."""

    x: float
    y: float
    label: str
    colour: str = "b"
    below: bool = False


@dataclass(frozen=True)
class Level:
    """A dashed line across the chart, with a label."""

    y: float
    label: str


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    log: bool = False,
    y_range: tuple[float, float] | None = None,
    marks: Sequence[Mark] = (),
    levels: Sequence[Level] = (),
    now: float | None = None,
    table: bool = True,
    x_text: Callable[[float], str] = number,
) -> str:
    """Return a figure with the chart, its legend, and its values as a table; `now` is a vertical line.

    On a logarithmic axis zeros and what lies below 1e-16 are left out of the line and stay in the table.
    """
    low, high = y_range or _range([value for line in lines for value in line.y], log)
    xs = [value for line in lines for value in line.x] or [0.0, 1.0]
    left, right = min(xs), max(xs)
    right = right if right > left else left + 1

    def px(x: float) -> float:
        return LEFT + (x - left) / (right - left) * (WIDTH - LEFT - RIGHT)

    def py(y: float) -> float:
        if log:
            share = (math.log10(max(y, FLOOR)) - math.log10(low)) / (math.log10(high) - math.log10(low))
        else:
            share = (y - low) / (high - low)
        return HEIGHT - BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - TOP - BOTTOM)

    body = [_axes(px, py, _ticks(left, right, 6), _y_ticks(low, high, log), log, x_text)]
    body.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_label)}</text>"
    )
    for level in levels:
        if low <= level.y <= high:
            y = py(level.y)
            label_at = y + 14 if y < TOP + 16 else y - 5
            body.append(
                f'<line class="level" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text x="{WIDTH - RIGHT - 2}" y="{label_at:.1f}" text-anchor="end" class="small">'
                f"{escape(level.label)}</text>"
            )
    if now is not None:
        body.append(f'<line class="now" x1="{px(now):.1f}" x2="{px(now):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    body.extend(_path(line, px, py, log) for line in lines)
    for mark in marks:
        x, y = px(mark.x), py(mark.y)
        anchor = "end" if x > WIDTH * 0.6 else "start"
        shift = -10 if anchor == "end" else 10
        below = 20 if mark.below or y < TOP + 20 else -9
        body.append(
            f'<circle class="c-{mark.colour}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
            f'<text x="{x + shift:.1f}" y="{y + below:.1f}" text-anchor="{anchor}" class="strong">'
            f"{escape(mark.label)}</text>"
        )
    spoken = "; ".join(
        f"{line.name}: from {number(line.y[0])} to {number(line.y[-1])}"
        for line in lines
        if len(line.y) and not line.thin
    )
    svg = (
        f'<svg class="lecture-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(f"{title}. {x_label} across, {y_label} upwards. {spoken}.")}">{"".join(body)}</svg>'
    )
    return (
        f'<figure class="lecture-figure"><figcaption>{escape(title)}</figcaption>{svg}{_legend(lines)}'
        f"{values_table(lines, x_label, x_text) if table else ''}</figure>"
    )


def values_table(lines: Sequence[Line], x_label: str, x_text: Callable[[float], str] = number) -> str:
    """Return the lines' values as a table that opens on demand, thinned to a dozen rows."""
    xs = sorted({float(value) for line in lines for value in line.x})
    if len(xs) > TABLE_ROWS:
        xs = [xs[round(index * (len(xs) - 1) / (TABLE_ROWS - 1))] for index in range(TABLE_ROWS)]
    known = [dict(zip(map(float, line.x), line.y, strict=True)) for line in lines]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (x_label, *(line.name for line in lines)))
    rows = "".join(
        f'<tr><th scope="row">{escape(x_text(x))}</th>'
        + "".join(f"<td>{escape(number(values[x])) if x in values else '–'}</td>" for values in known)
        + "</tr>"
        for x in xs
    )
    return (
        f'<details class="lecture-values"><summary>The values as a table</summary><div class="scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def heat_map(
    values: np.ndarray,
    *,
    title: str,
    x_label: str,
    y_label: str,
    description: str,
    signed: bool,
    x_ends: tuple[str, str],
) -> str:
    """Return a figure of `values` (rows, steps) as colours: 0 is clear, 1 or the largest size is full.

    Signed values are blue above zero and orange below it. The picture is transparent, so it suits both themes.
    """
    limit = float(np.max(np.abs(values))) if signed else 1.0
    strength = np.clip(np.abs(values) / (limit or 1.0), 0, 1)
    pixels = np.zeros((*values.shape, 4), dtype=np.uint8)
    pixels[...] = (37, 113, 214, 0)
    if signed:
        pixels[values < 0] = (214, 104, 10, 0)
    pixels[..., 3] = np.round(strength * 255)
    stream = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(stream, format="PNG")
    source = base64.b64encode(stream.getvalue()).decode()
    height = max(60, min(200, 4 * values.shape[0]))
    wide = WIDTH - LEFT - RIGHT
    scale = f"−{number(limit)} … {number(limit)} (orange … blue)" if signed else "0 (clear) … 1 (blue)"
    return (
        f'<figure class="lecture-figure"><figcaption>{escape(title)}</figcaption>'
        f'<svg class="lecture-chart" viewBox="0 0 {WIDTH} {height + 50}" role="img" '
        f'aria-label="{escape(f"{title}. {description}")}">'
        f'<image href="data:image/png;base64,{source}" x="{LEFT}" y="6" width="{wide}" height="{height}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        f'<rect class="frame" x="{LEFT}" y="6" width="{wide}" height="{height}"/>'
        f'<text x="{LEFT}" y="{height + 22}" class="tiny">{escape(x_ends[0])}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{height + 22}" text-anchor="end" class="tiny">{escape(x_ends[1])}</text>'
        f'<text x="{LEFT + wide / 2}" y="{height + 42}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(14 {6 + height / 2}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>'
        f'</svg><p class="lecture-note">Colours: {escape(scale)}. {escape(description)}</p></figure>'
    )


def _axes(
    px: Callable[[float], float],
    py: Callable[[float], float],
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    log: bool,
    x_text: Callable[[float], str],
) -> str:
    parts = []
    for value in y_ticks:
        y = py(value)
        text = power(round(math.log10(value))) if log else number(value)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" class="small">{text}</text>'
        )
    for value in x_ticks:
        parts.append(
            f'<text x="{px(value):.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle" class="small">'
            f"{x_text(value)}</text>"
        )
    parts.append(
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}"/>'
        f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    )
    return "".join(parts)


def _path(line: Line, px: Callable[[float], float], py: Callable[[float], float], log: bool) -> str:
    commands, pen_down = [], False
    for x, y in zip(line.x, line.y, strict=True):
        if not math.isfinite(y) or (log and y < FLOOR):
            pen_down = False
            continue
        commands.append(f"{'L' if pen_down else 'M'}{px(x):.1f} {py(y):.1f}")
        pen_down = True
    return f'<path class="{_line_class(line)}" d="{"".join(commands)}"{_dash(line)}/>'


def _line_class(line: Line) -> str:
    return f"line s-{line.colour}{' thin' if line.thin else ''}"


def _dash(line: Line) -> str:
    return f' stroke-dasharray="{line.dash}"' if line.dash else ""


def _legend(lines: Sequence[Line]) -> str:
    if len(lines) < 2:
        return ""
    items = "".join(
        f'<li><svg viewBox="0 0 34 10" aria-hidden="true"><path class="{_line_class(line)}" '
        f'd="M1 5H33"{_dash(line)}/></svg>'
        f"{escape(line.name)}</li>"
        for line in lines
    )
    return f'<ul class="lecture-legend">{items}</ul>'


def _range(values: Sequence[float], log: bool) -> tuple[float, float]:
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    if not log:
        low, high = min(finite), max(finite)
        margin = (high - low) * 0.06 or 0.5
        return low - margin, high + margin
    shown = [value for value in finite if value >= FLOOR] or [1.0]
    low, high = 10.0 ** math.floor(math.log10(min(shown)) + 1e-9), 10.0 ** math.ceil(math.log10(max(shown)) - 1e-9)
    low, high = (low, high) if high / low >= 100 else (low / 10, high * 10)
    return low, high * 2.5  # room for a label above the highest point


def _y_ticks(low: float, high: float, log: bool) -> list[float]:
    if not log:
        return _ticks(low, high, 5)
    first, last = round(math.log10(low)), round(math.log10(high))
    every = max(1, math.ceil((last - first) / 6))
    return [10.0**exponent for exponent in range(first, last + 1) if exponent % every == 0]


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Return round numbers between two ends, about so many."""
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]
