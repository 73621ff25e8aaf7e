"""Lengths of time in a column: read in minutes where they are lengths, left alone where they are times of day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.inspection import examine
from assistant.dataset.understanding.durations import read_durations


def texts(*cells: str | None) -> pd.Series:
    return pd.Series([*cells], dtype="str")


@pytest.mark.parametrize(
    ("name", "cells", "minutes"),
    [
        ("Sleep", ("06:52", "07:10"), (412, 430)),
        ("Avg Pace", ("5:30", "6:15"), (5.5, 6.25)),
        ("Moving Time", ("00:52:10.5", "01:02:00"), (52.175, 62)),
        ("Best lap", ("1:23.4", "1:24.0"), (1.39, 1.4)),
        ("Night", ("7h 23m", "8 h"), (443, 480)),
        ("uptime", ("PT1H30M", "PT45S"), (90, 0.75)),
        ("t", ("0 days 01:00:00", "2 days, 00:00:30"), (60, 2880.5)),
        ("hours", ("38:30", "9:15"), (38.5, 9.25)),
        ("Schlafdauer", ("06:00", "--", "07:00"), (360, None, 420)),
    ],
)
def test_lengths_are_minutes(name: str, cells: tuple[str, ...], minutes: tuple[float | None, ...]) -> None:
    read = read_durations(texts(*cells), name)
    assert read is not None
    assert read == pytest.approx([float("nan") if value is None else value for value in minutes], nan_ok=True)


@pytest.mark.parametrize(
    ("name", "cells"),
    [("Sunrise", ("06:52", "06:53")), ("Sleep", ("well", "badly")), ("Sleep", ("6:75", "7:80")), ("Sleep", (None,))],
)
def test_times_of_day_and_words_are_no_lengths(name: str, cells: tuple[str | None, ...]) -> None:
    assert read_durations(texts(*cells), name) is None


def nights(folder: Path, name: str) -> Path:
    path = folder / "nights.csv"
    rows = (f"{date(2021, 1, 1) + timedelta(days=n)},{6 + n % 3:02d}:{n * 7 % 60:02d}" for n in range(100))
    path.write_text("\n".join([f"Date,{name}", *rows]) + "\n", "utf-8")
    return path


def test_lengths_can_be_the_target_and_undone_are_words(tmp_path: Path) -> None:
    found = examine(nights(tmp_path, "In bed"))
    assert found.inspection.target == "In bed"
    assert found.series is not None
    assert (found.series.unit, found.series.values[1]) == ("min", 427)
    undone = examine(nights(tmp_path, "In bed"), ReadingRequest(choices=Choices(undo=frozenset({"durations:In bed"}))))
    assert undone.inspection.target is None
    assert [(repair.key, repair.applied) for repair in undone.inspection.repairs] == [("durations:In bed", False)]


def test_the_clock_of_a_moment_is_no_target(tmp_path: Path) -> None:
    assert examine(nights(tmp_path, "Time")).inspection.target is None
