"""Small pictures of a table's profile: what is missing, how values spread, after how many steps they repeat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from assistant import wording
from assistant.dataset.inspection import Inspection
from assistant.dataset.preparing.season import repeats
from assistant.dataset.profile import Profile
from assistant.web.numbers import whole
from assistant.web.plot import Bars, Plot, draw_plot

_MOST_COLUMNS = 14
_SHOWN_SEASONS = 3.2
_SAME = 0.05  # autocorrelations that differ by no more say the same


def profile_pictures(profile: Profile, inspection: Inspection) -> str:
    """Return the distribution, the autocorrelation and the missing map side by side."""
    parts = [distribution(profile), repetition(profile, inspection), missing_map(profile, inspection)]
    return f'<div class="profile">{"".join(part for part in parts if part)}</div>'


def distribution(profile: Profile) -> str:
    """Return the target's histogram over its range in its unit."""
    counts, edges = profile.histogram, profile.edges
    if len(counts) < 2 or len(edges) != len(counts) + 1 or profile.low is None or profile.high is None:
        return ""
    unit = f" {profile.unit}" if profile.unit else ""
    mean = "" if profile.mean is None else f", on average {_short(profile.mean)}{unit}"
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    return draw_plot(
        Plot(
            title="How the values spread",
            x_label=f"Value ({profile.unit})" if profile.unit else "Value",
            y_label="Rows",
            curves=[Bars("rows", middles, counts)],
            x_range=(edges[0], edges[-1]),
            y_range=(0.0, 1.06 * max(counts)),
            x_text=_short,
            note=f"Values from {_short(profile.low)} to {_short(profile.high)}{unit}{mean}.",
            size="small",
        )
    )


def repetition(profile: Profile, inspection: Inspection) -> str:
    """Return the autocorrelation of the target, the season marked."""
    season = inspection.season or 1
    shown = max(math.ceil(season * _SHOWN_SEASONS), 24) if season > 1 else 40
    values = profile.autocorrelation[: shown + 1]
    if len(values) < 5:
        return ""
    noun = inspection.time.step if inspection.time else "row"
    at_season = {lag for lag in range(1, len(values)) if season > 1 and lag % season == 0}
    bars = [_of_lags("autocorrelation", values, set(range(1, len(values))) - at_season, "a")]
    if at_season:
        bars.append(_of_lags(f"after whole seasons of {wording.counted(noun, season)}", values, at_season, "b"))
    return draw_plot(
        Plot(
            title="What repeats",
            x_label=f"{wording.sentence_case(wording.plural(noun, 2))} apart",
            y_label="Autocorrelation",
            curves=bars,
            y_range=(min(0.0, -0.06, *values) * 1.06, 1.06),
            whole=True,
            x_text=whole,
            note=_said_of_season(profile, season, noun),
            size="small",
        )
    )


def _of_lags(name: str, values: Sequence[float], lags: set[int], colour: str) -> Bars:
    return Bars(name, sorted(lags), [values[lag] for lag in sorted(lags)], colour)


def _said_of_season(profile: Profile, season: int, noun: str) -> str:
    """Say whether a pattern repeats after a season, as far as the autocorrelation shows one."""
    first = profile.autocorrelation[1]
    at_season = profile.autocorrelation[season] if 1 < season < len(profile.autocorrelation) else None
    if at_season is not None and repeats(profile.autocorrelation, season):
        return (
            f"Each value is like the one {wording.counted(noun, season)} before (autocorrelation {at_season:.2f}): "
            "a pattern that repeats."
        )
    if at_season is not None and at_season >= profile.autocorrelation[season // 2] - _SAME and at_season > 0.5:
        return (
            f"Values {wording.counted(noun, season)} apart are alike (autocorrelation {at_season:.2f}), but hardly more than those "
            "between: a slow course rather than a pattern that repeats."
        )
    if at_season is not None and at_season > 0.5:
        return (
            f"Neighbouring values are alike (autocorrelation {first:.2f}), and the more so the closer they are: "
            f"a slow course, without a pattern that repeats after {wording.counted(noun, season)}."
        )
    if at_season is not None and at_season < -_SAME:
        return (
            f"Values {wording.counted(noun, season)} apart tend to opposite sides (autocorrelation {at_season:.2f}): "
            f"no pattern of {wording.counted(noun, season)} repeats."
        )
    if at_season is not None:
        return (
            f"A pattern of {wording.counted(noun, season)} is usual for such data, but these hardly show it "
            f"(autocorrelation {at_season:.2f})."
        )
    if first > 0.5:
        return f"Neighbouring values are alike (autocorrelation {first:.2f}), but no pattern repeats."
    return f"Neighbouring values have little to do with each other (autocorrelation {first:.2f})."


def missing_map(profile: Profile, inspection: Inspection) -> str:
    """Return for each column where in the table values are missing, from the first row at the left to the last."""
    missing = {column.name: column.missing for column in inspection.columns}
    rows = max(inspection.rows, 1)
    names = list(profile.missing)
    holed = [name for name in names if missing.get(name)]
    if not holed:
        return _missing_figure("", "Nothing: every column has a value in every row.")
    # Columns with gaps come first, in the table's order.
    shown = sorted(names, key=lambda name: not missing.get(name))[:_MOST_COLUMNS]
    lines = []
    for name in shown:
        cells = "".join(
            f'<i style="opacity:{0.15 + 0.85 * share:.2f}"></i>' if share > 0 else "<b></b>"
            for share in profile.missing[name]
        )
        share = missing.get(name, 0) / rows
        told = "none"
        if missing.get(name):
            told = wording.percent(share) if share >= 0.01 else f"under {wording.percent(0.01)}"
        lines.append(
            f'<div class="missing-row"><span title="{escape(name)}">{escape(name)}</span>'
            f'<span class="strip" aria-hidden="true">{cells}</span><span>{told}</span></div>'
        )
    rest = len(names) - len(shown)
    more = (
        f" {rest:,} more {wording.plural('column', rest)} {wording.agree(rest, 'is', 'are')} not shown."
        if rest > 0
        else ""
    )
    words = f"{len(holed)} of {wording.counted('column', len(names))} {wording.agree(len(holed), 'has', 'have')} gaps; "
    words += f"dark is missing, the first row is at the left.{more}"
    return _missing_figure("".join(lines), words)


def _missing_figure(rows: str, words: str) -> str:
    return (
        f'<figure class="plot-figure"><figcaption>What is missing</figcaption>{rows}'
        f'<p class="plot-note">{escape(words)}</p></figure>'
    )


def _short(value: float) -> str:
    return whole(value) if abs(value) >= 10_000 else f"{value:.4g}".replace("-", "−")
