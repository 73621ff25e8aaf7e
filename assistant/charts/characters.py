"""Which characters a font file has."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def characters_of(path: Path) -> frozenset[int]:
    """Return the code points that a font file has a picture for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(path)).get_charmap())
