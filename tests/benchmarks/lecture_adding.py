"""How often and how fast the adding problem is solved: `python -m tests.benchmarks.lecture_adding`.

Prints one line for each run and a summary. The bars: LSTM at T = 100 on 8 of 8 seeds within 6 CPU seconds each, at
T = 400 within 40, RNN at T = 100 on none of 4 within 20.
"""

from __future__ import annotations

import os
import platform

from assistant.lecture.adding import run_trials
from assistant.lecture.results import AddingProgress, CellName

CASES: tuple[tuple[CellName, int, int, float], ...] = (
    ("lstm", 100, 8, 6.0),
    ("lstm", 400, 8, 40.0),
    ("rnn", 100, 4, 20.0),
)


def main() -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one torch thread, CPU seconds")
    for cell, length, seeds, limit in CASES:
        found: list[AddingProgress] = []
        for seed in range(seeds):
            (done,) = run_trials(length, [cell], seed, limit)
            found.append(done)
            print(
                f"{cell} T={length} seed {seed}: {'solved' if done.solved else 'not solved'}, error {done.mse:.4f}, "
                f"{done.sequences:,} sequences, {done.cpu_seconds:.2f} s",
                flush=True,
            )
        solved = [done.cpu_seconds for done in found if done.solved]
        span = f", {min(solved):.1f} to {max(solved):.1f} s" if solved else ""
        print(f"{cell} T={length}: {len(solved)} of {seeds} within {limit:g} CPU seconds{span}", flush=True)


if __name__ == "__main__":
    main()
