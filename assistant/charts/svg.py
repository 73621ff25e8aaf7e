"""A small SVG of a figure: few elements, letters as text, colours by their role.

Matplotlib's own SVG has an element for every tick, letter and marker; dozens of such charts make a page slow. Here what
looks the same is one path, and a line of text is one element in letters as wide as those it was laid out with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Transform

# All of them are as wide as Times, which STIX, the letters of the printed charts, is too.
FONTS = "STIXGeneral, 'STIX Two Text', 'Times New Roman', Times, Tinos, 'Liberation Serif', 'Nimbus Roman', serif"
_COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
_CURVES = (Path.CURVE3, Path.CURVE4)


@dataclass
class _Drawn:
    """Paths of one look: the box around them (left, bottom, right, top), and their data."""

    style: str
    clip: str
    box: tuple[float, float, float, float]
    data: list[str] = field(default_factory=list)


class SmallSvg(RendererBase):
    """Gathers what a figure draws; `roles` maps colours such as "#1f3a5f" to the name of what they stand for."""

    def __init__(self, width: float, height: float, key: str, roles: Mapping[str, str]) -> None:
        super().__init__()
        self.width, self.height, self.key, self.roles = width, height, key, roles
        self._drawn: list[_Drawn] = []
        self._texts: list[str] = []
        self._clips: dict[str, str] = {}

    def body(self) -> str:
        """Return the elements of everything drawn."""
        clips = "".join(self._clips.values())
        paths = "".join(f'<path style="{drawn.style}"{drawn.clip} d="{"".join(drawn.data)}"/>' for drawn in self._drawn)
        return f'{f"<defs>{clips}</defs>" if clips else ""}{paths}<g font-family="{FONTS}">{"".join(self._texts)}</g>'

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        """Keep a path, joined to an earlier one of the same look where nothing drawn between lies over it."""
        stroked = gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0
        filled = rgbFace is not None and (len(rgbFace) < 4 or rgbFace[3] > 0)
        data, box = self._data(path, transform)
        if not data or not (stroked or filled):
            return
        style = f"fill:{self._colour(rgbFace) if filled else 'none'}"
        if stroked:
            style += f";stroke:{self._colour(gc.get_rgb())};stroke-width:{gc.get_linewidth():.2f}"
            if (dashes := gc.get_dashes()[1]) is not None:
                style += f";stroke-dasharray:{','.join(f'{dash:.2f}' for dash in np.asarray(dashes).tolist())}"
        clip = self._clip(gc)
        for drawn in reversed(self._drawn):
            if (drawn.style, drawn.clip) == (style, clip):
                drawn.data.append(data)
                drawn.box = _around(drawn.box, box)
                return
            if _touch(drawn.box, box):
                break
        self._drawn.append(_Drawn(style, clip, box, [data]))

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Path, marker_trans: Transform, path: Path, trans: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:  # fmt: skip
        """Keep round markers as the ends of lines without length, and others as their shapes."""
        if rgbFace is None or Path.CURVE4 not in _codes(marker_path):
            super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
            return
        size = marker_path.get_extents(marker_trans).width + gc.get_linewidth()
        style = f"fill:none;stroke:{self._colour(rgbFace)};stroke-width:{size:.2f};stroke-linecap:round"
        places = trans.transform(path.vertices) * (1, -1) + (0, self.height)
        places = places[np.isfinite(places).all(axis=1)]
        if len(places):
            box = (*(places.min(axis=0) - size).tolist(), *(places.max(axis=0) + size).tolist())
            dots = "".join(f"M{_short(x, 1)} {_short(y, 1)}h0" for x, y in places)
            self._drawn.append(_Drawn(style, self._clip(gc), box, [dots]))

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Any = None,
    ) -> None:  # fmt: skip
        """Keep a line of text; a formula is kept as the shapes of its letters."""
        if ismath and "$" in s.replace(r"\$", ""):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        words = s.replace(r"\$", "$")
        aligned = mtext.get_ha() if mtext is not None else "center"
        # Fixed where it touches something, so that letters of a slightly different width do no harm.
        share, anchor = {"left": (0.0, "start"), "right": (1.0, "end")}.get(aligned, (0.5, "middle"))
        length = self.get_text_width_height_descent(words, prop, ismath=False)[0] * share
        turn = np.deg2rad(angle)
        left, top = x + length * np.cos(turn), self.height - y - length * np.sin(turn)
        place = f'transform="translate({left:.1f} {top:.1f}) rotate({-angle:.0f})"' if angle else (
            f'x="{left:.1f}" y="{top:.1f}"'
        )  # fmt: skip
        looks = "" if anchor == "start" else f' text-anchor="{anchor}"'
        if prop.get_style() == "italic":
            looks += ' font-style="italic"'
        if prop.get_weight() in ("bold", 700):
            looks += ' font-weight="bold"'
        self._texts.append(
            f'<text {place} font-size="{prop.get_size_in_points():.2f}"{looks} '
            f'style="fill:{self._colour(gc.get_rgb())}">{escape(words)}</text>'
        )

    def draw_image(self, *_arguments: Any, **_options: Any) -> None:
        """Refuse: no chart holds a picture."""
        raise NotImplementedError("Charts hold no pictures.")

    def flipy(self) -> bool:
        """Tell that y grows upwards here; it is turned round when it is written down."""
        return False

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size in points."""
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        """Return the same number: it is drawn in points."""
        return points

    def _colour(self, rgb: Any) -> str:
        colour = to_hex(rgb)
        return f"var(--{self.roles[colour]})" if colour in self.roles else colour

    def _clip(self, gc: GraphicsContextBase) -> str:
        bounds = gc.get_clip_rectangle()
        if bounds is None:
            return ""
        x, y, wide, high = bounds.bounds
        shape = f'<rect x="{x:.1f}" y="{self.height - y - high:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'
        if shape not in self._clips:
            self._clips[shape] = f'<clipPath id="{self.key}-clip{len(self._clips)}">{shape}</clipPath>'
        name = f"{self.key}-clip{list(self._clips).index(shape)}"
        return f' clip-path="url(#{name})"'

    def _data(self, path: Path, transform: Transform) -> tuple[str, tuple[float, float, float, float]]:
        parts, places = [], []
        last = ""
        # A tenth of a point is finer than a screen shows a line, but not finer than it shows the shape of a letter.
        digits = 1 if not np.isin(_codes(path), _CURVES).any() else 2
        for points, code in path.iter_segments(transform, remove_nans=True, simplify=False):
            command = _COMMANDS.get(code)
            if command is None or not np.isfinite(points).all():
                continue
            if command == "Z":
                parts.append("Z")
            else:
                corners = points.reshape(-1, 2) * (1, -1) + (0, self.height)
                places.append(corners)
                numbers = " ".join(_short(value, digits) for value in corners.ravel())
                # After "M" and "L" a line is what more numbers mean.
                parts.append(f" {numbers}" if command == "L" and last in "ML" and last else f"{command}{numbers}")
            last = command
        if not places:
            return "", (0.0, 0.0, 0.0, 0.0)
        every = np.concatenate(places)
        return "".join(parts), (*every.min(axis=0).tolist(), *every.max(axis=0).tolist())


def _codes(path: Path) -> list[int]:
    return [] if path.codes is None else np.asarray(path.codes).tolist()


def _short(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _around(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, float, float, float]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def small_svg(figure: Figure, key: str, roles: Mapping[str, str]) -> str:
    """Return the elements of a laid-out figure, for an `<svg>` with its size as view box; `key` begins their names."""
    renderer = SmallSvg(figure.bbox.width, figure.bbox.height, key, roles)
    figure.draw(renderer)
    return renderer.body()
