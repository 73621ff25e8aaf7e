"""Everything a text may say about a project: each number and name with the text that is shown for it."""

from __future__ import annotations

import numpy as np

from assistant import wording
from assistant.charts.network_memory import memory_facts, memory_situation
from assistant.charts.run_analysis import Residuals, autocorrelation, baseline_names, network_name, shown_windows
from assistant.dataset.series import Repair, Series
from assistant.facts import Facts, merge
from assistant.training.memory import NetworkMemory
from assistant.training.run import Forecasts, Run

SHORT_TRAINING_ROWS = 200  # below this a network has little to learn from, and the texts say so
OVERFIT_RATIO = 1.1  # the last validation loss over the best one; above it the texts speak of over-fitting


def collect_facts(
    series: Series, run: Run, forecasts: Forecasts, title: str = "", memory: NetworkMemory | None = None
) -> Facts:
    """Return every number and name that a text about this project may cite.

    `title` is the student's own title, `memory` what the network remembers, once that was measured. The fact `situation` lists what happened (such as "beats, seasonal, repaired"), which the drafts vary with.
    """
    return merge(
        run.id,
        data_facts(series, title),
        split_facts(series),
        _run_facts(series, run, forecasts),
        _score_facts(series, run),
        _residual_facts(series, run, forecasts),
        {} if memory is None else memory_facts(memory, series),
        {"situation": ", ".join([*_situation(series, run), *([] if memory is None else memory_situation(memory))])},
    )


def data_facts(series: Series, title: str) -> dict[str, str]:
    """Return what can be said of the data."""
    values, unit, step = series.values, series.unit, series.frequency.step
    index, source = series.frame.index, series.source
    low, high = int(np.argmin(values)), int(np.argmax(values))
    facts = {
        "title": title or series.title,
        "data_title": series.title,
        "question": series.question,
        "target": series.target,
        "unit": unit or "the data's own units",
        "target_with_unit": f"{series.target} ({unit})" if unit else series.target,
        "rows": wording.grouped(len(values)),
        "step": step,
        "steps": wording.plural(step, 2),
        "first_time": wording.row_name(index[0], step),
        "last_time": wording.row_name(index[-1], step),
        "season_length": series.frequency.count(series.frequency.season),
        "horizon": str(series.horizon),
        "horizon_words": series.frequency.count(series.horizon),
        "mean": wording.quantity(float(values.mean()), unit),
        "deviation": wording.quantity(float(values.std()), unit),
        "minimum": wording.quantity(float(values[low]), unit),
        "minimum_time": wording.row_name(index[low], step),
        "maximum": wording.quantity(float(values[high]), unit),
        "maximum_time": wording.row_name(index[high], step),
        "features": wording.listed(series.roles.features) or "none",
        "feature_count": str(len(series.roles.features)),
        "repair_count": wording.grouped(sum(repair.count for repair in series.repairs if repair.applied)),
        "source_title": source.title,
        "source_file": source.file_name,
        "licence": source.licence or "not stated",
        "citation": source.citation or source.title,
        "source_url": source.url or "",
    }
    applied = [repair for repair in series.repairs if repair.applied]
    facts["repairs_sentence"] = " ".join(_told(repair) for repair in applied) or "Nothing had to be repaired."
    if places := _filled(series):
        first, end = max(places, key=lambda place: place[1] - place[0])
        facts["filled_rows"] = wording.grouped(sum(end - first for first, end in places))
        facts["filled_longest"] = series.frequency.count(end - first)
        facts["filled_longest_start"] = wording.row_name(index[first], step)
    if series.frequency.season > 1:
        season = series.frequency.season
        coefficients = autocorrelation(np.diff(values), season)
        if len(coefficients) > season:
            facts["season_autocorrelation"] = wording.number(float(coefficients[season]), 2)
    return facts


def _filled(series: Series) -> list[tuple[int, int]]:
    """Return the stretches in which the target was filled."""
    return [place for repair in series.repairs if repair.applied for place in repair.places]


def _told(repair: Repair) -> str:
    """Return a repair as a sentence with its count, unless it says that itself."""
    count = wording.grouped(repair.count)
    counted = repair.count > 1 and count not in repair.what and str(repair.count) not in repair.what
    return f"{repair.what.rstrip('.')} ({count} in all)." if counted else f"{repair.what.rstrip('.')}."


def split_facts(series: Series) -> dict[str, str]:
    """Return what can be said of the parts and of the scaler."""
    split, step, index = series.split, series.frequency.step, series.frame.index
    edges = {
        "train": (0, split.train),
        "validation": (split.train, split.train + split.validation),
        "test": (split.train + split.validation, split.end),
    }
    facts = {}
    for name, (first, last) in edges.items():
        facts[f"{name}_rows"] = wording.grouped(last - first)
        facts[f"{name}_share"] = wording.percent((last - first) / max(1, split.end))
        facts[f"{name}_start"] = wording.row_name(index[first], step)
        facts[f"{name}_end"] = wording.row_name(index[last - 1], step)
    facts["scaler_mean"] = wording.quantity(series.scaler.mean[0], series.unit)
    facts["scaler_deviation"] = wording.quantity(series.scaler.deviation[0], series.unit)
    test = series.values[slice(*edges["test"])]
    train = series.values[: split.train]
    outside = float(np.mean((test < train.min()) | (test > train.max())))
    facts["test_outside"] = wording.percent(outside) if outside else "none"
    return facts


def _run_facts(series: Series, run: Run, forecasts: Forecasts) -> dict[str, str]:
    settings, history = run.settings, run.history
    best = next((epoch for epoch in history if epoch.number == run.best_epoch), history[-1]) if history else None
    facts = {
        "network": wording.method_name(network_name(run)),
        "preset": settings.preset,
        "seed": str(settings.seed),
        "network_units": str(settings.units),
        "context": str(settings.context),
        "context_words": series.frequency.count(settings.context),
        "learning_rate": wording.number(settings.learning_rate, 1),
        "batch": str(settings.batch),
        "members": str(run.members),
        "epochs": str(len(history)),
        "epochs_planned": str(settings.epochs),
        "best_epoch": str(run.best_epoch),
        "parameters": wording.grouped(run.parameters),
        "duration": wording.span(run.seconds),
        "windows": wording.grouped(len(forecasts.origins)),
        "method": run.method,
        "library": f"PyTorch {run.versions['torch'].split('+')[0]}" if "torch" in run.versions else "PyTorch",
    }
    if best is not None:
        facts |= {
            "best_validation_loss": wording.number(best.validation_loss),
            "best_train_loss": wording.number(best.train_loss),
            "last_validation_loss": wording.number(history[-1].validation_loss),
            "first_validation_loss": wording.number(history[0].validation_loss),
        }
    for level, interval in run.intervals.items():
        facts[f"level_{level}"] = f"{level} %"
        facts[f"coverage_{level}"] = wording.percent(interval.coverage)
        facts[f"width_{level}"] = wording.quantity(interval.width, series.unit)
    if len(forecasts.future):
        facts["future_first"] = wording.quantity(float(forecasts.future[0]), series.unit, 4)
        facts["future_last"] = wording.quantity(float(forecasts.future[-1]), series.unit, 4)
    return facts


def _score_facts(series: Series, run: Run) -> dict[str, str]:
    facts: dict[str, str] = {}
    network, baselines = network_name(run), baseline_names(run)
    for name, score in run.scores.items():
        facts |= {
            f"{name}_name": wording.method_name(name),
            f"{name}_mae": wording.number(score.mae),
            f"{name}_rmse": wording.number(score.rmse),
            f"{name}_mase": "–" if score.mase is None else wording.number(score.mase),
        }
    own = run.scores[network]
    facts |= {
        "best_method": min(run.scores, key=lambda name: run.scores[name].mae),
        "methods": ", ".join((network, *baselines)),
        "baseline_list": "; ".join(
            f"{wording.method_name(name)} ({wording.method_meaning(name)})"
            for name in baselines
            if wording.method_meaning(name)
        ),
        "baseline_count": str(len(baselines)),
        "outcome": run.verdict.outcome,
        "verdict": run.verdict.sentence,
        "mae": wording.quantity(own.mae, series.unit),
        "rmse": wording.quantity(own.rmse, series.unit),
        "mase": "–" if own.mase is None else wording.number(own.mase),
        "mae_share_of_deviation": wording.percent(own.mae / max(float(series.values.std()), 1e-12)),
    }
    if baselines:
        best = run.scores[baselines[0]]
        worst = max(baselines, key=lambda name: run.scores[name].mae)
        change = (best.mae - own.mae) / best.mae if best.mae else 0.0
        facts |= {
            "best_baseline": wording.method_name(baselines[0], "sentence"),
            "best_baseline_mae": wording.quantity(best.mae, series.unit),
            "best_baseline_rmse": wording.quantity(best.rmse, series.unit),
            "improvement": wording.percent(abs(change)),
            "improvement_words": f"{wording.percent(abs(change))} {'lower' if change >= 0 else 'higher'}",
            "worst_baseline": wording.method_name(worst, "sentence"),
            "worst_baseline_mae": wording.quantity(run.scores[worst].mae, series.unit),
        }
    return facts


def _residual_facts(series: Series, run: Run, forecasts: Forecasts) -> dict[str, str]:
    residuals, unit = Residuals.of(run, forecasts), series.unit
    one, by_step = residuals.one_ahead, residuals.by_step[network_name(run)]
    row, ahead = np.unravel_index(int(np.abs(residuals.all).argmax()), residuals.all.shape)
    lag = autocorrelation(one, 1)
    bias = float(residuals.all.mean())
    facts = {
        "step_first_mae": wording.quantity(float(by_step[0]), unit),
        "step_last_mae": wording.quantity(float(by_step[-1]), unit),
        "bias": wording.quantity(abs(bias), unit),
        "bias_direction": "too high" if bias >= 0 else "too low",
        "largest_error": wording.quantity(float(np.abs(residuals.all[row, ahead])), unit),
        "largest_error_time": wording.row_name(
            series.frame.index[int(forecasts.origins[row]) + 1 + int(ahead)], series.frequency.step
        ),
        "residual_deviation": wording.quantity(float(one.std()), unit),
    }
    shown = shown_windows(forecasts)
    first, last = int(forecasts.origins[shown[0]]) + 1, int(forecasts.origins[shown[-1]]) + series.horizon
    facts["shown_start"] = wording.row_name(series.frame.index[first], series.frequency.step)
    facts["shown_end"] = wording.row_name(series.frame.index[last], series.frequency.step)
    if len(lag) > 1:
        facts["residual_lag1"] = wording.number(float(lag[1]), 2)
    if by_step[0] > 0:
        facts["step_growth"] = wording.number(float(by_step[-1] / by_step[0]), 2)
    return facts


def _situation(series: Series, run: Run) -> list[str]:
    """Return the words that the drafts' conditions are made of."""
    history = run.history
    validation = [epoch.validation_loss for epoch in history]
    overfits = bool(validation) and validation[-1] > OVERFIT_RATIO * min(validation)
    own, scores = network_name(run), run.scores
    several = [name for name in scores if name != own]
    return [
        run.verdict.outcome,
        *(["overfits"] if overfits else []),
        *(["still-falling"] if history and run.best_epoch >= len(history) and not run.cancelled else []),
        *(["cancelled"] if run.cancelled else []),
        *(["short"] if series.split.train < SHORT_TRAINING_ROWS else []),
        *(["repaired"] if any(repair.applied for repair in series.repairs) else []),
        *(["filled"] if _filled(series) else []),
        *(["features"] if series.roles.features else []),
        *(["dated"] if series.dated else []),
        *(["seasonal"] if series.frequency.season > 1 else []),
        *(["licensed"] if series.source.licence else []),
        *(["question"] if series.question else []),
        *(["baselines"] if several else []),
        *(["ensemble"] if run.members > 1 else []),
        *(["intervals"] if {"80", "95"} <= set(run.intervals) else []),
        *(["shifted"] if run.shifted else []),
        *(["told-how"] if run.method else []),
        # The simple forecast that the network corrects may be good by itself.
        *(["mostly-start"] if run.start_mae and scores[own].mae > 0.98 * run.start_mae else []),
        *(["nothing-learnt"] if history and run.best_epoch == 0 else []),
        *(["mase"] if scores[own].mase is not None else []),
        *(["multi-step"] if series.horizon > 1 else []),
    ]
