"""The words by which the columns and cells of tables are known, in the languages that tables come in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


def words(*texts: str) -> tuple[str, ...]:
    """Return the words of the texts, in their order."""
    return tuple(word for text in texts for word in text.split())


# Names of columns, in lower case without signs, for each part of a time.
PART_NAMES: dict[str, frozenset[str]] = {
    part: frozenset(words(names))
    for part, names in {
        "year": "year yr yy yyyy jahr ano año annee année anno calendaryear yearid 年 年份 年度 год rok jaar år vuosi वर्ष साल",
        "quarter": "quarter qtr quartal trimestre",
        "month": "month mon mnth mo mm monat mes mois mese monthnumber monthid monthname period 月 月份 месяц maand mês महीना",
        "week": "week weekofyear weeknumber woche kw semana semaine isoweek",
        "day": "day dd dom tag dia día jour giorno dayofmonth mday date dy 日 день dag दिन",
        "day of year": "dayofyear doy yday julianday jday",
        "hour": "hour hr hrs hh stunde hora heure ora hourofday time hourending he 时 時 小时 час uur",
        "minute": "minute min mins minutes mi mn mm",
        "second": "second sec secs seconds ss",
    }.items()
}
# The least and the largest number of each part.
PART_RANGES = {
    "year": (0, 2200),
    "quarter": (1, 4),
    "month": (1, 12),
    "week": (1, 54),
    "day": (1, 31),
    "day of year": (1, 366),
    "hour": (0, 2400),
    "minute": (0, 59),
    "second": (0, 60),
}
DATE_NAMES = frozenset(
    words(
        "date datum fecha data dt day dteday datestr tradedate reportdate orderdate dates tarih дата 日期 tag dia jour",
    )
)
CLOCK_NAMES = frozenset(
    words("time zeit uhrzeit hora heure ora clock timeofday hour hr localtime utctime timeutc saat stunde std")
)
TIME_NAMES = DATE_NAMES | frozenset(
    words(
        "time timestamp datetime datetimeutc utc ts period month year timestep ds zeit zeitstempel moment quarter week",
        "unixtime epoch unix yearmonth timeperiod observationdate created createdat localtime yyyymm decimaldate",
        "decimalyear",
    )
)
# Names of columns that are worth forecasting, the likeliest first.
TARGET_WORDS = words(
    "target close adjclose price sales turnover weeklysales demand load consumption globalactivepower trafficvolume passengers",
    "count cnt pm25 pm2 pm10 aqi co2 ot y revenue visitors calls cases value values power production generation energy total",
    "traffic flow rate level index births sunspots sunspot usage quantity amount output users rides trips steps temperature",
    "temp tempmax tempmin meantemp tavg tmax tmin tmean t2m t unemployment gdp population deaths confirmed rainfall",
    "precipitation humidity speed wind volume",
    "umsatz absatz verbrauch netzlast last preis leistung wert anzahl temperatur ventes prix consommation valeur",
    "ventas precio demanda consumo valor 销售额 销量 价格 気温",
    "schluss schlusskurs kurs cierre último clôture dernier chiusura ultimo fechamento slotkoers kapanış şimdi zamknięcie záró stängning slutkurs lukkekurs",
    "tg tx tn rr цена курс продажи закрытие потребление температура значение",
)
# Names of columns that hold what is known of people.
PERSON_NAMES = frozenset(
    words(
        "name fullname firstname lastname surname givenname customername patientname studentname employeename",
        "passengername user username email emailaddress mail phone phonenumber mobile telephone tel contact",
        "address streetaddress homeaddress ssn passport passportnumber aadhaar aadhar pan creditcard cardnumber dob",
        "dateofbirth birthdate ipaddress vorname nachname nom prenom apellido",
    )
)
# Texts that stand for no value, in lower case and stripped.
MISSING_MARKS = frozenset(
    words(
        "? ?? - -- --- – — . .. ... * ** na n/a #n/a #na <na> n.a. n.a nan -nan null none nil missing (null) \\n",
        "#value! #ref! #div/0! #num! #null! k.a. inf -inf undefined nodata 1.#qnan -1.#ind 1.#ind / // /// : bad m x",
    )
) | {"", "not available", "no data", "#n/a n/a"}


def plain_name(name: str) -> str:
    """Return a column's name in lower case without signs and units, for comparing."""
    bare = re.sub(r"[\[(].*?[\])]", "", name).strip() or name
    return re.sub(r"[^\w]|_", "", bare.lower())


def find_parts(names: Sequence[str]) -> dict[str, str]:
    """Return the columns that by their names are the parts of a time, as part → column."""
    found: dict[str, str] = {}
    for name in names:
        plain = plain_name(name)
        for part, known in PART_NAMES.items():
            if plain in known and part not in found:
                found[part] = name
                break  # a second mm is the minute
    return found


_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner "
        "январь января янв ocak styczeń stycznia 一月 1月",
        "feb february februar février fevrier févr fevr fév febrero febbraio fevereiro fev februari "
        "февраль февраля фев şubat luty lutego 二月 2月",
        "mar march märz maerz mrz mär mars marzo março marco maart mrt март марта мар mart marzec marca 三月 3月",
        "apr april avril avr abril abr aprile апрель апреля апр nisan kwiecień kwietnia 四月 4月",
        "may mai mayo maggio mag maio mei maj май мая mayıs maj maja 五月 5月",
        "jun june juni juin junio giugno giu junho июнь июня июн haziran czerwiec czerwca 六月 6月",
        "jul july juli juillet juil julio luglio lug julho июль июля июл temmuz lipiec lipca 七月 7月",
        "aug august août aout agosto ago augustus август августа авг ağustos sierpień sierpnia 八月 8月",
        "sep sept september septembre septiembre settembre set setembro "
        "сентябрь сентября сен сент eylül wrzesień września 九月 9月",
        "oct october oktober okt octobre octubre ottobre ott outubro out "
        "октябрь октября окт ekim październik października 十月 10月",
        "nov november novembre noviembre novembro ноябрь ноября ноя kasım listopad listopada 十一月 11月",
        "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro "
        "декабрь декабря дек aralık grudzień grudnia 十二月 12月",
    ),
    start=1,
):
    _MONTHS.update(dict.fromkeys(_names.split(), _number))


@lru_cache(maxsize=4096)
def month_number(text: str) -> int | None:
    """Return the number of a month by its name or short name in several languages, or None."""
    return _MONTHS.get(str(text).strip().strip(".").lower())
