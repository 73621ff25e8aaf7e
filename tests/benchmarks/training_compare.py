"""The tutorial's loop, a well-tried recipe and this project on the same work, side by side.

    python -m tests.benchmarks.training_compare TABLE.csv [--target OT] [--split 8640,2880,2880] [--horizon 24]
        [--season 24] [--preset quick] [--seeds 0,1,2]

Prints for each: test errors on the scale standardised with the training part, processor and wall seconds, processor
seconds until the validation error first was at most `--goal`, and for this project the share of the float32 matrix peak
that the epochs, validation included, reached in the processor time they used. Only the network's own products count as
work. The members of an ensemble train on all cores at once. Processor time is what to compare: wall time depends on
what else the machine does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import torch
from torch import nn

from assistant.dataset.series import Frequency, Roles, Scaler, Series, Source, Split
from assistant.training.forecasting import Hooks, fit_and_forecast
from assistant.training.machine import free_cores
from assistant.training.network_fitting import EpochLoss, shared_steps
from assistant.training.plan import PRESETS, plan_settings
from assistant.training.scores import errors
from assistant.training.settings import TrainingSettings
from assistant.training.train import calendar_of


@dataclass
class Outcome:
    """What one way of training came to."""

    mse: float
    mae: float
    cpu: float
    wall: float
    until_goal: float | None
    share: float | None = None


def sgemm_peak(size: int = 1024, repeats: int = 20) -> float:
    """Return how many float32 operations a second of processor time one thread does in matrix products."""
    torch.set_num_threads(1)
    left, right = torch.randn(size, size), torch.randn(size, size)
    torch.mm(left, right)
    began = time.thread_time()
    for _ in range(repeats):
        torch.mm(left, right)
    return repeats * 2 * size**3 / (time.thread_time() - began)


def windows_of(z: np.ndarray, first: int, last: int, context: int, horizon: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the windows (n, context) and the values after them (n, horizon) of forecasts for the rows [first, last)."""
    origins = np.arange(first - 1, last - horizon)
    inputs = z[origins[:, None] + np.arange(1 - context, 1)]
    wanted = z[origins[:, None] + np.arange(1, horizon + 1)]
    return torch.tensor(inputs, dtype=torch.float32), torch.tensor(wanted, dtype=torch.float32)


def tutorial(z: np.ndarray, split: tuple[int, int, int], horizon: int, seed: int, goal: float) -> Outcome:
    """Train as tutorials do: windows of 48 standardised values, the last hidden state, batches of 64, Adam, 5 epochs."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    train, validation, test = split
    layer, head = nn.LSTM(1, 64, batch_first=True), nn.Linear(64, horizon)
    optimiser = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-3)
    inputs, wanted = windows_of(z, 48, train, 48, horizon)
    checked = windows_of(z, train, train + validation, 48, horizon)
    until_goal = None
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(5):
        for batch in torch.randperm(len(inputs)).split(64):
            loss = (head(layer(inputs[batch, :, None])[0][:, -1]) - wanted[batch]).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            found = (head(layer(checked[0][:, :, None])[0][:, -1]) - checked[1]).square().mean().item()
        if until_goal is None and found <= goal:
            until_goal = time.process_time() - cpu
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    last, actual = windows_of(z, train + validation, train + validation + test, 48, horizon)
    with torch.no_grad():
        made = head(layer(last[:, :, None])[0][:, -1])
    distance = made - actual
    return Outcome(distance.square().mean().item(), distance.abs().mean().item(), cpu, wall, until_goal)


def recipe(z: np.ndarray, split: tuple[int, int, int], horizon: int, seed: int, goal: float) -> Outcome:
    """Train as the recipe says: causal inputs without the level, a loss at every step, OneCycle, 24 epochs."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    draws = np.random.default_rng(seed)
    train, validation, test = split
    context, warm = 336, 24
    layer, head = nn.LSTM(2, 64, batch_first=True), nn.Linear(64, horizon)
    with torch.no_grad():
        head.weight.mul_(0.1)
        head.bias.zero_()
        layer.bias_ih_l0[64:128] = 1.0
        layer.bias_hh_l0[64:128] = 0.0
    weights = [*layer.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=24 * 12, pct_start=0.15)
    values = torch.tensor(z, dtype=torch.float32)

    def forecast(chunk: torch.Tensor, steps: int) -> torch.Tensor:
        level = chunk[:, :warm].mean(dim=1, keepdim=True)
        inputs = torch.stack((3 * torch.diff(chunk, dim=1, prepend=chunk[:, :1]), chunk - level), dim=2)
        hidden = layer(inputs)[0][:, -steps:]
        answer: torch.Tensor = chunk[:, -steps:, None] + head(hidden)
        return answer

    def after(origins: torch.Tensor) -> torch.Tensor:
        return values[origins[..., None] + torch.arange(1, horizon + 1)]

    @torch.no_grad()
    def at(origins: torch.Tensor) -> torch.Tensor:
        parts = [forecast(values[part[:, None] + torch.arange(1 - context, 1)], 1)[:, 0] for part in origins.split(128)]
        return torch.cat(parts)

    every_seventh = torch.arange(train - 1, train + validation - horizon, 7)
    until_goal, least, best = None, np.inf, [value.detach().clone() for value in weights]
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(24):
        starts = torch.tensor(draws.permutation(np.arange(draws.integers(48), train - context - horizon, 48)))
        for batch in starts.split(16):
            rows = batch[:, None] + torch.arange(context)
            loss = (forecast(values[rows], context - warm) - after(rows[:, warm:])).square().mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
        found = (at(every_seventh) - after(every_seventh)).square().mean().item()
        if until_goal is None and found <= goal:
            until_goal = time.process_time() - cpu
        if found < least:
            least, best = found, [value.detach().clone() for value in weights]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with torch.no_grad():
        for value, kept in zip(weights, best, strict=True):
            value.copy_(kept)
    origins = torch.arange(train + validation - 1, train + validation + test - horizon)
    distance = at(origins) - after(origins)
    return Outcome(distance.square().mean().item(), distance.abs().mean().item(), cpu, wall, until_goal)


def operations(settings: TrainingSettings, inputs: int) -> float:
    """Return the float operations of one optimiser step: forward and backward cost three times the forward pass."""
    layer = settings.context * (inputs + settings.units) * 4 * settings.units
    head = (settings.context - settings.warm_up) * settings.units * settings.horizon
    return 3 * 2 * settings.batch * float(layer + head)


def project(series: Series, preset: str, seed: int, goal: float, peak: float) -> Outcome:
    """Train as this project does; the share of the peak is that of the epochs, validation included."""
    settings = plan_settings(series, preset, seed)
    values = series.frame.to_numpy()
    split = (series.split.train, series.split.validation, series.split.test)
    hits: list[float] = []

    def note(member: int, done: EpochLoss) -> None:
        if member == 0 and done.validation_loss <= goal:
            hits.append(done.cpu_seconds)

    wall = time.perf_counter()
    result = fit_and_forecast(values, calendar_of(series, settings), split, settings, Hooks(note))
    wall = time.perf_counter() - wall
    score = result.scores[settings.cell]
    epochs = sum(len(fitted.history) for fitted in result.members)
    steps = len(result.windows.draw(split[0], np.random.default_rng(0))) / settings.batch
    trained = sum(fitted.history[-1].cpu_seconds - fitted.history[0].cpu_seconds for fitted in result.members)
    # Validation reads a chunk for as many origins as share it, forward only, which is a third of a step's work.
    steps += min(split[1], settings.most_windows // 5) / shared_steps(settings) / settings.batch / 3
    share = (epochs - len(result.members)) * steps * operations(settings, result.windows.inputs) / trained / peak
    return Outcome(score.scaled_mse, score.scaled_mae, result.cpu_seconds, wall, min(hits, default=None), share)


def series_of(values: np.ndarray, split: tuple[int, int, int], horizon: int, season: int) -> Series:
    """Return the values as a series without dates."""
    fitted = values[: split[0]]
    return Series(
        title="",
        frame=pd.DataFrame({"target": values}),
        roles=Roles(target="target"),
        frequency=Frequency(alias=None, step="row", season=season),
        horizon=horizon,
        split=Split(train=split[0], validation=split[1], test=split[2]),
        scaler=Scaler(mean=(float(fitted.mean()),), deviation=(float(fitted.std()),)),
        source=Source(kind="upload", reference="", title="", file_name="", sha256="", size=0),
    )


def show(name: str, outcomes: list[Outcome]) -> None:
    """Print the medians."""

    def middle(pick: Callable[[Outcome], float | None], form: str) -> str:
        found = [value for outcome in outcomes if (value := pick(outcome)) is not None]
        return format(median(found), form) if found else "–"

    print(
        f"| {name} | {middle(lambda o: o.mse, '.4f')} | {middle(lambda o: o.mae, '.4f')} "
        f"| {middle(lambda o: o.cpu, '.1f')} | {middle(lambda o: o.wall, '.1f')} "
        f"| {middle(lambda o: o.until_goal, '.2f')} | {middle(lambda o: o.share, '.0%')} |",
        flush=True,
    )


def main() -> None:
    """Run everything and print one row for each way of training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--target", default="OT", help="a column, or several with commas: their errors are averaged")
    parser.add_argument("--split", default="8640,2880,2880")
    parser.add_argument("--horizon", type=int, default=24)
    parser.add_argument("--season", type=int, default=24)
    parser.add_argument("--preset", choices=PRESETS, default="quick")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--goal", type=float, default=0.055)
    parser.add_argument("--only", choices=("tutorial", "recipe", "project"))
    asked = parser.parse_args()
    train, validation, test = (int(part) for part in asked.split.split(","))
    split = (train, validation, test)
    table = pd.read_csv(asked.table)
    peak = sgemm_peak()
    print(f"{free_cores()} cores of {peak / 1e9:.0f} GFLOP/s in float32 matrix products\n")
    print("| | MSE | MAE | CPU s | wall s | CPU s to the goal | share of the peak |\n|---|---|---|---|---|---|---|")
    ways = {
        "tutorial": lambda z, _, seed: tutorial(z, split, asked.horizon, seed, asked.goal),
        "recipe": lambda z, _, seed: recipe(z, split, asked.horizon, seed, asked.goal),
        "project": lambda _, series, seed: project(series, asked.preset, seed, asked.goal, peak),
    }
    for name, way in ways.items():
        if asked.only not in (None, name):
            continue
        outcomes = []
        for seed in map(int, asked.seeds.split(",")):
            parts = []
            for column in asked.target.split(","):
                values = table[column].to_numpy(dtype=np.float64)[: sum(split)]
                z = (values - values[:train].mean()) / values[:train].std()
                parts.append(way(z, series_of(values, split, asked.horizon, asked.season), seed))
            outcomes.append(
                Outcome(
                    mse=float(np.mean([part.mse for part in parts])),
                    mae=float(np.mean([part.mae for part in parts])),
                    cpu=sum(part.cpu for part in parts),
                    wall=sum(part.wall for part in parts),
                    until_goal=parts[0].until_goal,
                    share=parts[0].share,
                )
            )
        show(f"{name} ({asked.preset})" if name == "project" else name, outcomes)
    values = table[asked.target.split(",")[0]].to_numpy(dtype=np.float64)[: sum(split)]
    last = np.arange(train + validation - 1, sum(split) - asked.horizon)
    actual = values[last[:, None] + np.arange(1, asked.horizon + 1)]
    repeated = errors(np.repeat(values[last, None], asked.horizon, axis=1), actual, 1.0, float(values[:train].std()))
    show("last value", [Outcome(repeated.scaled_mse, repeated.scaled_mae, 0.0, 0.0, None)])


if __name__ == "__main__":
    main()
