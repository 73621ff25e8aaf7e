"""Making a drawn SVG chart one that can be pointed at: beside each value lies an unseen area that shows it.

Only style rules are used, no script, so that the picture works wherever HTML does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assistant.charts.chart import Axis, Chart, Mark, Panel
from assistant.charts.palette import DARK, LIGHT
from assistant.charts.wording import show_number, show_time, with_unit

MOST_PLACES = 160  # of one panel: at printed size more could not be told apart with a pointer
_READABLE = ("line", "points", "bars", "stems")


def with_pointing(svg: str, figure: Figure, chart: Chart, dark: bool | None) -> str:
    """Return matplotlib's SVG with title, description, colours that follow the page, and areas to point at."""
    key = "c" + hashlib.sha256((chart.name + svg).encode()).hexdigest()[:10]
    body = svg[svg.index("<svg") :]
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    # Matplotlib's own style block would reach the whole page, and its names would clash between charts.
    body = re.sub(r"<style.*?</style>", "", body, flags=re.S)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{key}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", body)
    body = body.replace("xlink:href", "href")
    # A hundredth of a point is finer than any screen.
    body = re.sub(r' (?:d|x|y)="[^"]*"', lambda match: re.sub(r"(\.\d\d)\d+", r"\1", match[0]), body)
    body = re.sub(r"\n\s*", "\n", body)
    for role, colour in LIGHT.items():
        body = re.sub(re.escape(colour) + r"\b", f"var(--{role})", body, flags=re.I)
    width, height = figure.bbox.width, figure.bbox.height
    areas = "".join(_panel_areas(panel, ax, width, height) for panel, ax in zip(chart.panels, figure.axes, strict=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{key}" class="chart" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {width:.1f} {height:.1f}" '
        f'style="width:100%;height:auto;display:block">'
        f'<title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-desc">{escape(chart.alternative)}</desc>'
        f"<style>{_style(key, dark)}</style>"
        f'<g class="drawing">{body}</g><g class="values">{areas}</g></svg>\n'
    )


def _style(key: str, dark: bool | None) -> str:
    def colours(palette: Mapping[str, str]) -> str:
        return ";".join(f"--{role}:{colour}" for role, colour in palette.items())

    rules = [f"#{key}{{{colours(DARK if dark else LIGHT)}}}"]
    if dark is None:
        rules.append(f".dark #{key}{{{colours(DARK)}}}")
    rules += [
        f"#{key} .drawing *{{stroke-linejoin:round;stroke-linecap:butt}}",
        f"#{key} .v{{fill:none;pointer-events:all}}",
        f"#{key} .t{{visibility:hidden;pointer-events:none}}",
        f"#{key} .p:hover .t{{visibility:visible}}",
        f"#{key} .t line{{stroke:var(--axis);stroke-width:.5}}",
        f"#{key} .t rect{{fill:var(--page);stroke:var(--axis);stroke-width:.4}}",
        f"#{key} .t text{{fill:var(--ink);font:7.5px system-ui,sans-serif}}",
    ]
    return "".join(rules)


def _panel_areas(panel: Panel, ax: Axes, width: float, height: float) -> str:
    marks = [mark for mark in panel.marks if mark.kind in _READABLE and len(mark.x)]
    if not marks:
        return ""
    if panel.same_scale:
        return _point_areas(panel, ax, marks, width, height)
    sideways = panel.y.scale == "names"
    places: dict[float, list[tuple[str, float]]] = {}
    for mark in marks:
        along, value = (mark.y, mark.x) if sideways else (mark.x, mark.y)
        for place, number in zip(along.tolist(), value.tolist(), strict=True):
            if number == number:  # gaps have nothing to show
                places.setdefault(place, []).append((mark.label, number))
    chosen = sorted(places)
    if len(chosen) > MOST_PLACES:
        chosen = [chosen[index] for index in np.unique(np.linspace(0, len(chosen) - 1, MOST_PLACES).astype(int))]
    box = ax.get_window_extent()
    transform = ax.transData.transform
    middle = np.array([transform((0, place))[1] if sideways else transform((place, 1))[0] for place in chosen])
    if sideways:
        chosen, middle = chosen[::-1], middle[::-1]
    edges = np.concatenate(
        [[box.y0 if sideways else box.x0], (middle[1:] + middle[:-1]) / 2, [box.y1 if sideways else box.x1]]
    )
    parts = []
    for order, place in enumerate(chosen):
        low, high = edges[order], edges[order + 1]
        if sideways:
            area = (box.x0, height - high, box.width, high - low)
            anchor, rule = (box.x0 + 4, height - middle[order]), ""
        else:
            area = (low, height - box.y1, high - low, box.height)
            at = middle[order]
            anchor = (at, height - box.y1 + 2)
            rule = f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{height - box.y1:.1f}" y2="{height - box.y0:.1f}"/>'
        head = panel.y.names[round(place)].replace("\n", " ") if sideways else show_place(place, panel.x)
        value_axis = panel.x if sideways else panel.y
        lines = [head, *(show_value(label, number, value_axis) for label, number in places[place])]
        parts.append(_area(area, rule, anchor, lines, width))
    return "".join(parts)


def _point_areas(panel: Panel, ax: Axes, marks: list[Mark], width: float, height: float) -> str:
    parts = []
    for mark in marks:
        if mark.kind != "points":
            continue
        stride = max(1, len(mark.x) // MOST_PLACES)
        for x, y in zip(mark.x[::stride].tolist(), mark.y[::stride].tolist(), strict=True):
            left, bottom = ax.transData.transform((x, y))
            lines = [
                show_value(panel.x.title.split(" (")[0], x, panel.x),
                show_value(panel.y.title.split(" (")[0], y, panel.y),
            ]
            parts.append(
                _area((left - 2.5, height - bottom - 2.5, 5, 5), "", (left, height - bottom + 4), lines, width)
            )
    return "".join(parts)


def _area(
    area: tuple[float, float, float, float], rule: str, anchor: tuple[float, float], lines: list[str], width: float
) -> str:
    x, y, wide, high = area
    box_width = 3.9 * max(len(line) for line in lines) + 8
    box_height = 9.5 * len(lines) + 4
    left = anchor[0] + 4 if anchor[0] + 4 + box_width <= width else max(0.0, anchor[0] - 4 - box_width)
    words = "".join(
        f'<tspan x="{left + 4:.1f}" y="{anchor[1] + 9 + 9.5 * number:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return (
        f'<g class="p"><rect class="v" x="{x:.1f}" y="{y:.1f}" width="{wide:.2f}" height="{high:.1f}" '
        f"data-value={quoteattr(' · '.join(lines))}/>"
        f'<g class="t">{rule}<rect x="{left:.1f}" y="{anchor[1]:.1f}" width="{box_width:.1f}" '
        f'height="{box_height:.1f}" rx="2"/><text>{words}</text></g></g>'
    )


def show_place(place: float, axis: Axis) -> str:
    """Return a place on the x axis in words: a date, or the number with what it counts."""
    if axis.scale == "time":
        return show_time(pd.Timestamp(round(place * 86_400), unit="s"), axis.step)
    title = axis.title.split(" (")[0]
    return f"{title} {place:,.0f}" if axis.whole else f"{title} {show_number(place)}"


def show_value(label: str, number: float, axis: Axis) -> str:
    """Return one value with what it is of and its unit."""
    text = with_unit(f"{number:,.0f}" if axis.whole else show_number(number, 4), axis.unit)
    return f"{label}: {text}" if label else text
