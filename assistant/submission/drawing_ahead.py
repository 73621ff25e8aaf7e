"""Work done in memory before anybody asks for it: a finished run's charts are drawn and its report is set."""

from __future__ import annotations

import threading
import time

from assistant.errors import AssistantError
from assistant.submission.chart_pictures import draw_some
from assistant.submission.snapshot import ProjectSnapshot

_LONGEST = 120.0  # seconds


def draw_ahead(project: ProjectSnapshot) -> None:
    """Draw the chosen run's charts and set its report while nobody waits, so that Charts and Report open at once."""
    threading.Thread(target=draw_charts_and_report, args=(project,), name="drawing ahead", daemon=True).start()


def draw_charts_and_report(project: ProjectSnapshot) -> None:
    """Draw what the Charts and the Report page show, for two minutes at most; what goes wrong is said by the pages."""
    began = time.monotonic()
    try:
        charts = [item.chart for item in project.charts]
        while time.monotonic() - began < _LONGEST and not draw_some(project.services.drawing, charts, 1.0):
            pass
        if project.run is not None:
            project.report()
    except AssistantError:
        return  # the page says what is wrong when it is opened
