"""The charts of one project: which there are, what each draws, and what is said about it."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from assistant.charts.chart import Axis, Chart, Colour, Mark, Marker, Panel
from assistant.charts.facts import (
    Residuals,
    autocorrelation,
    baseline_names,
    collect_facts,
    network_name,
    shown_windows,
)
from assistant.charts.variants import chosen
from assistant.charts.wording import method_name
from assistant.dataset.series import Series
from assistant.errors import ReportError
from assistant.facts import Facts
from assistant.training.run import Forecasts, Run

TEXTS = Path(__file__).resolve().parent.parent.parent / "templates" / "charts.toml"
LAGS_SHOWN = 48
BASELINE_MARKERS: tuple[Marker, ...] = ("s", "^", "D", "o")


def describe_charts(series: Series, run: Run, forecasts: Forecasts, title: str = "") -> tuple[Chart, ...]:
    """Return every chart that this project can have, in the order in which they are read.

    Raises ReportError when the forecasts do not belong to the series.
    """
    if len(forecasts.origins) == 0 or int(forecasts.origins[-1]) + forecasts.actual.shape[1] >= len(series.frame):
        raise ReportError(
            "The charts cannot be drawn.",
            "The forecasts do not belong to this dataset: they end beyond its last row.",
            "Train again on the present dataset.",
        )
    facts = collect_facts(series, run, forecasts, title)
    drawn = (
        _series(series),
        *_repairs(series),
        _season(series),
        _forecast(series, run, forecasts),
        _loss(run),
        _horizon(series, run, forecasts),
        _residuals(series, run, forecasts),
        _scatter(series, run, forecasts),
        _scores(series, run),
        _future(series, run, forecasts),
    )
    return tuple(_worded(name, panels, layout, facts) for name, panels, layout in drawn)


Drawn = tuple[str, tuple[Panel, ...], dict[str, bool | float]]


@cache
def _texts() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(TEXTS.read_text("utf-8"))


def _worded(name: str, panels: tuple[Panel, ...], layout: dict[str, bool | float], facts: Facts) -> Chart:
    texts = _texts()[name]

    def say(key: str, between: str = " ") -> str:
        return facts.fill(between.join(chosen(texts.get(key, ""), facts)))  # type: ignore[arg-type]

    return Chart(
        name=name,
        title=say("title"),
        panels=panels,
        caption=_as_typed(facts).fill(" ".join(chosen(texts.get("caption", ""), facts))),  # type: ignore[arg-type]
        explanation="\n\n".join(say(key) for key in ("look", "shows", "wrong")),
        summary=" ".join(chosen(texts.get("summary", ""), facts)),  # type: ignore[arg-type]
        alternative=say("alternative"),
        **layout,  # type: ignore[arg-type]
    )


def _as_typed(facts: Facts) -> Facts:
    """Return the facts with the signs of simple Markdown made plain, for captions, in which these have a meaning."""
    texts = {name: re.sub(r"([\\*$\[\]{}])", r"\\\1", text) for name, text in facts.texts.items()}
    return Facts(run_id=facts.run_id, texts=texts)


def positions(series: Series) -> np.ndarray:
    """Return where each row lies on the time axis: days since 1970-01-01, or the number of the row from 1."""
    if isinstance(series.frame.index, pd.DatetimeIndex):
        return (series.frame.index - pd.Timestamp(0)).total_seconds().to_numpy() / 86_400
    return np.arange(1, len(series.frame) + 1, dtype=np.float64)


def _time_axis(series: Series) -> Axis:
    if series.dated:
        return Axis("Time", scale="time", step=series.frequency.step)
    return Axis("Row of the table", step="row", whole=True)


def _value_axis(series: Series, name: str = "") -> Axis:
    name = name or series.target
    return Axis(f"{name} ({series.unit})" if series.unit else name, unit=series.unit, measured=True)


def _parts(series: Series) -> dict[str, tuple[int, int]]:
    split = series.split
    first = split.train + split.validation
    return {"train": (0, split.train), "validation": (split.train, first), "test": (first, split.end)}


def _spans(series: Series, x: np.ndarray) -> tuple[Mark, ...]:
    names = {"train": "Training", "validation": "Validation", "test": "Test"}
    colours: dict[str, Colour] = {"train": "train", "validation": "validation", "test": "test"}
    step = (x[-1] - x[0]) / max(1, len(x) - 1)
    return tuple(
        Mark("span", colours[part], names[part], x=np.array([x[first] - step / 2, x[last - 1] + step / 2]))
        for part, (first, last) in _parts(series).items()
    )


def _series(series: Series) -> Drawn:
    x, train = positions(series), series.values[: series.split.train]
    marks = (
        *_spans(series, x),
        Mark("line", "data", series.target, x=x, y=series.values),
        Mark("level", "muted", "Range of the training part", y=np.array([train.min(), train.max()]), dashed=True),
    )
    return "series", (Panel(_time_axis(series), _value_axis(series), marks),), {"suggested": True, "height": 0.5}


def _repairs(series: Series) -> list[Drawn]:
    """Return the chart of the repairs, or nothing when there were none."""
    applied = sorted((repair for repair in series.repairs if repair.applied), key=lambda repair: -repair.count)[:6]
    if not applied:
        return []
    names = tuple(
        "\n".join(textwrap.wrap(repair.what.rstrip("."), 34, max_lines=3, placeholder=" …")) for repair in applied
    )
    places = np.arange(len(applied), dtype=np.float64)
    panel = Panel(
        Axis("Number of values or rows", whole=True),
        Axis("", scale="names", names=names),
        (Mark("bars", "data", x=np.array([float(repair.count) for repair in applied]), y=places),),
    )
    return [("repairs", (panel,), {"height": 0.26 + 0.13 * len(applied)})]


def _season(series: Series) -> Drawn:
    season = max(1, series.frequency.season)
    lags = min(max(2 * season, 12), LAGS_SHOWN * 4, len(series.values) // 2)
    # The level of most series hides everything else, so that the changes from row to row are looked at.
    changes = np.diff(series.values)
    coefficients = autocorrelation(changes, lags)
    numbers = np.arange(1, len(coefficients), dtype=np.float64)
    bound = 1.96 / np.sqrt(len(changes))
    step = series.frequency.step
    correlation = Panel(
        Axis(f"Lag ({step}s)", whole=True, unit=f"{step}s"),
        Axis("Autocorrelation of the changes"),
        (
            Mark("level", "muted", "95 % bound of noise", y=np.array([-bound, bound]), dashed=True),
            Mark("stems", "data", "Autocorrelation", x=numbers, y=coefficients[1:]),
        ),
    )
    if season <= 1:
        return "season", (correlation,), {"height": 0.52}
    values = series.values
    trend = pd.Series(values).rolling(season, center=True, min_periods=season // 2).mean().to_numpy()
    phase = np.arange(len(values)) % season
    mean = np.array([np.nanmean((values - trend)[phase == p]) for p in range(season)])
    spread = np.array([np.nanstd((values - trend)[phase == p]) for p in range(season)])
    places = np.arange(1, season + 1, dtype=np.float64)
    start = ""
    if isinstance(series.frame.index, pd.DatetimeIndex):
        start = {"month": f" from {series.frame.index[0]:%B}", "hour": f" from {series.frame.index[0]:%H:%M}"}.get(
            step, ""
        )
    profile = Panel(
        Axis(f"{step.capitalize()} of the season{start}", whole=True),
        _value_axis(series, "difference from the running mean"),
        (
            Mark("band", "band95", "± 1 deviation", x=places, y=mean - spread, upper=mean + spread),
            Mark("line", "data", "Mean", x=places, y=mean, marker="o" if season <= 24 else ""),
        ),
    )
    return "season", (profile, correlation), {"height": 0.36, "wide": True}


def _loss(run: Run) -> Drawn:
    epochs = np.array([epoch.number for epoch in run.history], dtype=np.float64)
    best = next((epoch for epoch in run.history if epoch.number == run.best_epoch), None)
    marks = [
        Mark("line", "data", "Training", x=epochs, y=np.array([epoch.train_loss for epoch in run.history])),
        Mark(
            "line",
            "forecast",
            "Validation",
            x=epochs,
            y=np.array([epoch.validation_loss for epoch in run.history]),
            dashed=True,
        ),
    ]
    if best is not None:
        marks += [
            Mark("rule", "muted", x=np.array([float(best.number)]), dashed=True),
            Mark(
                "points",
                "forecast",
                f"Best epoch: {best.number}",
                x=np.array([float(best.number)]),
                y=np.array([best.validation_loss]),
                marker="o",
            ),
        ]
    losses = [loss for epoch in run.history for loss in (epoch.train_loss, epoch.validation_loss) if loss > 0]
    # Ticks of a logarithmic axis say little over a range of less than a few times.
    wide_range = bool(losses) and max(losses) > 5 * min(losses)
    value = Axis("Loss (scaled squared error)", scale="log" if wide_range else "linear")
    panel = Panel(Axis("Epoch", whole=True), value, tuple(marks))
    return "loss", (panel,), {"suggested": True, "height": 0.5}


def _forecast(series: Series, run: Run, forecasts: Forecasts) -> Drawn:
    x, shown = positions(series), shown_windows(forecasts)
    network, baselines = network_name(run), baseline_names(run)
    rows = forecasts.origins[shown][:, None] + 1 + np.arange(series.horizon)

    def chain(array: np.ndarray) -> np.ndarray:
        return np.asarray(array[shown], dtype=np.float64).ravel()

    flat = rows.ravel()
    marks: list[Mark] = []
    for level, (lower, upper) in sorted(forecasts.bands.items(), reverse=True):
        marks.append(
            Mark(
                "band",
                "band95" if level >= 90 else "band80",
                f"{level} % interval",
                x=x[flat],
                y=chain(lower),
                upper=chain(upper),
            )
        )
    marks.append(Mark("line", "data", "Actual", x=x[flat], y=series.values[flat], width=1.2))
    if baselines:
        marks.append(
            Mark(
                "line",
                "baseline",
                method_name(baselines[0]),
                x=x[flat],
                y=chain(forecasts.methods[baselines[0]]),
                dashed=True,
            )
        )
    marks.append(
        Mark(
            "line",
            "forecast",
            method_name(network),
            x=x[flat],
            y=chain(forecasts.methods[network]),
            width=1.2,
            marker="o" if len(flat) <= 60 else "",
        )
    )
    panel = Panel(_time_axis(series), _value_axis(series), tuple(marks))
    return "forecast", (panel,), {"suggested": True, "wide": True, "height": 0.3}


def _horizon(series: Series, run: Run, forecasts: Forecasts) -> Drawn:
    by_step = Residuals.of(run, forecasts).by_step
    network, steps = network_name(run), np.arange(1, series.horizon + 1, dtype=np.float64)
    # More than three simple methods would hide each other: the best, and the two that everybody knows.
    shown = [name for name in baseline_names(run) if name in by_step]
    shown = list(dict.fromkeys([*shown[:1], *(name for name in ("naive", "seasonal_naive") if name in shown), *shown]))[
        :3
    ]
    marks = [
        Mark(
            "line",
            "baseline" if order == 0 else "muted",
            method_name(name),
            x=steps,
            y=by_step[name],
            dashed=True,
            marker=BASELINE_MARKERS[order % 4] if series.horizon <= 30 else "",
        )
        for order, name in enumerate(shown)
    ]
    marks.append(
        Mark(
            "line",
            "forecast",
            method_name(network),
            x=steps,
            y=by_step[network],
            width=1.3,
            marker="o" if series.horizon <= 30 else "",
        )
    )
    unit = f" ({series.unit})" if series.unit else ""
    axis = Axis(f"{series.frequency.step.capitalize()}s ahead", whole=True)
    return (
        "horizon",
        (Panel(axis, Axis(f"Mean absolute error{unit}", unit=series.unit, measured=True), tuple(marks)),),
        {"suggested": True, "height": 0.5},
    )


def _residuals(series: Series, run: Run, forecasts: Forecasts) -> Drawn:
    one = Residuals.of(run, forecasts).one_ahead
    x = positions(series)[forecasts.origins + 1]
    unit = f" ({series.unit})" if series.unit else ""
    over_time = Panel(
        _time_axis(series),
        Axis(f"Forecast − actual{unit}", unit=series.unit, measured=True),
        (Mark("level", "muted", y=np.array([0.0])), Mark("line", "data", "One-step error", x=x, y=one)),
        title="Over time",
    )
    counts, edges = np.histogram(one, bins=min(30, max(8, int(np.sqrt(len(one))))))
    distribution = Panel(
        Axis(f"Forecast − actual{unit}", unit=series.unit, measured=True),
        Axis("Number of windows", whole=True),
        (
            Mark("bars", "data", "Windows", x=(edges[:-1] + edges[1:]) / 2, y=counts.astype(np.float64)),
            Mark("rule", "forecast", "Zero", x=np.array([0.0]), dashed=True),
        ),
        title="Distribution",
    )
    lags = min(24 if series.frequency.season <= 1 else 2 * series.frequency.season, LAGS_SHOWN, max(1, len(one) // 2))
    coefficients = autocorrelation(one, lags)
    bound = 1.96 / np.sqrt(len(one))
    correlation = Panel(
        Axis(f"Lag ({series.frequency.step}s)", whole=True),
        Axis("Autocorrelation"),
        (
            Mark("level", "muted", "95 % bound of noise", y=np.array([-bound, bound]), dashed=True),
            Mark(
                "stems",
                "data",
                "Autocorrelation",
                x=np.arange(1, len(coefficients), dtype=np.float64),
                y=coefficients[1:],
            ),
        ),
        title="Autocorrelation",
    )
    return "residuals", (over_time, distribution, correlation), {"suggested": True, "wide": True, "height": 0.25}


def _scatter(series: Series, run: Run, forecasts: Forecasts) -> Drawn:
    actual, predicted = forecasts.actual.ravel(), forecasts.methods[network_name(run)].ravel()
    # Every k-th pair: the cloud keeps its shape and the file stays small.
    stride = max(1, len(actual) // 600)
    both = np.concatenate([actual, predicted])
    ends = np.array([both.min(), both.max()])
    panel = Panel(
        _value_axis(series, f"actual {series.target}"),
        _value_axis(series, f"forecast {series.target}"),
        (
            Mark("line", "muted", "Perfect forecast", x=ends, y=ends, dashed=True),
            Mark("points", "data", "One value of one window", x=actual[::stride], y=predicted[::stride]),
        ),
        same_scale=True,
    )
    return "scatter", (panel,), {"height": 0.9}


def _scores(series: Series, run: Run) -> Drawn:
    names = (network_name(run), *baseline_names(run))
    places = np.arange(len(names), dtype=np.float64)
    heights = np.array([run.scores[name].mae for name in names])
    unit = f" ({series.unit})" if series.unit else ""
    panel = Panel(
        Axis(f"Mean absolute error{unit}", unit=series.unit, measured=True),
        Axis("", scale="names", names=tuple(method_name(name) for name in names)),
        (
            Mark("bars", "baseline", x=heights[1:], y=places[1:]),
            Mark("bars", "forecast", x=heights[:1], y=places[:1]),
        ),
    )
    return "scores", (panel,), {"height": 0.52}


def _future(series: Series, run: Run, forecasts: Forecasts) -> Drawn:
    x, horizon = positions(series), len(forecasts.future)
    kept = min(len(x), max(3 * horizon, 2 * series.frequency.season, 36))
    if isinstance(series.frame.index, pd.DatetimeIndex):
        ahead = pd.date_range(
            series.frame.index[-1], periods=horizon + 1, freq=series.frequency.alias or series.frame.index.freq
        )[1:]
        beyond = (ahead - pd.Timestamp(0)).total_seconds().to_numpy() / 86_400
    else:
        beyond = x[-1] + np.arange(1, horizon + 1)
    bands = [
        Mark(
            "band",
            "band95" if level >= 90 else "band80",
            f"{level} % interval",
            x=np.concatenate([x[-1:], beyond]),
            y=np.concatenate([series.values[-1:], lower]),
            upper=np.concatenate([series.values[-1:], upper]),
        )
        for level, (lower, upper) in sorted(forecasts.future_bands.items(), reverse=True)
    ]
    panel = Panel(
        _time_axis(series),
        _value_axis(series),
        (
            *bands,
            Mark("line", "data", "Known", x=x[-kept:], y=series.values[-kept:]),
            # The line starts at the last known value, so that the eye sees where knowledge ends.
            Mark(
                "line",
                "forecast",
                f"{method_name(network_name(run))} forecast",
                x=np.concatenate([x[-1:], beyond]),
                y=np.concatenate([series.values[-1:], forecasts.future]),
                dashed=True,
                marker="o" if horizon <= 30 else "",
            ),
        ),
    )
    return "future", (panel,), {"height": 0.52}
