"""The child process of the adding problem: runs the cells in turn and writes how far they are, one line each time.

Its argument is a JSON object with `length`, `cells`, `seed` and `cpu_limit`; a line of its output is the list of all
trials' progress.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

import torch

from assistant.lecture.adding import AddingTrial
from assistant.lecture.pipes import claim_output, lower_priority
from assistant.lecture.results import AddingProgress, CellName


def run_trials(
    length: int,
    cells: Sequence[CellName],
    seed: int = 0,
    cpu_limit: float = 20.0,
    tell: Callable[[tuple[AddingProgress, ...]], None] = lambda _: None,
) -> tuple[AddingProgress, ...]:
    """Train the cells side by side on one thread, a quarter of a second each in turn, and tell after each turn."""
    torch.set_num_threads(1)
    trials = [AddingTrial(length, cell, seed, cpu_limit) for cell in cells]
    while not all(trial.finished for trial in trials):
        for trial in trials:
            trial.advance()
        tell(tuple(trial.progress() for trial in trials))
    return tuple(trial.progress() for trial in trials)


def main() -> None:
    """Run the trials that the argument asks for."""
    output = claim_output()
    lower_priority(10)
    arguments = json.loads(sys.argv[1])

    def tell(progress: tuple[AddingProgress, ...]) -> None:
        output.write(json.dumps([one.model_dump() for one in progress]) + "\n")
        output.flush()

    run_trials(**arguments, tell=tell)


if __name__ == "__main__":
    main()
