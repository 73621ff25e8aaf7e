"""The rolling-origin backtest: as if the forecast had been made several times, each time with what was known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from assistant.training.forecasting import Hooks, Result, fit_and_forecast
from assistant.training.network_fitting import EpochLoss
from assistant.training.run import Backtest
from assistant.training.scores import seasonal_error
from assistant.training.training_time import REFIT_MEMBERS


def backtest(
    values: np.ndarray,
    calendar: np.ndarray,
    split: tuple[int, int, int],
    result: Result,
    should_stop: Callable[[], bool] = lambda: False,
    on_begin: Callable[[int, int], None] = lambda *_: None,
    on_epoch: Callable[[int, EpochLoss], None] = lambda *_: None,
) -> Backtest | None:
    """Return the MASE of each method at origins that roll through the test part, one horizon after the other.

    The last forecast ends with the test part. With `settings.refit` each origin has its own training on the rows before
    it, the last of which validate; otherwise the forecasts are those of the one training. `on_begin` gets how many origins
    there are and how many epochs they train at most; `on_epoch` is called as in `fit_and_forecast`. None without a whole
    horizon, and when it was stopped.
    """
    settings, horizon = result.settings, result.settings.horizon
    train, validation, test = split
    end = train + validation + test
    count = min(settings.backtest, test // horizon)
    if count < 1:
        return None
    known = [end - horizon * ahead for ahead in range(count, 0, -1)]
    smaller = replace(settings, members=min(settings.members, REFIT_MEMBERS))
    refits = sum(cut > train + validation for cut in known) if settings.refit else 0
    on_begin(count, refits * smaller.members * smaller.epochs)

    def go_on() -> None:
        # What a network that was stopped would forecast is not wanted here.
        if should_stop():
            raise InterruptedError("in the backtest")

    mase: dict[str, list[float | None]] = {name: [] for name in result.methods}
    for cut in known:
        refit = settings.refit and cut > train + validation
        source = result
        if refit:
            parts = (cut - validation, validation, horizon)
            ahead = calendar[: cut + 2 * horizon]
            try:
                source = fit_and_forecast(
                    values[: cut + horizon], ahead, parts, smaller, Hooks(on_epoch, should_stop, go_on)
                )
            except InterruptedError:
                return None
            if should_stop():
                return None
        # A very long test part is thinned out, so the nearest origin stands for one that was left out.
        at = int(np.argmin(np.abs(source.origins - (cut - 1))))
        scale = seasonal_error(values[: cut - validation if refit else train, 0], settings.season)
        for name, found in mase.items():
            distance = np.abs(source.methods[name][at] - source.actual[at]).mean() if name in source.methods else None
            found.append(float(distance / scale) if distance is not None and scale > 0 else None)
    return Backtest(
        origins=tuple(cut - 1 for cut in known),
        refitted=settings.refit,
        mase={name: tuple(found) for name, found in mase.items()},
        mean_mase={
            name: None
            if any(one is None for one in found)
            else float(np.mean([one for one in found if one is not None]))
            for name, found in mase.items()
        },
    )
