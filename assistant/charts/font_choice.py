"""Which fonts a text needs beside STIX, and how small its indices may become."""

from __future__ import annotations

from pathlib import Path

from assistant.charts.cjk_fonts import east_asian_in, font_file
from assistant.charts.font_files import characters_of, matplotlib_fonts, noto_files

SCRIPT_SHARE = 0.885


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
