"""What the Charts page does: the charts of the chosen run, and what the student said about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.facts import collect_facts
from assistant.dataset.series import Series, load_series
from assistant.desk.desk import Desk
from assistant.facts import Facts
from assistant.findings import Finding
from assistant.state.draft import ChartChoice, Draft, ProjectDraft
from assistant.training.run import Forecasts, Run, load_forecasts, load_run

PAGE_CHART_MM = 190.0  # as wide as the page shows it, so that its texts are as large as the page's


@dataclass(frozen=True, eq=False)
class ShownChart:
    """One chart as the page shows it."""

    chart: Chart
    picture: str
    checked: bool
    in_report: bool
    caption: str
    findings: tuple[Finding, ...] = ()


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
    if project.run is None:
        return None
    return _material(desk.project_folder(number).run(project.run.id), title_of(project))


def title_of(project: ProjectDraft) -> str:
    """Return a project's title, or the series' own when the student gave none."""
    return project.title.strip() or (project.dataset.source.title if project.dataset else "")


@lru_cache(maxsize=16)
def _material(folder: Path, title: str) -> Material:
    # A run's folder never changes once the run is finished, so its path is key enough.
    series, run, forecasts = load_series(folder / "series"), load_run(folder), load_forecasts(folder)
    return Material(
        series,
        run,
        forecasts,
        describe_charts(series, run, forecasts, title),
        collect_facts(series, run, forecasts, title),
    )


@lru_cache(maxsize=128)
def _picture(folder: Path, title: str, name: str) -> str:
    from assistant.charts.draw import draw_svg  # brings matplotlib, which the server loads with the first picture

    chart = next(chart for chart in _material(folder, title).charts if chart.name == name)
    return draw_svg(chart, width_mm=PAGE_CHART_MM)


def charts(desk: Desk, number: int) -> tuple[ShownChart, ...]:
    """Return the charts of the chosen run; none when there is no run yet."""
    found = material(desk, number)
    if found is None:
        return ()
    project = desk.project(number)
    folder, title = desk.project_folder(number).run(found.run.id), title_of(project)
    return tuple(
        ShownChart(
            chart=chart,
            picture=_picture(folder, title, chart.name),
            checked=choice.checked_run == found.run.id,
            in_report=chart.suggested if choice.in_report is None else choice.in_report,
            caption=chart.caption if choice.caption is None else choice.caption,
        )
        for chart in found.charts
        for choice in [project.charts.get(chart.name, ChartChoice())]
    )


def report_charts(desk: Desk, number: int) -> tuple[tuple[Chart, str], ...]:
    """Return the charts that go in the report, each with its caption."""
    return tuple((item.chart, item.caption) for item in charts(desk, number) if item.in_report)


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
