"""A short and a very long series, both made up, trained as the presets train: is it good, in time, and small?

    python -m tests.benchmarks.training_lengths [--work months,minutes] [--preset quick] [--seeds 0,1,2]

`months` is 144 monthly values with a trend and a season that both grow in proportion to the level, as airline
passengers do: four rolling origins of twelve months, and the mean scaled error of each method. `minutes` is 1,000,000
values with a daily season. For both, the wall seconds beside those that were expected, and the most memory that the
process has had; the series itself takes 8 MB per million values.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from assistant.dataset.series import Series
from assistant.training.plan import PRESETS, plan_settings
from assistant.training.run import Run
from assistant.training.train import train
from tests.benchmarks.training_compare import series_of


def months(seed: int) -> Series:
    """Return twelve years of monthly values that grow, with a season in proportion and noise that remembers."""
    draws = np.random.default_rng(seed)
    at = np.arange(144)
    noise = np.zeros(144)
    for month in range(1, 144):
        noise[month] = 0.7 * noise[month - 1] + draws.normal(0, 0.03)
    season = 0.12 * np.sin(2 * np.pi * (at - 3) / 12) + 0.08 * np.cos(4 * np.pi * at / 12)
    return series_of(np.round(110 * np.exp(0.01 * at + season + noise)), (84, 12, 48), 12, 12)


def minutes(seed: int) -> Series:
    """Return a million values by the minute: a daily season, and changes that die away."""
    draws = np.random.default_rng(seed)
    rows = 1_000_000
    values = np.zeros(rows)
    shocks = draws.normal(size=rows)
    for row in range(1, rows):
        values[row] = 0.99 * values[row - 1] + shocks[row]
    return series_of(values + 8 * np.sin(2 * np.pi * np.arange(rows) / 1440), (700_000, 150_000, 150_000), 60, 1440)


def memory() -> float:
    """Return the most memory that this process has had, in GB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most) / (1e9 if sys.platform == "darwin" else 1e6)


def show(name: str, seed: int, run: Run, took: float) -> None:
    """Print one row: the backtest's mean scaled error, of the network and of the best of the others."""
    errors = {} if run.backtest is None else {n: e for n, e in run.backtest.mean_mase.items() if e is not None}
    own = errors.pop(run.settings.cell, float("nan"))
    other = min(errors, key=lambda method: errors[method], default="–")
    print(
        f"| {name} | {seed} | {own:.3f} | {other} {errors.get(other, float('nan')):.3f} | {run.verdict.outcome} "
        f"| {run.settings.members} × {run.settings.epochs} | {took:.1f} | {run.expected_seconds or 0.0:.1f} "
        f"| {run.cpu_seconds:.1f} | {memory():.2f} |",
        flush=True,
    )


def main() -> None:
    """Run everything and print one row for each training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="months,minutes")
    parser.add_argument("--preset", choices=PRESETS, default="quick")
    parser.add_argument("--seeds", default="0,1,2")
    asked = parser.parse_args()
    made = {"months": months, "minutes": minutes}
    print("| work | seed | MASE | best other | verdict | networks × epochs | wall s | expected s | CPU s | GB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in asked.work.split(","):
        for seed in map(int, asked.seeds.split(",")):
            series = made[name](seed)
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                run = train(series, plan_settings(series, asked.preset, seed), Path(folder))
                show(name, seed, run, time.perf_counter() - began)


if __name__ == "__main__":
    main()
