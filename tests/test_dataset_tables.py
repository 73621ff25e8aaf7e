"""Tables shaped like those that students bring: each must be understood without help."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.dataset.inspection import examine
from tests.dataset_tables import CASES, Case, wave, workbook

FILES = Path(__file__).parent / "data" / "tables"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FILES / "expected.toml").read_text(encoding="utf-8"))


def understood(case: Case, folder: Path) -> Any:
    path = folder / f"table{case.suffix}"
    path.write_bytes(case.content)
    return examine(path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_table_is_understood(case: Case, tmp_path: Path) -> None:
    examination = understood(case, tmp_path)
    found, series = examination.inspection, examination.series
    seen = f"{found.model_dump(exclude={'columns', 'findings'})}"
    for name, wanted, got in (
        ("separator", case.separator, found.reader.separator),
        ("encoding", case.encoding, found.reader.encoding),
        ("header", case.header, found.reader.header),
        ("time", case.time, found.time.columns if found.time else ()),
        ("first", case.first, found.time.first if found.time else None),
        ("last", case.last, found.time.last if found.time else None),
        ("frequency", case.frequency, found.time.frequency if found.time else None),
        ("target", case.target, found.target),
        ("series", case.series, found.series.column if found.series else None),
        ("outcome", case.outcome, found.outcome),
        ("member", case.extra.get("member"), found.reader.member),
        ("season", case.extra.get("season"), found.season),
        ("horizon", case.extra.get("horizon"), found.horizon),
    ):
        assert wanted is None or got == wanted, f"{name}: {got!r} instead of {wanted!r} in {seen}"
    names = {column.name for column in found.columns}
    assert names.issuperset(case.columns), seen
    assert not case.among or found.target in case.among, seen
    assert {repair.key for repair in found.repairs}.issuperset(case.repairs), seen
    ambiguous = found.time is not None and found.time.other_first is not None
    assert ambiguous == case.ambiguous, seen
    if case.rows is None:
        return
    assert series is not None, seen
    assert len(series.frame) == case.rows, seen
    assert series.dated == case.dated, seen
    assert case.unit is None or series.unit == case.unit, seen
    assert case.value is None or series.values[0] == pytest.approx(case.value), seen


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_understood(name: str) -> None:
    examination = examine(FILES / name)
    found, series = examination.inspection, examination.series
    time = found.time
    rows = len(series.frame) if series is not None else 0
    got = {
        "first": time.first if time else None,
        "last": time.last if time else None,
        "frequency": time.frequency if time else None,
        "target": found.target,
        "time": list(time.columns) if time else [],
        "header": found.reader.header,
        "series": found.series.column if found.series else None,
        "member": found.reader.member,
        "rows": rows,
        "width": len(found.columns),
        "dated": series is not None and series.dated,
        "ambiguous": time is not None and time.other_first is not None,
        "value": series.values[0] if series is not None else None,
        "lowest": series.values.min() if series is not None else None,
        "among": found.target,
        "columns": {column.name for column in found.columns},
        "numbers": {column.name for column in found.columns if column.kind == "number"},
        "repairs": {repair.key for repair in found.repairs},
        "mentions": " ".join(map(str, found.findings)),
    }
    seen = f"{got} {found.verdict}"
    for key, wanted in {"ambiguous": False, **EXPECTED[name]}.items():
        if key == "among":
            assert got[key] in wanted, seen
        elif key in ("columns", "numbers", "repairs"):
            assert set(wanted) <= got[key], seen
        elif key == "mentions":
            assert wanted in got[key], seen
        else:
            assert got[key] == (pytest.approx(wanted) if isinstance(wanted, float) else wanted), f"{key}: {seen}"


def test_each_file_beside_the_expectations_has_one() -> None:
    assert {path.name for path in FILES.iterdir()} == {*EXPECTED, "expected.toml"}


def test_there_are_enough_tables() -> None:
    assert len(CASES) + len(EXPECTED) >= 150


def sheet_with_title(book: Any) -> None:
    notes = book.active
    notes.title = "Notes"
    notes.append(["About these data"])
    sheet = book.create_sheet("Daten 2020")
    sheet.append(["Monthly production"])
    sheet.append([])
    sheet.append([None, "Month", "Output", "Staff"])
    for number, value in enumerate(wave(48)):
        sheet.append([None, dt.datetime(2015 + number // 12, number % 12 + 1, 1), value, 100 + number % 5])


def test_the_fullest_sheet_of_a_workbook_is_read_below_its_title(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(sheet_with_title))
    examination = examine(path)
    found = examination.inspection
    assert (found.reader.kind, found.reader.sheet, found.reader.sheets) == (
        "excel",
        "Daten 2020",
        ("Notes", "Daten 2020"),
    )
    assert found.time is not None
    assert (found.time.columns, found.time.frequency, found.target) == (("Month",), "MS", "Output")
    assert examination.series is not None
    assert examination.series.values[0] == wave(48)[0]
