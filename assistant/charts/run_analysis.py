"""What charts and facts work out from a run: its methods in order, the windows shown, its errors, autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.training.run import Forecasts, Run

POINTS_SHOWN = 200  # of the forecast chart


def network_name(run: Run) -> str:
    """Return the key of the trained network among the run's scores."""
    return run.settings.cell if run.settings.cell in run.scores else "lstm"


def baseline_names(run: Run) -> tuple[str, ...]:
    """Return the keys of the simple methods: first the one that the verdict speaks of, then by their error."""
    network, against = network_name(run), run.verdict.against
    names = (name for name in run.scores if name != network)
    return tuple(sorted(names, key=lambda name: (name != against, run.scores[name].mae)))


def autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """Return the autocorrelation at lags 0 … `lags` of a series of shape (rows,).

    The estimator divides by the full length (Box & Jenkins), so that it is never beyond ±1; a constant series gives 0.
    """
    centred = np.asarray(values, dtype=np.float64) - np.mean(values)
    count = len(centred)
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    products = np.fft.irfft(spectrum * np.conj(spectrum), size)[: min(lags, count - 1) + 1]
    return products / products[0] if products[0] > 0 else np.zeros_like(products)


def shown_windows(forecasts: Forecasts) -> np.ndarray:
    """Return the indices of the windows that the forecast chart shows.

    They follow one another without overlap up to the end of the test part, as one would forecast in use; a long test
    part is shown by its last stretch only, because more points than a column is wide would be a smear.
    """
    count, horizon = forecasts.actual.shape
    chain = np.arange(count - 1, -1, -horizon)
    return chain[: max(1, POINTS_SHOWN // horizon)][::-1]


@dataclass(frozen=True, eq=False)
class Residuals:
    """The errors (forecast − actual) of the network one step ahead, and its mean absolute error by step."""

    one_ahead: np.ndarray  # (windows,)
    by_step: dict[str, np.ndarray]  # method → (horizon,)
    all: np.ndarray  # (windows, horizon)

    @classmethod
    def of(cls, run: Run, forecasts: Forecasts) -> Residuals:
        """Compute them from the forecasts of the test part."""
        errors = {name: array - forecasts.actual for name, array in forecasts.methods.items()}
        own = errors[network_name(run)]
        return cls(
            one_ahead=own[:, 0], by_step={name: np.abs(array).mean(axis=0) for name, array in errors.items()}, all=own
        )
