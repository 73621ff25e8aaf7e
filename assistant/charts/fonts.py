"""The font files that charts and the report share: STIX, which comes with matplotlib, and others for what it lacks."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

SCRIPT_SHARE = 0.885
# Packages of one Noto family each; a script is covered when its package is installed.
_NOTO_PACKAGES = tuple(f"fontpkg_noto_sans_{script}" for script in ("devanagari", "tamil", "telugu", "thai"))
# Fonts of scripts that no package carries; another script is covered by putting its font there.
OWN_FONTS = Path(__file__).resolve().parent.parent.parent / "templates" / "fonts"


@cache
def matplotlib_fonts() -> Path:
    """Return the folder of the fonts that matplotlib carries, found without importing it."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def noto_files() -> tuple[Path, ...]:
    """Return the upright font file of every installed Noto package, and the fonts that lie in `templates/fonts`."""
    files: list[Path] = []
    for package in _NOTO_PACKAGES:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            found = sorted((Path(spec.origin).parent / "files").glob("*.ttf"))
            files.extend(path for path in found[:1])
    return (*files, *sorted(OWN_FONTS.glob("*.ttf")))


def fallback_files(text: str) -> tuple[Path, ...]:
    """Return the fonts that a text needs beside STIX, in the order in which they are asked."""
    needed: dict[Path, None] = {}
    for character in dict.fromkeys(text):
        if not _has(matplotlib_fonts() / "STIXGeneral.ttf", character):
            fonts = (matplotlib_fonts() / "DejaVuSans.ttf", *noto_files())
            needed.update(dict.fromkeys(path for path in fonts if _has(path, character)))
    return tuple(needed)


@cache
def characters_of(path: Path) -> frozenset[int]:
    """Return the code points that a font file has a picture for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(path)).get_charmap())


def enlarge_scripts() -> None:
    """Let matplotlib set indices and exponents 0.885 times as large as what they belong to, instead of 0.7 times.

    They then keep to the least size of letters: 7 points beside the 8 of charts, 9 beside the 10.2 of the report.
    """
    from matplotlib import _mathtext

    _mathtext.SHRINK_FACTOR = SCRIPT_SHARE


def _has(path: Path, character: str) -> bool:
    return ord(character) in characters_of(path)
