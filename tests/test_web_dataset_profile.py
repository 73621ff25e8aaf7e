"""What the page says of a table's profile: a pattern is claimed only where the data show one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.dataset.inspection import examine
from assistant.dataset.profile import make_profile
from assistant.web.pages.dataset_profile import repetition


def slow(rows: int) -> np.ndarray:
    return np.asarray(np.random.default_rng(4).normal(size=rows).cumsum())


def weekly(rows: int) -> np.ndarray:
    return np.asarray(10 + 5 * (np.arange(rows) % 7 >= 5) + np.random.default_rng(4).normal(size=rows) * 0.3)


def both(rows: int) -> np.ndarray:
    return slow(rows) * 0.3 + 2 * weekly(rows)


def noise(rows: int) -> np.ndarray:
    return np.asarray(np.random.default_rng(4).normal(size=rows))


def opposite(rows: int) -> np.ndarray:
    return np.asarray(np.sin(np.arange(rows) * 2 * np.pi / 14) + 5)


@pytest.mark.parametrize(
    ("course", "said", "claimed"),
    [
        (slow, "slow course", False),
        (weekly, "a pattern that repeats", True),
        (both, "a pattern that repeats", True),
        (noise, "hardly show it", False),
        (opposite, "opposite sides", False),
    ],
)
def test_a_pattern_is_claimed_only_where_there_is_one(
    course: Callable[[int], np.ndarray], said: str, claimed: bool, tmp_path: Path
) -> None:
    days = pd.date_range("2020-01-01", periods=600).strftime("%Y-%m-%d")
    path = tmp_path / "t.csv"
    path.write_text("day,level\n" + "\n".join(f"{d},{v:.4f}" for d, v in zip(days, course(600), strict=True)), "utf-8")
    found = examine(path)
    words = repetition(make_profile(found), found.inspection.model_copy(update={"season": 7}))
    assert said in words
    assert (": a pattern that repeats." in words) == claimed
