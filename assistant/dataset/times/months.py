"""The names of the months in the languages that tables come in."""

from __future__ import annotations

from functools import lru_cache

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
