"""Small tables shaped like those that students bring, each with what has to be understood of it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

RNG = np.random.default_rng(7)


def wave(rows: int, season: int = 12, level: float = 20.0, digits: int = 2) -> list[float]:
    """A season with a little noise, rounded."""
    steps = np.arange(rows)
    values = (
        level
        + 0.3 * level * np.sin(2 * np.pi * steps / season)
        + 0.02 * level * np.random.default_rng(rows).normal(size=rows)
    )
    return [round(float(value), digits) for value in values]


def lines(head: str, rows: list[str], end: str = "\n") -> str:
    return end.join([*([head] if head else []), *rows]) + end


def moments(start: str, rows: int, freq: str, form: str) -> list[str]:
    return list(pd.date_range(start, periods=rows, freq=freq).strftime(form))


def comma(value: float) -> str:
    return f"{value}".replace(".", ",")


@dataclass(frozen=True)
class Case:
    """One file: its content, its name, and what must be understood (only the keys given are compared)."""

    name: str
    content: bytes
    suffix: str = ".csv"
    separator: str | None = None
    encoding: str | None = None
    header: bool | None = None
    time: tuple[str, ...] | None = None
    dated: bool = True
    first: str | None = None
    last: str | None = None
    frequency: str | None = None
    target: str | None = None
    among: tuple[str, ...] = ()  # names of which the target must be one
    columns: tuple[str, ...] = ()  # names that must be there
    rows: int | None = None
    value: float | None = None  # the target's first value in the series
    repairs: tuple[str, ...] = ()  # keys that must be among the repairs
    ambiguous: bool = False
    series: str | None = None
    outcome: str | None = None
    unit: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


CASES: list[Case] = []


def case(name: str, content: str | bytes, **expected: Any) -> None:
    raw = content if isinstance(content, bytes) else content.encode(expected.pop("write", "utf-8"))
    CASES.append(Case(name=name, content=raw, **expected))


def _build() -> None:
    w = wave(200, 24)
    hours = pd.date_range("2004-03-10 18:00", periods=200, freq="h")
    rows = [
        f"{h:%d/%m/%Y};{h:%H.%M.%S};{comma(v)};{-200 if i % 17 == 3 else 1000 + i};;"
        for i, (h, v) in enumerate(zip(hours, w, strict=True))
    ]
    case(
        "air quality with decimal commas and empty ends",
        lines("Date;Time;CO(GT);PT08.S1(CO);;", [*rows, ";;;;;", ";;;;;"]),
        separator=";",
        header=True,
        time=("Date", "Time"),
        first="2004-03-10T18:00:00",
        frequency="h",
        among=("CO(GT)", "PT08.S1(CO)"),
        rows=200,
        repairs=("sentinel:PT08.S1(CO)",),
    )
    minutes = pd.date_range("2006-12-16 17:24", periods=300, freq="min")
    rows = [
        f"{m:%d/%m/%Y};{m:%H:%M:%S};{'?' if i in (5, 6) else v};{234 + i % 3}.5"
        for i, (m, v) in enumerate(zip(minutes, wave(300, 60), strict=True))
    ]
    case(
        "household power with question marks",
        lines("Date;Time;Global_active_power;Voltage", rows),
        separator=";",
        time=("Date", "Time"),
        first="2006-12-16T17:24:00",
        frequency="min",
        target="Global_active_power",
        rows=300,
        repairs=("marks:Global_active_power", "gaps"),
    )
    hours = pd.date_range("2010-01-01", periods=240, freq="h")
    rows = [
        f"{i + 1},{h.year},{h.month},{h.day},{h.hour},{'NA' if 2 < i < 8 else v},{-10 + i % 5},NW"
        for i, (h, v) in enumerate(zip(hours, wave(240, 24), strict=True))
    ]
    case(
        "beijing with a column for each part of the time",
        lines("No,year,month,day,hour,pm2.5,DEWP,cbwd", rows),
        time=("year", "month", "day", "hour"),
        first="2010-01-01",
        frequency="h",
        target="pm2.5",
        rows=240,
        repairs=("marks:pm2.5",),
    )
    hours = pd.date_range("2011-01-01", periods=240, freq="h")
    rows = [
        f"{i + 1},{h:%Y-%m-%d},1,0,{h.month},{h.hour},0,{0.2 + i % 24 / 100},{int(v)}"
        for i, (h, v) in enumerate(zip(hours, wave(240, 24, 200), strict=True))
    ]
    case(
        "bike sharing with a day and an hour",
        lines("instant,dteday,season,yr,mnth,hr,holiday,temp,cnt", rows),
        time=("dteday", "hr"),
        first="2011-01-01",
        last="2011-01-10T23:00:00",
        frequency="h",
        among=("cnt", "temp"),
        rows=240,
    )
    rows = [
        f"{t},{990 + i % 7}.5,{v},{280 + v}"
        for i, (t, v) in enumerate(
            zip(moments("2009-01-01 00:10", 200, "10min", "%d.%m.%Y %H:%M:%S"), wave(200, 144), strict=True)
        )
    ]
    case(
        "jena with units behind the names",
        lines('"Date Time","p (mbar)","T (degC)","Tpot (K)"', rows),
        time=("Date Time",),
        first="2009-01-01T00:10:00",
        frequency="10min",
        rows=200,
        columns=("p (mbar)", "T (degC)"),
        extra={"units": {"p (mbar)": "mbar", "T (degC)": "degC"}},
    )
    days = pd.bdate_range("2020-01-02", periods=120)
    rows = [
        f"{d:%Y-%m-%d},{v},{v + 1},{v - 1},{v},{1000 + i}"
        for i, (d, v) in enumerate(zip(days, wave(120, 30, 100), strict=True))
    ]
    case(
        "share prices with three header rows",
        lines("Price,Close,High,Low,Open,Volume", ["Ticker,AAPL,AAPL,AAPL,AAPL,AAPL", "Date,,,,,", *rows]),
        header=True,
        time=("Date",),
        first="2020-01-02",
        frequency="B",
        target="Close",
        rows=120,
        columns=("Date", "Close", "High", "Low", "Open", "Volume"),
    )
    rows = [
        f"{d:%Y-%m-%d},{v},{v + 1},{v - 1},{v},{v},{1000 + i}"
        if i != 9
        else f"{d:%Y-%m-%d},null,null,null,null,null,null"
        for i, (d, v) in enumerate(zip(days, wave(120, 30, 100), strict=True))
    ]
    case(
        "share prices with nulls",
        lines("Date,Open,High,Low,Close,Adj Close,Volume", rows),
        time=("Date",),
        frequency="B",
        target="Close",
        rows=120,
        repairs=("marks:Close",),
    )
    rows = [
        f'"{d:%b %d, %Y}","{v * 100:,.2f}","{v * 100 + 5:,.2f}","{v + 10:.2f}M","{(i % 5) - 2:.2f}%"'
        for i, (d, v) in enumerate(zip(days, wave(120, 30, 100), strict=True))
    ][::-1]
    case(
        "quoted prices with thousands, newest first",
        lines('"Date","Price","Open","Vol.","Change %"', rows),
        time=("Date",),
        first="2020-01-02",
        frequency="B",
        target="Price",
        rows=120,
        value=wave(120, 30, 100)[0] * 100,
        repairs=("order", "signs:Price"),
    )
    rows = [f'"{1 + i // 12}-{i % 12 + 1:02d}",{v}' for i, v in enumerate(wave(36))]
    case(
        "shampoo with years of a study",
        lines('"Month","Sales"', rows),
        time=("Month",),
        dated=False,
        target="Sales",
        rows=36,
        extra={"season": 12, "step": "month"},
    )
    rows = [f"{m},{int(v)}" for m, v in zip(moments("1949-01-01", 144, "MS", "%Y-%m"), wave(144, 12, 200), strict=True)]
    case(
        "airline passengers by month",
        lines("Month,Passengers", rows),
        time=("Month",),
        first="1949-01-01",
        last="1960-12-01",
        frequency="MS",
        target="Passengers",
        rows=144,
        extra={"season": 12, "horizon": 12},
    )
    table = np.reshape(wave(12 * 30), (30, 12))
    months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
    rows = [
        f"{1990 + y},"
        + ",".join("***" if (y, m) == (29, 11) else f"{value:.2f}" for m, value in enumerate(row))
        + f",{row.mean():.2f}"
        for y, row in enumerate(table)
    ]
    case(
        "a title, months across, and a yearly mean",
        "Land-Ocean: Global Means\n" + lines(f"Year,{months},J-D", rows),
        header=True,
        first="1990-01-01",
        last="2019-12-01",
        frequency="MS",
        among=("value",),
        rows=359,
        value=float(table[0, 0]),
        repairs=("wide",),
    )
    rows = [
        f"{m},{'.' if i == 7 else v}"
        for i, (m, v) in enumerate(zip(moments("1990-01-01", 120, "MS", "%Y-%m-%d"), wave(120), strict=True))
    ]
    case(
        "an economic index with a dot for missing",
        lines("DATE,UNRATE", rows),
        time=("DATE",),
        frequency="MS",
        target="UNRATE",
        rows=120,
        repairs=("marks:UNRATE",),
    )
    years = list(range(1960, 2021))
    head = '"Data Source","World Development Indicators",\n\n"Last Updated Date","2021-07-30",\n\n'
    names = ",".join(f'"{year}"' for year in years)
    rows = [
        f'"{country}","{country[:3].upper()}","Population","SP.POP",'
        + ",".join(f'"{1000 * (k + 1) + 10 * i + (i * 7) % 5}"' for i, _ in enumerate(years))
        + ","
        for k, country in enumerate(("Aruba", "Benin", "Chile"))
    ]
    case(
        "world bank with years across",
        head + lines(f'"Country Name","Country Code","Indicator Name","Indicator Code",{names},', rows),
        time=("year",),
        first="1960-01-01",
        last="2020-01-01",
        frequency="YS-JAN",
        target="value",
        series="Country Name",
        rows=61,
        value=1000.0,
        repairs=("wide", "series"),
    )
    dates = pd.date_range("2020-01-22", periods=90)
    rows = [
        f",{country},{k}.5,{k}.7," + ",".join(str(100 * k + i * i) for i in range(90))
        for k, country in enumerate(("Albania", "Brazil", "Chad"), 1)
    ]
    case(
        "virus cases with days across",
        lines("Province/State,Country/Region,Lat,Long," + ",".join(f"{d.month}/{d.day}/{d:%y}" for d in dates), rows),
        first="2020-01-22",
        last="2020-04-20",
        frequency="D",
        target="value",
        series="Country/Region",
        rows=90,
        value=100.0,
    )
    rows = [
        f"{1958 + i // 12}  {i % 12 + 1:2d}  {1958 + (i % 12) / 12 + i // 12 + 0.04:9.4f}  {'-99.99' if i == 5 else f'{v:6.2f}'}  {v:6.2f}  {v - 0.3:6.2f}  {-1 if i < 9 else 28}"
        for i, v in enumerate(wave(150, 12, 315), 2)
    ]
    case(
        "carbon dioxide with comments and blanks",
        "# --------------\n# USE OF NOAA DATA\n#\n#            decimal   average interpolated\n" + lines("", rows),
        suffix=".txt",
        separator="whitespace",
        first="1958-03-01",
        frequency="MS",
        rows=150,
        extra={"dated": True},
    )
    rows = [f"{1950 + i // 12}  {i % 12 + 1:2d}   {v:.2f}   {v - 20:.2f}" for i, v in enumerate(wave(240))]
    case(
        "sea temperatures in columns of blanks",
        lines(" YR   MON  NINO1+2   ANOM", rows),
        suffix=".data",
        separator="whitespace",
        header=True,
        time=("YR", "MON"),
        first="1950-01-01",
        frequency="MS",
        among=("NINO1+2", "ANOM"),
        rows=240,
    )
    quarters = pd.date_range("2020-01-01", periods=192, freq="15min")
    rows = [
        f"{t:%d.%m.%Y};{t:%H:%M};{'-' if i == 11 else f'{v * 1000:,.1f}'.replace(',', 'x').replace('.', ',').replace('x', '.')};{i % 4},5"
        for i, (t, v) in enumerate(zip(quarters, wave(192, 96, 5), strict=True))
    ]
    case(
        "german power with points for thousands",
        lines("Datum;Uhrzeit;Verbrauch [MWh];Kernenergie [MWh]", rows),
        separator=";",
        time=("Datum", "Uhrzeit"),
        first="2020-01-01",
        frequency="15min",
        rows=192,
        among=("Verbrauch [MWh]",),
        value=round(wave(192, 96, 5)[0] * 1000, 1),
        unit="MWh",
    )
    hours = pd.date_range("2020-01-01", periods=120, freq="h")
    rows = [
        f'"{t:%d.%m.%Y %H:%M} - {t + pd.Timedelta("1h"):%d.%m.%Y %H:%M}","{int(v)}"'
        for t, v in zip(hours, wave(120, 24, 40000), strict=True)
    ]
    case(
        "load over spans of an hour",
        lines('"Time (UTC)","Actual Total Load [MW]"', rows),
        time=("Time (UTC)",),
        first="2020-01-01",
        frequency="h",
        target="Actual Total Load [MW]",
        rows=120,
    )
    rows = [
        f"{m},{'<1' if i == 2 else int(v)}"
        for i, (m, v) in enumerate(zip(moments("2015-01-04", 104, "W-SUN", "%Y-%m-%d"), wave(104, 52, 50), strict=True))
    ]
    case(
        "search trends with a title",
        "Category: All categories\n\n" + lines("Week,bitcoin: (Worldwide)", rows),
        time=("Week",),
        first="2015-01-04",
        frequency="W-SUN",
        rows=104,
        target="bitcoin: (Worldwide)",
    )
    rows = [
        f"{code},{name},{d:%Y-%m-%d},{k * 100 + i},{'' if i < 5 else k + i % 7}"
        for k, (code, name) in enumerate((("AFG", "Afghanistan"), ("ALB", "Albania")), 1)
        for i, d in enumerate(pd.date_range("2020-02-24", periods=80))
    ]
    case(
        "countries stacked by day",
        lines("iso_code,location,date,total_cases,new_cases", rows),
        time=("date",),
        frequency="D",
        rows=75,
        series="location",
        among=("total_cases", "new_cases"),
    )
    rows = [
        f"{store},{d:%d-%m-%Y},{1000 * store + i * 3.5},{int(i % 10 == 0)},{40 + i % 30}.2"
        for store in (1, 2, 3)
        for i, d in enumerate(pd.date_range("2010-02-05", periods=100, freq="7D"))
    ]
    case(
        "weekly sales of stores with days first",
        lines("Store,Date,Weekly_Sales,Holiday_Flag,Temperature", rows),
        time=("Date",),
        first="2010-02-05",
        frequency="W-FRI",
        series="Store",
        target="Weekly_Sales",
        rows=100,
        value=1000.0,
    )
    rows = [
        f"{d:%Y-%m-%d},{store},{item},{store * 10 + item + i % 7}"
        for store in (1, 2)
        for item in (1, 2, 3)
        for i, d in enumerate(pd.date_range("2013-01-01", periods=60))
    ]
    case(
        "sales by store and item",
        lines("date,store,item,sales", rows),
        time=("date",),
        frequency="D",
        target="sales",
        series="store + item",
        rows=60,
    )
    text = lines(
        "Datum\tWert\tMenge",
        [
            f"{d}\t{comma(v)}\t{i}"
            for i, (d, v) in enumerate(zip(moments("2019-12-20", 60, "D", "%d.%m.%Y"), wave(60, 7), strict=True))
        ],
        "\r\n",
    )
    case(
        "unicode text from a spreadsheet",
        text,
        write="utf-16",
        suffix=".txt",
        separator="\t",
        encoding="utf-16",
        time=("Datum",),
        first="2019-12-20",
        frequency="D",
        rows=60,
        value=wave(60, 7)[0],
        target="Wert",
    )
    text = lines(
        "Jour;Température (°C);Précipitations",
        [
            f"{d};{comma(v)};{i % 4}"
            for i, (d, v) in enumerate(zip(moments("2019-01-25", 60, "D", "%d/%m/%Y"), wave(60, 7), strict=True))
        ],
    )
    case(
        "french table in an old encoding",
        text,
        write="cp1252",
        separator=";",
        encoding="cp1252",
        time=("Jour",),
        first="2019-01-25",
        frequency="D",
        columns=("Température (°C)",),
        among=("Température (°C)",),
        rows=60,
        unit="°C",
    )
    local = pd.date_range("2019-10-25", periods=120, freq="h", tz="Europe/Berlin")
    case(
        "hours with a zone over the end of summer time",
        lines("utc_timestamp,load", [f"{t.isoformat()},{v}" for t, v in zip(local, wave(120, 24), strict=True)]),
        time=("utc_timestamp",),
        first="2019-10-24T22:00:00",
        frequency="h",
        target="load",
        rows=120,
    )
    rows = [f"{1325317920 + 60 * i},{v},{v + 1},{i % 5}" for i, v in enumerate(wave(200, 60))]
    case(
        "bitcoin with seconds since 1970",
        lines("Timestamp,Open,Close,Volume_(BTC)", rows),
        time=("Timestamp",),
        first="2011-12-31T07:52:00",
        frequency="min",
        target="Close",
        rows=200,
    )
    rows = [f"{1577836800000 + 3600000 * i},{v}" for i, v in enumerate(wave(100, 24))]
    case(
        "milliseconds since 1970",
        lines("ts,value", rows),
        time=("ts",),
        first="2020-01-01",
        frequency="h",
        target="value",
        rows=100,
    )
    rows = [f"{2000 + i // 4}Q{i % 4 + 1},{v}" for i, v in enumerate(wave(60, 4))]
    case(
        "quarters as one word",
        lines("period,gdp", rows),
        time=("period",),
        first="2000-01-01",
        frequency="QS-JAN",
        target="gdp",
        rows=60,
        extra={"season": 4},
    )
    rows = [f"Q{i % 4 + 1} {2000 + i // 4},{v}" for i, v in enumerate(wave(60, 4))]
    case(
        "quarters before the year",
        lines("Quarter,Beer", rows),
        time=("Quarter",),
        first="2000-01-01",
        frequency="QS-JAN",
        rows=60,
    )
    rows = [f"{1959 + i // 4}.0,{i % 4 + 1}.0,{v},{v * 2}" for i, v in enumerate(wave(80, 4))]
    case(
        "year and quarter as decimals",
        lines("year,quarter,realgdp,cpi", rows),
        time=("year", "quarter"),
        first="1959-01-01",
        frequency="QS-JAN",
        rows=80,
    )
    rows = [f"{1885 + i},{int(v)}" for i, v in enumerate(wave(79, 10, 500))]
    case(
        "years",
        lines("Year,Water", rows),
        time=("Year",),
        first="1885-01-01",
        frequency="YS-JAN",
        target="Water",
        rows=79,
    )
    case(
        "no header",
        lines("", [f"{d},{v}" for d, v in zip(moments("2012-01-01", 80, "D", "%Y-%m-%d"), wave(80, 7), strict=True)]),
        header=False,
        first="2012-01-01",
        frequency="D",
        rows=80,
        value=wave(80, 7)[0],
    )
    case(
        "one number a line",
        lines("", [str(v) for v in wave(90)]),
        header=False,
        dated=False,
        rows=90,
        value=wave(90)[0],
    )
    rows = [
        f"{d}   {v:8.2f} {'' if i == 3 else f'{i % 9:4d}':>4}"
        for i, (d, v) in enumerate(zip(moments("2012-01-01", 80, "D", "%Y%m%d"), wave(80, 7), strict=True))
    ]
    case(
        "fixed width with a hole",
        lines("DATE         TEMP PREC", rows),
        suffix=".txt",
        time=("DATE",),
        first="2012-01-01",
        frequency="D",
        rows=80,
        target="TEMP",
        value=wave(80, 7)[0],
    )
    records = [
        {"date": d, "value": v} for d, v in zip(moments("2012-01-01", 80, "D", "%Y-%m-%d"), wave(80, 7), strict=True)
    ]
    case("json records", json.dumps(records), suffix=".json", time=("date",), frequency="D", target="value", rows=80)
    case("json lines", "\n".join(map(json.dumps, records)), suffix=".jsonl", time=("date",), frequency="D", rows=80)
    case(
        "json below a key",
        json.dumps({"meta": {"unit": "x"}, "data": records}),
        suffix=".json",
        time=("date",),
        rows=80,
    )
    case(
        "json as pandas writes it",
        pd.DataFrame(records).to_json(),
        suffix=".json",
        time=("date",),
        frequency="D",
        rows=80,
    )
    frame = pd.DataFrame({"when": pd.date_range("2012-01-01", periods=80, freq="h"), "load": wave(80, 24)})
    case("parquet", frame.to_parquet(), suffix=".parquet", time=("when",), frequency="h", target="load", rows=80)
    case(
        "parquet with an index of moments",
        frame.set_index("when").to_parquet(),
        suffix=".parquet",
        time=("when",),
        frequency="h",
        rows=80,
    )
    text = lines("date,value", [f"{r['date']},{r['value']}" for r in records])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x.csv", b"\0\0")
        archive.writestr("data/readme.txt", "About the data\n")
        archive.writestr("data/x.csv", text)
    case(
        "zip with a read-me",
        out.getvalue(),
        suffix=".zip",
        time=("date",),
        frequency="D",
        rows=80,
        extra={"member": "data/x.csv"},
    )
    case("gzip", gzip.compress(text.encode(), mtime=0), suffix=".csv.gz", time=("date",), frequency="D", rows=80)
    case("a line that names the separator", "sep=;\n" + text.replace(",", ";"), separator=";", time=("date",), rows=80)
    case(
        "an index without a name",
        lines(",date,value", [f"{i},{r['date']},{r['value']}" for i, r in enumerate(records)]),
        time=("date",),
        frequency="D",
        target="value",
        rows=80,
    )
    case(
        "an index of dates without a name",
        lines(",value", [f"{r['date']},{r['value']}" for r in records]),
        frequency="D",
        target="value",
        first="2012-01-01",
        rows=80,
    )
    shuffled = [*records, *records[10:14]]
    order = np.random.default_rng(1).permutation(len(shuffled))
    case(
        "shuffled rows with copies",
        lines("date,value", [f"{shuffled[k]['date']},{shuffled[k]['value']}" for k in order]),
        frequency="D",
        rows=80,
        value=records[0]["value"],
        repairs=("order", "copies"),
    )
    case(
        "prices in dollars and losses in brackets",
        lines(
            "day,price,gain",
            [f'{r["date"]},"${r["value"] * 100:,.2f}",{"(3.50)" if i % 2 else "2.25"}' for i, r in enumerate(records)],
        ),
        target="price",
        rows=80,
        value=round(records[0]["value"] * 100, 2),
        repairs=("signs:price",),
    )
    case(
        "blanks for thousands and decimal commas",
        lines(
            "date;conso",
            [
                f"{d};{v:,.1f}".replace(",", " ").replace(".", ",")
                for d, v in zip(moments("2015-01-31", 60, "ME", "%d/%m/%Y"), wave(60, 12, 50000), strict=True)
            ],
        ),
        separator=";",
        first="2015-01-31",
        frequency="ME",
        target="conso",
        rows=60,
        value=round(wave(60, 12, 50000)[0], 1),
    )
    case(
        "indian groups of digits",
        lines(
            "month,sales",
            [
                f'{m},"{int(v) // 100000},{int(v) % 100000 // 1000:02d},{int(v) % 1000:03d}"'
                for m, v in zip(moments("2010-01-01", 60, "MS", "%b-%y"), wave(60, 12, 234567), strict=True)
            ],
        ),
        first="2010-01-01",
        frequency="MS",
        target="sales",
        rows=60,
        value=float(int(wave(60, 12, 234567)[0])),
    )
    case(
        "morning and afternoon, month first",
        lines(
            "Datetime,MW",
            [
                f"{t.month}/{t.day}/{t.year} {t:%I:%M:%S %p},{v}"
                for t, v in zip(pd.date_range("2017-01-11", periods=100, freq="h"), wave(100, 24), strict=True)
            ],
        ),
        time=("Datetime",),
        first="2017-01-11",
        last="2017-01-15T03:00:00",
        frequency="h",
        rows=100,
    )
    days = pd.date_range("2015-01-01", periods=6)
    case(
        "hours that end at 24",
        lines(
            "Date,HE,Load",
            [
                f"{d:%m/%d/%Y},{h},{v}"
                for (d, h), v in zip([(d, h) for d in days for h in range(1, 25)], wave(144, 24), strict=True)
            ],
        ),
        frequency="h",
        target="Load",
        rows=144,
        ambiguous=False,
    )
    case(
        "half-hour periods of a day",
        lines(
            "SETTLEMENT_DATE,SETTLEMENT_PERIOD,TSD",
            [
                f"{d:%d-%b-%Y},{p},{int(v)}".upper()
                for (d, p), v in zip([(d, p) for d in days for p in range(1, 49)], wave(288, 48, 30000), strict=True)
            ],
        ),
        time=("SETTLEMENT_DATE", "SETTLEMENT_PERIOD"),
        first="2015-01-01",
        frequency="30min",
        target="TSD",
        rows=288,
    )
    case(
        "full names of months",
        lines(
            "month,visitors",
            [f"{m},{int(v)}" for m, v in zip(moments("2010-01-01", 72, "MS", "%B %Y"), wave(72, 12, 900), strict=True)],
        ),
        first="2010-01-01",
        frequency="MS",
        rows=72,
    )
    case(
        "names and units in two rows",
        lines(
            "Time,Temperature,Wind speed",
            [
                "UTC,°C,m/s",
                *(
                    f"{t},{v},{i % 9}.5"
                    for i, (t, v) in enumerate(
                        zip(moments("2021-05-01", 96, "h", "%Y-%m-%d %H:%M"), wave(96, 24), strict=True)
                    )
                ),
            ],
        ),
        time=("Time",),
        frequency="h",
        target="Temperature",
        rows=96,
        unit="°C",
        value=wave(96, 24)[0],
    )
    case(
        "names over names",
        lines(
            "Date,Load,,Price,",
            [
                ",North,South,North,South",
                *(
                    f"{d},{v},{v * 2},{i % 7}.5,{i % 5}.5"
                    for i, (d, v) in enumerate(
                        zip(moments("2021-05-01", 96, "D", "%Y-%m-%d"), wave(96, 7), strict=True)
                    )
                ),
            ],
        ),
        columns=("Date", "Load North", "Load South", "Price North", "Price South"),
        frequency="D",
        rows=96,
    )
    case(
        "names in a comment",
        "# station 7\n# date,flow\n" + lines("", [f"{r['date']},{r['value']}" for r in records]),
        header=True,
        time=("date",),
        target="flow",
        frequency="D",
        rows=80,
    )
    case(
        "text with commas and line breaks in quotes",
        lines("date,note,value", [f'{r["date"]},"fine, ""dry""\nand warm",{r["value"]}' for r in records]),
        time=("date",),
        target="value",
        frequency="D",
        rows=80,
    )
    case(
        "a source below the table",
        text + "\nSource: Office of Statistics, 2021\nNote: provisional\n",
        time=("date",),
        target="value",
        frequency="D",
        rows=80,
    )
    case(
        "iso weeks",
        lines(
            "week,cases",
            [f"2019-W{i + 1:02d},{v}" if i < 52 else f"2020-W{i - 51:02d},{v}" for i, v in enumerate(wave(80, 52))],
        ),
        first="2018-12-31",
        frequency="W-MON",
        rows=80,
    )
    case(
        "year and week",
        lines("year,week,flu", [f"{2010 + i // 52},{i % 52 + 1},{v}" for i, v in enumerate(wave(100, 52))]),
        time=("year", "week"),
        first="2010-01-04",
        rows=100,
    )
    case(
        "electricity of clients with quoted moments",
        lines(
            '"";"MT_001";"MT_002"',
            [
                f'"{t}";{comma(v)};{comma(v * 2)}'
                for t, v in zip(
                    moments("2011-01-01 00:15", 120, "15min", "%Y-%m-%d %H:%M:%S"), wave(120, 96), strict=True
                )
            ],
        ),
        separator=";",
        first="2011-01-01T00:15:00",
        frequency="15min",
        rows=120,
    )
    case(
        "traffic with text features",
        lines(
            "holiday,temp,rain_1h,weather_main,date_time,traffic_volume",
            [
                f"None,{280 + i % 9}.5,0.0,Clouds,{t},{int(v)}"
                for i, (t, v) in enumerate(
                    zip(moments("2012-10-02 09:00", 120, "h", "%Y-%m-%d %H:%M:%S"), wave(120, 24, 3000), strict=True)
                )
            ],
        ),
        time=("date_time",),
        frequency="h",
        target="traffic_volume",
        rows=120,
    )
    case(
        "stray marks in numbers",
        lines("Date,Temp", [f"{r['date']},{'?0.2' if i in (3, 9) else r['value']}" for i, r in enumerate(records)]),
        target="Temp",
        frequency="D",
        rows=80,
        repairs=("strange:Temp",),
    )
    case(
        "short names of months with two digits of a year",
        lines(
            "dt,rate",
            [f"{d},{v}" for d, v in zip(moments("2010-06-04", 80, "D", "%d-%b-%y"), wave(80, 7), strict=True)],
        ),
        first="2010-06-04",
        frequency="D",
        rows=80,
    )
    case(
        "dates that can be read in two ways",
        lines(
            "date,value",
            [
                f"{d:%d/%m/%Y},{i % 7}.5"
                for i, d in enumerate(
                    pd.DatetimeIndex([pd.Timestamp(2020, m, 1) for m in range(1, 13)]).append(
                        pd.DatetimeIndex([pd.Timestamp(2021, m, 1) for m in range(1, 13)])
                    )
                )
            ],
        ),
        time=("date",),
        rows=24,
        first="2020-01-01",
        last="2021-12-01",
        frequency="MS",
    )
    case(
        "days written together with a clock without a colon",
        lines(
            "YYYYMMDD,HHMM,T",
            [
                f"{t:%Y%m%d},{t:%H%M},{v}"
                for t, v in zip(pd.date_range("2021-01-01", periods=96, freq="h"), wave(96, 24), strict=True)
            ],
        ),
        time=("YYYYMMDD", "HHMM"),
        first="2021-01-01",
        last="2021-01-04T23:00:00",
        frequency="h",
        target="T",
        rows=96,
    )
    case(
        "pipes",
        lines("date|value|note", [f"{r['date']}|{r['value']}|a, b; c" for r in records]),
        separator="|",
        time=("date",),
        target="value",
        rows=80,
    )
    case("old line ends", text.replace("\n", "\r"), time=("date",), rows=80)
    case("a mark at the start", "\ufeff" + text, encoding="utf-8", columns=("date", "value"), time=("date",), rows=80)
    case(
        "lines quoted as a whole",
        lines("", [f'"{line}"' for line in text.splitlines()]),
        time=("date",),
        target="value",
        rows=80,
    )
    case(
        "percent signs",
        lines("date,humidity", [f"{r['date']},{r['value']}%" for r in records]),
        target="humidity",
        rows=80,
        unit="%",
    )
    case(
        "days of the year",
        lines(
            "YEAR,DOY,T2M",
            [
                f"{d.year},{d.day_of_year},{v}"
                for d, v in zip(pd.date_range("2019-12-01", periods=90), wave(90, 7), strict=True)
            ],
        ),
        time=("YEAR", "DOY"),
        first="2019-12-01",
        frequency="D",
        target="T2M",
        rows=90,
    )
    case(
        "irregular moments",
        lines(
            "time,value",
            [
                f"{pd.Timestamp('2021-01-01') + pd.Timedelta(minutes=float(m)):%Y-%m-%d %H:%M:%S},{v}"
                for m, v in zip(np.cumsum(np.random.default_rng(3).uniform(2, 9, 400)), wave(400, 50), strict=True)
            ],
        ),
        time=("time",),
        target="value",
        repairs=("grid",),
    )
    stamps = moments("2019-12-20", 100, "h", "%Y.%m.%d,%H:%M")
    rows = [f"{t},{v},{v + 1},{v - 1},{v},{i}" for i, (t, v) in enumerate(zip(stamps, wave(100), strict=True))]
    case("exchange rates without names", lines("", rows), header=False, first="2019-12-20", frequency="h", rows=100)
    rows = [
        f"{t},{v},{i % 30}"
        for i, (t, v) in enumerate(zip(moments("2019-01-28", 100, "D", "%Y年%m月%d日"), wave(100), strict=True))
    ]
    case(
        "chinese dates and encoding",
        lines("日期,价格,数量", rows),
        write="gb18030",
        time=("日期",),
        first="2019-01-28",
        frequency="D",
        rows=100,
    )
    rows = [f"{t},{v}" for t, v in zip(moments("2019-01-28", 100, "h", "%Y%m%dT%H%MZ"), wave(100, 24), strict=True)]
    case("moments run together", lines("t,v", rows), time=("t",), first="2019-01-28", frequency="h", rows=100)
    rows = [
        f"{t},{v}" for t, v in zip(moments("2019-01-28", 100, "h", "%a %b %d %H:%M:%S %Y"), wave(100, 24), strict=True)
    ]
    case(
        "the year behind the clock", lines("when,v", rows), time=("when",), first="2019-01-28", frequency="h", rows=100
    )
    rows = [f"{t},{v}" for t, v in zip(moments("2019-01-28", 100, "D", "%d%m%Y"), wave(100, 7), strict=True)]
    case(
        "days before the year in one number",
        lines("date,v", rows),
        time=("date",),
        first="2019-01-28",
        frequency="D",
        rows=100,
    )
    head = "latitude,longitude,elevation,utc_offset_seconds\n52.5,13.4,38.0,0\n\n"
    rows = [
        f"{t},{v},{i % 90}"
        for i, (t, v) in enumerate(zip(moments("2019-01-01", 100, "h", "%Y-%m-%dT%H:%M"), wave(100, 24), strict=True))
    ]
    case(
        "a table of places above the table",
        head + lines("time,temperature_2m (°C),rain (mm)", rows),
        time=("time",),
        target="temperature_2m (°C)",
        frequency="h",
        rows=100,
        unit="°C",
    )
    rows = [f"{year} " + " ".join(f"{v:7.2f}" for v in wave(12)) for year in range(1948, 2001)]
    case(
        "years and months without names",
        " 1948 2000\n" + lines("", rows) + "  -99.99\n  Source: a laboratory\n",
        suffix=".data",
        first="1948-01-01",
        last="2000-12-01",
        frequency="MS",
        rows=636,
        repairs=("wide",),
    )
    stamps = moments("2019-01-01", 60, "D", "%Y-%m-%d")
    case(
        "days across and series below each other",
        lines(
            "Date," + ",".join(stamps),
            ["Sales," + ",".join(map(str, wave(60))), "Visitors," + ",".join(map(str, range(60)))],
        ),
        first="2019-01-01",
        frequency="D",
        series="Date",
        rows=60,
    )
    rows = [
        f"{t};{int(v * 100):,}".replace(",", ".")
        for t, v in zip(moments("2019-01-01", 100, "D", "%d.%m.%Y"), wave(100, 12, 9), strict=True)
    ]
    case(
        "points between thousands",
        lines("Datum;Anzahl", rows),
        separator=";",
        first="2019-01-01",
        frequency="D",
        target="Anzahl",
        rows=100,
        value=float(int(wave(100, 12, 9)[0] * 100)),
    )
    rows = [f"{1960 + i}-{(61 + i) % 100:02d},{v}" for i, v in enumerate(wave(60))]
    case(
        "years that end in the next",
        lines("Fiscal year,Revenue", rows),
        first="1960-01-01",
        last="2019-01-01",
        frequency="YS-JAN",
        rows=60,
    )
    rows = [
        f"{t} CET,{v}" for t, v in zip(moments("2019-01-01", 100, "h", "%Y-%m-%d %H:%M:%S"), wave(100, 24), strict=True)
    ]
    case(
        "names of time zones",
        lines("when,v", rows),
        separator=",",
        time=("when",),
        first="2019-01-01",
        frequency="h",
        rows=100,
    )
    case(
        "numbers in steps beside the values",
        lines("t,x", [f"{i * 0.01:.2f},{v}" for i, v in enumerate(wave(100))]),
        dated=False,
        target="x",
        rows=100,
    )
    rows = [
        f"        44;{t};    3;{-999.0 if i == 5 else v:7.1f};  {i % 90}.0;eor"
        for i, (t, v) in enumerate(zip(moments("2019-01-01", 100, "h", "%Y%m%d%H"), wave(100, 24, 20, 1), strict=True))
    ]
    case(
        "a weather station with blanks before numbers",
        lines("STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor", rows),
        separator=";",
        time=("MESS_DATUM",),
        frequency="h",
        rows=100,
    )
    case(
        "words alone",
        lines("title,review", [f"film {i},nice {'very ' * (i % 3)}film" for i in range(60)]),
        outcome="wrong kind",
        dated=False,
    )
    random = np.random.default_rng(5)
    case(
        "measurements without order",
        lines(
            "length,width,species",
            [f"{random.normal(5):.2f},{random.normal(3):.2f},{'abc'[i % 3]}" for i in range(150)],
        ),
        outcome="no time order",
        dated=False,
    )
    case(
        "a handful of rows",
        lines("date,value", [f"2020-01-{i + 1:02d},{i * 3 % 7}" for i in range(9)]),
        outcome="too short",
        dated=True,
    )


_build()


def workbook(fill: Callable[[Any], None]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
