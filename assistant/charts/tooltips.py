"""Making a drawn chart one that can be pointed at: beside the picture it carries what stands at each place.

The picture itself needs no script. A page that wants to show the values reads them from the attribute `data-readings`:
for each panel its `box` (left, top, width, height in the view box), the places `x` and `y` that can be pointed at (one
of them alone where only one direction counts), and the words to be shown for each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assistant import wording
from assistant.charts.chart import Axis, Chart, Layer, Panel
from assistant.charts.palette import DARK, LIGHT
from assistant.charts.svg import small_svg

MOST_PLACES = 240  # of one panel: at the size of a page more could hardly be told apart with a pointer
LARGEST = 1.9  # pixels for a point: letters of nine points are then about as large as the page's
_READABLE = ("line", "points", "bars", "stems")


def with_tooltips(figure: Figure, chart: Chart, dark: bool | None) -> str:
    """Return a laid-out figure as SVG with title, description, colours that follow the page, and its readings."""
    # Two pictures of one chart may stand on a page, so that names follow from what is drawn and how.
    key = "c" + hashlib.sha256(f"{chart.digest}{figure.get_size_inches()}{dark}".encode()).hexdigest()[:10]
    body = small_svg(figure, key, {colour: role for role, colour in LIGHT.items()})
    width, height = figure.bbox.width, figure.bbox.height
    found = (_readings(panel, ax, height) for panel, ax in zip(chart.panels, figure.axes, strict=True))
    readings = json.dumps([panel for panel in found if panel], ensure_ascii=False, separators=(",", ":"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{key}" class="chart" role="img" tabindex="0" '
        f'aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {width:.1f} {height:.1f}" '
        f'style="width:100%;max-width:{width * LARGEST:.0f}px;height:auto;display:block" '
        f"data-readings={quoteattr(readings)}>"
        f'<title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-desc">{escape(chart.alternative)}</desc>'
        f"<style>{_style(key, dark)}</style>{body}</svg>\n"
    )


def _style(key: str, dark: bool | None) -> str:
    def colours(palette: Mapping[str, str]) -> str:
        return ";".join(f"--{role}:{colour}" for role, colour in palette.items())

    rules = [f"#{key}{{{colours(DARK if dark else LIGHT)}}}", f"#{key} path{{stroke-linejoin:round}}"]
    if dark is None:
        rules.insert(1, f".dark #{key}{{{colours(DARK)}}}")
    return "".join(rules)


def _readings(panel: Panel, ax: Axes, height: float) -> dict[str, Any] | None:
    layers = [layer for layer in panel.layers if layer.kind in _READABLE and len(layer.x)]
    if not layers:
        return None
    box = ax.get_window_extent()
    found = _of_points(panel, ax, layers, height) if panel.same_scale else _along_axis(panel, ax, layers, height)
    return {"box": [round(side, 1) for side in (box.x0, height - box.y1, box.width, box.height)], **found}


def _along_axis(panel: Panel, ax: Axes, layers: list[Layer], height: float) -> dict[str, Any]:
    sideways = panel.y.scale == "names"
    places: dict[float, list[tuple[str, float]]] = {}
    for layer in layers:
        along, value = (layer.y, layer.x) if sideways else (layer.x, layer.y)
        for place, number in zip(along.tolist(), value.tolist(), strict=True):
            if number == number:  # gaps have nothing to show
                places.setdefault(place, []).append((layer.label, number))
    chosen = sorted(places)
    if len(chosen) > MOST_PLACES:
        chosen = [chosen[index] for index in np.unique(np.linspace(0, len(chosen) - 1, MOST_PLACES).astype(int))]
    pairs = np.array([(0.0, place) if sideways else (place, 1.0) for place in chosen])
    middle = ax.transData.transform(pairs)[:, 1 if sideways else 0]
    value_axis = panel.x if sideways else panel.y
    words = []
    for place in chosen:
        head = panel.y.names[round(place)].replace("\n", " ") if sideways else show_place(place, panel.x)
        words.append([head, *(show_value(label, number, value_axis) for label, number in places[place])])
    at = (height - middle if sideways else middle).round(1).tolist()
    return {"y" if sideways else "x": at, "words": words}


def _of_points(panel: Panel, ax: Axes, layers: list[Layer], height: float) -> dict[str, Any]:
    every = [layer for layer in layers if layer.kind == "points"]
    x, y = np.concatenate([layer.x for layer in every]), np.concatenate([layer.y for layer in every])
    stride = -(-len(x) // MOST_PLACES)
    x, y = x[::stride], y[::stride]
    places = ax.transData.transform(np.column_stack([x, y])).round(1)
    names = panel.x.title.split(" (")[0], panel.y.title.split(" (")[0]
    words = [
        [show_value(names[0], one, panel.x), show_value(names[1], other, panel.y)]
        for one, other in zip(x.tolist(), y.tolist(), strict=True)
    ]
    return {"x": places[:, 0].tolist(), "y": (height - places[:, 1]).round(1).tolist(), "words": words}


def show_place(place: float, axis: Axis) -> str:
    """Return a place on the x axis in words: a date, or the number with what it counts."""
    if axis.scale == "time":
        return wording.row_name(pd.Timestamp(round(place * 86_400), unit="s"), axis.step)
    title = axis.title.split(" (")[0]
    return f"{title} {place:,.0f}" if axis.whole else f"{title} {wording.number(place)}"


def show_value(label: str, number: float, axis: Axis) -> str:
    """Return one value with what it is of and its unit."""
    text = wording.with_unit(f"{number:,.0f}" if axis.whole else wording.number(number, 4), axis.unit)
    return f"{label}: {text}" if label else text
