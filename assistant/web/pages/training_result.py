"""What a training came to: the forecast as a picture, one plain sentence, and the details folded below."""

from __future__ import annotations

from html import escape

from assistant import wording
from assistant.charts.chart import Chart
from assistant.submission import chart_pictures as pictures
from assistant.submission import training_runs as steps
from assistant.submission.snapshot import ProjectSnapshot
from assistant.training.run import Run
from assistant.web.html import definition_list, note, table
from assistant.web.pages.charts_page import chart_picture
from assistant.web.pages.loss_curve import loss_curve

SHIFTED = (
    "These forecasts are little more than the last known value, shifted: they look right in a chart and say nothing."
)
PICTURE = "forecast"  # the chart's name in the registry
EARLIER = "earlier dataset"


def forecast_chart(project: ProjectSnapshot) -> Chart | None:
    """Return the chart that shows the chosen run's forecast, or None when there is no run."""
    return next((item.chart for item in project.charts if item.chart.name == PICTURE), None)


def is_drawn(project: ProjectSnapshot) -> bool:
    """Tell whether the picture of the result is there; also when there is none to draw."""
    chart = forecast_chart(project)
    return chart is None or pictures.known_picture(chart) is not None


def result_card(project: ProjectSnapshot) -> str:
    """Return the chosen run's picture and verdict, with all that is to be known of it folded."""
    run, chart = project.run, forecast_chart(project)
    if run is None:
        return ""
    kind = {"beats": "fine", "ties": "info", "loses": "warn"}[run.verdict.outcome]
    return (
        (chart_picture(chart) if chart is not None else "")
        + f'<div class="verdict">{note(run.verdict.sentence, kind)}</div>'
        + (note(SHIFTED, "warn") if run.shifted else "")
        + f'<details class="names"><summary>Details of this training</summary>{details(project, run)}</details>'
    )


def details(project: ProjectSnapshot, run: Run) -> str:
    """Return how the forecast is made, every score, the other trainings, and what the run was made with."""
    series = steps.run_series(project)
    unit = f" ({series.unit})" if series.unit else ""
    settings = run.settings
    made_with = [
        ("Network", f"{settings.cell.upper()}, {wording.counted('unit', settings.units)}"),
        ("Looks back at most", wording.counted("step", settings.context)),
        ("Forecasts", wording.counted("step", settings.horizon)),
        ("Epochs", f"{len(run.history)} of {settings.epochs}"),
        ("Networks averaged", str(run.members)),
        ("Seed", str(settings.seed)),
        ("Time", wording.short_span(run.seconds)),
        ("SHA-256 of the series", run.series_sha256),
    ]
    return (
        (f'<p class="method">{escape(run.method)}</p>' if run.method else "")
        + scores_table(run, unit)
        + f"<p>Scores on the test part, which the network has not seen. MAE and RMSE are in the data’s units{escape(unit)}; "
        "MASE below 1 is better than repeating the last season inside the training part.</p>"
        + f"<p>{escape(sureness(run))}</p>"
        + f'<div class="live">{loss_curve(run.history, settings.epochs)}</div>'
        + runs_table(project, unit)
        + definition_list(made_with)
    )


def sureness(run: Run) -> str:
    """Return how often the intervals held, and how the forecast did at several moments of the test part."""
    held = [
        f"the {level} % interval held {wording.percent(interval.coverage)}" for level, interval in run.intervals.items()
    ]
    sentences = [f"Of the values in the test part {', '.join(held)}."] if held else []
    tested = run.backtest
    if tested is not None and len(tested.origins) > 1 and (own := tested.mean_mase.get(run.settings.cell)) is not None:
        others = {
            name: mase for name, mase in tested.mean_mase.items() if mase is not None and name != run.settings.cell
        }
        best = min(others, key=lambda name: others[name])
        anew = ", with a network trained anew for each" if tested.refitted else ""
        sentences.append(
            f"Made at {wording.counted('moment', len(tested.origins))} one horizon apart{anew}, the forecasts have a MASE of {own:.3f}; "
            f"the best simple method there, {wording.method_name(best, 'sentence')}, has {others[best]:.3f}."
        )
    return " ".join(sentences)


def runs_table(project: ProjectSnapshot, unit: str) -> str:
    """Return the finished trainings beside each other, or nothing when there is only one."""
    runs = steps.finished_runs(project)
    if len(runs) < 2:
        return ""
    rows, current = [], project.draft.dataset.series_sha256 if project.draft.dataset is not None else None
    for label, run in runs:
        score, best = run.scores[run.settings.cell], run.scores[run.verdict.against]
        mase = "–" if score.mase is None else f"{score.mase:.3f}"
        against = f"{wording.method_name(run.verdict.against)} {best.mae:.4g}"
        if run.series_sha256 != current:
            label = f"{label} ({EARLIER})"
        rows.append([label, f"{score.mae:.4g}", mase, against, run.verdict.outcome, wording.short_span(run.seconds)])
    chosen = project.draft.run
    own = next((place for place, (_, run) in enumerate(runs) if chosen is not None and run.id == chosen.id), None)
    header = ["Training", f"MAE{unit}", "MASE", f"Best simple method, MAE{unit}", "Verdict", "Time"]
    return table(header, rows, "Your trainings; the report uses the marked one", bold=own)


def scores_table(run: Run, unit: str) -> str:
    """Return the table of scores, the best row first."""
    ordered = sorted(run.scores.items(), key=lambda item: item[1].mae)
    rows = [
        [
            wording.method_name(name),
            f"{score.mae:.4g}",
            f"{score.rmse:.4g}",
            "–" if score.mase is None else f"{score.mase:.3f}",
        ]
        for name, score in ordered
    ]
    own = next(index for index, (name, _) in enumerate(ordered) if name == run.settings.cell)
    return table(["Method", f"MAE{unit}", f"RMSE{unit}", "MASE"], rows, "Scores on the test part, best first", bold=own)
