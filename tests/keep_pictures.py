"""The pictures that the charts and pages are compared with, and how they are kept.

After a change that was looked at and found good: `python -m tests.keep_pictures`.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from assistant.brief import load_brief
from assistant.charts.describe import describe_charts
from assistant.charts.draw import draw_png
from assistant.charts.project_facts import collect_facts
from assistant.report.build import build_report
from assistant.report.manuscript import Author, Manuscript
from assistant.report.pages import render_pages
from assistant.report.section_drafts import draft_sections
from tests.factories import made_forecasts, made_run, made_series

FOLDER = Path(__file__).parent / "pictures"


def grey(png: bytes) -> np.ndarray:
    """Return a picture as grey values of shape (height, width), 0 … 255, on white."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("L"), dtype=np.float64)


def pictures() -> dict[str, bytes]:
    """Return the present pictures by name: each chart, and the pages of a report."""
    series = made_series()
    forecasts = made_forecasts(series)
    run = made_run(series, forecasts, overfits=True)
    charts = describe_charts(series, run, forecasts)
    facts = collect_facts(series, run, forecasts)
    kept = [chart for chart in charts if chart.suggested]
    brief = load_brief()
    manuscript = Manuscript(
        brief=brief,
        author=Author(name="अनुष्का Łukasiewicz", registration="IN-2023-0417"),
        title="Carbon dioxide over a made island",
        facts=facts,
        texts=draft_sections(brief, facts, kept),
        charts=tuple((chart, chart.caption) for chart in kept),
        colab_url="https://colab.research.google.com/drive/1abcDEF",
        source=series.source,
    )
    report = build_report(manuscript)
    found = {f"chart-{chart.name}": draw_png(chart, dpi=72) for chart in charts}
    return found | {f"page-{number}": page for number, page in enumerate(render_pages(report.pdf, dpi=60), 1)}


def main() -> None:
    """Keep the present pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, png in pictures().items():
        Image.fromarray(grey(png).astype(np.uint8)).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
