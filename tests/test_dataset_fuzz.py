"""Mutated tables: whatever a file holds, it is understood or refused in a sentence, never with a traceback."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.inspection import examine
from assistant.dataset.profile import make_profile
from assistant.dataset.times.read_times import read_single
from assistant.dataset.understanding.number_texts import read_numbers
from assistant.errors import DatasetError
from tests.dataset_tables import CASES

Found = TypeVar("Found")
MARKS = [b",", b";", b"\t", b'"', b"'", b"\n", b"\r", b"\0", b"\xff", b"\xfe\xff", b"-", b"nan", b"1e999", b"99999999999999999999", b"0000-00-00", b"\xe2\x80\xae", b"#", b" ", b"NaT", b"inf", b"()"]  # fmt: skip


def mutated(content: bytes, seed: int) -> bytes:
    """Change a file in up to six ways: cut, doubled, shuffled, flipped, marked."""
    chance = random.Random(seed)
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        if not data:
            break
        place = chance.randrange(len(data))
        match chance.randrange(8):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randint(1, 200)]
            case 2:
                data[place:place] = chance.choice(MARKS) * chance.randint(1, 3)
            case 3:
                rows = bytes(data).split(b"\n")
                chance.shuffle(rows)
                data = bytearray(b"\n".join(rows))
            case 4:
                data = bytearray(bytes(data).replace(chance.choice(MARKS[:6]), chance.choice(MARKS)))
            case 5:
                data = data[: chance.randint(0, len(data))]
            case 6:
                rows = bytes(data).split(b"\n")
                row = chance.randrange(len(rows))
                rows[row:row] = [rows[chance.randrange(len(rows))]] * chance.randint(1, 5)
                data = bytearray(b"\n".join(rows))
            case _:
                data[place:place] = bytes(data[chance.randrange(len(data)) :][:300])
    return bytes(data)


def understood_or_refused(act: Callable[[], Found]) -> Found | None:
    refusal = None
    try:
        return act()
    except DatasetError as error:
        refusal = error
    assert str(refusal)
    return None


def look(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    examination = understood_or_refused(lambda: examine(path))
    if examination is None:
        return
    assert examination.inspection.verdict
    assert make_profile(examination).columns == examination.table.columns
    if examination.series is not None:
        assert not examination.series.frame.isna().any().any()


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_table_is_understood_or_refused(seed: int, tmp_path: Path) -> None:
    case = CASES[seed * 7 % len(CASES)]
    look(mutated(case.content, seed), tmp_path / f"table{case.suffix}")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_are_understood_or_refused(content: bytes, tmp_path: Path) -> None:
    look(content, tmp_path / "table.csv")


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    link = understood_or_refused(lambda: parse_reference(text))
    assert link is None or link.page.startswith("https://")


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(alphabet="0123456789-/.: TZQWJanFebPM,+'?", max_size=20), min_size=1, max_size=12))
def test_any_texts_are_moments_or_numbers_or_neither(texts: list[str]) -> None:
    import pandas as pd

    column = pd.Series(texts, dtype="str")
    reading = read_single(column, "date")
    assert reading is None or reading.values is None or len(reading.values) == len(texts)
    numbers = read_numbers(column)
    assert numbers is None or len(numbers.values) == len(texts)


@pytest.mark.parametrize(
    "bad", ["<!--", "<a ", "<![", "<td <", "<a b='", "<script>", "<table><tr><td>", "<td colspan=99>"]
)
def test_a_broken_page_is_refused_soon(bad: str, tmp_path: Path) -> None:
    look(f"<html><table><tr><td>1{bad * 20_000}".encode(), tmp_path / "table.xls")


def test_a_member_without_a_name_is_no_traceback(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.suffix == ".zip")
    name = case.content[30 : 30 + case.content[26]]
    look(case.content.replace(name, b"\0" * len(name)), tmp_path / "table.zip")


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_very_long_cell_is_read_like_any_other(tmp_path: Path, separator: str, quote: str) -> None:
    cells = [
        (f"2020-01-{day:02d}", f"{quote}{'x' * (300_000 if day == 9 else 3)}{quote}", str(day * 1.5))
        for day in range(1, 31)
    ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(map(separator.join, [("date", "note", "value"), *cells])))
    assert examine(path).inspection.rows == 30


@pytest.mark.parametrize("lines", ["\n" * 500, "\r\n" * 500, " \n\t\n" * 200, "%\n" * 500, "\n" * 500 + "a"])
def test_blank_lines_are_answered_at_once(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "blank.csv"
    path.write_text(lines)
    with contextlib.suppress(DatasetError):  # refused in a sentence
        assert examine(path).series is None
