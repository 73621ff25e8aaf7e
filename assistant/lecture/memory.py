"""The memory of a finished run's network: measured once in the child process and kept in the run's folder.

This module never imports torch.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from assistant import wording
from assistant.charts.chart import Axis, Chart, Layer, Panel
from assistant.charts.conditional_text import chosen
from assistant.dataset.series import Frequency, Series
from assistant.facts import Facts
from assistant.files import write_atomically
from assistant.lecture.process import LectureProcess
from assistant.lecture.results import NetworkMemory
from assistant.lecture.texts import FOLDER

FILE = "memory.json"
CHART_NAME = "memory"
NEVER = 1e6  # steps drawn for a unit that never loses half


def read_memory(folder: Path) -> NetworkMemory | None:
    """Return what was measured for the run in `folder`, or None when that was not done yet."""
    try:
        return NetworkMemory.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def measure_memory(folder: Path, process: LectureProcess) -> NetworkMemory:
    """Return the memory of the run in `folder`, measuring it when that was not done yet; raise LectureError."""
    known = read_memory(folder)
    if known is not None:
        return known
    memory = process.ask(NetworkMemory, "memory", folder=str(folder))
    write_atomically(folder / FILE, memory.model_dump_json())
    return memory


def memory_facts(memory: NetworkMemory, series: Series) -> dict[str, str]:
    """Return what a text may say about a network's memory."""
    frequency = series.frequency
    span = memory_span(frequency, series.horizon)
    situation = [
        word
        for word, holds in (
            ("gated", bool(memory.half_lives)),
            ("corrects", memory.look_back.correction_steps > 0),
            ("peaked", memory.look_back.peak is not None),
        )
        if holds
    ]
    return {
        "situation": ", ".join(situation),
        "steps": wording.plural(frequency.step, 2),
        "network_units": str(memory.units),
        "network_windows": str(memory.windows),
        "look_back": frequency.count(memory.look_back.steps),
        "look_back_half": frequency.count(memory.look_back.half),
        "look_back_peak": frequency.count(memory.look_back.peak or 0),
        "correction_look_back": frequency.count(memory.look_back.correction_steps),
        "longest_half_life": steps_in_words(longest(memory.half_lives), frequency),
        "season_units": str(count_keeping(memory.half_lives, span)),
        "memory_span": frequency.count(span),
    }


def describe_network_chart(memory: NetworkMemory, series: Series) -> Chart:
    """Return the chart of what the network remembers, with its texts filled from the facts.

    It stands beside the project's other charts under the name `memory`; `{fig_memory}` in its summary stays for the
    report to fill.
    """
    frequency = series.frequency
    facts = Facts(run_id="", texts=memory_facts(memory, series))
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
    texts = _texts()

    def say(key: str) -> str:
        return facts.fill(" ".join(chosen(texts[key], facts)))  # type: ignore[arg-type]

    return Chart(
        name=CHART_NAME,
        title=say("title"),
        panels=tuple(panels),
        caption=say("caption"),
        explanation="\n\n".join(say(key) for key in ("look", "shows", "wrong")),
        summary=say("summary"),
        alternative=say("alternative"),
        wide=len(panels) > 1,
        height=0.36 if len(panels) > 1 else 0.52,
    )


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


@cache
def _texts() -> dict[str, object]:
    return tomllib.loads((FOLDER / "network-chart.toml").read_text("utf-8"))
