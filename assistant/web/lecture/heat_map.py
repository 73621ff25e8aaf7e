"""A matrix of values as colours, as the panel shows what happens inside a network."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from PIL import Image

from assistant.web.numbers import number

_WIDTH, _LEFT, _RIGHT = 480, 62, 14


def heat_map(
    values: np.ndarray,
    *,
    title: str,
    x_label: str,
    y_label: str,
    description: str,
    signed: bool,
    x_ends: tuple[str, str],
) -> str:
    """Return a figure of `values` (rows, steps) as colours: 0 is clear, 1 or the largest size is full.

    Signed values are blue above zero and orange below it. The picture is transparent, so it suits both themes.
    """
    limit = float(np.max(np.abs(values))) if signed else 1.0
    strength = np.clip(np.abs(values) / (limit or 1.0), 0, 1)
    pixels = np.zeros((*values.shape, 4), dtype=np.uint8)
    pixels[...] = (37, 113, 214, 0)
    if signed:
        pixels[values < 0] = (214, 104, 10, 0)
    pixels[..., 3] = np.round(strength * 255)
    stream = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(stream, format="PNG")
    source = base64.b64encode(stream.getvalue()).decode()
    height = max(60, min(200, 4 * values.shape[0]))
    wide = _WIDTH - _LEFT - _RIGHT
    scale = f"−{number(limit)} … {number(limit)} (orange … blue)" if signed else "0 (clear) … 1 (blue)"
    return (
        f'<figure class="plot-figure"><figcaption>{escape(title)}</figcaption>'
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height + 50}" role="img" '
        f'aria-label="{escape(f"{title}. {description}")}">'
        f'<image href="data:image/png;base64,{source}" x="{_LEFT}" y="6" width="{wide}" height="{height}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        f'<rect class="axis" x="{_LEFT}" y="6" width="{wide}" height="{height}"/>'
        f'<text x="{_LEFT}" y="{height + 22}" class="date">{escape(x_ends[0])}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{height + 22}" text-anchor="end" class="date">{escape(x_ends[1])}</text>'
        f'<text x="{_LEFT + wide / 2}" y="{height + 42}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(14 {6 + height / 2}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>'
        f'</svg><p class="plot-note">Colours: {escape(scale)}. {escape(description)}</p></figure>'
    )
