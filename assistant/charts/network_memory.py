"""What the network remembers: what can be said of it, and its chart."""

from __future__ import annotations

import math

import numpy as np

from assistant import wording
from assistant.charts.chart import Axis, Drawing, Layer, Panel
from assistant.dataset.series import Frequency, Series
from assistant.training.memory import LOOK_BACK_SHARE, NetworkMemory

NEVER = 1e6  # steps drawn for a unit that never loses half


def memory_facts(memory: NetworkMemory, series: Series) -> dict[str, str]:
    """Return what a text may say about a network's memory."""
    frequency = series.frequency
    span = memory_span(frequency, series.horizon)
    return {
        "network_units": str(memory.units),
        "network_windows": str(memory.windows),
        "look_back": frequency.count(memory.look_back.steps),
        "look_back_share": wording.percent(LOOK_BACK_SHARE),
        "look_back_half": frequency.count(memory.look_back.half),
        "look_back_peak": frequency.count(memory.look_back.peak or 0),
        "correction_look_back": frequency.count(memory.look_back.correction_steps),
        "longest_half_life": steps_in_words(longest(memory.half_lives), frequency),
        "season_units": str(count_keeping(memory.half_lives, span)),
        "memory_span": frequency.count(span),
    }


def memory_situation(memory: NetworkMemory) -> list[str]:
    """Return the words that the conditions of texts about it are made of."""
    return [
        *(["gated"] if memory.half_lives else []),
        *(["corrects"] if memory.look_back.correction_steps > 0 else []),
        *(["peaked"] if memory.look_back.peak is not None else []),
    ]


def memory_chart(series: Series, memory: NetworkMemory) -> Drawing:
    """Draw how far back the forecast looks, and the half-life of each unit where the cell has gates."""
    frequency = series.frequency
    back = memory.look_back
    # The last known value is one step back; what no line reaches is left out.
    reached = 1 + int(np.max(np.flatnonzero(back.effect), initial=0))
    steps = np.arange(1, reached + 1, dtype=np.float64)
    unit = f" ({series.unit} per {series.unit})" if 0 < len(series.unit) <= 8 else ""
    effect = Panel(
        Axis(f"{wording.sentence_case(wording.plural(frequency.step, 2))} back", whole=True),
        Axis(f"Effect on the forecast{unit}"),
        (
            Layer("line", "data", "Whole forecast", x=steps, y=np.array(back.effect[:reached])),
            Layer(
                "line",
                "forecast",
                "The network's own part",
                x=steps,
                y=np.array(back.correction[:reached]),
                dashed=True,
            ),
            Layer("rule", "muted", x=np.array([float(back.steps)]), dashed=True),
        ),
    )
    panels = [effect]
    if memory.half_lives:
        known = sorted((NEVER if value is None else value for value in memory.half_lives), reverse=True)
        season = float(memory_span(frequency, series.horizon))
        panels.append(
            Panel(
                Axis("Unit, longest memory first", whole=True),
                Axis(f"Half-life ({wording.plural(frequency.step, 2)})", scale="log"),
                (
                    Layer("points", "data", "Unit", x=np.arange(1.0, len(known) + 1), y=np.array(known), marker="o"),
                    Layer("level", "muted", frequency.count(int(season)), y=np.array([season]), dashed=True),
                ),
            )
        )
    two = len(panels) > 1
    return Drawing(tuple(panels), wide=two, height=0.36 if two else 0.52)


def memory_span(frequency: Frequency, horizon: int) -> int:
    """Return how many steps a unit has to keep half to count as a memory here: a season, or the horizon without one."""
    return frequency.season if frequency.season > 1 else max(2, horizon)


def count_keeping(half_lives: tuple[float | None, ...], span: int) -> int:
    """Return how many units keep half of what they hold for `span` steps or more."""
    return sum(value is None or value >= span for value in half_lives)


def longest(half_lives: tuple[float | None, ...]) -> float | None:
    """Return the longest half-life in steps; infinite when a unit never loses half, None without gates."""
    return max((math.inf if value is None else value for value in half_lives), default=None)


def steps_in_words(steps: float | None, frequency: Frequency) -> str:
    """Return a number of steps in the data's time, such as "3.9 weeks"."""
    if steps is None:
        return "none"
    if math.isinf(steps):
        return "without end"
    if steps >= 9.95:
        return frequency.count(round(steps))
    return wording.counted(frequency.step, steps)
