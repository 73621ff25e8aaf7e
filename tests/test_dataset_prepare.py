"""From a table to a series: regular moments, repairs in a list, nothing from the future, a chronological split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.dataset.choices import Choices, ReadingRequest, SeriesChoice
from assistant.dataset.preparing.prepare import Parts, SeriesRequest, prepare, prepare_file, prepare_ready
from assistant.dataset.preparing.season import autocorrelation
from assistant.dataset.reading.read_table import read_table
from assistant.dataset.ready_projects import list_ready
from assistant.dataset.series import Roles, Series, Source, load_series, save_series
from assistant.dataset.understanding.requested_roles import RequestedRoles
from assistant.errors import DatasetError

SOURCE = Source(kind="upload", reference="t.csv", title="Tides", file_name="t.csv", sha256="0" * 64, size=1)


def series_of(
    path: Path,
    target: str | None = None,
    *,
    horizon: int | None = None,
    split: Parts | None = None,
    choices: Choices | None = None,
) -> Series:
    request = ReadingRequest(choices=choices or Choices())
    return prepare_file(path, SOURCE, RequestedRoles(target), SeriesRequest(horizon=horizon, split=split), request)


def table_of(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text, "utf-8")
    return path


def daily(folder: Path, values: list[object], start: str = "2020-01-01") -> Path:
    days = pd.date_range(start, periods=len(values)).strftime("%Y-%m-%d")
    return table_of(
        folder, "day,level\n" + "\n".join(f"{day},{value}" for day, value in zip(days, values, strict=True))
    )


@pytest.mark.parametrize("ready", list_ready(), ids=lambda ready: ready.name)
def test_a_ready_project_becomes_a_regular_series_without_gaps(ready: object) -> None:
    series = prepare_ready(ready)  # type: ignore[arg-type]
    assert not series.frame.isna().any().any()
    assert isinstance(series.frame.index, pd.DatetimeIndex)
    full = pd.date_range(series.frame.index[0], series.frame.index[-1], freq=series.frequency.alias)
    assert list(series.frame.index) == list(full)
    assert series.split.end == len(series.frame)
    assert series.split.test >= 2 * series.horizon
    assert series.unit


def test_the_gaps_of_the_carbon_dioxide_record_are_filled_and_told() -> None:
    series = prepare_ready(next(ready for ready in list_ready() if ready.name == "co2"))
    gaps = next(repair for repair in series.repairs if repair.key == "gaps")
    assert gaps.count == sum(end - first for first, end in gaps.places) == 59
    assert all((series.values[first:end] == series.values[first - 1]).all() for first, end in gaps.places)
    assert series.frequency.alias == "W-SAT"


def test_a_gap_is_filled_from_the_past_and_never_from_the_future(tmp_path: Path) -> None:
    values: list[object] = [float(number) for number in range(60)]
    values[40] = values[41] = ""
    series = series_of(daily(tmp_path, values), target="level", horizon=3)
    assert series.values[40] == series.values[41] == 39.0


def test_changing_the_test_part_changes_nothing_before_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values: list[object] = [round(float(value), 3) for value in rng.normal(size=100)]
    values[30] = values[69] = ""
    first = series_of(daily(tmp_path, values), target="level", horizon=3)
    end = first.split.train + first.split.validation
    changed = [*values[:end], *(1000.0 + number for number in range(100 - end))]
    second = series_of(daily(tmp_path, changed), target="level", horizon=3)
    assert first.scaler == second.scaler
    np.testing.assert_array_equal(first.values[:end], second.values[:end])


def test_the_scaler_is_that_of_the_training_rows(tmp_path: Path) -> None:
    series = series_of(daily(tmp_path, list(range(100))), target="level", horizon=3)
    training = series.values[: series.split.train]
    assert series.scaler.mean == pytest.approx((training.mean(),))
    assert series.scaler.deviation == pytest.approx((training.std(),))


def test_counts_of_rows_may_cover_less_than_the_table(tmp_path: Path) -> None:
    series = series_of(daily(tmp_path, list(range(100))), target="level", horizon=3, split=(50, 10, 20))
    assert (series.split.train, series.split.validation, series.split.test) == (50, 10, 20)
    assert len(series.frame) == 100


def test_shares_of_rows_are_taken_in_the_order_of_time(tmp_path: Path) -> None:
    series = series_of(daily(tmp_path, list(range(100))), target="level", horizon=3, split=(0.6, 0.2, 0.2))
    assert (series.split.train, series.split.validation, series.split.test) == (60, 20, 20)


@pytest.mark.parametrize("split", [(90, 10, 10), (0.9, 0.2, 0.2), (50, 0, 10)])
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, split: tuple[float, float, float]) -> None:
    with pytest.raises(DatasetError, match="parts do not fit"):
        series_of(daily(tmp_path, list(range(100))), target="level", horizon=3, split=split)


def test_a_horizon_longer_than_the_test_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="horizon is longer than the test part"):
        series_of(daily(tmp_path, list(range(100))), target="level", horizon=40)


def test_rows_that_lie_upside_down_are_turned_round(tmp_path: Path) -> None:
    lines = daily(tmp_path, list(range(50))).read_text().splitlines()
    path = table_of(tmp_path, "\n".join([lines[0], *lines[:0:-1]]))
    series = series_of(path, target="level", horizon=2)
    assert list(series.values) == list(range(50))
    assert [repair.key for repair in series.repairs] == ["order"]


def test_missing_days_are_put_in(tmp_path: Path) -> None:
    lines = daily(tmp_path, list(range(50))).read_text().splitlines()
    del lines[20:23]
    series = series_of(table_of(tmp_path, "\n".join(lines)), target="level", horizon=2)
    assert len(series.frame) == 50
    assert next(repair for repair in series.repairs if repair.key == "missing moments").count == 3


def test_rows_that_stand_twice_are_left_out(tmp_path: Path) -> None:
    lines = daily(tmp_path, list(range(50))).read_text().splitlines()
    series = series_of(table_of(tmp_path, "\n".join([*lines, *lines[10:14]])), target="level", horizon=2)
    assert list(series.values) == list(range(50))
    assert next(repair for repair in series.repairs if repair.key == "copies").count == 4


def test_a_repair_can_be_switched_off(tmp_path: Path) -> None:
    values: list[object] = list(range(60))
    values[10] = ""
    series = series_of(daily(tmp_path, values), target="level", horizon=2, choices=Choices(undo=frozenset({"gaps"})))
    assert list(series.values) == list(range(11, 60))
    assert [(repair.key, repair.applied) for repair in series.repairs] == [("gaps", False), ("stretch", True)]


def test_one_series_of_several_is_taken_and_can_be_chosen(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=40).strftime("%Y-%m-%d")
    rows = [
        f"{day},{town},{value}" for town, value in (("Ulm", 1), ("Bonn", 100)) for value, day in enumerate(days, value)
    ]
    path = table_of(tmp_path, "day,town,rain_mm\n" + "\n".join(rows))
    first = series_of(path, target="rain_mm", horizon=2)
    assert first.values[0] == 1
    assert first.repairs[0].key == "series"
    chosen = Choices(series=SeriesChoice(column="town", value="Bonn"))
    assert series_of(path, target="rain_mm", horizon=2, choices=chosen).values[0] == 100
    together = Choices(series=SeriesChoice(column="town", together="sum"))
    assert series_of(path, target="rain_mm", horizon=2, choices=together).values[0] == 101


def test_a_misspelt_target_is_refused_with_close_names(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Close to it are level"):
        series_of(daily(tmp_path, list(range(50))), target="levl")


def test_a_target_of_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="level does not hold numbers. It holds words"):
        series_of(daily(tmp_path, ["high", "low"] * 30), target="level")


def test_a_target_that_never_changes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="never changes"):
        series_of(daily(tmp_path, [5] * 60), target="level", horizon=2)


def test_a_table_with_too_few_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="too few"):
        series_of(daily(tmp_path, list(range(6))), target="level")


def test_constant_features_are_left_out(tmp_path: Path) -> None:
    lines = daily(tmp_path, list(range(50))).read_text().splitlines()
    text = "\n".join([f"{lines[0]},flat", *(f"{line},3" for line in lines[1:])])
    table = read_table(table_of(tmp_path, text))
    series = prepare(table, Roles(target="level", time=("day",), features=("flat",)), SOURCE, SeriesRequest(horizon=2))
    assert list(series.frame.columns) == ["level"]
    assert series.roles.features == ()
    assert series.repairs[-1].key == "constant"


def test_a_table_without_time_is_taken_row_by_row(tmp_path: Path) -> None:
    path = table_of(tmp_path, "level\n" + "\n".join(str((number * 7) % 13) for number in range(80)))
    series = series_of(path, horizon=2)
    assert not series.dated
    assert series.frequency.step == "row"


def test_a_saved_series_comes_back_the_same(tmp_path: Path) -> None:
    series = prepare_ready(list_ready()[0])
    again = load_series(save_series(series, tmp_path / "series"))
    pd.testing.assert_frame_equal(again.frame, series.frame, check_freq=False)
    assert (again.roles, again.split, again.scaler, again.repairs) == (
        series.roles,
        series.split,
        series.scaler,
        series.repairs,
    )


def test_the_season_of_values_whose_squares_are_no_numbers_is_found():
    values = np.sin(2 * np.pi * np.arange(120) / 7) + 2
    usual, huge = autocorrelation(values, 14), autocorrelation(values * 1e300, 14)
    assert np.allclose(usual, huge)
    assert huge[7] > 0.8
