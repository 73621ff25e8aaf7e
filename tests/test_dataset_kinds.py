"""Kinds of tables that are easily read wrong without a word, each in several makes: other names, signs and sizes."""

from __future__ import annotations

import gzip
import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.inspection import Examination, examine
from assistant.dataset.series import Roles
from assistant.training.forecast_comparison import Judgement
from assistant.training.run_in_words import verdict_of


def walk(rows: int, seed: int = 1, level: float = 100.0) -> np.ndarray:
    return np.round(level + np.random.default_rng(seed).normal(size=rows).cumsum(), 2)


def days(rows: int, start: str = "2021-01-01", freq: str = "D") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=rows, freq=freq)


def written(folder: Path, frame: pd.DataFrame, **how: Any) -> Path:
    path = folder / "table.csv"
    frame.to_csv(path, index=how.pop("index", False), **how)
    return path


def said(examination: Examination) -> str:
    found = examination.inspection
    return " ".join(map(str, (*found.findings, *(repair.what for repair in found.repairs), found.verdict)))


def ahead(kind: str, values: np.ndarray) -> pd.Series:
    y = pd.Series(values)
    match kind:
        case "tomorrow":
            return y.shift(-1)
        case "in five rows":
            return y.shift(-5)
        case "centred mean":
            return y.rolling(7, center=True, min_periods=1).mean()
        case "rolling mean ahead":
            return y.rolling(5).mean().shift(-4)
        case "return of tomorrow":
            return (y.shift(-1) / y - 1).round(6)
        case "rises tomorrow":
            return (y.shift(-1) > y).astype(int)
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "names", "how"),
    [
        ("tomorrow", ("Date", "Close", "Volume", "Tomorrow"), {}),
        ("tomorrow", ("fecha", "precio", "volumen", "etiqueta"), {"sep": ";", "decimal": ","}),
        ("in five rows", ("ds", "demand", "temp", "label"), {"sep": "\t"}),
        ("centred mean", ("Date", "Close", "Volume", "MA7"), {}),
        ("rolling mean ahead", ("time", "load", "wind", "smooth"), {"sep": ";"}),
        ("return of tomorrow", ("day", "price", "orders", "ret"), {}),
        ("rises tomorrow", ("Datum", "Kurs", "Stueck", "Signal"), {"sep": ";", "decimal": ","}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_a_feature_that_looks_ahead_is_named_and_off(
    tmp_path: Path, kind: str, names: tuple[str, ...], how: dict[str, Any], newest_first: bool
) -> None:
    values = walk(360)
    noise = np.random.default_rng(5).integers(1000, 9000, 360)
    frame = pd.DataFrame(dict(zip(names, (days(360), values, noise, ahead(kind, values)), strict=True)))
    path = written(tmp_path, frame[::-1] if newest_first else frame, **how)
    examination = examine(path)
    assert examination.inspection.target == names[1]
    assert names[3] not in examination.inspection.features
    roles = Roles(target=names[1], time=(names[0],), features=names[2:])
    chosen = examine(path, roles=roles)
    assert chosen.series is not None
    assert set(chosen.series.future) == {names[3]}
    assert f"{names[3]} holds the future" in said(chosen)
    assert "cannot say that the network is better" in said(chosen)


@pytest.mark.parametrize(("kind", "rows"), [("tomorrow", 1), ("in five rows", 5), ("centred mean", 3)])
def test_how_far_a_feature_looks_ahead_is_told(tmp_path: Path, kind: str, rows: int) -> None:
    values = walk(400, seed=3)
    path = written(tmp_path, pd.DataFrame({"date": days(400), "close": values, "other": ahead(kind, values)}))
    shown = said(examine(path))
    assert f"next {rows} rows" in shown if rows > 1 else "next 1 row" in shown


def driven(kind: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(11)
    steps = np.arange(rows)
    season = np.sin(2 * np.pi * steps / 24)
    slow = generator.normal(size=rows).cumsum() * 0.3
    match kind:
        case "weather":
            feature = 10 * season + slow + generator.normal(size=rows)
            return 50 + 2 * feature + generator.normal(size=rows), feature
        case "a trend":
            return 0.1 * steps + generator.normal(size=rows), steps**1.5
        case "yesterday":
            y = 100 + slow + generator.normal(size=rows)
            return y, np.concatenate(([y[0]], y[:-1]))
        case "its own mean":
            y = 100 + slow * 3
            return y, pd.Series(y).rolling(7, min_periods=1).mean().to_numpy()
        case "hour of the day":
            return 100 + 30 * season + generator.normal(size=rows), steps % 24
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["weather", "a trend", "yesterday", "its own mean", "hour of the day"])
@pytest.mark.parametrize("rows", [120, 900])
def test_what_is_known_at_the_time_does_not_hold_the_future(tmp_path: Path, kind: str, rows: int) -> None:
    target, feature = driven(kind, rows)
    frame = pd.DataFrame({"when": days(rows, freq="h"), "load": target.round(3), "beside": feature.round(3)})
    roles = Roles(target="load", time=("when",), features=("beside",))
    series = examine(written(tmp_path, frame), roles=roles).series
    assert series is not None
    assert series.future == {}


@pytest.mark.parametrize(
    ("freq", "rows", "period", "names"),
    [("MS", 480, "year", ("month", "rainfall", "ANNUAL")), ("D", 900, "month", ("Datum", "Absatz", "Monatssumme")), ("h", 2000, "day", ("ts", "load", "daily_max"))],
)  # fmt: skip
def test_a_sum_over_a_longer_period_is_no_feature(
    tmp_path: Path, freq: str, rows: int, period: str, names: tuple[str, str, str]
) -> None:
    when = days(rows, "1980-01-01", freq)
    values = pd.Series(walk(rows, seed=8, level=500))
    groups = {"year": when.year, "month": when.to_period("M"), "day": when.date}[period]
    total = values.groupby(np.asarray(groups)).transform("sum").round(2)
    frame = pd.DataFrame(dict(zip(names, (when, values, total), strict=True)))
    examination = examine(written(tmp_path, frame))
    assert names[2] not in examination.inspection.features
    assert f"{names[2]} holds the future: it is the same within each {period}" in said(examination)


def test_months_across_beside_their_sum(tmp_path: Path) -> None:
    cells = np.round(50 + 30 * np.random.default_rng(2).random((60, 12)), 1)
    frame = pd.DataFrame(
        cells, columns=["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )
    frame.insert(0, "YEAR", np.arange(1950, 2010))
    frame["ANNUAL"] = frame.iloc[:, 1:].sum(axis=1).round(1)
    examination = examine(written(tmp_path, frame))
    assert examination.inspection.features == ()
    assert "ANNUAL holds the future" in said(examination)


@pytest.mark.parametrize("future", [(), ("Tomorrow",), ("Tomorrow", "Label")])
def test_no_win_is_claimed_with_a_feature_that_holds_the_future(future: tuple[str, ...]) -> None:
    verdict = verdict_of(Judgement("beats", "naive", 0.2, 9.0), "lstm", future)
    assert (verdict.outcome == "beats") == (not future)
    assert ("beats" in verdict.sentence) == (not future)
    assert all(name in verdict.sentence for name in future)


@pytest.mark.parametrize(
    ("freq", "rows", "zeros", "how"),
    [("MS", 240, 33, {}), ("D", 400, 5, {"sep": ";", "decimal": ","}), ("h", 90, 2, {"sep": "\t"})],
)
def test_zeros_that_are_not_out_yet_are_no_values(
    tmp_path: Path, freq: str, rows: int, zeros: int, how: dict[str, Any]
) -> None:
    values = np.round(200 + 60 * np.sin(np.arange(rows) / 9), 1)
    values[-zeros:] = 0.0
    frame = pd.DataFrame({"when": days(rows, freq=freq), "index": values})
    for table in (frame, frame[::-1]):
        examination = examine(written(tmp_path, table, **how), roles=Roles(target="index", time=("when",)))
        assert examination.series is not None
        assert len(examination.series.frame) == rows - zeros
        assert "not yet out:index" in {repair.key for repair in examination.series.repairs}


@pytest.mark.parametrize("kind", ["counts with zeros", "falls by and by", "rain", "ends near zero"])
def test_zeros_at_the_end_that_may_be_values_stay(tmp_path: Path, kind: str) -> None:
    rows = 200
    values = {
        "counts with zeros": np.random.default_rng(1).poisson(2, rows).astype(float),
        "falls by and by": np.maximum(np.linspace(100, -3, rows), 0),
        "rain": np.random.default_rng(2).choice([0.0, 1.0, 5.0], rows),
        "ends near zero": np.abs(np.sin(np.arange(rows) / 5)) * 3 + 0.1,
    }[kind]
    values[-3:] = 0.0
    series = examine(written(tmp_path, pd.DataFrame({"date": days(rows), "value": values.round(2)}))).series
    assert series is not None
    assert len(series.frame) == rows


@pytest.mark.parametrize(("code", "how"), [(-200, {}), (-999, {"sep": ";", "decimal": ","}), (9999, {"sep": "\t"})])
def test_a_code_for_missing_is_found_in_every_column(tmp_path: Path, code: int, how: dict[str, Any]) -> None:
    rows = 300
    generator = np.random.default_rng(4)
    broken = np.zeros(rows, bool)
    broken[60:80] = True
    wide, narrow = generator.uniform(300, 9000, rows), generator.uniform(5, 9, rows)
    seldom = np.where(np.arange(rows) % 10 == 0, generator.uniform(1, 5, rows), np.nan)
    columns = {"wide": wide, "narrow": narrow, "seldom": seldom}
    frame = pd.DataFrame({"when": days(rows, freq="h"), **{name: values.round(1) for name, values in columns.items()}})
    frame.loc[broken, ["wide", "narrow"]] = code
    frame["seldom"] = frame["seldom"].fillna(code)
    found = {column.name: column for column in examine(written(tmp_path, frame, **how)).inspection.columns}
    assert (found["narrow"].missing, found["seldom"].missing) == (20, 270)
    assert found["wide"].missing == 20


def test_a_number_that_only_looks_like_a_code_stays(tmp_path: Path) -> None:
    frame = pd.DataFrame({"when": days(100), "a": walk(100), "b": np.arange(100) * 5.0 - 210})
    frame.loc[3, "a"] = -200
    found = {column.name: column for column in examine(written(tmp_path, frame)).inspection.columns}
    assert found["b"].missing == 0


@pytest.mark.parametrize(
    "names", [("Name", "Email", "Phone"), ("full_name", "e-mail", "mobile"), ("Vorname", "mail", "telephone")]
)
@pytest.mark.parametrize("same", [True, False])
def test_all_that_tells_of_people_is_named(tmp_path: Path, names: tuple[str, str, str], same: bool) -> None:
    rows = 80
    people = ["Asha Rao"] * rows if same else [f"Person{number} Smith" for number in range(rows)]
    phones = [5550100123 + (0 if same else number) for number in range(rows)]
    mails = [f"s{number}@example.org" for number in range(rows)]
    frame = pd.DataFrame(
        {"date": days(rows), "level": walk(rows), **dict(zip(names, (people, mails, phones), strict=True))}
    )
    shown = said(examine(written(tmp_path, frame)))
    assert all(f"The column {name} looks like personal data" in shown for name in names)


def scaled(kind: str, values: np.ndarray) -> np.ndarray:
    span = values.max() - values.min()
    match kind:
        case "to one":
            return (values - values.min()) / span
        case "around zero":
            return 2 * (values - values.min()) / span - 1
        case "by deviations":
            return (values - values.mean()) / values.std()
        case "a rate":
            return np.round(0.2 + 0.6 * (values - values.min()) / span, 4)
        case "a share":
            return np.round((values - values.min()) / span, 1)
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["to one", "around zero", "by deviations", "a rate", "a share"])
@pytest.mark.parametrize(("rows", "how"), [(90, {}), (500, {"sep": ";", "decimal": ","})])
def test_values_that_were_scaled_before_are_told(tmp_path: Path, kind: str, rows: int, how: dict[str, Any]) -> None:
    frame = pd.DataFrame({"date": days(rows), "Close": scaled(kind, walk(rows))})
    told = "scaled with the whole series" in said(examine(written(tmp_path, frame, **how)))
    assert told == (kind not in ("a rate", "a share"))


@pytest.mark.parametrize(("season", "rows", "name"), [(4, 80, "visitors"), (12, 144, "Ventas"), (7, 140, "y")])
def test_steps_without_dates_follow_in_order_where_a_season_shows(
    tmp_path: Path, season: int, rows: int, name: str
) -> None:
    pattern = np.random.default_rng(season).permutation(np.linspace(0, 60, season))
    values = 100 + np.resize(pattern, rows) + np.random.default_rng(1).normal(size=rows)
    found = examine(written(tmp_path, pd.DataFrame({name: values.round(1)}))).inspection
    assert (found.outcome, found.season) == ("usable", season)


@pytest.mark.parametrize("engine", ["xlsx as xls", "xlsx as csv", "csv as xlsx"])
def test_what_a_file_is_is_told_by_its_content(tmp_path: Path, engine: str) -> None:
    frame = pd.DataFrame({"date": days(60), "level": walk(60)})
    content, _, name = engine.partition(" as ")
    path = tmp_path / f"table.{name}"
    if content == "xlsx":
        plain = tmp_path / "plain.xlsx"
        frame.to_excel(plain, index=False)
        plain.rename(path)
    else:
        frame.to_csv(path, index=False)
    series = examine(path).series
    assert series is not None
    assert len(series.frame) == 60


@pytest.mark.parametrize(
    ("inner", "beside"), [("inner.zip", "readme.txt"), ("data/levels.csv.gz", "NOTES.txt"), ("levels.zip", "about.csv")]
)
def test_the_table_of_an_inner_archive_is_found(tmp_path: Path, inner: str, beside: str) -> None:
    table = pd.DataFrame({"date": days(60), "level": walk(60)}).to_csv(index=False).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("levels.csv", table)
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(beside, "about these data\n")
        archive.writestr(inner, gzip.compress(table) if inner.endswith(".gz") else packed.getvalue())
    examination = examine(path)
    assert examination.inspection.reader.member == inner
    assert examination.series is not None


@pytest.mark.parametrize(("short", "empty"), [(18, 0), (30, 2), (5, 1)])
@pytest.mark.parametrize("long_form", [True, False])
def test_a_complete_series_is_offered_first(tmp_path: Path, short: int, empty: int, long_form: bool) -> None:
    names = ["Aland", *(f"Empty{number}" for number in range(empty)), "Bland", "Cland"]
    rows = []
    for place, name in enumerate(names):
        values = walk(61, seed=place)
        known = short if name == "Aland" else 0 if name.startswith("Empty") else 61
        rows += [(name, 1960 + year, value if year >= 61 - known else None) for year, value in enumerate(values)]
    frame = pd.DataFrame(rows, columns=["Country Name", "Year", "Value"])
    if not long_form:
        frame = frame.pivot(index="Country Name", columns="Year", values="Value").loc[names].reset_index()
    examination = examine(written(tmp_path, frame))
    found = examination.inspection
    assert found.series is not None
    assert next(iter(found.series.names)) == "Bland"
    assert not any(name.startswith("Empty") for name in found.series.names)
    assert examination.series is not None
    assert len(examination.series.frame) == 61


@pytest.mark.parametrize(
    "keys",
    [
        {"country": 3, "sex": 2, "age": 4},
        {"Land": 2, "Geschlecht": 3, "Alter": 3, "Art": 2},
        {"store": 4, "item": 5, "promo": 2},
    ],
)
def test_groups_of_several_columns_are_told_apart(tmp_path: Path, keys: dict[str, int]) -> None:
    groups = list(itertools.product(*([f"{name}{number}" for number in range(count)] for name, count in keys.items())))
    rows = [
        (moment, *group, value)
        for place, group in enumerate(groups)
        for moment, value in zip(days(40, "1980-01-01", "YS"), walk(40, seed=place), strict=True)
    ]
    examination = examine(written(tmp_path, pd.DataFrame(rows, columns=["date", *keys, "rate"])))
    found = examination.inspection
    assert found.series is not None
    assert found.series.column == " + ".join(keys)
    assert len(found.series.names) == len(groups)
    assert "The first was taken" in said(examination)


@pytest.mark.parametrize(("columns", "how"), [(3, {}), (8, {"sep": ";"}), (2, {"sep": "\t"})])
@pytest.mark.parametrize(("first", "index"), [(0, False), (1, False), (0, True)])
def test_numbers_that_count_the_columns_are_names(
    tmp_path: Path, columns: int, how: dict[str, Any], first: int, index: bool
) -> None:
    frame = pd.DataFrame({str(first + place): walk(80, seed=place) for place in range(columns)})
    if index:
        frame.index = days(80)
    found = examine(written(tmp_path, frame, index=index, **how)).inspection
    assert found.reader.header
    assert found.rows == 80
    assert {str(first + place) for place in range(columns)} <= {column.name for column in found.columns}


@pytest.mark.parametrize("start", [0, 1, 5])
def test_numbers_that_go_on_below_are_no_names(tmp_path: Path, start: int) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("".join(f"{start + row},{start + row + 1},{start + row + 2}\n" for row in range(60)))
    assert not examine(path).inspection.reader.header


@pytest.mark.parametrize(
    ("names", "separator", "form"),
    [("Date,Average,Trend", ",", "%Y-%m"), ("Fecha;Media;Tendencia", ";", "%d/%m/%Y"), ("time\tlevel\tflow", "\t", "%Y-%m-%d")],
)  # fmt: skip
def test_a_header_of_one_name_too_few_stands_where_it_fits(
    tmp_path: Path, names: str, separator: str, form: str
) -> None:
    path = tmp_path / "short.csv"
    rows = zip(days(200, freq="MS").strftime(form), walk(200), walk(200, seed=2), walk(200, seed=3), strict=True)
    path.write_text("\n".join([names, *(separator.join(map(str, row)) for row in rows)]))
    first, *others = names.split(separator)
    found = examine(path).inspection
    assert [column.name for column in found.columns] == [first, *others, "column 4"]
    assert found.time is not None
    assert found.time.columns == (first,)
    assert found.target in others
    assert "one value more" in " ".join(map(str, found.findings))
    other = examine(path, ReadingRequest(Choices(undo=frozenset({"short header"})))).inspection
    assert [column.name for column in other.columns] == ["row", first, *others]


def test_a_header_over_an_index_without_a_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "index.csv"
    path.write_text("level,flow\n" + "".join(f"{row + 1},{row * 0.5},{row % 7}\n" for row in range(60)))
    assert [column.name for column in examine(path).inspection.columns] == ["row", "level", "flow"]


@pytest.mark.parametrize(
    ("separator", "note", "place"),
    [(",", '"open', 100), (";", 'a 5" pipe', 7), ("\t", '"', 30), (",", '"never, closed', 50)],
)
@pytest.mark.parametrize("many", [1, 2])
def test_a_quote_that_is_never_closed_is_a_sign(
    tmp_path: Path, separator: str, note: str, place: int, many: int
) -> None:
    if separator in note.strip('"'):
        note = note.replace(separator, " ")
    notes = ["ok"] * 420
    for number in range(many):
        notes[place + 150 * number] = note
    rows = zip(days(420).strftime("%Y-%m-%d"), notes, walk(420), strict=True)
    path = tmp_path / "open.csv"
    path.write_text(
        "\n".join([separator.join(("date", "note", "value")), *(separator.join(map(str, row)) for row in rows)])
    )
    series = examine(path).series
    assert series is not None
    assert len(series.frame) == 420


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_text_over_several_lines_stays_one_cell(tmp_path: Path, separator: str) -> None:
    rows = [
        (f"{day:%Y-%m-%d}", f'"line one\nline two{separator} and more\n"', str(value))
        for day, value in zip(days(90), walk(90), strict=True)
    ]
    path = tmp_path / "lines.csv"
    path.write_text("\n".join([separator.join(("date", "note", "value")), *map(separator.join, rows)]))
    examination = examine(path)
    assert examination.inspection.rows == 90
    assert "open quotes" not in {repair.key for repair in examination.inspection.repairs}


@pytest.mark.parametrize(("separator", "middle"), [(",", ""), (";", ""), (",", "||||||| base\n2021-03-01,9.9,1\n")])
def test_of_two_merged_versions_one_is_taken(tmp_path: Path, separator: str, middle: str) -> None:
    lines = [
        separator.join(map(str, row)) for row in zip(days(200).strftime("%Y-%m-%d"), walk(200), range(200), strict=True)
    ]
    ours = lines[50:90]
    theirs = [line.rpartition(separator)[0] + f"{separator}9999" for line in ours]
    text = [separator.join(("date", "level", "other")), *lines[:50], "<<<<<<< HEAD", *ours, *middle.splitlines(), "=======", *theirs, ">>>>>>> main", *lines[90:]]  # fmt: skip
    path = tmp_path / "conflict.csv"
    path.write_text("\n".join(text))
    examination = examine(path)
    assert examination.inspection.rows == 200
    assert "marks of a merge" in said(examination)
    assert examination.table.frame["other"].max() == 199
    second = examine(path, ReadingRequest(Choices(undo=frozenset({"merge marks"}))))
    assert second.table.frame["other"].max() == 9999


@pytest.mark.parametrize(
    ("date", "name", "count", "freq", "how"),
    [("date", "temp_{}", 30, "D", {}), ("timestamp", "sensor_{}", 40, "h", {"sep": ";"}), ("Zeit", "T{}", 25, "D", {"sep": "\t"}), ("ds", "m_{}", 24, "MS", {})],
)  # fmt: skip
def test_like_columns_beside_dates_stay_columns(
    tmp_path: Path, date: str, name: str, count: int, freq: str, how: dict[str, Any]
) -> None:
    base = walk(150)
    frame = pd.DataFrame(
        {date: days(150, freq=freq), **{name.format(place + 1): (base - place).round(2) for place in range(count)}}
    )
    examination = examine(written(tmp_path, frame, **how))
    assert len(examination.inspection.columns) == count + 1
    assert examination.inspection.time is not None
    assert examination.series is not None
    assert len(examination.series.frame) == 150


@pytest.mark.parametrize("groups", [("Close", "Volume"), ("Temp", "Wind", "Rain"), ("open", "high")])
def test_two_rows_of_names_in_a_workbook_both_name(tmp_path: Path, groups: tuple[str, ...]) -> None:
    book = Workbook()
    sheet = book.active
    tickers = ("AAPL", "MSFT", "GOOG")
    sheet.append(["Price", *(cell for group in groups for cell in (group, None, None))])
    sheet.append(["Ticker", *tickers * len(groups)])
    sheet.append(["Date", *[None] * (3 * len(groups))])
    for number, day in enumerate(days(120)):
        sheet.append(
            [
                day.to_pydatetime(),
                *(round(100 + place + number * 0.1 + number % 7, 2) for place in range(3 * len(groups))),
            ]
        )
    path = tmp_path / "prices.xlsx"
    book.save(path)
    names = {column.name for column in examine(path).inspection.columns}
    assert {f"{group} {ticker}" for group in groups for ticker in tickers} <= names


@pytest.mark.parametrize(
    ("rows", "extra", "how"),
    [(301, [45], {}), (1000, [10, 200, 500], {"sep": ";", "decimal": ","}), (120, [20], {"sep": "\t"})],
)
def test_a_few_extra_sessions_do_not_make_a_week_of_seven_days(
    tmp_path: Path, rows: int, extra: list[int], how: dict[str, Any]
) -> None:
    sessions = days(rows, "2018-01-01", "B")
    more = [session + pd.Timedelta(days=5 - session.weekday()) for session in sessions[extra]]
    when = sessions.append(pd.DatetimeIndex(more)).sort_values()
    series = examine(written(tmp_path, pd.DataFrame({"Date": when, "Close": walk(len(when))}), **how)).series
    assert series is not None
    assert series.frequency.alias == "B"
    assert len(series.frame) == rows
    assert next(repair.count for repair in series.repairs if repair.key == "extra sessions") == len(extra)


def test_days_of_a_whole_week_stay_days(tmp_path: Path) -> None:
    series = examine(written(tmp_path, pd.DataFrame({"Date": days(300), "Close": walk(300)}))).series
    assert series is not None
    assert (series.frequency.alias, len(series.frame)) == ("D", 300)


@pytest.mark.parametrize(
    ("low", "high", "how"),
    [("%m/%d/%Y", "%d-%m-%Y", {}), ("%Y-%d-%m", "%d/%m/%Y", {"sep": ";", "decimal": ","}), ("%m.%d.%Y", "%d/%m/%Y", {"sep": "\t"})],
)  # fmt: skip
@pytest.mark.parametrize("rows", [120, 400])
def test_days_that_a_program_took_for_months_are_put_back(
    tmp_path: Path, low: str, high: str, how: dict[str, Any], rows: int
) -> None:
    texts = [day.strftime(low if day.day <= 12 else high) for day in days(rows)]
    examination = examine(written(tmp_path, pd.DataFrame({"Date": texts, "Close": walk(rows)}), **how))
    assert examination.series is not None
    assert (examination.series.frequency.alias, len(examination.series.frame)) == ("D", rows)


@pytest.mark.parametrize("day", ["date_of_month", "DAY_NUMBER", "d", "nap"])
@pytest.mark.parametrize(("years", "how"), [(2, {}), (10, {"sep": ";"})])
def test_parts_of_a_time_are_told_by_their_numbers(tmp_path: Path, day: str, years: int, how: dict[str, Any]) -> None:
    when = pd.date_range("2000-01-01", f"{1999 + years}-12-31")
    parts = {"year": when.year, "month": when.month, day: when.day}
    examination = examine(written(tmp_path, pd.DataFrame({**parts, "births": walk(len(when))}), **how))
    assert examination.series is not None
    assert examination.inspection.target == "births"
    assert (examination.series.frequency.alias, len(examination.series.frame)) == ("D", len(when))


def test_hours_and_days_of_the_year_are_told_by_their_numbers(tmp_path: Path) -> None:
    when = days(24 * 400, "2000-01-01", "h")
    frame = pd.DataFrame({"year": when.year, "nday": when.day_of_year, "slot": when.hour, "load": walk(len(when))})
    series = examine(written(tmp_path, frame)).series
    assert series is not None
    assert (series.frequency.alias, len(series.frame)) == ("h", len(when))


def test_numbers_of_shops_are_no_days(tmp_path: Path) -> None:
    rows = [
        (2000 + month // 12, month % 12 + 1, shop, 100 + shop + month) for month in range(48) for shop in range(1, 32)
    ]
    found = examine(written(tmp_path, pd.DataFrame(rows, columns=["year", "month", "shop", "sales"]))).inspection
    assert found.time is not None
    assert found.time.columns == ("year", "month")


@pytest.mark.parametrize(
    ("names", "how"), [(("date", "sales"), {}), (("Datum", "amount"), {"sep": ";"}), (("day", "qty"), {"sep": "\t"})]
)
@pytest.mark.parametrize("numbered", [True, False])
def test_equal_events_of_one_day_are_all_summed(
    tmp_path: Path, names: tuple[str, str], how: dict[str, Any], numbered: bool
) -> None:
    when = days(60).repeat(3)
    values = np.concatenate([[10, 10, 20 + day % 5] for day in range(60)])
    frame = pd.DataFrame(dict(zip(names, (when, values), strict=True)))
    if numbered:
        frame.insert(0, "nr", np.arange(len(frame)) + 1)
    series = examine(written(tmp_path, frame, **how), roles=Roles(target=names[1], time=(names[0],))).series
    assert series is not None
    assert series.values[0] == 40


def test_rows_that_stand_twice_in_every_column_count_once(tmp_path: Path) -> None:
    frame = pd.DataFrame({"date": days(60), "sales": np.arange(60) % 7 + 5})
    series = examine(written(tmp_path, pd.concat([frame, frame[10:20]]))).series
    assert series is not None
    assert "copies" in {repair.key for repair in series.repairs}
    assert series.values[15] == frame["sales"][15]


@pytest.mark.parametrize(
    ("names", "how"),
    [
        (("when", "Unit Price", "Total"), {}),
        (("InvoiceDate", "Price", "Amount"), {"sep": ";"}),
        (("ts", "price", "sales"), {"sep": "\t"}),
    ],
)
def test_receipts_are_summed_for_each_day(tmp_path: Path, names: tuple[str, str, str], how: dict[str, Any]) -> None:
    generator = np.random.default_rng(6)
    seconds = np.sort(generator.choice(90 * 86400, 900, replace=False))
    when = pd.Timestamp("2021-01-01") + pd.to_timedelta(seconds, unit="s")
    price, total = generator.uniform(1, 9, 900).round(2), generator.uniform(5, 50, 900).round(2)
    frame = pd.DataFrame(dict(zip(names, (when, price, total), strict=True)))
    frame = frame[when.normalize() != pd.Timestamp("2021-02-03")]
    series = examine(written(tmp_path, frame, **how)).series
    assert series is not None
    assert (series.target, series.frequency.alias) == (names[2], "D")
    assert series.values.sum() == pytest.approx(frame[names[2]].sum())
    assert series.frame[names[2]]["2021-02-03"] == 0


@pytest.mark.parametrize("names", [("Date", "Time"), ("Tag", "Zeit"), ("day", "at")])
def test_a_time_in_a_second_column_of_a_workbook_counts(tmp_path: Path, names: tuple[str, str]) -> None:
    book = Workbook()
    book.active.append([*names, "level"])
    for number, when in enumerate(days(240, freq="h")):
        book.active.append([when.date(), when.time(), round(100 + 10 * np.sin(number / 4), 2)])
    path = tmp_path / "hours.xlsx"
    book.save(path)
    series = examine(path).series
    assert series is not None
    assert (series.frequency.alias, len(series.frame)) == ("h", 240)


def test_months_of_which_two_moments_differ_are_months(tmp_path: Path) -> None:
    gaps = [28] * 7 + [31] + [28] * 9 + [30] + [28] * 12
    when = pd.Timestamp("2018-01-02") + pd.to_timedelta(np.cumsum([0, *gaps]), unit="D")
    series = examine(written(tmp_path, pd.DataFrame({"date": when, "level": walk(len(when))}))).series
    assert series is not None
    assert series.frequency.step == "month"


@pytest.mark.parametrize("kind", ["days", "extra session", "looks ahead", "parts"])
def test_a_reading_keeps_when_columns_change_places_or_the_separator_changes(tmp_path: Path, kind: str) -> None:
    when = days(300, "2018-01-01", "B" if kind == "extra session" else "D")
    frame = pd.DataFrame({"date": when, "close": walk(300), "volume": walk(300, seed=4), "noise": walk(300, seed=5)})
    if kind == "looks ahead":
        frame["noise"] = frame["close"].shift(-1)
    if kind == "extra session":
        frame.loc[4, "date"] += pd.Timedelta(days=1)
    if kind == "parts":
        frame = frame.assign(year=when.year, month=when.month, nth=when.day).drop(columns="date")
    seen = set()
    for order in itertools.islice(itertools.permutations(frame.columns), 0, None, 7):
        for separator in (",", ";", "\t"):
            found = examine(written(tmp_path, frame[list(order)], sep=separator)).inspection
            assert found.time is not None
            seen.add(
                (
                    found.target,
                    frozenset(found.features),
                    frozenset(found.time.columns),
                    found.time.frequency,
                    found.rows,
                    found.time.first,
                )
            )
        if len(seen) > 1:
            break
    assert len(seen) == 1, seen
