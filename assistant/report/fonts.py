"""The report's fonts: registered once, asked for every character, and named when none of them has one."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from assistant.charts.cjk_fonts import (
    BOLD,
    NAME,
    REGULAR,
    build_font,
    collection_file,
    east_asian_characters,
    region_of,
)
from assistant.charts.font_files import characters_of, family_of, matplotlib_fonts, noto_files

FAMILY = "Stix"
_EAST_ASIAN = NAME
# Families with upright, bold, italic and bold italic faces: the first for everything, the second for letters it lacks,
# the last for whatever the Noto fonts of single scripts lack too.
_FACES = {
    FAMILY: ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
    "DejaVuSerif": ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
    "DejaVuSans": ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
}
# Signs that steer how their neighbours join; they belong to the run they stand in and have no picture of their own.
_JOINERS = "\u200c\u200d"
_INVISIBLE = {
    0x200B: None,
    0x2060: None,
    0xFEFF: None,
    0x00AD: None,
    0xFE0E: None,
    0xFE0F: None,
    **dict.fromkeys((9, 10, 13), " "),
}
MISSING = "\u25a1"
_BOLD, _POSTSCRIPT_NAME = 700, 6  # a weight, and the number of an entry, as OpenType counts them


@cache
def families() -> Mapping[str, tuple[Path, ...]]:
    """Return the families in the order in which they are asked, each with its font files."""
    folder = matplotlib_fonts()
    faces = {family: tuple(folder / f"{file}.ttf" for file in files) for family, files in _FACES.items()}
    noto: dict[str, tuple[Path, ...]] = {family_of(path): (path,) for path in noto_files()}
    east_asian = {_EAST_ASIAN: (path,)} if (path := collection_file()) else {}
    first, second, last = faces
    late: dict[str, tuple[Path, ...]] = {
        name: noto.pop(name) for name in ("NotoSans", "NotoSansArabic") if name in noto
    }
    return {first: faces[first], second: faces[second], **east_asian, **noto, last: faces[last], **late}


@cache
def _characters(family: str) -> frozenset[int]:
    if family == _EAST_ASIAN:
        return east_asian_characters()
    # Emoji have a very wide blank.
    return characters_of(families()[family][0]) - ({ord(" ")} if family == "NotoEmoji" else set())


@cache
def use_family(family: str) -> str:
    """Make a family known to reportlab and return its name; a family of one face stands in for all four."""
    files = families()[family]
    if family == _EAST_ASIAN:
        return family
    names = [family, f"{family}-Bold", f"{family}-Italic", f"{family}-BoldItalic"][: len(files)]
    for name, path in zip(names, files, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(path), shapable=True))
    # The last face under which a font is known is the one it counts as: the upright one.
    for face in reversed(range(4)):
        addMapping(family, face % 2, face // 2, names[face if len(names) > 1 else 0])
    return family


@cache
def use_bold(family: str) -> None:
    """Make the bold face of a family of one variable font known; a font without weights stays as it is."""
    from fontTools.ttLib import TTFont as FontFile
    from fontTools.ttLib.tables.DefaultTable import DefaultTable
    from fontTools.varLib.instancer import instantiateVariableFont

    files = families()[family]
    if len(files) > 1 or family == _EAST_ASIAN:
        return
    font = FontFile(files[0], recalcTimestamp=False)
    if "fvar" not in font or "wght" not in {axis.axisTag for axis in font["fvar"].axes}:
        return
    name = f"{family}-Bold"
    places = {axis.axisTag: _BOLD if axis.axisTag == "wght" else axis.defaultValue for axis in font["fvar"].axes}
    # Kerning and the places of marks stay those of the regular face: they differ by a hair, and to work them out takes
    # longer than all the rest together.
    positions = font.getTableData("GPOS") if "GPOS" in font else b""
    if positions:
        del font["GPOS"]
    if "GDEF" in font:
        font["GDEF"].table.VarStore = None
    instantiateVariableFont(font, places, inplace=True)
    if positions:
        font["GPOS"] = DefaultTable("GPOS")
        font["GPOS"].data = positions
    for record in font["name"].names:
        if record.nameID == _POSTSCRIPT_NAME:
            record.string = name
    stream = io.BytesIO()
    font.save(stream)
    stream.seek(0)
    pdfmetrics.registerFont(TTFont(name, stream, shapable=True))
    for italic in (1, 0):
        addMapping(family, 1, italic, name)


def register_fonts(text: str = "") -> None:
    """Make the family of the text known to reportlab, and East Asian letters that stand in `text`.

    The other families follow when they are first used.
    """
    use_family(FAMILY)
    _EastAsian.letters = frozenset()
    _EastAsian.add(clean(text))


class _EastAsian:
    """The East Asian letters of the report that is being set, for which a font of their own is made."""

    letters: frozenset[str] = frozenset()
    known = False  # to reportlab, which keeps the first of two fonts of a name

    @classmethod
    def add(cls, text: str) -> None:
        """Make the letters of a text known to reportlab beside those that are known."""
        letters = cls.letters | {character for character in text if ord(character) in _characters(_EAST_ASIAN)}
        if letters == cls.letters:
            return
        cls.letters = letters
        for name, weight in ((_EAST_ASIAN, REGULAR), (f"{_EAST_ASIAN}-Bold", BOLD)):
            font = io.BytesIO(build_font(letters, region_of(letters), weight, _EAST_ASIAN))
            if cls.known:
                pdfmetrics.getFont(name).unregister()
            pdfmetrics.registerFont(TTFont(name, font, shapable=True))
            for italic in (1, 0):
                addMapping(_EAST_ASIAN, int(weight == BOLD), italic, name)
        cls.known = True


@cache
def font_of_file(path: str) -> str:
    """Return the name under which a font file is known, registering it when it is new."""
    stem = Path(path).stem
    for family, files in _FACES.items():
        if stem in files:
            return use_family(family) + ("", "-Bold", "-Italic", "-BoldItalic")[files.index(stem)]
    name = f"File-{stem}"
    pdfmetrics.registerFont(TTFont(name, path))
    return name


@cache
def family_for(characters: str) -> str | None:
    """Return the first family that has all of the characters, or None."""
    wanted = {ord(character) for character in characters if character not in _JOINERS}
    return next((family for family in families() if wanted <= _characters(family)), None)


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
    """Cut clean text into (family, characters) runs; spaces stay with the word before them.

    A word is set in one family as far as there is one that has all its characters, because letters of two fonts in
    one word look like a mistake.
    """
    current, gathered = FAMILY, ""
    for family, part in _parts(clean(text)):
        if family != current and gathered:
            yield current, gathered
            gathered = ""
        current = family
        gathered += part
    if gathered:
        yield current, gathered


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for word in re.findall(r"[^ ]+ *| +", text):
        if family := family_for(word):
            yield _used(family, word), word
            continue
        for character in word:
            found = family_for(character)
            yield (
                (_used(found, character), character) if found else (use_family(family_for(MISSING) or FAMILY), MISSING)
            )


def _used(family: str, text: str) -> str:
    if family == _EAST_ASIAN:
        _EastAsian.add(text)
    return use_family(family)


def needs_shaping(text: str) -> bool:
    """Tell whether letters of the text change their form or order beside each other, as in Indic scripts or Arabic."""
    return any(0x0590 <= ord(character) <= 0x1CFF or 0xA800 <= ord(character) <= 0xABFF for character in text)
