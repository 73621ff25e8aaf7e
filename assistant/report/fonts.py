"""The report's fonts: registered once, asked for every character, and named when none of them has one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from assistant.charts.fonts import matplotlib_fonts, noto_files

FAMILY = "Stix"
_FACES = {
    FAMILY: ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
    "DejaVuSerif": ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
    "DejaVuSans": ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
}
# Signs that steer how their neighbours join; they belong to the run they stand in and have no picture of their own.
_JOINERS = "\u200c\u200d"
_INVISIBLE = {0x200B: None, 0x2060: None, 0xFEFF: None, 0x00AD: None, **dict.fromkeys((9, 10, 13), " ")}
MISSING = "\u25a1"


@cache
def register_fonts() -> tuple[str, ...]:
    """Make every font known to reportlab and return the families in the order in which they are asked."""
    folder = matplotlib_fonts()
    for family, files in _FACES.items():
        names = [family, f"{family}-Bold", f"{family}-Italic", f"{family}-BoldItalic"]
        for name, file in zip(names, files, strict=True):
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{file}.ttf"), shapable=True))
        _map_family(family, *names)
    families = list(_FACES)
    for path in noto_files():
        family = path.name.split("[")[0].split("-")[0]
        pdfmetrics.registerFont(TTFont(family, str(path), shapable=True))
        _map_family(family, family, family, family, family)
        families.append(family)
    return tuple(families)


def _map_family(family: str, upright: str, bold: str, italic: str, bold_italic: str) -> None:
    addMapping(family, 0, 0, upright)
    addMapping(family, 1, 0, bold)
    addMapping(family, 0, 1, italic)
    addMapping(family, 1, 1, bold_italic)


@cache
def font_of_file(path: str) -> str:
    """Return the name under which a font file is known, registering it when it is new."""
    stem = Path(path).stem
    for family, files in _FACES.items():
        if stem in files:
            return family + ("", "-Bold", "-Italic", "-BoldItalic")[files.index(stem)]
    name = f"File-{stem}"
    pdfmetrics.registerFont(TTFont(name, path))
    return name


@cache
def _has(family: str, character: str) -> bool:
    return ord(character) in pdfmetrics.getFont(family).face.charToGlyph


@cache
def family_for(character: str) -> str | None:
    """Return the first family that has a character, or None."""
    return next((family for family in register_fonts() if _has(family, character)), None)


def clean(text: str) -> str:
    """Return text in composed form (NFC) without control and unseen characters; tabs and line ends become spaces."""
    composed = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return "".join(
        character
        for character in composed
        if character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cs", "Cf")
    )


def missing_characters(text: str) -> tuple[str, ...]:
    """Return the characters that no font has, each once, in the order of the text."""
    return tuple(
        dict.fromkeys(
            character for character in clean(text) if character not in _JOINERS and family_for(character) is None
        )
    )


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Cut clean text into (family, characters) runs; marks, joiners and spaces stay with what they follow."""
    current, gathered = FAMILY, ""
    for character in clean(text):
        if character in _JOINERS or (
            unicodedata.category(character).startswith("M") and gathered and _has(current, character)
        ):
            gathered += character
            continue
        if character == " " and gathered:
            gathered += character
            continue
        family = family_for(character)
        if family is None:
            family, character = family_for(MISSING) or FAMILY, MISSING
        if family != current and gathered:
            yield current, gathered
            gathered = ""
        current = family
        gathered += character
    if gathered:
        yield current, gathered


def needs_shaping(text: str) -> bool:
    """Tell whether letters of the text change their form or order beside each other, as in Indic scripts or Arabic."""
    return any(0x0590 <= ord(character) <= 0x1CFF or 0xA800 <= ord(character) <= 0xABFF for character in text)
