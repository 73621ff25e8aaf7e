"""The charts' pictures and what their own checks say, drawn when first asked for and then kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from assistant.charts.chart import Chart
from assistant.charts.zoom import zoomed
from assistant.findings import Finding
from assistant.submission.drawing_tasks import check_for_print, draw_for_page
from assistant.submission.jobs.worker_pool import Calls
from assistant.submission.memory_cache import MemoryCache

_Value = TypeVar("_Value")


_pictures: MemoryCache[str] = MemoryCache(200)
_closer: MemoryCache[str] = MemoryCache(40)
_checks: MemoryCache[tuple[Finding, ...]] = MemoryCache(400)


def picture(press: Calls, chart: Chart) -> str:
    """Return a chart as SVG for the page."""
    return _pictures.get(chart.digest, lambda: press(draw_for_page, chart))


def known_picture(chart: Chart) -> str | None:
    """Return a chart's SVG when it is drawn already."""
    return _pictures.look(chart.digest)


def closer_picture(press: Calls, chart: Chart, start: float, end: float) -> str:
    """Return the SVG of a chart between two shares (0 … 1) of its width."""
    first, last = sorted((round(start, 3), round(end, 3)))
    if last - first >= 1:
        return picture(press, chart)
    return _closer.get(f"{chart.digest} {first} {last}", lambda: press(draw_for_page, zoomed(chart, first, last)))


def findings(press: Calls, chart: Chart, number: int) -> tuple[Finding, ...]:
    """Return what each of a chart's own checks says, for project `number`."""
    found = _checks.get(chart.digest, lambda: press(check_for_print, chart))
    return _of_project(found, number)


def known_findings(chart: Chart, number: int) -> tuple[Finding, ...] | None:
    """Return what a chart's checks say when they have been made already."""
    found = _checks.look(chart.digest)
    return None if found is None else _of_project(found, number)


def _of_project(found: Iterable[Finding], number: int) -> tuple[Finding, ...]:
    return tuple(finding.model_copy(update={"project": number}) for finding in found)


def draw_some(press: Calls, charts: Iterable[Chart], seconds: float) -> bool:
    """Draw and check what is missing, in order, until the time is up; return whether all is there."""
    every = list(charts)
    end = time.monotonic() + seconds
    steps: tuple[tuple[MemoryCache[Any], Callable[[Calls, Chart], object]], ...] = (
        (_pictures, picture),
        (_checks, lambda press, chart: findings(press, chart, 1)),
    )
    for kept, make in steps:
        for chart in every:
            if kept.look(chart.digest) is None:
                if time.monotonic() >= end:
                    return False
                make(press, chart)
    return True
