"""The adding problem of Hochreiter & Schmidhuber (1997): add two numbers that were marked long ago.

Each sequence has two inputs at every step, a number between 0 and 1 and a mark. The mark is 1 at one step of the first
half and at one of the second, else 0; the answer, asked for after the last step, is the sum of the two marked numbers.
Always answering 1 gives a mean squared error of 1/6; a trial is solved below 0.01 on 1,000 fresh sequences.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from assistant.errors import LectureError
from assistant.lecture.results import AddingProgress, CellName

SOLVED = 0.01
FRESH = 1000
BATCH = 64
UNITS = 32
SHORTEST, LONGEST = 4, 1000
_POINT_EVERY = 10  # batches averaged in one point of the curve
_CELLS: Mapping[str, Callable[..., nn.RNNBase]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def draw(count: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return `count` sequences (count, length, 2) and their answers (count,)."""
    numbers = torch.rand(count, length, generator=generator)
    half = length // 2
    marks = torch.zeros(count, length)
    marks.scatter_(1, torch.randint(0, half, (count, 1), generator=generator), 1.0)
    marks.scatter_(1, torch.randint(half, length, (count, 1), generator=generator), 1.0)
    return torch.stack((numbers, marks), dim=2), (numbers * marks).sum(dim=1)


class AddingTrial:
    """One network on its way to solving the adding problem; `advance` it until it is finished.

    Adam with rate 0.01, gradient norm clipped at 1, batches of 64 sequences that are never seen again. LSTM and GRU
    start with gates whose memories last from 1 to `length` steps (chrono initialisation, Tallec & Ollivier 2018); the
    plain RNN has no gate to set. Raises LectureError for an unknown cell or a length outside 4 … 1000.
    """

    def __init__(self, length: int, cell: CellName = "lstm", seed: int = 0, cpu_limit: float = 20.0) -> None:
        if cell not in _CELLS or not SHORTEST <= length <= LONGEST:
            raise LectureError(
                "The adding problem cannot be set up.",
                f"The cell is {cell!r} and the length {length}.",
                f"Choose lstm, gru or rnn and a length from {SHORTEST} to {LONGEST}.",
            )
        self.length, self.cell, self.seed, self.cpu_limit = length, cell, seed, cpu_limit
        torch.manual_seed(seed)
        # Apart from each other, so that every cell learns from the same sequences however often it is checked.
        self._generator = torch.Generator().manual_seed(seed)
        self._fresh = torch.Generator().manual_seed(seed + 2**31)
        self._network = _CELLS[cell](2, UNITS, batch_first=True)
        self._head = nn.Linear(UNITS, 1)
        _set_memory(self._network, cell, length)
        self._parameters = [*self._network.parameters(), *self._head.parameters()]
        self._optimizer = torch.optim.Adam(self._parameters, lr=0.01, fused=True)
        self._recent: list[float] = []
        self._curve: list[tuple[int, float]] = []
        self._batches = 0
        self._cpu_seconds = 0.0
        self._fresh_mse: float | None = None
        self.finished = False
        self.solved = False

    def advance(self, cpu_seconds: float = 0.25) -> None:
        """Train for about `cpu_seconds` of this process's time, or until solved or over the limit."""
        start = time.process_time()
        until = min(cpu_seconds, self.cpu_limit - self._cpu_seconds)
        while not self.finished and time.process_time() - start < until:
            self._learn()
            if self._batches % _POINT_EVERY == 0:
                mean = sum(self._recent) / len(self._recent)
                self._recent.clear()
                self._curve.append((self._batches * BATCH, mean))
                # A check costs as much as several batches, so it is made only when the answer may be yes.
                if mean < SOLVED * 1.2:
                    self._fresh_mse = self._check()
                    self.finished = self.solved = self._fresh_mse < SOLVED
        self._cpu_seconds += time.process_time() - start
        if not self.finished and self._cpu_seconds >= self.cpu_limit:
            self._fresh_mse = self._check()
            self.solved = self._fresh_mse < SOLVED
            self.finished = True

    def progress(self) -> AddingProgress:
        """Return how far it has come."""
        latest = self._curve[-1][1] if self._curve else None
        return AddingProgress(
            cell=self.cell,
            length=self.length,
            seed=self.seed,
            units=UNITS,
            finished=self.finished,
            solved=self.solved,
            mse=self._fresh_mse if self.finished else latest,
            sequences=self._batches * BATCH,
            cpu_seconds=self._cpu_seconds,
            cpu_limit=self.cpu_limit,
            curve=tuple(self._curve),
        )

    def _answers(self, sequences: Tensor) -> Tensor:
        answers: Tensor = self._head(self._network(sequences)[0][:, -1])[:, 0]
        return answers

    def _learn(self) -> None:
        sequences, sums = draw(BATCH, self.length, self._generator)
        loss = (self._answers(sequences) - sums).square().mean()
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        self._batches += 1
        self._recent.append(loss.item())

    def _check(self) -> float:
        with torch.no_grad():
            sequences, sums = draw(FRESH, self.length, self._fresh)
            return float((self._answers(sequences) - sums).square().mean().item())


def _set_memory(network: nn.RNNBase, cell: CellName, length: int) -> None:
    """Give the gates biases of log U(1, length − 1), so that units start with memories of many lengths."""
    if cell == "rnn":
        return
    with torch.no_grad():
        spread = torch.log(torch.empty(UNITS).uniform_(1, length - 1))
        biases, others = network.bias_ih_l0, network.bias_hh_l0
        assert isinstance(biases, Tensor)
        assert isinstance(others, Tensor)
        biases[UNITS : 2 * UNITS] = spread  # the forget gate of torch's LSTM, the update gate of its GRU
        others[UNITS : 2 * UNITS] = 0.0
        if cell == "lstm":
            biases[:UNITS] = -spread
            others[:UNITS] = 0.0


def run_trials(
    length: int,
    cells: Sequence[CellName],
    seed: int = 0,
    cpu_limit: float = 20.0,
    tell: Callable[[tuple[AddingProgress, ...]], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[AddingProgress, ...]:
    """Train the cells side by side on one thread, a quarter of a second each in turn, and tell after each turn."""
    torch.set_num_threads(1)
    trials = [AddingTrial(length, cell, seed, cpu_limit) for cell in cells]
    while not all(trial.finished for trial in trials) and not should_stop():
        for trial in trials:
            trial.advance()
        tell(tuple(trial.progress() for trial in trials))
    return tuple(trial.progress() for trial in trials)
