"""Every repair of a table is a line with a switch, or says why it has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.inspection import Examination, examine
from assistant.dataset.repairs import can_undo, why_fixed
from assistant.dataset.series import Repair, Series
from tests.dataset_tables import lines, wave

DAYS = list(pd.date_range("2020-01-15", periods=100).strftime("%Y-%m-%d"))
VALUES = wave(100, 7)


def daily(change: Callable[[int, str, float], list[str]], names: str = "day,level") -> str:
    """Return a table of a hundred days; `change` gives the rows of each day."""
    return lines(names, [row for place, day in enumerate(DAYS) for row in change(place, day, VALUES[place])])


def of(found: Examination) -> Series:
    assert found.series is not None, found.inspection.verdict
    return found.series


def rows(number: int) -> Callable[[Series], bool]:
    return lambda series: len(series.frame) == number


def undated(number: int) -> Callable[[Series], bool]:
    return lambda series: not series.dated and len(series.frame) == number


def in_order(series: Series) -> bool:
    """The table's rows in the order of time, whatever their order in the file was."""
    return bool(np.array_equal(series.values[:50:5], VALUES[:50:5]))


CASES: dict[str, tuple[str, Callable[[Series], bool], Callable[[Series], bool]]] = {
    "gaps": (
        daily(lambda i, day, v: [f"{day},{'' if i == 30 else v}"]),
        rows(100),
        rows(69),
    ),
    "marks:level": (
        daily(lambda i, day, v: [f"{day},{'-' if i == 30 else v}"]),
        lambda series: series.values[30] == VALUES[29],
        lambda series: series.values[30] == 0.0,
    ),
    "sentinel:level": (
        daily(lambda i, day, v: [f"{day},{-999 if i == 30 else v}"]),
        lambda series: series.values[30] == VALUES[29],
        lambda series: series.values[30] == -999.0,
    ),
    "strange:rain": (
        daily(lambda i, day, v: [f"{day},{v},{'trace' if i == 30 else i % 9}"], "day,level,rain"),
        lambda series: series.roles.features == ("rain",),
        lambda series: series.roles.features == (),
    ),
    "signs:cost": (
        daily(lambda i, day, v: [f"{day},{v},${i % 9}"], "day,level,cost"),
        lambda series: series.roles.features == ("cost",),
        lambda series: series.roles.features == (),
    ),
    "order": (
        lines("day,level", [f"{day},{value}" for day, value in zip(DAYS[::-1], VALUES[::-1], strict=True)]),
        in_order,
        lambda series: not series.dated and series.values[0] == VALUES[-1],
    ),
    "copies": (
        daily(lambda i, day, v: [f"{day},{v}"] * (2 if i == 30 else 1), "day,count"),
        lambda series: series.dated and series.values[30] == VALUES[30],
        lambda series: series.dated and series.values[30] == pytest.approx(2 * VALUES[30]),
    ),
    "same moment": (
        daily(lambda i, day, v: [f"{day},{v}", *([f"{day},{v + 2}"] if i == 60 else [])][::-1]),
        lambda series: series.dated and series.values[60] == pytest.approx(VALUES[60] + 1),
        undated(101),
    ),
    "missing moments": (
        daily(lambda i, day, v: [f"{day},{v}"] if i != 30 else []),
        rows(100),
        lambda series: undated(99)(series) and series.values[30] == VALUES[31],
    ),
    "grid": (
        daily(lambda i, day, v: [f"{day} 0{i * 7 % 10}:{i * 13 % 60:02d},{v}"]),
        lambda series: series.dated,
        undated(100),
    ),
    "ends": (
        daily(lambda i, day, v: [f"{day},{'' if i > 90 else v}"]),
        rows(91),
        lambda series: len(series.frame) == 100 and series.values[99] == VALUES[90],
    ),
    "start": (
        daily(lambda i, day, v: [f"{day},{v},{'' if i < 4 else i % 9}"], "day,level,rain"),
        lambda series: rows(96)(series) and series.roles.features == ("rain",),
        lambda series: rows(100)(series) and series.roles.features == (),
    ),
    "late features": (
        daily(lambda i, day, v: [f"{day},{v},{'' if i < 20 else i % 9}"], "day,level,rain"),
        lambda series: rows(100)(series) and series.roles.features == (),
        lambda series: rows(80)(series) and series.roles.features == ("rain",),
    ),
    "constant": (
        daily(lambda i, day, v: [f"{day},{v},{1 if i < 60 else i}"], "day,level,rain"),
        lambda series: series.roles.features == (),
        lambda series: series.roles.features == ("rain",),
    ),
    "short rows": (
        daily(lambda i, day, v: [f"{day},{v},a" if i != 30 else f"{day},{v}"], "day,level,note"),
        lambda series: series.values[30] == VALUES[30],
        lambda series: series.values[30] == VALUES[29],
    ),
    "crooked rows": (
        daily(lambda i, day, v: [f"{day},{v},a" if i != 30 else f"{day},{v},a,b"], "day,level,note"),
        lambda series: series.values[30] == VALUES[29],
        lambda series: series.values[30] == VALUES[30],
    ),
    "second table": (
        daily(lambda i, day, v: [f"{day},{v}"]) + "\nAnother one\nday,level\n" + "".join(
            f"{day},{value}\n" for day, value in zip(pd.date_range("2020-04-24", periods=9).strftime("%Y-%m-%d"), VALUES, strict=False)
        ),
        rows(100),
        rows(109),
    ),
    "merged:place": (
        lines("place,day,level", [
            f"{place if i == 0 else ''},{day},{v + 10 * k}"
            for k, place in enumerate(("north", "south")) for i, (day, v) in enumerate(zip(DAYS, VALUES, strict=True))
        ]),
        lambda series: any(repair.key == "series" for repair in series.repairs),
        lambda series: any(repair.key == "same moment" for repair in series.repairs),
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", CASES)
def test_a_repair_can_be_undone(key: str, tmp_path: Path) -> None:
    text, done, undone = CASES[key]
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    before = examine(path)
    repair = next(repair for repair in before.inspection.repairs if repair.key == key)
    assert repair.applied
    assert can_undo(repair)
    assert done(of(before)), before.inspection
    after = examine(path, ReadingRequest(choices=Choices(undo=frozenset({key}))), roles=before.roles)
    assert undone(of(after)), after.inspection
    again = next((repair for repair in after.inspection.repairs if repair.key == key), None)
    assert again is None or not again.applied


def test_a_repair_without_a_switch_says_why() -> None:
    for key in ("names", "no moment", "before", "series", "zone", "feature:wind"):
        repair = Repair(what="x", count=1, why="y", key=key)
        assert not can_undo(repair)
        assert why_fixed(repair)


@pytest.mark.parametrize(
    ("name", "key", "rows"),
    [
        ("years-quarters-and-months-below-each-other.csv", "periods", 357),
        ("years-in-rows-above-their-months.csv", "year rows", 130),
        ("merged-cells-for-three-regions-of-unequal-length.xlsx", "merged cells", 92),
    ],
)
def test_what_was_done_to_the_rows_of_a_file_can_be_undone(name: str, key: str, rows: int) -> None:
    path = Path(__file__).parent / "data" / "tables" / name
    for undo in (frozenset[str](), frozenset({key})):
        found = examine(path, ReadingRequest(choices=Choices(undo=undo))).inspection
        [repair] = [repair for repair in found.repairs if repair.key == key]
        assert can_undo(repair)
        assert repair.applied == (not undo)
    assert found.rows == rows
