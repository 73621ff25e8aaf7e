"""The words' schematic pictures: strips of time steps that are read, forecast, marked or judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

_CELL = 24
_ACROSS = 18


def _strip(title: str, kinds: Sequence[str], labels: Sequence[tuple[int, int, str]], signs: Mapping[int, str]) -> str:
    """Return a row of squares, each of a kind (a colour or nothing), with brackets below and signs inside."""
    cells = "".join(
        f'<rect class="cell-{kind or "plain"}" x="{16 + _CELL * index}" y="20" width="{_CELL - 3}" height="34" rx="3"/>'
        + (
            f'<text class="label" x="{16 + _CELL * index + (_CELL - 3) / 2}" y="42" text-anchor="middle">'
            f"{escape(signs[index])}</text>"
            if index in signs
            else ""
        )
        for index, kind in enumerate(kinds)
    )
    brackets = "".join(
        f'<path class="wire" d="M{16 + _CELL * first} 60v7H{16 + _CELL * last - 3}v-7"/>'
        f'<text class="label" x="{16 + _CELL * (first + last) / 2 - 1.5}" y="84" text-anchor="middle">'
        f"{escape(text)}</text>"
        for first, last, text in labels
    )
    arrow = '<path class="wire" d="M16 104H442"/><path class="tip" d="M450 104l-9 -5v10z"/>'
    time = '<text class="label" x="450" y="122" text-anchor="end">time</text>'
    return (
        f'<svg class="lecture-drawing" viewBox="0 0 464 128" role="img" aria-label="{escape(title)}">'
        f"{cells}{brackets}{arrow}{time}</svg>"
    )


def _series() -> str:
    return _strip(
        "A row of observations, one at each time step.",
        ["a"] * _ACROSS,
        [(0, 4, "one at each step")],
        {0: "x₁", 1: "x₂", 2: "x₃"},
    )


def _window() -> str:
    kinds = ["", "", *["a"] * 12, *["b"] * 4]
    return _strip("Of the past, only the last steps lie in the window.", kinds, [(2, 14, "window: what is read")], {})


def _horizon() -> str:
    kinds = ["", "", *["a"] * 12, *["b"] * 4]
    return _strip(
        "After the window come the steps that are forecast.", kinds, [(2, 14, "window"), (14, 18, "horizon")], {}
    )


def _parts() -> str:
    kinds = [*["a"] * 12, *["c"] * 3, *["b"] * 3]
    return _strip(
        "The series cut in the order of time: first training, then validation, then test.",
        kinds,
        [(0, 12, "training"), (12, 15, "valid."), (15, 18, "test")],
        {},
    )


def _adding() -> str:
    kinds = ["b" if index in (4, 13) else "" for index in range(_ACROSS)]
    return _strip(
        "A long sequence in which two numbers are marked; their sum is asked for at the end.",
        kinds,
        [(0, 9, "one mark here"), (9, 18, "one mark there")],
        {4: ".3", 13: ".9"},
    )


def _naive() -> str:
    kinds = [*["a"] * 14, *["b"] * 4]
    signs = {13: "7", 14: "7", 15: "7", 16: "7", 17: "7"}
    return _strip("The last known value is repeated over the horizon.", kinds, [(14, 18, "forecast")], signs)


def _epoch() -> str:
    laps = "".join(
        f'<path class="wire" d="M{20 + 142 * index} 50h120"/><path class="tip" d="M{146 + 142 * index} 50l-9 -5v10z"/>'
        f'<text class="label" x="{80 + 142 * index}" y="38" text-anchor="middle">epoch {index + 1}</text>'
        f'<text class="label" x="{80 + 142 * index}" y="72" text-anchor="middle">all training data</text>'
        for index in range(3)
    )
    return (
        '<svg class="lecture-drawing" viewBox="0 0 464 90" role="img" '
        f'aria-label="Three epochs, each a pass over all training data.">{laps}</svg>'
    )


def _loss() -> str:
    points = ((60, 40, 70), (150, 66, 52), (240, 30, 46), (330, 58, 88), (410, 44, 50))
    shapes = "".join(
        f'<path class="gap" d="M{x} {actual}V{forecast}"/><circle class="f-a" cx="{x}" cy="{actual}" r="6"/>'
        f'<rect class="f-b" x="{x - 5}" y="{forecast - 5}" width="10" height="10"/>'
        for x, actual, forecast in points
    )
    return (
        '<svg class="lecture-drawing" viewBox="0 0 464 128" role="img" '
        'aria-label="Actual values as dots, forecasts as squares, and the distance between each pair.">'
        f'{shapes}<text class="label" x="16" y="120">● actual   ■ forecast   | the distances, squared, averaged</text>'
        "</svg>"
    )


STRIPS: Mapping[str, Callable[[], str]] = {
    "strip-series": _series,
    "strip-window": _window,
    "strip-horizon": _horizon,
    "strip-parts": _parts,
    "strip-adding": _adding,
    "strip-naive": _naive,
    "strip-epoch": _epoch,
    "strip-loss": _loss,
}
