"""Chinese, Japanese and Korean letters: small fonts with just those that a text has.

Noto Sans CJK is one variable font of 33 MB whose outlines neither reportlab nor matplotlib's PDF can embed. The letters
of a text are therefore taken out of it and written as a TrueType font. The same letters give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

from assistant.charts.font_files import characters_of

NAME = "NotoSansCJK"
REGULAR, BOLD = 400, 700
_UNITS, _ASCENT, _DESCENT = 1000, 880, -120
_DATE = 3_786_912_000  # seconds since 1904: 2024-01-01
_FINEST = 0.7  # units that a curve may be off after it was made quadratic
_FIRST = 0x2E80  # letters and signs of East Asia begin here
Region = Literal["jp", "kr", "sc", "tc"]
# The place of each region's font in the collection. They share their letters; many Han letters differ a little.
_PLACES: dict[Region, int] = {"jp": 0, "kr": 1, "sc": 2, "tc": 3}


class _Letter(NamedTuple):
    outline: Any
    advance: int
    left: int


@cache
def collection_file() -> Path | None:
    """Return the file of the fonts, or None when the package is not installed."""
    spec = find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob("*.ttc"))), None)


def is_east_asian(character: str) -> bool:
    """Tell whether a character is a letter, syllable or full-width sign of Chinese, Japanese or Korean."""
    code = ord(character)
    return (
        _FIRST <= code <= 0x9FFF
        or 0x1100 <= code <= 0x11FF
        or 0xAC00 <= code <= 0xD7FF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


@cache
def east_asian_characters() -> frozenset[int]:
    """Return the code points of East Asia that the font has; none when its package is not installed."""
    path = collection_file()
    return frozenset() if path is None else frozenset(code for code in characters_of(path) if is_east_asian(chr(code)))


def east_asian_in(text: str) -> frozenset[str]:
    """Return the letters of a text that only this font has."""
    if not any(is_east_asian(character) for character in text):
        return frozenset()
    return frozenset(character for character in text if ord(character) in east_asian_characters())


def region_of(characters: Iterable[str]) -> Region:
    """Return whose forms of the Han letters a text is best read in, judged by what else stands in it."""
    every = set(characters)
    if any(character == "々" or "\u3040" <= character <= "\u30ff" for character in every):
        return "jp"
    if any("\uac00" <= character <= "\ud7a3" for character in every):
        return "kr"
    # The old encodings hold just the letters that are in use where they come from.
    unknown = {character for character in every if not _encodes(character, "gb2312")}
    if unknown and all(_encodes(character, "big5") for character in every):
        return "tc"
    if unknown and all(_encodes(character, "shift_jis") for character in every):
        return "jp"
    return "sc"


def build_font(characters: Iterable[str], region: Region, weight: int, name: str) -> bytes:
    """Return a TrueType font named `name` that has a blank and the characters, each of which the collection has."""
    from fontTools.fontBuilder import FontBuilder

    face = {REGULAR: "Regular", BOLD: "Bold"}[weight]
    letters = {character: _letter(character, region, weight) for character in sorted(set(characters) - {" "})}
    blank = _Letter(_empty(), 224, 0)
    names = [".notdef", "space", *(f"u{ord(character):05X}" for character in letters)]
    glyphs = dict(zip(names, [_Letter(_empty(), _UNITS, 0), blank, *letters.values()], strict=True))
    builder = FontBuilder(_UNITS, isTTF=True)
    # Always the same date, so that the same letters give the same bytes.
    builder.font["head"].created = builder.font["head"].modified = _DATE
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "space", **{ord(character): f"u{ord(character):05X}" for character in letters}})
    builder.setupGlyf({name: letter.outline for name, letter in glyphs.items()})
    builder.setupHorizontalMetrics({name: (letter.advance, letter.left) for name, letter in glyphs.items()})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupNameTable(
        {"familyName": name, "styleName": face, "uniqueFontIdentifier": f"{name}-{face}", "fullName": f"{name} {face}"}
        | {"psName": f"{name}-{face}", "version": "Version 1.0"}
    )
    builder.setupOS2(sTypoAscender=_ASCENT, sTypoDescender=_DESCENT, usWeightClass=weight, fsType=0)
    builder.setupPost()
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


@lru_cache(maxsize=16)
def font_file(characters: frozenset[str]) -> Path:
    """Return a font file with the characters, for those who only read files; it is gone when the process ends."""
    region = region_of(characters)
    digest = hashlib.sha256(f"{region}{''.join(sorted(characters))}".encode()).hexdigest()[:8]
    path = Path(_folder().name) / f"{digest}.ttf"
    if not path.exists():
        path.write_bytes(build_font(characters, region, REGULAR, f"{NAME} {digest}"))
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="letters-", ignore_cleanup_errors=True)


@lru_cache(maxsize=8192)
def _letter(character: str, region: Region, weight: int) -> _Letter:
    from fontTools.pens.boundsPen import BoundsPen
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names, outlines = _outlines(region)
    drawn = outlines[weight][names[ord(character)]]
    pen, bounds = TTGlyphPen(None), BoundsPen(None)
    drawn.draw(Cu2QuPen(pen, _FINEST, reverse_direction=True))
    outline = pen.glyph()
    outline.draw(bounds, None)
    return _Letter(outline, round(drawn.width), round(bounds.bounds[0]) if bounds.bounds else 0)


@lru_cache(maxsize=2)
def _outlines(region: Region) -> tuple[Any, dict[int, Any]]:
    """Return the names of the letters by code point, and for each weight their outlines by name.

    A font of one region takes up to 100 MB of memory, and half a second to read; few classes need more than two.
    """
    from fontTools.ttLib import TTFont

    path = collection_file()
    assert path is not None
    # With the outlines everything that is needed of the file has been read.
    with TTFont(path, fontNumber=_PLACES[region], lazy=True) as font:
        return font.getBestCmap(), {weight: font.getGlyphSet(location={"wght": weight}) for weight in (REGULAR, BOLD)}


def _empty() -> Any:
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    return Glyph()


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
