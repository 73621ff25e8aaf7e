"""What a chart is: its data, axes, caption, explanation and alternative text, however it is drawn later."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

# Colours by what they stand for; the drawing decides which shade is right on a light or a dark page.
Colour = Literal["data", "forecast", "baseline", "muted", "train", "validation", "test", "band95", "band80", "accent"]
LayerKind = Literal["line", "points", "bars", "stems", "band", "span", "rule", "level"]
Marker = Literal["", "o", "s", "^", "D"]


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a panel.

    `line`, `points`, `bars`, `stems`: x and y of shape (n,). `band`: x (n,), y the lower and `upper` the upper edge.
    `span`: x (2,) shades from one x to the other. `rule`: a vertical line at each x. `level`: a horizontal one at
    each y. Not-a-number in y breaks a line. `dashed` tells apart what colour alone would not.
    """

    kind: LayerKind
    colour: Colour
    label: str = ""
    x: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    y: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    upper: np.ndarray | None = field(default=None, repr=False)
    dashed: bool = False
    marker: Marker = ""
    width: float = 1.0


@dataclass(frozen=True)
class Axis:
    """One axis: its title with the unit, how it is divided, and the labels of its ticks when they are names.

    A `measured` axis shows values of the data, which have a unit unless they are plain numbers. On a "time" axis x
    counts days since 1970-01-01; `step` is the noun of one row and says how finely a date is shown.
    """

    title: str
    scale: Literal["linear", "log", "time", "names"] = "linear"
    names: tuple[str, ...] = ()
    step: str = ""
    unit: str = ""
    whole: bool = False
    measured: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes with what is drawn in it.

    `same_scale` makes a unit equally long on both axes; `room` is how large the panel is beside the others.
    """

    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    title: str = ""
    same_scale: bool = False
    room: float = 1.0


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a chart draws, before anything is said about it; see `Chart` for how it is laid out."""

    panels: tuple[Panel, ...]
    wide: bool = False
    stacked: bool = False
    height: float = 0.62


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart.

    `title` is a few words, `caption` stands below the picture, `explanation` tells a reader in plain words what to
    look at, what it shows here and what would look wrong, `summary` is the one or two sentences for the report, and
    `alternative` describes the picture to those who do not see it. Texts are already filled with facts. `wide` charts
    want both columns; `height` is their share of the width. `suggested` ones are in the report until the student
    decides otherwise.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]
    caption: str
    explanation: str
    summary: str
    alternative: str
    wide: bool = False
    stacked: bool = False
    height: float = 0.62
    suggested: bool = False

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of all that is drawn, so that a drawing need not be made twice."""
        state = hashlib.sha256(f"{self.name}|{self.title}|{self.wide}|{self.stacked}|{self.height}".encode())
        for panel in self.panels:
            state.update(f"{panel.x}|{panel.y}|{panel.title}|{panel.same_scale}|{panel.room}".encode())
            for layer in panel.layers:
                state.update(
                    f"{layer.kind}|{layer.colour}|{layer.label}|{layer.dashed}|{layer.marker}|{layer.width}".encode()
                )
                for array in (layer.x, layer.y, layer.upper):
                    if array is not None:
                        state.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
        return state.hexdigest()
