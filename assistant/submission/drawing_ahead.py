"""Work done before anybody asks for it: a finished run's charts are drawn and its report is set."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.submission import report_building as report
from assistant.submission.chart_choices import material
from assistant.submission.chart_pictures import draw_some
from assistant.submission.session import Desk

_LONGEST = 120.0  # seconds


def prepare(desk: Desk, number: int) -> None:
    """Draw the chosen run's charts in the background, so that Charts and Report open at once."""
    run = desk.project(number).run
    if run is None:
        return
    name = f"charts {desk.owner} {number} {run.id}"

    def work(tell: Callable[[str], None]) -> None:
        tell("Drawing the charts.")
        found = material(desk, number)
        began = time.monotonic()
        while (
            found is not None
            and time.monotonic() - began < _LONGEST
            and not draw_some(desk.services.press, found.charts, 1.0)
        ):
            pass
        report.warm(desk, number)

    if desk.services.background.look(name) is None:
        desk.services.background.start(name, work)
