"""Tables shaped like those that students bring: each must be understood without help."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.dataset.inspection import examine
from tests.benchmarks.tables import expectation
from tests.dataset_tables import CASES, Case, wave, workbook
from tests.table_expectations import differences, understood

FILES = Path(__file__).parent / "data" / "tables"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FILES / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_table_is_understood(case: Case, tmp_path: Path) -> None:
    path = tmp_path / f"table{case.suffix}"
    path.write_bytes(case.content)
    got = understood(examine(path))
    assert differences(got, expectation(case)) == {}, got


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_understood(name: str) -> None:
    got = understood(examine(FILES / name))
    assert differences(got, {"ambiguous": False, **EXPECTED[name]}) == {}, got


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
