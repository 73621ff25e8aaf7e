"""The charts of a run: its loss, its forecasts, its errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assistant import wording
from assistant.charts.axes import positions, time_axis, value_axis
from assistant.charts.chart import Axis, Drawing, Layer, Marker, Panel
from assistant.charts.run_analysis import Residuals, autocorrelation, baseline_names, network_name, shown_windows
from assistant.dataset.series import Series
from assistant.training.run import Forecasts, Run

LAGS_SHOWN = 48
BASELINE_MARKERS: tuple[Marker, ...] = ("s", "^", "D", "o")


def loss_chart(_series: Series, run: Run, _forecasts: Forecasts) -> Drawing:
    """Draw the loss by epoch with the best marked."""
    epochs = np.array([epoch.number for epoch in run.history], dtype=np.float64)
    best = next((epoch for epoch in run.history if epoch.number == run.best_epoch), None)
    layers = [
        Layer("line", "data", "Training", x=epochs, y=np.array([epoch.train_loss for epoch in run.history])),
        Layer(
            "line",
            "forecast",
            "Validation",
            x=epochs,
            y=np.array([epoch.validation_loss for epoch in run.history]),
            dashed=True,
        ),
    ]
    if best is not None:
        layers += [
            Layer("rule", "muted", x=np.array([float(best.number)]), dashed=True),
            Layer(
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
    panel = Panel(Axis("Epoch", whole=True), value, tuple(layers))
    return Drawing((panel,), height=0.5)


def forecast_chart(series: Series, run: Run, forecasts: Forecasts) -> Drawing:
    """Draw forecasts set end to end with the actual values, the intervals and the best simple method."""
    x, shown = positions(series), shown_windows(forecasts)
    network, baselines = network_name(run), baseline_names(run)
    rows = forecasts.origins[shown][:, None] + 1 + np.arange(series.horizon)

    def chain(array: np.ndarray) -> np.ndarray:
        return np.asarray(array[shown], dtype=np.float64).ravel()

    flat = rows.ravel()
    layers: list[Layer] = []
    for level, (lower, upper) in sorted(forecasts.bands.items(), reverse=True):
        layers.append(
            Layer(
                "band",
                "band95" if level >= 90 else "band80",
                f"{level} % interval",
                x=x[flat],
                y=chain(lower),
                upper=chain(upper),
            )
        )
    layers.append(Layer("line", "data", "Actual", x=x[flat], y=series.values[flat], width=1.2))
    layers.append(
        Layer(
            "line",
            "forecast",
            wording.method_name(network),
            x=x[flat],
            y=chain(forecasts.methods[network]),
            width=1.2,
            marker="o" if len(flat) <= 60 else "",
        )
    )
    # Above the network, with gaps that let it be seen: where both say the same, both are there.
    if baselines:
        layers.append(
            Layer(
                "line",
                "baseline",
                wording.method_name(baselines[0]),
                x=x[flat],
                y=chain(forecasts.methods[baselines[0]]),
                dashed=True,
            )
        )
    panel = Panel(time_axis(series), value_axis(series), tuple(layers))
    return Drawing((panel,), wide=True, height=0.3)


def horizon_chart(series: Series, run: Run, forecasts: Forecasts) -> Drawing:
    """Draw the error by the number of steps ahead, beside those of up to three simple methods."""
    by_step = Residuals.of(run, forecasts).by_step
    network, steps = network_name(run), np.arange(1, series.horizon + 1, dtype=np.float64)
    # More than three simple methods would hide each other: the best, and the two that everybody knows.
    shown = [name for name in baseline_names(run) if name in by_step]
    shown = list(dict.fromkeys([*shown[:1], *(name for name in ("naive", "seasonal_naive") if name in shown), *shown]))[
        :3
    ]
    layers = [
        Layer(
            "line",
            "forecast",
            wording.method_name(network),
            x=steps,
            y=by_step[network],
            width=2.0,
            marker="o" if series.horizon <= 30 else "",
        )
    ]
    # Above the network, with gaps that let it be seen: where both say the same, both are there.
    layers += [
        Layer(
            "line",
            "baseline" if order == 0 else "muted",
            wording.method_name(name),
            x=steps,
            y=by_step[name],
            dashed=True,
            marker=BASELINE_MARKERS[order % 4] if series.horizon <= 30 else "",
        )
        for order, name in enumerate(shown)
    ]
    unit = f" ({series.unit})" if series.unit else ""
    axis = Axis(f"{wording.sentence_case(wording.plural(series.frequency.step, 2))} ahead", whole=True)
    panel = Panel(axis, Axis(f"Mean absolute error{unit}", unit=series.unit, measured=True), tuple(layers))
    return Drawing((panel,), height=0.5)


def residuals_chart(series: Series, run: Run, forecasts: Forecasts) -> Drawing:
    """Draw the one-step errors over time, their distribution and their autocorrelation."""
    one = Residuals.of(run, forecasts).one_ahead
    x = positions(series)[forecasts.origins + 1]
    unit = f" ({series.unit})" if series.unit else ""
    over_time = Panel(
        time_axis(series),
        Axis(f"Forecast − actual{unit}", unit=series.unit, measured=True),
        (Layer("level", "muted", y=np.array([0.0])), Layer("line", "data", "One-step error", x=x, y=one)),
        title="Over time",
    )
    counts, edges = np.histogram(one, bins=min(30, max(8, int(np.sqrt(len(one))))))
    distribution = Panel(
        Axis(f"Forecast − actual{unit}", unit=series.unit, measured=True),
        Axis("Number of windows", whole=True),
        (
            Layer("bars", "data", "Windows", x=(edges[:-1] + edges[1:]) / 2, y=counts.astype(np.float64)),
            Layer("rule", "forecast", "Zero", x=np.array([0.0]), dashed=True),
        ),
        title="Distribution",
    )
    lags = min(24 if series.frequency.season <= 1 else 2 * series.frequency.season, LAGS_SHOWN, max(1, len(one) // 2))
    coefficients = autocorrelation(one, lags)
    bound = 1.96 / np.sqrt(len(one))
    correlation = Panel(
        Axis(f"Lag ({wording.plural(series.frequency.step, 2)})", whole=True),
        Axis("Autocorrelation"),
        (
            Layer("level", "muted", "95 % bound of noise", y=np.array([-bound, bound]), dashed=True),
            Layer(
                "stems",
                "data",
                "Autocorrelation",
                x=np.arange(1, len(coefficients), dtype=np.float64),
                y=coefficients[1:],
            ),
        ),
        title="Autocorrelation",
    )
    return Drawing((over_time, distribution, correlation), wide=True, height=0.25)


def scatter_chart(series: Series, run: Run, forecasts: Forecasts) -> Drawing:
    """Draw forecast against actual values."""
    actual, predicted = forecasts.actual.ravel(), forecasts.methods[network_name(run)].ravel()
    # Every k-th pair: the cloud keeps its shape and the file stays small.
    stride = max(1, len(actual) // 600)
    both = np.concatenate([actual, predicted])
    ends = np.array([both.min(), both.max()])
    panel = Panel(
        value_axis(series, f"actual {series.target}"),
        value_axis(series, f"forecast {series.target}"),
        (
            Layer("line", "muted", "Perfect forecast", x=ends, y=ends, dashed=True),
            Layer("points", "data", "One value of one window", x=actual[::stride], y=predicted[::stride]),
        ),
        same_scale=True,
    )
    return Drawing((panel,), height=0.9)


def scores_chart(series: Series, run: Run, _forecasts: Forecasts) -> Drawing:
    """Draw the errors of all methods as bars."""
    names = (network_name(run), *baseline_names(run))
    places = np.arange(len(names), dtype=np.float64)
    heights = np.array([run.scores[name].mae for name in names])
    unit = f" ({series.unit})" if series.unit else ""
    panel = Panel(
        Axis(f"Mean absolute error{unit}", unit=series.unit, measured=True),
        Axis("", scale="names", names=tuple(wording.method_name(name) for name in names)),
        (
            Layer("bars", "baseline", x=heights[1:], y=places[1:]),
            Layer("bars", "forecast", x=heights[:1], y=places[:1]),
        ),
    )
    return Drawing((panel,), height=0.52)


def future_chart(series: Series, run: Run, forecasts: Forecasts) -> Drawing:
    """Draw the forecast beyond the data, with its intervals, after the last known values."""
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
        Layer(
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
        time_axis(series),
        value_axis(series),
        (
            *bands,
            Layer("line", "data", "Known", x=x[-kept:], y=series.values[-kept:]),
            # The line starts at the last known value, so that the eye sees where knowledge ends.
            Layer(
                "line",
                "forecast",
                f"{wording.method_name(network_name(run))} forecast",
                x=np.concatenate([x[-1:], beyond]),
                y=np.concatenate([series.values[-1:], forecasts.future]),
                dashed=True,
                marker="o" if horizon <= 30 else "",
            ),
        ),
    )
    return Drawing((panel,), height=0.52)
