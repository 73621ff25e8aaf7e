"""The names of the months in the languages that tables come in."""

from __future__ import annotations

from functools import lru_cache

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner styczeń",
        "feb february februar février fevrier févr fevr fév febrero febbraio fevereiro fev februari",
        "mar march märz maerz mrz mär mars marzo março marco maart mrt",
        "apr april avril avr abril abr aprile",
        "may mai mayo maggio mag maio mei maj",
        "jun june juni juin junio giugno giu junho",
        "jul july juli juillet juil julio luglio lug julho",
        "aug august août aout agosto ago augustus",
        "sep sept september septembre septiembre settembre set setembro",
        "oct october oktober okt octobre octubre ottobre ott outubro out",
        "nov november novembre noviembre novembro",
        "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro",
    ),
    start=1,
):
    _MONTHS.update(dict.fromkeys(_names.split(), _number))


@lru_cache(maxsize=4096)
def month_number(text: str) -> int | None:
    """Return the number of a month by its name or short name in several languages, or None."""
    return _MONTHS.get(str(text).strip().strip(".").lower())
