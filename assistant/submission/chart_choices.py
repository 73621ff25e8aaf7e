"""The charts of a project's chosen run, and what the student said about each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.dataset.series import Series, Source, load_series
from assistant.errors import AssistantError
from assistant.facts import Facts
from assistant.report.markdown import Piece, walk
from assistant.submission.command import ProjectChange
from assistant.submission.draft import ChartChoice, ProjectDraft
from assistant.training.memory import FILE as MEMORY_FILE
from assistant.training.memory import read_memory
from assistant.training.run import Forecasts, Run, load_forecasts, load_run

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot


@dataclass(frozen=True, eq=False)
class ShownChart:
    """One chart as the page shows it; `place` is its place among those of the report, or None when it is not in it."""

    chart: Chart
    checked: bool
    in_report: bool
    caption: str
    place: int | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """What charts, report and notebook are made from: a run with the series it was trained on."""

    series: Series
    run: Run
    forecasts: Forecasts
    charts: tuple[Chart, ...]
    facts: Facts


def material_of(project: ProjectSnapshot, run_id: str) -> Material:
    """Return one run of a project with all that is drawn and said of it; raise TrainingError or OSError if it is gone."""
    folder = project.folder.run(run_id)
    # What the network remembers is measured after the training; nothing else in the folder changes.
    memory = folder / MEMORY_FILE
    measured = memory.stat().st_mtime_ns if memory.exists() else 0
    # Licence and address may be typed after the training.
    source = project.draft.dataset.source if project.draft.dataset is not None else None
    return _material(folder, project.title, measured, source)


@lru_cache(maxsize=32)
def _material(folder: Path, title: str, measured: int, now: Source | None) -> Material:
    series, run, forecasts = load_series(folder / "series"), load_run(folder), load_forecasts(folder)
    if now is not None and now.sha256 == series.source.sha256:
        series = replace(series, source=now)
    memory = read_memory(folder) if measured else None
    charts = describe_charts(series, run, forecasts, title, memory)
    facts = collect_facts(series, run, forecasts, title, memory)
    return Material(series, run, forecasts, charts, facts)


def shown_charts(project: ProjectSnapshot) -> tuple[ShownChart, ...]:
    """Return the charts of the chosen run in the page's order; none when there is no run yet."""
    found = project.material
    if found is None:
        return ()
    order = [chart.name for chart in _in_report(project.draft, found.charts)]
    shown = []
    for chart in found.charts:
        choice = project.draft.charts.get(chart.name, ChartChoice())
        shown.append(
            ShownChart(
                chart=chart,
                checked=choice.checked_run == found.run.id,
                in_report=chart.name in order,
                caption=chart.caption if choice.caption is None else choice.caption,
                place=order.index(chart.name) + 1 if chart.name in order else None,
            )
        )
    return tuple(shown)


def _in_report(draft: ProjectDraft, every: Sequence[Chart]) -> list[Chart]:
    """Return the charts that go in the report in the student's order; those never moved keep the page's."""
    chosen = []
    for chart in every:
        wanted = draft.charts.get(chart.name, ChartChoice()).in_report
        if chart.suggested if wanted is None else wanted:
            chosen.append(chart)
    names = [chart.name for chart in chosen]
    moved = [name for name in draft.chart_order if name in names]
    # Those that were ordered fill the places that they have between them.
    waiting = iter(moved)
    places = [next(waiting) if name in moved else name for name in names]
    return sorted(chosen, key=lambda chart: places.index(chart.name))


def report_charts(project: ProjectSnapshot) -> tuple[tuple[Chart, str], ...]:
    """Return the charts that go in the report in its order, each with its caption."""
    chosen = [item for item in project.charts if item.place is not None]
    return tuple((item.chart, item.caption) for item in sorted(chosen, key=lambda item: item.place or 0))


def figure_numbers(project: ProjectSnapshot) -> dict[str, int]:
    """Return the number that each chart of the report has in it: figures are counted as the text speaks of them."""
    if project.material is None:
        return {}
    names = [f"fig_{chart.name}" for chart, _ in report_charts(project)]
    cited: dict[str, None] = {}

    def visit(piece: Piece) -> None:
        if piece.kind == "name" and piece.text in names:
            cited[piece.text] = None

    for text in project.section_texts.values():
        walk(text, visit)
    ordered = dict.fromkeys([*cited, *names])
    return {name.removeprefix("fig_"): place for place, name in enumerate(ordered, 1)}


class _ChartCommand(ProjectChange):
    """A wish about one chart, named as in the registry of charts."""

    chart: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with what is said of the chart."""
        if all(item.chart.name != self.chart for item in project.charts):
            raise AssistantError(
                "This chart is not there any more.", self.chart, "Look at the charts that are there now."
            )
        choices = dict(project.draft.charts)
        # Which charts go in the report is written down with the first choice, or another training could change that.
        for item in project.charts:
            choice = choices.get(item.chart.name, ChartChoice())
            if choice.in_report is None:
                choices[item.chart.name] = choice.model_copy(update={"in_report": item.in_report})
        choices[self.chart] = self.said(project, choices[self.chart])
        return project.draft.model_copy(update={"charts": choices})

    @abstractmethod
    def said(self, project: ProjectSnapshot, choice: ChartChoice) -> ChartChoice:
        """Return what the student said of the chart now."""


class ConfirmChart(_ChartCommand):
    """Keep that the student has looked at a chart of the chosen run, or has not."""

    checked: bool

    def said(self, project: ProjectSnapshot, choice: ChartChoice) -> ChartChoice:
        """Return the choice with it."""
        run = project.draft.run
        return choice.model_copy(update={"checked_run": run.id if run is not None and self.checked else None})


class PlaceChart(_ChartCommand):
    """Keep whether a chart goes in the report."""

    in_report: bool

    def said(self, project: ProjectSnapshot, choice: ChartChoice) -> ChartChoice:  # noqa: ARG002 - the command's
        """Return the choice with it."""
        return choice.model_copy(update={"in_report": self.in_report})


class CaptionChart(_ChartCommand):
    """Keep a chart's caption; an empty one brings the chart's own back."""

    caption: str

    def said(self, project: ProjectSnapshot, choice: ChartChoice) -> ChartChoice:
        """Return the choice with it."""
        own = next(item.chart.caption for item in project.charts if item.chart.name == self.chart)
        typed = self.caption if self.caption.strip() not in ("", own.strip()) else None
        return choice.model_copy(update={"caption": typed})


class MoveChart(ProjectChange):
    """Let a chart of the report change places with the one before it (by −1) or after it (by 1)."""

    chart: str
    by: int

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with the order; unchanged where there is no such place."""
        names = [chart.name for chart, _ in report_charts(project)]
        if self.chart not in names:
            return project.draft
        here = names.index(self.chart)
        there = here + self.by
        if not 0 <= there < len(names):
            return project.draft
        names[here], names[there] = names[there], names[here]
        return project.draft.model_copy(update={"chart_order": tuple(names)})
