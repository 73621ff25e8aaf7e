"""How long a large table takes to be inspected, beside the time that Arrow alone takes to read it.

    python -m tests.benchmarks.dataset_inspect [--megabytes 100]

Writes a table of minutes and random walks to a temporary folder and prints wall seconds, processor seconds and the
most memory of each, every measurement in a process of its own.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

_BYTES_A_ROW = 96


def write_table(path: Path, megabytes: int) -> None:
    rows = megabytes * 1_000_000 // _BYTES_A_ROW
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"date": pd.date_range("2000-01-01", periods=rows, freq="min").strftime("%Y-%m-%d %H:%M:%S")})
    for number in range(8):
        frame[f"sensor {number}"] = np.round(generator.normal(size=rows).cumsum(), 4)
    frame.to_csv(path, index=False)


def most_memory() -> float:
    """The most memory that this process has held, in megabytes (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1e3 if found else float("nan")


def measure(path: Path, what: str) -> None:
    if what == "arrow":
        from pyarrow import csv

        start, processor = time.perf_counter(), time.process_time()
        csv.read_csv(str(path))
    else:
        from assistant.dataset.inspection import examine
        from assistant.dataset.preparing.prepare import prepare_file
        from assistant.dataset.profile import make_profile
        from assistant.dataset.series import Source
        from assistant.dataset.understanding.requested_roles import RequestedRoles

        print(f"{'libraries':9s} {most_memory():6.0f} MB")
        start, processor = time.perf_counter(), time.process_time()
        if what == "inspect":
            make_profile(examine(path))
        else:
            source = Source(kind="upload", reference="", title="", file_name=path.name, sha256="", size=1)
            prepare_file(path, source, RequestedRoles("sensor 3", ["date"]))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    print(f"{what:9s} {seconds:6.2f} s  {processor:6.2f} s of processor  at most {most_memory():6.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--measure", nargs=2)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(Path(arguments.measure[0]), arguments.measure[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, arguments.megabytes)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        for what in ("arrow", "arrow", "inspect", "prepare"):
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.dataset_inspect", "--measure", str(path), what], check=True
            )


if __name__ == "__main__":
    main()
