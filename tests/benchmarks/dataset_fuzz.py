"""Ten thousand mutated tables: how many are understood or refused, how long the slowest takes, how much memory.

    python -m tests.benchmarks.dataset_fuzz [--files 10000] [--first 0]

Mutates the tables of the tests, one after the other, and examines each as a file that a student brings. Whatever ends
with anything but an inspection or a refusal in a sentence is told with its seed; so is what takes longer than 5 s.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from assistant.dataset.inspection import examine
from assistant.dataset.profile import make_profile
from assistant.errors import DatasetError
from tests.dataset_tables import CASES
from tests.test_dataset_fuzz import mutated

_FILES = Path(__file__).parent.parent / "data" / "tables"
_SLOW = 5.0  # seconds
_TOLD = 1000


def materials() -> list[tuple[str, bytes]]:
    """Return the suffix and the content of every table of the tests."""
    kept = [path for path in sorted(_FILES.iterdir()) if path.suffix != ".toml"]
    return [(case.suffix, case.content) for case in CASES] + [(path.suffix, path.read_bytes()) for path in kept]


def outcome(path: Path) -> str:
    """Examine a file and say how it ended."""
    try:
        examination = examine(path)
        make_profile(examination)
    except DatasetError as error:
        return "refused" if str(error) else "refused without a word"
    return "understood" if examination.series is not None else "no series"


def memory() -> tuple[float, float]:
    """Return the memory held now and at most, in megabytes (Linux)."""
    status = Path("/proc/self/status").read_text()
    now, most = (re.search(rf"{name}:\s+(\d+) kB", status) for name in ("VmRSS", "VmHWM"))
    return (int(now[1]) / 1e3 if now else float("nan")), (int(most[1]) / 1e3 if most else float("nan"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    tables = materials()
    ended: Counter[str] = Counter()
    slowest, slowest_seed, began = 0.0, -1, time.perf_counter()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.first, arguments.first + arguments.files):
            suffix, content = tables[seed % len(tables)]
            path = Path(folder) / f"table{suffix}"
            path.write_bytes(mutated(content, seed))
            start = time.process_time()  # what other work on the machine takes is not counted
            try:
                ended[outcome(path)] += 1
            except Exception:
                ended["failed"] += 1
                print(f"seed {seed} failed:\n{traceback.format_exc(limit=-3)}", flush=True)
            seconds = time.process_time() - start
            if seconds > slowest:
                slowest, slowest_seed = seconds, seed
            if seconds > _SLOW:
                ended["slow"] += 1
                print(f"seed {seed} took {seconds:.1f} s", flush=True)
            if (seed + 1) % _TOLD == 0:
                print(f"{seed + 1}: {dict(ended)}; {memory()[0]:.0f} MB", flush=True)
    now, most = memory()
    print(f"{arguments.files:,} files in {time.perf_counter() - began:.0f} s: {dict(ended)}")
    print(f"slowest {slowest:.2f} s (seed {slowest_seed}); {now:.0f} MB at the end, {most:.0f} MB at most")
    sys.exit(bool(ended["failed"] or ended["slow"] or ended["refused without a word"]))


if __name__ == "__main__":
    main()
