"""The font files that charts and the report share, and which characters each has.

STIX comes with matplotlib; the others are for what it lacks.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from assistant.resources import TEMPLATES

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


@cache
def characters_of(path: Path) -> frozenset[int]:
    """Return the code points that a font file has a picture for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(path)).get_charmap())
