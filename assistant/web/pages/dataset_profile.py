"""Small pictures of a table's profile: what is missing, how values spread, after how many steps they repeat."""

from __future__ import annotations

import math
from html import escape

from assistant.dataset.inspection import Inspection
from assistant.dataset.profile import Profile
from assistant.dataset.season import repeats

_WIDTH, _HEIGHT = 300, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 8, 22
_MOST_COLUMNS = 14
_SHOWN_SEASONS = 3.2
_SAME = 0.05  # autocorrelations that differ by no more say the same


def profile_pictures(profile: Profile, inspection: Inspection) -> str:
    """Return the distribution, the autocorrelation and the missing map side by side."""
    parts = [distribution(profile), repetition(profile, inspection), missing_map(profile, inspection)]
    return f'<div class="profile">{"".join(part for part in parts if part)}</div>'


def distribution(profile: Profile) -> str:
    """Return the target's histogram with its range in its unit."""
    counts = profile.histogram
    if len(counts) < 2 or profile.low is None or profile.high is None:
        return ""
    width = (_WIDTH - _LEFT - _RIGHT) / len(counts)
    top = max(counts)
    bars = []
    for place, count in enumerate(counts):
        height = count / top * (_HEIGHT - _TOP - _BOTTOM)
        bars.append(
            f'<rect x="{_LEFT + place * width:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" '
            f'width="{max(width - 0.8, 0.5):.1f}" height="{height:.1f}"/>'
        )
    unit = f" {profile.unit}" if profile.unit else ""
    low, high = _short(profile.low), _short(profile.high)
    ends = (
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{low}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{high}</text>'
    )
    mean = "" if profile.mean is None else f", on average {_short(profile.mean)}{unit}"
    words = f"Values from {low} to {high}{unit}{mean}."
    return _figure("How the values spread", f'<g class="bars">{"".join(bars)}</g>{_ground()}{ends}', words)


def repetition(profile: Profile, inspection: Inspection) -> str:
    """Return the autocorrelation of the target, the season marked."""
    season = inspection.season or 1
    values = profile.autocorrelation
    shown = max(math.ceil(season * _SHOWN_SEASONS), 24) if season > 1 else 40
    values = values[1 : shown + 1]
    if len(values) < 4:
        return ""
    middle = _TOP + (_HEIGHT - _TOP - _BOTTOM) / 2
    half = (_HEIGHT - _TOP - _BOTTOM) / 2
    step = (_WIDTH - _LEFT - _RIGHT) / len(values)
    bars = []
    for lag, value in enumerate(values, 1):
        height = abs(value) * half
        y = middle - height if value >= 0 else middle
        kind = ' class="season"' if season > 1 and lag % season == 0 else ""
        bars.append(
            f'<rect{kind} x="{_LEFT + (lag - 1) * step:.1f}" y="{y:.1f}" '
            f'width="{max(step * 0.7, 0.6):.1f}" height="{max(height, 0.4):.1f}"/>'
        )
    line = f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    noun = inspection.time.step if inspection.time else "row"
    ends = (
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">1 {escape(noun)}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{len(values)}</text>'
    )
    at_season = profile.autocorrelation[season] if 1 < season < len(profile.autocorrelation) else None
    if at_season is not None and repeats(profile.autocorrelation, season):
        words = (
            f"Each value is like the one {season:,} {noun}s before (autocorrelation {at_season:.2f}): "
            "a pattern that repeats."
        )
    elif at_season is not None and at_season >= profile.autocorrelation[season // 2] - _SAME and at_season > 0.5:
        words = (
            f"Values {season:,} {noun}s apart are alike (autocorrelation {at_season:.2f}), but hardly more than those "
            "between: a slow course rather than a pattern that repeats."
        )
    elif at_season is not None and at_season > 0.5:
        words = (
            f"Neighbouring values are alike (autocorrelation {values[0]:.2f}), and the more so the closer they are: "
            f"a slow course, without a pattern that repeats after {season:,} {noun}s."
        )
    elif at_season is not None and at_season < -_SAME:
        words = (
            f"Values {season:,} {noun}s apart tend to opposite sides (autocorrelation {at_season:.2f}): "
            f"no pattern of {season:,} {noun}s repeats."
        )
    elif at_season is not None:
        words = (
            f"A pattern of {season:,} {noun}s is usual for such data, but these hardly show it "
            f"(autocorrelation {at_season:.2f})."
        )
    elif values[0] > 0.5:
        words = f"Neighbouring values are alike (autocorrelation {values[0]:.2f}), but no pattern repeats."
    else:
        words = f"Neighbouring values have little to do with each other (autocorrelation {values[0]:.2f})."
    return _figure("What repeats", f'<g class="bars">{"".join(bars)}</g>{line}{ends}', words)


def missing_map(profile: Profile, inspection: Inspection) -> str:
    """Return for each column where in the table values are missing, from the first row at the left to the last."""
    missing = {column.name: column.missing for column in inspection.columns}
    rows = max(inspection.rows, 1)
    names = list(profile.missing)
    holed = [name for name in names if missing.get(name)]
    if not holed:
        return _figure("What is missing", "", "Nothing: every column has a value in every row.")
    # Columns with gaps come first, in the table's order.
    shown = sorted(names, key=lambda name: not missing.get(name))[:_MOST_COLUMNS]
    lines = []
    for name in shown:
        cells = "".join(
            f'<i style="opacity:{0.15 + 0.85 * share:.2f}"></i>' if share > 0 else "<b></b>"
            for share in profile.missing[name]
        )
        share = missing.get(name, 0) / rows
        told = "none" if not missing.get(name) else "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
        lines.append(
            f'<div class="missing-row"><span title="{escape(name)}">{escape(name)}</span>'
            f'<span class="strip" aria-hidden="true">{cells}</span><span>{told}</span></div>'
        )
    rest = len(names) - len(shown)
    more = f" {rest:,} more columns are not shown." if rest > 0 else ""
    words = f"{len(holed)} of {len(names)} columns have gaps; dark is missing, the first row is at the left.{more}"
    return f"<figure><h4>What is missing</h4>{''.join(lines)}<figcaption>{escape(words)}</figcaption></figure>"


def _figure(title: str, content: str, words: str) -> str:
    picture = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(words)}" font-size="12">{content}</svg>'
        if content
        else ""
    )
    return f"<figure><h4>{escape(title)}</h4>{picture}<figcaption>{escape(words)}</figcaption></figure>"


def _ground() -> str:
    y = _HEIGHT - _BOTTOM
    return f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
