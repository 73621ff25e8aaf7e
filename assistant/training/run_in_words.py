"""A run in sentences that a student can put into a report: how its forecast is made, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from assistant import wording
from assistant.dataset.preparing.season import autocorrelation, repeats
from assistant.dataset.series import Series
from assistant.training.forecast_comparison import Judgement
from assistant.training.run import Start, Verdict
from assistant.training.settings import TrainingSettings

SMALL = 0.05  # share of the weighted mean below which a simple forecast is not named
LITTLE = 0.05  # percent: no change
LOOKED_AT = 50_000  # latest rows of the training part in which the season is looked for
CYCLES = {"day": "the hour of the day", "week": "the day of the week", "year": "the time of the year"}


def method_of(
    series: Series, settings: TrainingSettings, start: Start, best_epochs: list[int], ratio: float | None
) -> str:
    """Return how the forecast is made, and what the network's part in it is.

    `best_epochs` are those of the networks, 0 where none was better than before; `ratio` divides the mean absolute error
    on the test part by that of the forecast without the networks.
    """
    sentences = [f"{network(settings, len(best_epochs))} {corrected(start)}."]
    if not any(best_epochs):
        sentences.append(
            "No epoch of the training was better on the validation part than that forecast itself, so it stands alone: "
            "the network adds nothing."
        )
    else:
        share = wording.percent(start.trust)
        sentences.append(f"The correction counts {share}, as far as it helped on the validation part.")
        if ratio is not None:
            sentences.append(f"On the test part it makes the mean absolute error {changed(ratio)}.")
    if start.calendar:
        told = wording.listed(
            [CYCLES.get(cycle, f"the place in the season of {settings.season}") for cycle in start.calendar]
        )
        sentences.append(
            f"What {told} alone {wording.agree(len(start.calendar), 'explains', 'explain')} is taken off the series before, and put back on the forecast."
        )
    if start.transform == "log":
        sentences.append("All of it works on the logarithm of the values.")
    sentences.append(season_of(series, settings.season))
    return " ".join(sentences)


def network(settings: TrainingSettings, members: int) -> str:
    """Return what forecasts, as the beginning of a sentence."""
    if members == 1:
        return f"{wording.method_name(settings.cell, 'head')} corrects"
    return f"The mean of {wording.counted('network', members)} ({wording.method_name(settings.cell)}) corrects"


def corrected(start: Start) -> str:
    """Return the simple forecast that is corrected, or the weighted mean of several."""
    named = sorted(((weight, name) for name, weight in start.weights.items() if weight >= SMALL), reverse=True)
    if len(named) < 2:
        return f"a simple forecast, {wording.method_name(named[0][1] if named else start.anchor, 'sentence')}"
    shares = [f"{wording.method_name(name, 'sentence')} ({wording.percent(weight)})" for weight, name in named]
    return f"a weighted mean of simple forecasts: {wording.listed(shares)}"


def changed(ratio: float) -> str:
    """Return by how much an error was changed, in words."""
    percent = abs(1 - ratio) * 100
    if percent < LITTLE:
        return "neither smaller nor larger"
    return f"{wording.percent(percent / 100)} {'smaller' if ratio < 1 else 'larger'}"


def season_of(series: Series, season: int) -> str:
    """Return which season is assumed, and whether the training part shows it or the frequency alone suggests it."""
    if season < 2:
        return "No season is assumed."
    training = series.values[: series.split.train][-LOOKED_AT:]
    found = autocorrelation(training, season)
    assumed = f"The season is taken to be {series.frequency.count(season)}"
    if repeats(found.tolist(), season):
        return f"{assumed}, as the training part shows (autocorrelation {found[season]:.2f})."
    return f"{assumed}: a guess from the frequency, which the training part hardly shows."


def verdict_of(judgement: Judgement, cell: str, future: Sequence[str] = ()) -> Verdict:
    """Return the judgement with its sentence; with features that hold the future, no win is claimed."""
    network, other = wording.method_name(cell, "head"), wording.method_name(judgement.against, "sentence")
    share = abs(1 - judgement.ratio)
    size = wording.percent(share)
    direction = "smaller" if judgement.ratio < 1 else "larger"
    if share < 0.0005:
        sentence = f"{network} ties with {other}: their mean absolute errors are the same."
    elif judgement.outcome == "beats" and future:
        held = wording.agree(len(future), "holds", "hold")
        sentence = (
            f"{network} cannot be judged against {other}: its mean absolute error is {size} {direction}, but "
            f"{wording.listed(future)} {held} the future of the target, which is not known when a forecast is made."
        )
        return Verdict(outcome="ties", against=judgement.against, sentence=sentence, ratio=judgement.ratio)
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
