"""The training loop: one network, from its first weights to those of its best epoch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from assistant.training.baselines import Linear, loss_by_step
from assistant.training.lstm import Forecaster
from assistant.training.machine import one_thread
from assistant.training.settings import TrainingSettings
from assistant.training.windows import Windows


class LossNotFiniteError(ArithmeticError):
    """The loss became NaN or infinite in an epoch."""


@dataclass(frozen=True)
class EpochLoss:
    """One pass: mean squared errors on the network's scale, and wall and processor seconds since the start."""

    number: int
    train_loss: float
    validation_loss: float
    seconds: float
    cpu_seconds: float


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


def fit(
    windows: Windows,
    anchor: Linear,
    size: float,
    train: int,
    validation: tuple[np.ndarray, np.ndarray],
    member: int,
    on_epoch: Callable[[EpochLoss], None],
    should_stop: Callable[[], bool],
) -> Fitted:
    """Train one network on the rows [0, train).

    `validation` holds the origins (n,) and the standardised values (n, horizon), NaN where unknown, that pick the best
    epoch. Raises LossNotFiniteError.
    """
    one_thread()
    settings = windows.settings
    origins, actual = validation
    seeds = np.random.SeedSequence([settings.seed, member]).generate_state(2)
    generator = torch.Generator().manual_seed(int(seeds[0]))
    draws = np.random.default_rng(int(seeds[1]))
    network = build(windows, anchor, size)
    network.start(generator)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    batches = -(-len(windows.draw(train, np.random.default_rng(0))) // settings.batch) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.epochs * batches, pct_start=0.15
    )
    steps = settings.context - settings.warm_up
    fitted = Fitted(network)
    least = loss_by_step(forecast_at(network, windows, origins), actual)
    best = {name: value.clone() for name, value in network.state_dict().items()}
    wall, cpu = time.perf_counter(), time.thread_time()
    for epoch in range(1, settings.epochs + 1):
        network.train()
        total = count = 0.0
        starts = windows.draw(train, draws)
        for first in range(0, len(starts), settings.batch):
            if should_stop():
                fitted.stopped = True
                break
            chunk = windows.chunk(starts[first : first + settings.batch], steps, anchor.lags, train)
            known = ~torch.isnan(chunk.wanted)
            wanted = torch.where(known, chunk.wanted, 0.0)
            keep = dropout_mask((len(wanted), steps, settings.units), settings.dropout, generator)
            forecast = network(chunk.inputs, chunk.past, keep)
            loss = ((forecast - wanted).square() * known).sum() / known.sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
            optimiser.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
            if not np.isfinite(total):
                raise LossNotFiniteError(f"epoch {epoch}")
        if fitted.stopped:
            break
        validation_loss = loss_by_step(forecast_at(network, windows, origins), actual)
        if validation_loss < least:
            least, fitted.best_epoch = validation_loss, epoch
            best = {name: value.clone() for name, value in network.state_dict().items()}
        done = EpochLoss(epoch, total / count, validation_loss, time.perf_counter() - wall, time.thread_time() - cpu)
        fitted.history.append(done)
        on_epoch(done)
        if epoch - fitted.best_epoch >= settings.patience:
            break
    network.load_state_dict(best)
    return fitted


def dropout_mask(shape: tuple[int, ...], share: float, generator: torch.Generator) -> Tensor | None:
    """Return zeros with the probability `share` and 1 / (1 − share) otherwise, or None when nothing is dropped."""
    if share == 0:
        return None
    return torch.empty(shape).bernoulli_(1 - share, generator=generator) / (1 - share)


def shared_steps(settings: TrainingSettings) -> int:
    """Return for how many neighbouring forecasts one chunk is read: a seventh of the context."""
    return max(1, min(settings.context // 7, settings.context - settings.warm_up))


@torch.no_grad()
def forecast_at(network: Forecaster, windows: Windows, origins: np.ndarray) -> np.ndarray:
    """Return the standardised forecasts (origins, horizon) made at the rows `origins`, in rising order.

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
        chunk = windows.chunk(at[first : first + 64], stride, network.kernel.shape[1], 0)
        made = network(chunk.inputs, chunk.past)
        forecasts[here] = made[chunk_of[here] - first, place[here]].numpy()
    return forecasts
