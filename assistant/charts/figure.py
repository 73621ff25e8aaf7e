"""Turning a described chart into a figure of matplotlib: layers, axes, legends, and that all of it has room."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import dates, ticker
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from assistant import wording
from assistant.charts.chart import Axis, Chart, Layer, Panel
from assistant.charts.dates import DateLabels
from assistant.charts.downsampling import thin

_INCH = 25.4
_LABELLED = ("line", "points", "bars", "stems", "band")


def build_figure(chart: Chart, width_mm: float, stretch: float, palette: Mapping[str, str]) -> Figure:
    """Return the drawn figure; only to be called inside the lock and the settings."""
    width = width_mm / _INCH
    figure = Figure(figsize=(width, width * chart.height * stretch), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.03, hspace=0.03)  # type: ignore[union-attr, call-arg]
    count = len(chart.panels)
    # The panel along the time axis gets more room than a histogram.
    ratios = [1.5 if count > 2 and panel.x.scale == "time" else panel.room for panel in chart.panels]
    if chart.stacked:
        axes = figure.subplots(count, 1, squeeze=False, height_ratios=ratios).ravel()
    else:
        axes = figure.subplots(1, count, squeeze=False, width_ratios=ratios).ravel()
    for panel, ax in zip(chart.panels, axes, strict=True):
        _draw_panel(panel, ax, palette, several=count > 1)
        _shorten_titles(figure, ax, *((count, 1) if chart.stacked else (1, count)))
    # Laid out once without the legends, which are then made to fit, and again with them, because the room that a legend
    # takes can make its axes narrower. Nothing moves afterwards.
    figure.draw_without_rendering()
    for panel, ax in zip(chart.panels, axes, strict=True):
        _level_labels(figure, ax)
        _name_spans(panel, ax)
        _fit_legend(ax)
        _fit_title(ax, _room_upright(ax))
    figure.draw_without_rendering()
    refitted = [_fit_legend(ax) for ax in axes]
    if any(refitted):
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def _draw_panel(panel: Panel, ax: Axes, palette: Mapping[str, str], *, several: bool) -> None:
    ax.set_axisbelow(True)
    sideways = panel.y.scale == "names"
    ax.grid(True, axis="x" if sideways else "y", color=palette["grid"], linewidth=0.4)
    for order, layer in enumerate(panel.layers):
        _draw_layer(layer, ax, palette, 2 + order / 10, sideways=sideways, whole=panel.x.whole)
    _prepare_axis(ax, panel.x, "x")
    _prepare_axis(ax, panel.y, "y")
    if panel.same_scale:
        ax.set_aspect("equal", adjustable="box")
    if not sideways and any(layer.kind in ("bars",) for layer in panel.layers):
        ax.set_ylim(bottom=0)
    _limit_x(panel, ax)
    if several and panel.title:
        ax.set_title(_plain(panel.title), loc="left", fontweight="bold", pad=3)
    labelled = [layer for layer in panel.layers if layer.label and layer.kind in _LABELLED]
    if len(labelled) > 1:
        _legend(ax, len(labelled))


def _legend(ax: Axes, columns: int) -> Legend:
    """Put the legend in lines above the axes, where it can hide nothing."""
    legend = ax.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        borderaxespad=0.15,
        borderpad=0.1,
        handlelength=1.7,
        handletextpad=0.45,
        columnspacing=1.1,
        labelspacing=0.25,
    )
    legend.set_in_layout(False)
    return legend


def _draw_layer(
    layer: Layer, ax: Axes, palette: Mapping[str, str], order: float, *, sideways: bool, whole: bool
) -> None:
    colour = palette[layer.colour]
    label = _plain(layer.label) if layer.label else "_"
    dash: Any = (0, (3.2, 1.6)) if layer.dashed else "-"
    match layer.kind:
        case "line":
            x, y = thin(layer.x, layer.y)
            crowded = len(layer.x) > 400
            ax.plot(
                x,
                y,
                color=colour,
                linewidth=(0.6 if crowded else 1.0) * layer.width,
                linestyle=dash,
                marker=layer.marker or None,
                markersize=2.6,
                markeredgewidth=0,
                label=label,
                zorder=order,
                solid_joinstyle="round",
            )
        case "points":
            if layer.marker:
                ax.plot(
                    layer.x,
                    layer.y,
                    linestyle="",
                    marker=layer.marker,
                    markersize=4.2,
                    color=colour,
                    label=label,
                    zorder=order + 1,
                )
            else:
                ax.plot(
                    layer.x,
                    layer.y,
                    linestyle="",
                    marker="o",
                    markersize=1.9,
                    markeredgewidth=0,
                    color=colour,
                    label=label,
                    zorder=order,
                )
        case "bars":
            if sideways:
                bars = ax.barh(layer.y, layer.x, height=0.62, color=colour, label=label, zorder=order)
                ax.bar_label(
                    bars,
                    labels=[f"{value:,.0f}" if whole else _power(wording.number(value)) for value in layer.x],
                    padding=2,
                    fontsize=mpl.rcParams["legend.fontsize"],
                )
            else:
                wide = float(np.min(np.diff(layer.x))) if len(layer.x) > 1 else 1.0
                ax.bar(layer.x, layer.y, width=wide * 0.88, color=colour, label=label, zorder=order)
        case "stems":
            ax.vlines(
                layer.x,
                0,
                layer.y,
                color=colour,
                linewidth=min(2.2, 90 / max(1, len(layer.x))),
                label=label,
                zorder=order,
            )
            ax.axhline(0, color=palette["axis"], linewidth=0.5)
        case "band":
            assert layer.upper is not None
            ax.fill_between(layer.x, layer.y, layer.upper, color=colour, linewidth=0, label=label, zorder=order)
        case "span":
            ax.axvspan(layer.x[0], layer.x[1], color=colour, linewidth=0, zorder=0.2)
        case "rule":
            for place in layer.x:
                ax.axvline(place, color=colour, linewidth=0.7, linestyle=dash, zorder=order)
        case "level":
            for place in layer.y:
                ax.axhline(
                    place, color=colour, linewidth=0.6, linestyle=(0, (2, 2)) if layer.dashed else "-", zorder=1.5
                )


def _prepare_axis(ax: Axes, axis: Axis, which: str) -> None:
    drawn = ax.xaxis if which == "x" else ax.yaxis
    drawn.set_label_text(_plain(axis.title))
    if axis.scale == "log":
        (ax.set_xscale if which == "x" else ax.set_yscale)("log")
        drawn.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
        drawn.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
        drawn.set_minor_formatter(ticker.NullFormatter())
    elif axis.scale == "time":
        drawn.axis_date()
        locator = dates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
        drawn.set_major_locator(locator)
        drawn.set_major_formatter(DateLabels())
    elif axis.scale == "names":
        drawn.set_ticks(range(len(axis.names)), [_plain(name) for name in axis.names])
        if which == "y":
            ax.set_ylim(len(axis.names) - 0.5, -0.5)
            ax.spines["left"].set_visible(False)
            ax.tick_params(axis="y", length=0)
    else:
        steps = [1, 2, 5, 10] if axis.whole else [1, 2, 2.5, 5, 10]
        drawn.set_major_locator(ticker.MaxNLocator(nbins=6, steps=steps, integer=axis.whole, min_n_ticks=3))
        if axis.whole:
            drawn.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.0f}"))
        else:
            drawn.set_major_formatter(ticker.FuncFormatter(_short_number))


def _power(text: str) -> str:
    """Return a number whose power of ten is a formula: the letters of the charts have no raised minus."""
    factor, times, raised = text.partition(" × 10")
    power = raised.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return rf"{factor} $\times 10^{{{power}}}$" if times else text


def _short_number(value: float, _: int) -> str:
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        power = math.floor(math.log10(abs(value)))
        return rf"${value / 10**power:g} \times 10^{{{power}}}$"
    return f"{value:,.6g}".replace("-", "−")


def _limit_x(panel: Panel, ax: Axes) -> None:
    """Let lines and spans reach from edge to edge; bars and stems keep a little air."""
    if panel.y.scale == "names" or panel.same_scale:
        ax.margins(x=0.12 if panel.y.scale == "names" else 0.04)
        return
    ends = [layer.x for layer in panel.layers if layer.kind in ("line", "band", "span") and len(layer.x) > 1]
    if ends and not any(layer.kind in ("bars", "stems") for layer in panel.layers):
        low, high = min(float(x.min()) for x in ends), max(float(x.max()) for x in ends)
        if high > low:
            air = 0.0 if any(layer.kind == "span" for layer in panel.layers) else 0.012 * (high - low)
            ax.set_xlim(low - air, high + air)


def _level_labels(figure: Figure, ax: Axes) -> None:
    """Let the first lines of the labels below an axis stand on one line: "Aug" hangs by its top, and has a tail."""
    labels = ax.get_xticklabels()
    for label in labels:
        label.set_linespacing(0.95)
    if not any("\n" in label.get_text() for label in labels):
        return
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    heights = [label._get_layout(renderer)[1][0][1][1] for label in labels]  # type: ignore[attr-defined]
    for label, height in zip(labels, heights, strict=True):
        down = ScaledTranslation(0, (height - max(heights)) / 72, figure.dpi_scale_trans)
        label.set_transform(label.get_transform() + down)


def _name_spans(panel: Panel, ax: Axes) -> None:
    """Write the parts' names above their shades; where they would touch, in their short forms."""
    spans = [layer for layer in panel.layers if layer.kind == "span" and layer.label]
    if not spans:
        return
    short = {"Training": "Train", "Validation": "Val.", "Test": "Test"}
    for names in ([layer.label for layer in spans], [short.get(layer.label, layer.label) for layer in spans]):
        texts: list[Text] = [
            ax.text(
                float(layer.x.mean()),
                1.02,
                _plain(name),
                transform=ax.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=mpl.rcParams["legend.fontsize"],
                fontstyle="italic",
            )
            for layer, name in zip(spans, names, strict=True)
        ]
        boxes = sorted((text.get_window_extent() for text in texts), key=lambda box: box.x0)
        if all(right.x0 - left.x1 > 2 for left, right in pairwise(boxes)):
            return
        if names != [short.get(layer.label, layer.label) for layer in spans]:
            for text in texts:
                text.remove()


def _fit_legend(ax: Axes) -> bool:
    """Break the legend into as many lines as it needs to stay within its axes; tell whether it had to be broken."""
    legend = ax.get_legend()
    if legend is None:
        return False
    room = ax.get_window_extent().width
    whole = columns = legend._ncols  # type: ignore[attr-defined]
    while columns > 1 and legend.get_window_extent().width > room + 1:
        columns -= 1
        legend = _legend(ax, columns)
    legend.set_in_layout(True)
    return bool(columns < whole)


def _shorten_titles(figure: Figure, ax: Axes, several: int, across: int) -> None:
    """Shorten titles that no layout has room for, before they take their room from the axes."""
    high, wide = figure.bbox.height / several, figure.bbox.width / across
    _fit_title(ax, 0.9 * high)
    label = ax.xaxis.label
    name, unit = _name_and_unit(str(label.get_text()))
    while label.get_window_extent().width > 0.9 * wide and len(name) > 4:
        name = _cut(name)
        label.set_text(name + unit)


def _room_upright(ax: Axes) -> float:
    """Return the length of the upright axis without the height that the legend, which comes on top, takes from it."""
    legend = ax.get_legend()
    return float(ax.get_window_extent().height - (legend.get_window_extent().height if legend else 0.0))


def _fit_title(ax: Axes, room: float) -> None:
    """Break the title of the upright axis into two lines where it is longer than `room`; shorten it if that will not do."""
    label = ax.yaxis.label
    name, unit = _name_and_unit(str(label.get_text()).replace("\n", " "))
    while label.get_window_extent().height > room:
        words = f"{name}{unit}".split(" ")
        if len(words) > 1:
            halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
            first, second = min(halves, key=lambda half: max(len(half[0]), len(half[1])))
            label.set_text(f"{first}\n{second}")
            label.set_linespacing(1.0)
        else:
            label.set_text(words[0])
        if len(name) <= 4:
            return
        name = _cut(name)


def _name_and_unit(title: str) -> tuple[str, str]:
    """Part the title of an axis into the name and, with its brackets, the unit."""
    found = re.fullmatch(r"(.+?)( \([^()]{1,24}\))", title, re.DOTALL)
    return (found.group(1), found.group(2)) if found else (title, "")


def _cut(name: str) -> str:
    """Return a name with somewhat less of its end; a backslash at the end would hide what follows."""
    kept = name.removesuffix("…")
    return kept[: int(len(kept) * 0.95)].rstrip(" \\") + "…"


def _plain(text: str) -> str:
    """Return text in which a dollar sign is a dollar sign and no formula."""
    return text.replace("$", r"\$")
