"""How a folder of tables is understood: right, asked, refused, wrong with a warning, wrong without a word.

    python -m tests.benchmarks.tables [FOLDER] [--expected FILE]

In FOLDER (or in FILE) lies `expected.toml` with a table for each file, `["name.csv"]`, that says what has to be
understood of it; only what is named is compared. The keys are those of `tests/table_expectations.py`, among them
`first`, `last`, `frequency`, `rows`, `target`, `among`, `time`, `value`, `features`, `without` (no features), `mentions`
and `refused` (a part of the sentence). Files with no expectation are told with what was understood. Without a folder,
the tables of the tests are judged.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.dataset_tables import CASES, Case
from tests.table_expectations import JUDGED, judge

_OWN = Path(__file__).parent.parent / "data" / "tables"
_COMPARED = ("separator", "encoding", "header", "first", "last", "frequency", "target", "series", "outcome", "unit")
_MORE = ("member", "season", "horizon")


def expectation(case: Case) -> dict[str, Any]:
    """Return the expectation of a table that the tests make."""
    named = {name: getattr(case, name) for name in (*_COMPARED, "rows", "value")}
    named |= {"time": list(case.time) if case.time is not None else None, "ambiguous": case.ambiguous}
    named |= {name: case.extra.get(name) for name in _MORE}
    named |= {"columns": case.columns, "repairs": case.repairs, "among": case.among or None}
    if case.rows is not None:
        named["dated"] = case.dated
    return {name: wanted for name, wanted in named.items() if wanted is not None}


def own_tables(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the tables of the tests, written to `folder` where they are made, each with its expectation."""
    for number, case in enumerate(CASES):
        path = folder / str(number) / f"{case.name}{case.suffix}"
        path.parent.mkdir()
        path.write_bytes(case.content)
        yield path, expectation(case)
    for name, expected in read_expectations(_OWN / "expected.toml").items():
        yield _OWN / name, {"ambiguous": False, **expected}


def read_expectations(path: Path) -> dict[str, dict[str, Any]]:
    """Return the expectations of a folder's files by their names."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def tables_of(folder: Path, expected: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the files of a folder, each with its expectation."""
    known = read_expectations(expected)
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix != ".toml" and path.name != "README.md":
            yield path, known.get(path.name, {"mentions": "an expectation"})


def main() -> None:
    """Judge each table and print those that are not right, then the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--expected", type=Path)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder
        tables = (
            tables_of(folder, arguments.expected or folder / "expected.toml") if folder else own_tables(Path(scratch))
        )
        for path, expected in tables:
            began = time.perf_counter()
            judged, other = judge(path, expected)
            slowest = max(slowest, (time.perf_counter() - began, path.name))
            counts[judged] += 1
            if judged != "right":
                print(f"{judged:21} {path.name}")
                for key, (wanted, got) in other.items():
                    print(f"    {key}: {str(got)[:160]} instead of {str(wanted)[:160]}")
    total = sum(counts.values())
    print("\n".join(f"{counts[name]:5} {name} ({counts[name] / max(total, 1):.1%})" for name in JUDGED))
    print(f"{total:5} tables; the slowest took {slowest[0]:.1f} s: {slowest[1]}")


if __name__ == "__main__":
    main()
