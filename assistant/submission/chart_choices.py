"""What the Charts page does: the charts of the chosen run, and what the student said about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.dataset.series import Series, Source, load_series
from assistant.facts import Facts
from assistant.submission.draft import ChartChoice, Draft, ProjectDraft
from assistant.submission.session import Desk
from assistant.training.memory import FILE as MEMORY_FILE
from assistant.training.memory import read_memory
from assistant.training.run import Forecasts, Run, load_forecasts, load_run


@dataclass(frozen=True, eq=False)
class ShownChart:
    """One chart as the page shows it; `figure` is its number in the report, or None when it is not in it."""

    chart: Chart
    checked: bool
    in_report: bool
    caption: str
    figure: int | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """What charts, report and notebook are made from: a run with the series it was trained on."""

    series: Series
    run: Run
    forecasts: Forecasts
    charts: tuple[Chart, ...]
    facts: Facts


def material(desk: Desk, number: int) -> Material | None:
    """Return the chosen run with all that is drawn and said of it, or None when there is no run."""
    project = desk.project(number)
    return None if project.run is None else material_of(desk, number, project.run.id)


def material_of(desk: Desk, number: int, run_id: str) -> Material:
    """Return one run of a project with all that is drawn and said of it; raise TrainingError or OSError if it is gone."""
    folder = desk.project_folder(number).run(run_id)
    # What the network remembers is measured some time after the training; nothing else in the folder changes.
    memory = folder / MEMORY_FILE
    measured = memory.stat().st_mtime_ns if memory.exists() else 0
    return _material(folder, title_of(desk.project(number)), measured, _source_now(desk, number))


def _source_now(desk: Desk, number: int) -> Source | None:
    """Return the source as it stands in the draft: licence and address may be typed after the training."""
    choice = desk.project(number).dataset
    return choice.source if choice is not None else None


def title_of(project: ProjectDraft) -> str:
    """Return a project's title, or the series' own when the student gave none."""
    return project.title.strip() or (project.dataset.source.title if project.dataset else "")


@lru_cache(maxsize=16)
def _material(folder: Path, title: str, measured: int, now: Source | None) -> Material:
    series, run, forecasts = load_series(folder / "series"), load_run(folder), load_forecasts(folder)
    if now is not None and now.sha256 == series.source.sha256:
        series = replace(series, source=now)
    memory = read_memory(folder) if measured else None
    charts = describe_charts(series, run, forecasts, title, memory)
    facts = collect_facts(series, run, forecasts, title, memory)
    return Material(series, run, forecasts, charts, facts)


def charts(desk: Desk, number: int) -> tuple[ShownChart, ...]:
    """Return the charts of the chosen run in the page's order; none when there is no run yet."""
    found = material(desk, number)
    if found is None:
        return ()
    project = desk.project(number)
    order = [chart.name for chart in _in_report(project, found.charts)]
    return tuple(
        ShownChart(
            chart=chart,
            checked=choice.checked_run == found.run.id,
            in_report=chart.name in order,
            caption=chart.caption if choice.caption is None else choice.caption,
            figure=order.index(chart.name) + 1 if chart.name in order else None,
        )
        for chart in found.charts
        for choice in [project.charts.get(chart.name, ChartChoice())]
    )


def _in_report(project: ProjectDraft, every: Sequence[Chart]) -> list[Chart]:
    """Return the charts that go in the report in the student's order; those never moved keep the page's."""
    chosen = []
    for chart in every:
        wanted = project.charts.get(chart.name, ChartChoice()).in_report
        if chart.suggested if wanted is None else wanted:
            chosen.append(chart)
    names = [chart.name for chart in chosen]
    moved = [name for name in project.chart_order if name in names]
    # Those that were ordered fill the places that they have between them.
    waiting = iter(moved)
    places = [next(waiting) if name in moved else name for name in names]
    return sorted(chosen, key=lambda chart: places.index(chart.name))


def report_charts(desk: Desk, number: int) -> tuple[tuple[Chart, str], ...]:
    """Return the charts that go in the report in its order, each with its caption."""
    chosen = [item for item in charts(desk, number) if item.figure is not None]
    return tuple((item.chart, item.caption) for item in sorted(chosen, key=lambda item: item.figure or 0))


def set_checked(desk: Desk, number: int, index: int, checked: bool) -> None:
    """Keep that the student has looked at a chart of the chosen run, or has not."""
    run = desk.project(number).run
    _change(desk, number, index, checked_run=run.id if run is not None and checked else None)


def set_in_report(desk: Desk, number: int, index: int, in_report: bool) -> None:
    """Keep whether a chart goes in the report."""
    _change(desk, number, index, in_report=in_report)


def set_caption(desk: Desk, number: int, index: int, caption: str) -> None:
    """Keep a chart's caption; an empty one brings the chart's own back."""
    shown = charts(desk, number)
    own = 0 <= index < len(shown) and caption.strip() not in ("", shown[index].chart.caption.strip())
    _change(desk, number, index, caption=caption if own else None)


def move(desk: Desk, number: int, index: int, by: int) -> None:
    """Let a chart of the report change places with the one before it (by −1) or after it (by 1)."""
    shown = charts(desk, number)
    if not 0 <= index < len(shown) or shown[index].figure is None:
        return
    names = [chart.name for chart, _ in report_charts(desk, number)]
    here = names.index(shown[index].chart.name)
    there = here + by
    if 0 <= there < len(names):
        names[here], names[there] = names[there], names[here]
        desk.change_project(number, chart_order=tuple(names))


def place_in_report(desk: Desk, number: int, name: str, *, in_report: bool) -> None:
    """Put a chart in the report, or leave it out, by its name."""
    for index, item in enumerate(charts(desk, number)):
        if item.chart.name == name:
            set_in_report(desk, number, index, in_report)


def _change(desk: Desk, number: int, index: int, **changes: object) -> None:
    shown = charts(desk, number)
    if not 0 <= index < len(shown):
        return

    def apply(draft: Draft) -> Draft:
        choices = dict(draft.project(number).charts)
        # The marks are a function of the draft alone, so what the charts suggest is written down with the first choice.
        for item in shown:
            choice = choices.get(item.chart.name, ChartChoice())
            if choice.in_report is None:
                choices[item.chart.name] = choice.model_copy(update={"in_report": item.in_report})
        name = shown[index].chart.name
        choices[name] = choices[name].model_copy(update=changes)
        return draft.with_project(number, charts=choices)

    desk.change(apply)
