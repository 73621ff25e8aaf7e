"""How colours look: contrast, in grey, and to colour-blind eyes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

# Machado, Oliveira & Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
# IEEE Transactions on Visualization and Computer Graphics 15(6): severity 1, on linear RGB.
_DEFICIENCIES: Mapping[str, np.ndarray] = MappingProxyType(
    {
        "red-blind": np.array(
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        ),
        "green-blind": np.array(
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        ),
        "blue-blind": np.array(
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        ),
    }
)
# sRGB to CIE XYZ under D65 (IEC 61966-2-1), and the white it is measured against.
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = np.array([0.9505, 1.0, 1.089])

VIEWERS = ("usual", *_DEFICIENCIES)


def linear(colour: str) -> np.ndarray:
    """Return linear RGB of shape (3,), 0 … 1, of a colour such as "#1f3a5f"."""
    encoded = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2), 0 … 1."""
    return float(_TO_XYZ[1] @ linear(colour))


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 … 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def lightness(colour: str) -> float:
    """Return the lightness L* (CIE 1976), 0 … 100: what remains of a colour in grey."""
    share = luminance(colour)
    return 116 * share ** (1 / 3) - 16 if share > 0.008856 else 903.3 * share


def difference(first: str, second: str, viewer: str = "usual") -> float:
    """Return how far apart two colours look (CIE 1976 ΔE*ab) to a viewer; about 2 can just be told."""
    return float(np.linalg.norm(_lab(first, viewer) - _lab(second, viewer)))


def _lab(colour: str, viewer: str) -> np.ndarray:
    seen = linear(colour)
    if viewer in _DEFICIENCIES:
        seen = np.clip(_DEFICIENCIES[viewer] @ seen, 0, 1)
    share = (_TO_XYZ @ seen) / _WHITE
    root = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])
