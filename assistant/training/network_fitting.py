"""The training loop: one network, from its first weights to those of its best epoch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from assistant.training.baselines import Linear, loss_by_step
from assistant.training.lstm import Forecaster
from assistant.training.machine import fast_bfloat16, one_thread
from assistant.training.settings import TrainingSettings
from assistant.training.windows import Windows, values_after

MOST_MISSED = 20_000_000  # values that are kept of what the anchor misses, 80 MB


@dataclass(frozen=True)
class EpochLoss:
    """One pass: mean squared errors on the network's scale, and wall and processor seconds since the start."""

    number: int
    train_loss: float
    validation_loss: float
    seconds: float
    cpu_seconds: float
    last: bool = False  # no epoch follows
    kept: bool = False  # it was trained before this process began


@dataclass
class Fitted:
    """A trained network with the weights of its best epoch; epoch 0 is the anchor alone."""

    network: Forecaster
    history: list[EpochLoss] = field(default_factory=list)
    best_epoch: int = 0
    stopped: bool = False


def build(windows: Windows, anchor: Linear, size: float) -> Forecaster:
    """Return an untrained network for the windows that corrects the anchor, whose usual error is `size`."""
    settings = windows.settings
    kernel, bias = torch.from_numpy(anchor.kernel), torch.from_numpy(anchor.bias)
    return Forecaster(windows.inputs, settings.units, kernel, bias, size, settings.cell)


@dataclass(frozen=True, eq=False)
class Missed:
    """What the anchor misses, which the networks learn: the same for all of them, so it is worked out once.

    `training` (train, horizon) holds it at each row of the training part, NaN where unknown; None for a long part, where
    it is worked out chunk by chunk. `validation` (n, horizon) is that at the rows `origins`.
    """

    training: Tensor | None
    origins: np.ndarray
    validation: np.ndarray


def missed_by(anchor: Linear, z: np.ndarray, train: int, judged: tuple[np.ndarray, np.ndarray]) -> Missed:
    """Return what the anchor misses of the standardised target; `judged` are the validation's origins and values."""
    origins, wanted = judged
    horizon = len(anchor.bias)
    table = None
    if train * horizon <= MOST_MISSED:
        missed = np.empty((train, horizon), dtype=np.float32)
        for first in range(0, train, 65_536):
            rows = np.arange(first, min(first + 65_536, train))
            missed[rows] = values_after(z, rows, horizon, train) - anchor.at(z, rows)
        missed[: anchor.lags - 1] = np.nan
        table = torch.from_numpy(missed)
    return Missed(table, origins, wanted - anchor.at(z, origins))


@dataclass(frozen=True, eq=False)
class Task:
    """What the networks learn: on the rows [0, train), what the anchor misses, whose usual error is `size`."""

    anchor: Linear
    size: float
    train: int
    missed: Missed


def fit(
    windows: Windows,
    task: Task,
    member: int,
    on_epoch: Callable[[EpochLoss], None],
    should_stop: Callable[[], bool],
    spent: float = 0.0,
    checkpoint: Path | None = None,
) -> Fitted:
    """Train one network; the validation part of what the anchor misses picks the best epoch.

    `member` is its number, `spent` the processor seconds that were used before. With a `checkpoint` each epoch's state is
    kept there, and a training that was interrupted goes on from it to the same end. Raises
    FloatingPointError when the loss becomes NaN or infinite.
    """
    one_thread()
    settings = windows.settings
    seeds = np.random.SeedSequence([settings.seed, member]).generate_state(2)
    generator = torch.Generator().manual_seed(int(seeds[0]))
    draws = np.random.default_rng(int(seeds[1]))
    missed = task.missed
    network = build(windows, task.anchor, task.size)
    network.start(generator)
    network.to(windows.device)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    batches = -(-len(windows.draw(task.train, np.random.default_rng(0))) // settings.batch) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.epochs * batches, pct_start=0.15
    )
    fitted = Fitted(network)
    state = State(network, optimiser, schedule, generator, draws, fitted)
    state.best = copied(network.state_dict())
    state.least = loss_by_step(correction_at(network, windows, missed.origins), missed.validation)
    if checkpoint is not None:
        state.restore(checkpoint)
        for done in fitted.history:
            on_epoch(replace(done, kept=True))
    began = time.perf_counter() - state.seconds, time.thread_time() - (state.cpu_seconds or spent)
    for epoch in range(len(fitted.history) + 1, settings.epochs + 1):
        if state.waited >= settings.patience:
            break
        train_loss = one_epoch(state, windows, task.anchor.lags, task.train, should_stop, missed.training)
        if train_loss is None:
            fitted.stopped = True
            break
        if not math.isfinite(train_loss):
            raise FloatingPointError(f"epoch {epoch}")
        state.judge(epoch, loss_by_step(correction_at(network, windows, missed.origins), missed.validation))
        state.seconds, state.cpu_seconds = time.perf_counter() - began[0], time.thread_time() - began[1]
        last = epoch == settings.epochs or state.waited >= settings.patience
        done = EpochLoss(epoch, train_loss, state.latest, state.seconds, state.cpu_seconds, last)
        fitted.history.append(done)
        if checkpoint is not None:
            state.keep(checkpoint)
        on_epoch(done)
    network.load_state_dict(state.best)
    return fitted


def one_epoch(
    state: State,
    windows: Windows,
    lags: int,
    train: int,
    should_stop: Callable[[], bool],
    missed: Tensor | None = None,
) -> float | None:
    """Go through the training part once; return the mean loss, or None when it was stopped on the way.

    `missed` (train, horizon) is what the anchor misses at each row; without it that is worked out for each chunk.
    """
    settings, network = windows.settings, state.network
    steps = settings.context - settings.warm_up
    low = settings.precision == "bfloat16" or (settings.precision == "auto" and fast_bfloat16())
    network.train()
    losses: list[float] = []
    starts = windows.draw(train, state.draws)
    for first in range(0, len(starts), settings.batch):
        if should_stop():
            return None
        some = starts[first : first + settings.batch]
        if missed is None:
            chunk = windows.chunk(some, steps, lags, train)
            inputs, asked = chunk.inputs, chunk.wanted - network.anchor(chunk.past)
        else:
            origins = windows.row_numbers(some, settings.context - steps, settings.context)
            inputs, asked = windows.read(some), missed[origins]
        known = ~torch.isnan(asked)
        asked = asked.nan_to_num()
        keep = dropout_mask((len(asked), steps, settings.units), settings.dropout, state.draws)
        keep = keep if keep is None else keep.to(windows.device)
        with torch.autocast(windows.device.type, dtype=torch.bfloat16, enabled=low):
            added = network.correction(inputs, steps, keep)
        loss = ((added - asked).square() * known).sum() / known.sum().clamp(min=1)
        state.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        state.optimiser.step()
        state.schedule.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            break
    return sum(losses) / len(losses)


@dataclass
class State:
    """Everything that the next epoch depends on, and the best so far."""

    network: Forecaster
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    generator: torch.Generator
    draws: np.random.Generator
    fitted: Fitted
    least: float = math.inf
    latest: float = math.inf
    waited: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    best: dict[str, Tensor] = field(default_factory=dict)

    def judge(self, epoch: int, validation_loss: float) -> None:
        """Keep the weights when the validation loss is the lowest so far."""
        self.latest, self.waited = validation_loss, self.waited + 1
        if validation_loss < self.least:
            self.least, self.waited, self.fitted.best_epoch = validation_loss, 0, epoch
            self.best = copied(self.network.state_dict())

    def keep(self, path: Path) -> None:
        """Write the state to a file, whole or not at all."""
        stored = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "draws": json.dumps(self.draws.bit_generator.state),
            "history": [astuple(done) for done in self.fitted.history],
            "best": self.best,
            "numbers": [self.least, self.waited, self.seconds, self.cpu_seconds, self.fitted.best_epoch],
        }
        unfinished = path.with_suffix(".unfinished")
        torch.save(stored, unfinished)
        unfinished.replace(path)

    def restore(self, path: Path) -> None:
        """Read the state back; does nothing when there is no file."""
        if not path.exists():
            return
        stored = torch.load(path, weights_only=True)
        self.network.load_state_dict(stored["network"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.schedule.load_state_dict(stored["schedule"])
        self.generator.set_state(stored["generator"])
        self.draws.bit_generator.state = json.loads(stored["draws"])
        self.fitted.history = [EpochLoss(*done) for done in stored["history"]]
        self.best = stored["best"]
        self.least, self.waited, self.seconds, self.cpu_seconds, self.fitted.best_epoch = stored["numbers"]


def copied(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return copies of weights that further training does not change."""
    return {name: value.clone() for name, value in weights.items()}


def dropout_mask(shape: tuple[int, ...], share: float, draws: np.random.Generator) -> Tensor | None:
    """Return zeros with the probability `share` and 1 / (1 − share) otherwise, or None when nothing is dropped.

    One random byte decides each, ten times faster than torch's own draws; the share is met to within 1/512.
    """
    if share == 0:
        return None
    kept = draws.integers(0, 256, size=shape, dtype=np.uint8) >= round(share * 256)
    return torch.from_numpy(kept) / (1 - share)


def shared_steps(settings: TrainingSettings) -> int:
    """Return for how many neighbouring forecasts one chunk is read: a seventh of the context."""
    return max(1, min(settings.context // 7, settings.context - settings.warm_up))


def forecast_at(network: Forecaster, windows: Windows, origins: np.ndarray) -> np.ndarray:
    """Return the standardised forecasts (origins, horizon) made at the rows `origins`, in rising order."""
    return through_chunks(network, windows, origins, anchored=True)


def correction_at(network: Forecaster, windows: Windows, origins: np.ndarray) -> np.ndarray:
    """Return what the network adds to the anchor (origins, horizon) at the rows `origins`, in rising order."""
    return through_chunks(network, windows, origins, anchored=False)


@torch.no_grad()
def through_chunks(network: Forecaster, windows: Windows, origins: np.ndarray, anchored: bool) -> np.ndarray:
    """Return forecasts or corrections (origins, horizon).

    One chunk serves the origins among its last steps, so that each forecast has seen nearly the whole context.
    """
    settings = windows.settings
    network.eval()
    stride = shared_steps(settings)
    starts: list[int] = []
    which: list[int] = []
    position: list[int] = []
    index = 0
    while index < len(origins):
        # Origins of the first rows have less to read than a whole chunk, which then begins before the first row.
        start = min(int(origins[index]) - (settings.context - stride), windows.rows - settings.context)
        last = start + settings.context - 1
        stop = int(np.searchsorted(origins, last, side="right"))
        which.extend([len(starts)] * (stop - index))
        position.extend(origins[index:stop] - (last - stride + 1))
        starts.append(start)
        index = stop
    at = np.array(starts)
    chunk_of, place = np.array(which), np.array(position)
    forecasts = np.empty((len(origins), settings.horizon))
    for first in range(0, len(at), 64):
        here = (chunk_of >= first) & (chunk_of < first + 64)
        some = at[first : first + 64]
        if anchored:
            chunk = windows.chunk(some, stride, network.kernel.shape[1], 0)
            made = network(chunk.inputs, chunk.past)
        else:
            made = network.correction(windows.read(some), stride)
        forecasts[here] = made[chunk_of[here] - first, place[here]].cpu().numpy()
    return forecasts
