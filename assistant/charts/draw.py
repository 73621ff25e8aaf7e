"""Drawing a chart: as a vector PDF for the report, as SVG for the page, as PNG for the notebook.

Matplotlib's objects are used without its global figure list; a lock keeps its shared settings and caches to one thread
at a time. The same chart gives the same bytes.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

from assistant.charts.chart import Chart
from assistant.charts.figure import build_figure
from assistant.charts.font_choice import enlarge_scripts, fallback_files
from assistant.charts.palette import LIGHT
from assistant.charts.tooltips import with_tooltips

COLUMN_MM = 86.0
PAGE_MM = 178.0
SCREEN_MM = 125.0
_SCREEN_LETTERS = 1.15  # times as large as in print: nine pixels and more on a phone, where a chart is as wide as it
_LOCK = threading.RLock()
enlarge_scripts()


def default_width(chart: Chart) -> float:
    """Return the width in mm that a chart is made for: one column, or the page."""
    return PAGE_MM if chart.wide else COLUMN_MM


def draw_pdf(chart: Chart, width_mm: float | None = None, stretch: float = 1.0) -> bytes:
    """Return the chart as a one-page vector PDF with embedded fonts; `stretch` makes it higher or lower."""
    metadata = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None, "Title": chart.title}
    return _save(chart, width_mm, stretch, LIGHT, "pdf", metadata=metadata)


def draw_png(chart: Chart, width_mm: float | None = None, dpi: int = 200) -> bytes:
    """Return the chart as a PNG picture."""
    return _save(chart, width_mm, 1.0, LIGHT, "png", dpi=dpi, metadata={"Software": None})


def draw_svg(chart: Chart, dark: bool | None = None, width_mm: float = SCREEN_MM) -> str:
    """Return the chart as one self-contained `<svg>` element whose values can be read by pointing at them.

    The values are in its attribute `data-readings` (see `tooltips`). It takes the width of what holds it, and panels
    stand below each other, so that it can be read on a phone. `dark` None follows the page: the colours turn dark
    inside an element of class "dark".
    """
    several = len(chart.panels) > 1
    named = any(panel.y.scale == "names" for panel in chart.panels)
    height = 0.38 * len(chart.panels) if several else chart.height if named else max(chart.height, 0.46)
    shown = replace(chart, stacked=several, height=height)
    with _LOCK, _settings(LIGHT, shown, letters=_SCREEN_LETTERS):
        return with_tooltips(build_figure(shown, width_mm, 1.0, LIGHT), shown, dark)


@contextmanager
def drawn_figure(chart: Chart, width_mm: float | None = None) -> Iterator[Figure]:
    """Give the figure as it is drawn at printed size, for looking at where things lie; nothing else draws meanwhile."""
    with _LOCK, _settings(LIGHT, chart):
        yield build_figure(chart, width_mm or default_width(chart), 1.0, LIGHT)


def _save(
    chart: Chart, width_mm: float | None, stretch: float, palette: Mapping[str, str], kind: str, **options: Any
) -> bytes:
    with _LOCK, _settings(palette, chart):
        figure = build_figure(chart, width_mm or default_width(chart), stretch, palette)
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, **options)
        return stream.getvalue()


def _settings(palette: Mapping[str, str], chart: Chart, letters: float = 1.0) -> Any:
    """Return the context in which everything is drawn: STIX letters, thin lines, sizes in points at printed size."""
    return mpl.rc_context(
        {
            "font.family": ["STIXGeneral", *_fallback_families(chart)],
            "mathtext.fontset": "stix",
            "font.size": 8.5 * letters,
            "axes.labelsize": 8.5 * letters,
            "axes.titlesize": 8.5 * letters,
            "xtick.labelsize": 8 * letters,
            "ytick.labelsize": 8 * letters,
            "legend.fontsize": 8 * letters,
            "axes.linewidth": 0.5,
            "axes.edgecolor": palette["axis"],
            "axes.labelcolor": palette["ink"],
            "text.color": palette["ink"],
            "xtick.color": palette["axis"],
            "ytick.color": palette["axis"],
            "xtick.labelcolor": palette["ink"],
            "ytick.labelcolor": palette["ink"],
            "xtick.major.width": 0.5,
            "ytick.major.width": 0.5,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "xtick.minor.size": 0,
            "ytick.minor.size": 0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.facecolor": "none",
            "figure.facecolor": "none" if palette is LIGHT else palette["page"],
            "axes.unicode_minus": True,
            "pdf.fonttype": 42,
            "pdf.compression": 9,
            "path.simplify": False,
            "axes.formatter.use_mathtext": True,
            "axes.formatter.useoffset": False,
            "savefig.dpi": 72,
            "figure.dpi": 72,
        }
    )


def _fallback_families(chart: Chart) -> list[str]:
    """Return the families for characters of the chart that STIX lacks, made known to matplotlib on first use."""
    texts = [text for panel in chart.panels for text in (panel.title, panel.x.title, panel.y.title, *panel.x.names)]
    texts += [text for panel in chart.panels for text in (*panel.y.names, *(layer.label for layer in panel.layers))]
    files = fallback_files("".join(texts))
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in files:
        if str(path) not in known:
            font_manager.fontManager.addfont(str(path))
    return [font_manager.get_font(str(path)).family_name for path in files]
