"""The colours of the charts on a light and on a dark page.

One dark blue for what is known, one warm colour for the network, one green for the methods without learning; they
differ in lightness too, so that they stay apart in grey and for colour-blind readers, and each has a contrast of at
least 3 to the page. Tints are mixed beforehand instead of drawn half transparent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "page": "#fefefe",
        "ink": "#1d1f22",
        "grid": "#e3e5e8",
        "axis": "#6b7078",
        "data": "#1f3a5f",
        "accent": "#1f3a5e",
        "forecast": "#cf5423",
        "baseline": "#4b9b74",
        "muted": "#7b818a",
        "train": "#f6f7f9",
        "validation": "#e9eef4",
        "test": "#fbeee6",
        "band95": "#f9e3d8",
        "band80": "#f2c8b3",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "page": "#14171b",
        "ink": "#e8eaed",
        "grid": "#2d3239",
        "axis": "#9aa1ab",
        "data": "#bcd9fb",
        "accent": "#bcd9fa",
        "forecast": "#ee7f4b",
        "baseline": "#63b98e",
        "muted": "#959ca6",
        "train": "#181c21",
        "validation": "#212a34",
        "test": "#33261f",
        "band95": "#3f2b21",
        "band80": "#5c3a2a",
    }
)
