"""The verdict in a sentence that a student can put into a report."""

from __future__ import annotations

from assistant import wording
from assistant.training.forecast_comparison import Judgement
from assistant.training.run import Verdict


def verdict_of(judgement: Judgement, cell: str) -> Verdict:
    """Return the judgement with its sentence."""
    network, other = wording.method_name(cell, "head"), wording.method_name(judgement.against, "sentence")
    share = abs(1 - judgement.ratio)
    size = wording.percent(share)
    direction = "smaller" if judgement.ratio < 1 else "larger"
    if share < 0.0005:
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
