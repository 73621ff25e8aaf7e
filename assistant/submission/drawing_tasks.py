"""What the press does: everything that needs matplotlib or reportlab, imported where it is called so that only the press
loads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.charts.chart import Chart
from assistant.findings import Finding
from assistant.report.manuscript import Manuscript
from assistant.report.result import Report, Suggestion


def draw_for_page(chart: Chart) -> str:
    """Return a chart as SVG for a page of the wizard."""
    from assistant.charts.draw import draw_svg

    return draw_svg(chart)


def check_for_print(chart: Chart) -> tuple[Finding, ...]:
    """Return what each check says of a chart as it is printed."""
    from assistant.charts.checks import check_chart

    return check_chart(chart)


def set_report(drawn_for: tuple[str, int, str], manuscript: Manuscript, project: int) -> Report:
    """Return the report of a manuscript; the charts drawn for the same run are drawn only once."""
    from assistant.report.build import build_report

    return build_report(manuscript, project=project, drawn=_drawn(drawn_for))


def suggest(manuscript: Manuscript, available: Sequence[Chart]) -> tuple[Suggestion, ...]:
    """Return what would help the report of a manuscript; `available` are all charts it could show."""
    from assistant.report.suggestions import suggest_changes

    return suggest_changes(manuscript, available)


def picture_pages(pdf: bytes) -> tuple[bytes, ...]:
    """Return a report's pages as PNG pictures."""
    from assistant.report.pages import render_pages

    return render_pages(pdf)


@lru_cache(maxsize=8)
def _drawn(key: tuple[str, int, str]) -> dict[tuple[str, float, float], bytes]:  # noqa: ARG001 - the cache's key
    """Return where the charts drawn for a student's run are kept, so that an edit of the text draws none again."""
    return {}
