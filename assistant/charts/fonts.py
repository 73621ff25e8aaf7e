"""The font files that charts and the report share: STIX, which comes with matplotlib, and others for what it lacks."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from assistant.charts.characters import characters_of
from assistant.charts.east_asian import east_asian_in, font_file
from assistant.resources import TEMPLATES

SCRIPT_SHARE = 0.885
# Fonts of scripts that no package carries; another script is covered by putting its font there.
OWN_FONTS = TEMPLATES / "fonts"
# Asked last: signs, Latin letters that look unlike the text's, and Arabic ones whose dots are drawn apart, so that a text
# of them cannot be copied.
_LAST = ("NotoSansSymbols", "NotoEmoji", "NotoSans", "NotoSansArabic")


@cache
def matplotlib_fonts() -> Path:
    """Return the folder of the fonts that matplotlib carries, found without importing it."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def noto_files() -> tuple[Path, ...]:
    """Return the upright Noto fonts of one script each, those for signs, and the fonts in `templates/fonts`."""
    spec = find_spec("manimgx_fonts")
    found: list[Path] = []
    if spec is not None and spec.origin is not None:
        found = sorted(path for path in Path(spec.origin).parent.glob("*.ttf") if "Italic" not in path.name)
    scripts = [path for path in found if family_of(path) not in _LAST]
    last = sorted((path for path in found if path not in scripts), key=lambda path: _LAST.index(family_of(path)))
    return (*scripts, *sorted(OWN_FONTS.glob("*.ttf")), *last)


def family_of(path: Path) -> str:
    """Return the family that a Noto file is named after."""
    return path.name.split("[")[0].split("-")[0].removesuffix(".ttf")


def fallback_files(text: str) -> tuple[Path, ...]:
    """Return the fonts that a text needs beside STIX, in the order in which they are asked."""
    needed: dict[Path, None] = {}
    for character in dict.fromkeys(text):
        if not _has(matplotlib_fonts() / "STIXGeneral.ttf", character):
            fonts = (matplotlib_fonts() / "DejaVuSans.ttf", *noto_files())
            needed.update(dict.fromkeys(path for path in fonts if _has(path, character)))
    if letters := east_asian_in(text):
        needed[font_file(letters)] = None
    return tuple(needed)


def enlarge_scripts() -> None:
    """Let matplotlib set indices and exponents 0.885 times as large as what they belong to, instead of 0.7 times.

    They then keep to the least size of letters: 7 points beside the 8 of charts, 9 beside the 10.2 of the report.
    """
    from matplotlib import _mathtext

    _mathtext.SHRINK_FACTOR = SCRIPT_SHARE


def _has(path: Path, character: str) -> bool:
    return ord(character) in characters_of(path)
