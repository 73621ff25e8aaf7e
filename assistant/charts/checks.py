"""The checks that each chart carries: is everything there, readable, and apart for every eye?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from assistant.charts.chart import Chart, Layer, Panel
from assistant.charts.colour_vision import VIEWERS, contrast, difference, lightness
from assistant.charts.draw import drawn_figure
from assistant.charts.palette import DARK, LIGHT
from assistant.findings import Finding, Level

LEAST_SIZE = 7.0  # points at printed size
TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
LINE_CONTRAST = 3.0  # WCAG 2.2, success criterion 1.4.11
GREY_APART = 12.0  # steps of lightness L* that two greys need to be told apart in thin lines
COLOUR_APART = 20.0  # ΔE*ab that two colours need in thin lines

_THIN = ("line", "points", "bars", "stems")


def check_chart(chart: Chart, project: int | None = None, width_mm: float | None = None) -> tuple[Finding, ...]:
    """Return what each check says about a chart as printed: FINE where it holds, else WARN with the evidence."""
    with drawn_figure(chart, width_mm) as figure:
        problems = {
            "Every axis has a title, with its unit where it has one": _titles(chart),
            "Nothing is cut off": [*_clipped(figure), *_outside(chart, figure)],
            "No labels overlap": _overlaps(figure),
            f"All text is at least {LEAST_SIZE:g} pt high": _small(figure),
        }
    problems |= {
        "Text and lines stand out from the page": _faint(chart),
        "Lines can be told apart in grey and by colour-blind eyes": _alike(chart),
        "It is described in words": [] if len(chart.alternative) > 20 else ["The alternative text is missing."],
    }
    return tuple(
        Finding(
            level=Level.WARN if found else Level.FINE,
            what=f"{chart.title}: {what[:1].lower()}{what[1:]}{' – not quite' if found else ''}.",
            evidence=" ".join(found[:3]),
            fix=_FIXES[what] if found and what in _FIXES else "",
            step="charts",
            project=project,
        )
        for what, found in problems.items()
    )


_FIXES = {"Every axis has a title, with its unit where it has one": "Give the column's unit in the Dataset step."}


def _titles(chart: Chart) -> list[str]:
    problems = []
    for panel in chart.panels:
        for which, axis in (("horizontal", panel.x), ("upright", panel.y)):
            if axis.scale == "names":
                continue
            if not axis.title.strip():
                problems.append(f"The {which} axis has no title.")
            elif axis.unit and axis.unit not in axis.title:
                problems.append(f"The title “{axis.title}” lacks the unit {axis.unit}.")
            elif axis.measured and not axis.unit:
                problems.append(f"No unit is known for “{axis.title}”.")
    return problems


def _texts(figure: Figure) -> list[Text]:
    """Return every text that is seen."""
    found = []
    for ax in figure.axes:
        x_range, y_range = sorted(ax.get_xlim()), sorted(ax.get_ylim())
        for axis, (low, high) in ((ax.xaxis, x_range), (ax.yaxis, y_range)):
            # Ticks beyond the ends are kept by matplotlib, but not drawn.
            air = 1e-9 * (high - low)
            found += [tick.label1 for tick in axis.get_major_ticks() if low - air <= tick.get_loc() <= high + air]
            found += [axis.label, axis.get_offset_text()]
        found += [*ax.texts, ax.title, ax._left_title, ax._right_title]  # type: ignore[attr-defined]
        if legend := ax.get_legend():
            found += legend.get_texts()
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _clipped(figure: Figure) -> list[str]:
    page = figure.bbox
    problems = []
    for text in _texts(figure):
        box = text.get_window_extent()
        if box.x0 < page.x0 - 0.5 or box.y0 < page.y0 - 0.5 or box.x1 > page.x1 + 0.5 or box.y1 > page.y1 + 0.5:
            problems.append(f"“{_shown(text)}” reaches over the edge.")
    return problems


def _outside(chart: Chart, figure: Figure) -> list[str]:
    problems = []
    for panel, ax in zip(chart.panels, figure.axes, strict=True):
        for layer in panel.layers:
            if layer.kind in _THIN and _beyond(layer, ax):
                problems.append(f"Values of “{layer.label}” lie outside the picture.")
    return problems


def _beyond(layer: Layer, ax: Axes) -> bool:
    (left, right), (bottom, top) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    x, y = layer.x[np.isfinite(layer.y)], layer.y[np.isfinite(layer.y)]
    wide, high = 1e-6 * (right - left), 1e-6 * (top - bottom)
    return bool(np.any((x < left - wide) | (x > right + wide) | (y < bottom - high) | (y > top + high)))


def _overlaps(figure: Figure) -> list[str]:
    boxes = [(text, text.get_window_extent()) for text in _texts(figure)]
    return [
        f"“{_shown(first)}” and “{_shown(second)}” overlap."
        for (first, one), (second, other) in combinations(boxes, 2)
        if min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5
    ]


def _small(figure: Figure) -> list[str]:
    sizes = [(text, float(text.get_fontsize())) for text in _texts(figure)]
    return [f"“{_shown(text)}” is {size:.1f} pt high." for text, size in sizes if size < LEAST_SIZE - 0.01]


def _faint(chart: Chart) -> list[str]:
    problems = []
    for page, palette in (("light", LIGHT), ("dark", DARK)):
        colours = {layer.colour for panel in chart.panels for layer in panel.layers if layer.kind in _THIN}
        least = [(palette["ink"], TEXT_CONTRAST), *((palette[colour], LINE_CONTRAST) for colour in sorted(colours))]
        for colour, needed in least:
            if (ratio := contrast(colour, palette["page"])) < needed:
                problems.append(f"On a {page} page {colour} has a contrast of {ratio:.1f} instead of {needed:g}.")
    return problems


def _alike(chart: Chart) -> list[str]:
    problems = []
    for panel in chart.panels:
        for first, second in combinations(_named(panel), 2):
            apart_by_form = (first.kind, first.dashed, first.marker) != (second.kind, second.dashed, second.marker)
            if apart_by_form:
                continue
            for palette in (LIGHT, DARK):
                one, other = palette[first.colour], palette[second.colour]
                if abs(lightness(one) - lightness(other)) < GREY_APART:
                    problems.append(f"“{first.label}” and “{second.label}” look alike in grey.")
                problems += [
                    f"“{first.label}” and “{second.label}” look alike to {viewer} eyes."
                    for viewer in VIEWERS
                    if difference(one, other, viewer) < COLOUR_APART
                ]
    return list(dict.fromkeys(problems))


def _named(panel: Panel) -> list[Layer]:
    return [layer for layer in panel.layers if layer.kind in _THIN and layer.label]


def _shown(text: Text) -> str:
    return text.get_text().replace("\n", " ").replace("\\$", "$")
