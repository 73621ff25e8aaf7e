"""The charts' pictures and what their own checks say, drawn when first asked for and then kept for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from assistant.charts.chart import Chart
from assistant.charts.zoom import zoomed
from assistant.findings import Finding
from assistant.submission.drawing_tasks import check_for_print, draw_for_page
from assistant.submission.jobs.worker_pool import Calls

_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """The values asked for last, by key; each is made once, however many ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def look(self, key: str) -> _Value | None:
        """Return the value of a key, or None when it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def get(self, key: str, make: Callable[[], _Value]) -> _Value:
        """Return the value of a key; what is not there is made by one thread while the others wait for it."""
        if (known := self.look(key)) is not None:
            return known
        with self._making:
            if (known := self.look(key)) is not None:
                return known
            made = make()
            with self._lock:
                self._values[key] = made
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
            return made


_pictures: Kept[str] = Kept(200)
_closer: Kept[str] = Kept(40)
_checks: Kept[tuple[Finding, ...]] = Kept(400)


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
    steps: tuple[tuple[Kept[Any], Callable[[Calls, Chart], object]], ...] = (
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
