"""How fast this computer trains: a few steps of a network of the very size that is going to be trained."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import torch

from assistant.training.baselines import naive
from assistant.training.machine import keep_memory, one_thread
from assistant.training.network_fitting import Fitted, State, build, one_epoch
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import step
from assistant.training.windows import Windows, input_scale

STEPS = 25
LONGEST = 0.5  # wall seconds after which no further step is taken


def measure(settings: TrainingSettings, columns: int) -> tuple[float, float]:
    """Return the processor seconds of a step as a multiple of what `cost.step` says, and the wall seconds for each.

    The network is thrown away; it learns from made values, so nothing depends on it.
    """
    keep_memory()
    one_thread()
    single = replace(settings, steps=1, stride=1 << 40, epochs=STEPS)
    rows = settings.context + settings.horizon + settings.batch
    draws = np.random.default_rng(0)
    walk = draws.normal(size=(rows, columns)).cumsum(axis=0)
    calendar = np.zeros((rows, 2 * len(settings.calendar)))
    windows = Windows(walk, calendar, single, input_scale(walk, rows, single))
    network = build(windows, naive(settings.horizon).reaching(settings.context), 1.0)
    network.start(torch.Generator().manual_seed(0))
    network.to(windows.device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=STEPS + 1)
    state = State(network, optimiser, schedule, torch.Generator(), draws, Fitted(network))
    missed = torch.zeros(rows, settings.horizon, device=windows.device)
    one_epoch(
        state, windows, settings.context, rows, lambda: False, missed
    )  # the first step also gets everything ready
    taken: list[float] = []
    began, spent = time.perf_counter(), time.thread_time()
    while len(taken) < STEPS - 1 and time.perf_counter() - began < LONGEST:
        before = time.thread_time()
        one_epoch(state, windows, settings.context, rows, lambda: False, missed)
        taken.append(time.thread_time() - before)
    spent = time.thread_time() - spent
    load = (time.perf_counter() - began) / spent if spent > 0 else 1.0
    return max(sorted(taken)[len(taken) // 4], 1e-6) / step(settings, columns), load
