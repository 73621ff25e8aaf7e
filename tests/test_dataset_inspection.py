"""Inspections: findings, switches, choices and the profile."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from assistant.dataset.choices import Choices, ReadingRequest, SeriesChoice
from assistant.dataset.inspection import Inspection, examine, inspect
from assistant.dataset.profile import make_profile
from assistant.dataset.ready_projects import list_ready
from assistant.dataset.series import Roles, Source
from assistant.dataset.understanding import very_large_tables as large
from assistant.findings import Level
from tests.dataset_tables import wave

SOURCE = Source(
    kind="link", reference="https://x.example/t.csv", title="Tides", file_name="t.csv", sha256="0" * 64, size=1
)


def table_of(folder: Path, head: str, rows: list[str]) -> Path:
    path = folder / "t.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def days(count: int) -> list[str]:
    return list(pd.date_range("2020-01-01", periods=count).strftime("%Y-%m-%d"))


def said(inspection: Inspection) -> str:
    return " ".join(str(finding) for finding in inspection.findings)


@pytest.mark.parametrize("ready", list_ready(), ids=lambda ready: ready.name)
def test_a_ready_project_is_good_for_forecasting_without_help(ready: object) -> None:
    found = inspect(ready.path)  # type: ignore[attr-defined]
    assert found.outcome == "good"
    assert found.time is not None
    assert found.time.columns == ready.time  # type: ignore[attr-defined]
    assert ready.target in found.targets  # type: ignore[attr-defined]


def test_an_inspection_travels_as_json(tmp_path: Path) -> None:
    found = inspect(
        table_of(tmp_path, "day,level", [f"{day},{v}" for day, v in zip(days(80), wave(80, 7), strict=True)])
    )
    assert Inspection.model_validate_json(found.model_dump_json()) == found


def both_ways(folder: Path) -> Path:
    dates = [f"{d:02d}/{m:02d}/2021" for m in range(1, 13) for d in range(1, 13)]
    return table_of(folder, "date,level", [f"{date},{v}" for date, v in zip(dates, wave(144), strict=True)])


def test_dates_that_can_be_read_in_two_ways_are_shown_with_both(tmp_path: Path) -> None:
    path = table_of(
        tmp_path, "date,level", [f"{d:02d}/{m:02d}/2021,{d}" for m, d in ((1, 2), (1, 2), (1, 2), (1, 2))] * 20
    )
    found = inspect(path)
    assert found.time is not None
    assert {found.time.first, found.time.other_first} == {"2021-01-02", "2021-02-01"}
    assert "can be read in two ways" in said(found)
    for order, first in (("day first", "2021-01-02"), ("month first", "2021-02-01")):
        chosen = inspect(path, ReadingRequest(choices=Choices(date_order=order)))  # type: ignore[arg-type]
        assert chosen.time is not None
        assert (chosen.time.first, chosen.time.other_first) == (first, None)


def test_the_order_of_the_rows_tells_days_from_months(tmp_path: Path) -> None:
    found = inspect(both_ways(tmp_path))
    assert found.time is not None
    assert (found.time.order, found.time.other_first) == ("day first", None)


def test_columns_that_look_like_personal_data_are_named(tmp_path: Path) -> None:
    rows = [
        f"{day},p{i}@mail.example,+49 170 {1000000 + i},Ada {chr(65 + i % 26)}ovelace,{v}"
        for i, (day, v) in enumerate(zip(days(80), wave(80, 7), strict=True))
    ]
    text = said(inspect(table_of(tmp_path, "day,contact_mail,phone,customer name,level", rows)))
    assert "contact_mail looks like personal data (e-mail addresses)" in text
    assert "phone looks like personal data (phone numbers)" in text
    assert "customer name looks like personal data" in text
    assert "The column level" not in text


def test_a_dataset_without_a_licence_is_a_finding_and_one_with_it_is_none(tmp_path: Path) -> None:
    path = table_of(tmp_path, "day,level", [f"{day},{v}" for day, v in zip(days(80), wave(80, 7), strict=True)])
    assert "No licence was found" in said(inspect(path, source=SOURCE))
    assert "No licence" not in said(inspect(path, source=SOURCE.model_copy(update={"licence": "CC0-1.0"})))


def test_empty_constant_and_nearly_empty_columns_are_told(tmp_path: Path) -> None:
    rows = [f"{day},{v},,7,{i if i < 5 else ''}" for i, (day, v) in enumerate(zip(days(80), wave(80, 7), strict=True))]
    text = said(inspect(table_of(tmp_path, "day,level,nothing,always,seldom", rows)))
    assert "The column nothing is empty." in text
    assert "The column always is the same in every row." in text
    assert "The column seldom is nearly empty." in text


def test_outliers_are_told_and_left_alone(tmp_path: Path) -> None:
    values = wave(200, 7)
    values[50] = 5000.0
    examination = examine(
        table_of(tmp_path, "day,level", [f"{day},{v}" for day, v in zip(days(200), values, strict=True)])
    )
    assert "1 value of level far from all others." in said(examination.inspection)
    assert examination.series is not None
    assert examination.series.values[50] == 5000.0


@pytest.mark.parametrize("key", ["sentinel:level", "order", "gaps", "missing moments"])
def test_every_repair_is_a_line_and_those_with_a_choice_can_be_switched_off(tmp_path: Path, key: str) -> None:
    values: list[object] = [*wave(90, 7)]
    values[10], values[20], values[21] = -999, "", -999
    rows = [f"{day},{v}" for day, v in zip(days(90), values, strict=True)]
    del rows[40]
    path = table_of(tmp_path, "day,level", rows[::-1])
    before = {repair.key: repair for repair in inspect(path).repairs}
    assert all(repair.what and repair.why and repair.count > 0 for repair in before.values())
    assert before[key].applied
    if key != "missing moments":
        after = {
            repair.key: repair
            for repair in inspect(path, ReadingRequest(choices=Choices(undo=frozenset({key})))).repairs
        }
        assert not after[key].applied


def test_a_wide_table_can_be_left_as_it_is(tmp_path: Path) -> None:
    head = "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
    path = table_of(tmp_path, head, [f"{1980 + i}," + ",".join(map(str, wave(12))) for i in range(30)])
    assert inspect(path).rows == 360
    assert inspect(path, ReadingRequest(choices=Choices(undo=frozenset({"wide"})))).rows == 30


def test_several_series_are_listed_and_one_can_be_picked(tmp_path: Path) -> None:
    rows = [
        f"{day},{town},{k * 100 + v}"
        for k, town in enumerate(("Ulm", "Bonn"))
        for day, v in zip(days(80), wave(80, 7), strict=True)
    ]
    path = table_of(tmp_path, "day,town,level", rows)
    found = inspect(path)
    assert found.series is not None
    assert found.series.names == {"Ulm": 80, "Bonn": 80}
    picked = examine(path, ReadingRequest(choices=Choices(series=SeriesChoice(column="town", value="Bonn")))).series
    assert picked is not None
    assert picked.values[0] == 100 + wave(80, 7)[0]


def test_roles_that_a_student_gives_are_kept(tmp_path: Path) -> None:
    rows = [f"{day},{v},{v * 2}" for day, v in zip(days(80), wave(80, 7), strict=True)]
    path = table_of(tmp_path, "day,level,price", rows)
    found = inspect(path, roles=Roles(target="level", time=("day",), features=("price",)))
    assert (found.target, found.features) == ("level", ("price",))


def test_the_suggestion_says_why(tmp_path: Path) -> None:
    rows = [f"{day},{v},{i % 5}" for i, (day, v) in enumerate(zip(days(80), wave(80, 7), strict=True))]
    reasons = inspect(table_of(tmp_path, "day,price,staff", rows)).reasons
    assert "price is by its name" in reasons["target"]
    assert reasons["time"].startswith("day holds moments")
    assert "staff" in reasons["features"]


def test_a_profile_shows_the_course_the_gaps_and_the_season(tmp_path: Path) -> None:
    values: list[object] = [*wave(400, 7)]
    for row in range(100, 120):
        values[row] = ""
    profile = make_profile(
        examine(table_of(tmp_path, "day,level", [f"{day},{v}" for day, v in zip(days(400), values, strict=True)]))
    )
    assert profile.columns == ("day", "level")
    assert len(profile.preview) == 20
    assert max(profile.missing["level"]) == 1.0
    assert sum(profile.histogram) == 400
    assert profile.autocorrelation[7] > 0.7 > profile.autocorrelation[3]
    assert profile.low is not None
    assert profile.course[0][0] == "2020-01-01"


def test_a_table_that_cannot_be_forecast_blocks_with_what_to_do(tmp_path: Path) -> None:
    found = inspect(table_of(tmp_path, "title,review", [f"film {i},fine" for i in range(30)]))
    assert found.findings[0].level is Level.BLOCK
    assert found.findings[0].fix
    assert (found.target, found.horizon, found.outcome) == (None, None, "wrong kind")


def test_of_a_very_large_table_only_the_columns_of_interest_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    names = [f"sensor_{number}" for number in range(9)]
    rows = [
        f"{day:%Y-%m-%d},{','.join(f'{(place * number) % 17 + 0.1 * number:.1f}' for number in range(3, 12))},a{place}@x.org"
        for place, day in enumerate(pd.date_range("2000-01-01", periods=3000))
    ]
    path.write_text("\n".join([f"day,{','.join(names)},mail", *rows]), "utf-8")
    monkeypatch.setattr(large, "_VERY_LARGE", 1000)
    monkeypatch.setattr(large, "_START", 20_000)
    found = examine(path)
    assert found.inspection.rows == 3000
    assert [column.name for column in found.inspection.columns] == ["day", *names, "mail"]
    assert found.inspection.time is not None
    assert found.inspection.time.last == "2008-03-18"
    assert 2 < len(found.table.columns) < 7
    assert len(make_profile(found).missing) == 11
    said = " ".join(map(str, found.inspection.findings))
    assert "columns were loaded" in said
    assert "looks like personal data (e-mail" in said
    asked = Roles(target="sensor_1", time=("day",), features=("sensor_2",))
    assert examine(path, roles=asked).table.columns == ("day", "sensor_1", "sensor_2")


def test_years_of_two_digits_that_pass_thirty_five_are_of_one_century(tmp_path: Path) -> None:
    moments = pd.date_range("1920-01-01", periods=300, freq="MS")
    for form in ("%d.%m.%y", "%b-%y"):
        rows = [f"{moment},{place % 12 + place / 99:.2f}" for place, moment in enumerate(moments.strftime(form))]
        for ordered in (rows, rows[::-1]):
            time = inspect(table_of(tmp_path, "month,level", ordered)).time
            assert time is not None
            assert (time.first, time.last) == ("1920-01-01", "1944-12-01")


def test_hours_of_a_few_days_are_not_taken_for_the_same_day_of_months(tmp_path: Path) -> None:
    moments = pd.date_range("2015-03-05", periods=150, freq="h").delete([7, 30, 31, 60, 90, 91, 92, 110, 130])
    rows = [f"{moment.month}-{moment.day}-{moment:%Y %H:%M},{place % 24}.5" for place, moment in enumerate(moments)]
    time = inspect(table_of(tmp_path, "time,level", rows)).time
    assert time is not None
    assert (time.first, time.order, time.frequency) == ("2015-03-05", "month first", "h")


def test_a_list_of_events_is_told_from_words_and_what_to_do_is_said(tmp_path: Path) -> None:
    moments = pd.date_range("2014-04-01", periods=200, freq="7min").strftime("%m/%d/%Y %H:%M:%S")
    found = inspect(
        table_of(tmp_path, "Date/Time,Base", [f"{moment},B025{place % 9}" for place, moment in enumerate(moments)])
    )
    assert found.outcome == "wrong kind"
    assert "count its rows" in found.verdict


@pytest.mark.parametrize(
    ("form", "freq", "first"),
    [("%d-%b", "D", None), ("%m/%y", "MS", "2020-01-01"), ("%b-%y", "MS", "2020-01-01"), ("%Y-%j", "D", "2020-01-01")],
)
def test_days_without_a_year_are_no_months_of_other_years(
    form: str, freq: str, first: str | None, tmp_path: Path
) -> None:
    moments = pd.date_range("2020-01-01", periods=90, freq=freq).strftime(form)
    found = inspect(
        table_of(tmp_path, "date,level", [f"{moment},{place % 7}.5" for place, moment in enumerate(moments)])
    )
    assert (found.time.first if found.time else None) == first


@pytest.mark.parametrize(
    ("price", "first", "told"),
    [("1,5", 1.234, False), ("1.5", 1234.0, False), ("1", 1.234, True)],
    ids=["another comma parts decimals", "points part decimals", "nothing tells"],
)
def test_a_comma_before_three_digits_is_read_by_the_other_numbers(
    price: str, first: float, told: bool, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    rows = (f"{date(2021, 1, 1) + timedelta(days=n)};{1 + n % 9},{234 + n};{price}{n % 7}" for n in range(90))
    path.write_text("\n".join(["day;amount;price", *rows]) + "\n", "utf-8")
    examination = examine(path, roles=Roles(target="amount", time=("day",)))
    assert examination.series is not None
    assert examination.series.values[0] == pytest.approx(first)
    assert (
        any("may part the decimals or the thousands" in str(item) for item in examination.inspection.findings) == told
    )


def test_a_comma_inside_a_number_that_shifts_the_names_is_said(tmp_path: Path) -> None:
    shifted = inspect(
        table_of(tmp_path, "date,price", [f"{day},${9 + n // 50},{100 + n}.45" for n, day in enumerate(days(200))])
    )
    assert "one value more than there are names" in said(shifted)
    whole = inspect(
        table_of(tmp_path, "date,price", [f'{day},"${9 + n // 50},{100 + n}.45"' for n, day in enumerate(days(200))])
    )
    assert "one value more" not in said(whole)
