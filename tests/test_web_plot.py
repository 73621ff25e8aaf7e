"""The small charts of the pages: well formed, named on both axes, and their values readable without the picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.training.run import Epoch
from assistant.web.pages.loss_curve import loss_curve
from assistant.web.plot import TABLE_ROWS, Bars, Level, Line, Plot, Point, draw_plot
from assistant.web.ticks import FLOOR, log_ticks, range_of, ticks


def picture_of(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.findall(r'<svg class="plot .*?</svg>', html, flags=re.S)[0])


def rows_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def texts_of(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter("text")]


def places_of(picture: ElementTree.Element, kind: str) -> Iterator[tuple[float, float]]:
    for element in picture.iter("path"):
        if kind in element.get("class", "").split():
            for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", element.get("d", "")):
                yield float(x), float(y)


def plot(*curves: Line | Bars, **changes: object) -> str:
    return draw_plot(Plot("Half & half", "steps", "part", curves, **changes))  # type: ignore[arg-type]


def test_a_plot_names_both_axes_and_carries_its_values_as_a_table() -> None:
    html = plot(
        Line("a < b", [0, 1, 2], [1.0, 0.5, 0.25]), points=[Point(2, 0.25, "<end>")], levels=[Level(0.5, "half")]
    )
    picture = picture_of(html)
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Half & half. steps across, part upwards. a < b: from 1 to 0.25. <end>."
    assert {"steps", "part", "half", "<end>"} <= set(texts_of(picture))
    assert rows_of(html) == [["steps", "a < b"], ["0", "1"], ["1", "0.5"], ["2", "0.25"]]


def test_a_long_table_is_thinned_and_keeps_both_ends() -> None:
    rows = rows_of(plot(Line("v", range(1000), [float(x) for x in range(1000)])))[1:]
    assert len(rows) == TABLE_ROWS
    assert (rows[0], rows[-1]) == (["0", "0"], ["999", "999"])


def test_two_curves_are_told_apart_by_a_legend_and_one_needs_none() -> None:
    one, two = Line("one", [0, 1], [0, 1]), Bars("two", [0, 1], [1, 2], "b")
    assert "<ul" not in plot(one)
    assert re.findall(r"</svg>(\w+)</li>", plot(one, two)) == ["one", "two"]


def test_bars_stand_on_zero_also_when_all_values_are_far_above_it() -> None:
    picture = picture_of(plot(Bars("rows", [1, 2, 3], [40.0, 41.0, 42.0])))
    (bars,) = [element for element in picture.iter("path") if "bars" in element.get("class", "")]
    tops = [float(y) for y in re.findall(r"V([\d.]+)h", bars.get("d", ""))]
    ground = next(places_of(picture, "bars"))[1]
    heights = [ground - top for top in tops]
    assert heights[2] / heights[0] == pytest.approx(42 / 40, abs=0.01)
    assert "0" in texts_of(picture)


def test_whole_numbers_get_no_ticks_between_them() -> None:
    texts = texts_of(picture_of(plot(Line("v", [1, 2], [0.0, 1.0]), whole=True)))
    assert not {"1.2", "1.5", "1.25"} & set(texts)
    assert {"1", "2"} <= set(texts)


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    picture = picture_of(plot(Line("v", [0, 1, 2, 3], [1.0, math.nan, 2.0, 3.0])))
    (path,) = [element for element in picture.iter("path") if "curve" in element.get("class", "")]
    assert re.sub(r"[^ML]", "", path.get("d", "")) == "MML"


def test_a_logarithmic_plot_leaves_out_what_is_below_its_floor_and_says_it_in_the_table() -> None:
    html = plot(Line("g", [0, 1, 2], [1.0, FLOOR / 10, 0.0]), log=True)
    (path,) = [element for element in picture_of(html).iter("path") if "curve" in element.get("class", "")]
    assert re.sub(r"[^ML]", "", path.get("d", "")) == "M"
    assert rows_of(html)[-1] == ["2", "0"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.001, 2.0, [0.001, 0.01, 0.1, 1.0]),
        (0.04, 0.7, [0.05, 0.1, 0.2, 0.5]),
        (0.21, 0.29, [0.22, 0.24, 0.26, 0.28]),
    ],
)
def test_a_logarithmic_axis_has_round_ticks_over_any_span(low: float, high: float, expected: list[float]) -> None:
    assert log_ticks(low, high) == pytest.approx(expected)


FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(FINITE, min_size=1, max_size=8), st.booleans(), st.sampled_from(["wide", "small"]))
def test_any_values_lie_within_the_frame(values: list[float], log: bool, size: str) -> None:
    xs = list(range(len(values)))
    for curve in (Line("v", xs, values), Bars("v", xs, values)):
        if log and isinstance(curve, Bars):
            continue
        picture = picture_of(plot(curve, log=log, size=size))
        width, height = map(float, picture.get("viewBox", "").split()[2:])
        for x, y in places_of(picture, "curve"):
            assert 0 <= x <= width
            assert 0 <= y <= height
        assert not {"nan", "inf"} & set(" ".join(texts_of(picture)).split())


@given(st.tuples(FINITE, FINITE).filter(lambda ends: ends[1] - ends[0] > 1e-6 * max(map(abs, ends)) + 1e-90))
def test_ticks_are_few_round_and_within_their_ends(ends: tuple[float, float]) -> None:
    low, high = ends
    found = ticks(low, high, 5)
    air = 1e-6 * (high - low)
    assert len(found) <= 7
    assert all(low - air <= tick <= high + air for tick in found)
    assert range_of([low, high])[0] < low < high < range_of([low, high])[1]


# The loss of a training


def epochs(*losses: tuple[float, float]) -> list[Epoch]:
    return [
        Epoch(number=place, train_loss=train, validation_loss=validation, seconds=0.1)
        for place, (train, validation) in enumerate(losses, 1)
    ]


def test_before_the_first_epoch_there_is_no_picture() -> None:
    assert loss_curve([], 20) == ""
    assert loss_curve(epochs((math.nan, math.nan)), 20) == ""


def test_the_loss_is_drawn_over_all_planned_epochs_with_the_best_one_named() -> None:
    html = loss_curve(epochs((0.5, 0.6), (0.3, 0.4), (0.2, 0.45)), 20)
    picture = picture_of(html)
    assert {"Epoch", "20", "best: epoch 2"} <= set(texts_of(picture))
    assert "Best validation loss 0.4 in epoch 2." in picture.get("aria-label", "")
    assert rows_of(html)[1:] == [["1", "0.5", "0.6"], ["2", "0.3", "0.4"], ["3", "0.2", "0.45"]]


def test_losses_that_cannot_be_drawn_are_left_out_of_the_line() -> None:
    html = loss_curve(epochs((0.5, math.nan), (math.inf, 0.4), (0.0, 0.3)), 3)
    picture_of(html)
    assert "best: epoch 3" in html
