"""The verdict in a sentence that a student can put into a report."""

from __future__ import annotations

from assistant.training.forecast_comparison import Judgement
from assistant.training.run import Verdict

NAMES = {
    "lstm": "the LSTM",
    "gru": "the GRU",
    "rnn": "the simple recurrent network",
    "naive": "repeating the last value",
    "seasonal_naive": "repeating the last season",
    "drift": "the last value with drift",
    "seasonal_naive_drift": "repeating the last season with drift",
    "ridge": "the ridge regression",
    "smoothing": "exponential smoothing",
    "theta": "the theta method",
    "seasonal_drift": "repeating the last season with the mean change",
    "seasonal_ridge": "the ridge regression of changes over a season",
}


def verdict_of(judgement: Judgement, cell: str) -> Verdict:
    """Return the judgement with its sentence."""
    network, other = NAMES[cell].capitalize().replace("lstm", "LSTM").replace("gru", "GRU"), NAMES[judgement.against]
    percent = abs(1 - judgement.ratio) * 100
    size = f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
    direction = "smaller" if judgement.ratio < 1 else "larger"
    if percent < 0.05:
        sentence = f"{network} ties with {other}: their mean absolute errors are the same."
    elif judgement.outcome == "beats":
        sentence = f"{network} beats {other}, the best simple forecast: its mean absolute error is {size} {direction}."
    elif judgement.outcome == "loses":
        sentence = (
            f"{network} loses to {other}: its mean absolute error is {size} {direction}, so the simple forecast is the "
            "better choice for this series."
        )
    elif judgement.t is None:
        sentence = (
            f"{network} ties with {other}: its mean absolute error is {size} {direction}, and the test part is too "
            "short to tell whether that is chance."
        )
    else:
        sentence = (
            f"{network} ties with {other}: its mean absolute error is {size} {direction}, which is within the noise "
            "of the test part."
        )
    return Verdict(outcome=judgement.outcome, against=judgement.against, sentence=sentence, ratio=judgement.ratio)
