"""How numbers, sizes, spans of time, moments, lists and names are worded."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.training import NOTEBOOK_MODULES
from assistant.wording import (
    agree,
    counted,
    estimate,
    grouped,
    listed,
    method_meaning,
    method_name,
    moment,
    number,
    one_line,
    percent,
    plural,
    quantity,
    quoted,
    row_name,
    sentence_case,
    short_moment,
    short_span,
    size,
    span,
    with_unit,
)

NIGHT = datetime(2023, 9, 15, 15, 34, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("noun", "count", "text"),
    [
        ("page", 0, "0 pages"),
        ("page", 1, "1 page"),
        ("page", 3, "3 pages"),
        ("row", 12_345, "12,345 rows"),
        ("query", 2, "2 queries"),
        ("day", 2, "2 days"),
        ("box", 2, "2 boxes"),
        ("series", 2, "2 series"),
        ("half-life", 2, "2 half-lives"),
        ("step", 1.5, "1.5 steps"),
        ("step", 1e300, "1.0 × 10³⁰⁰ steps"),
        ("step", float("nan"), "unknown steps"),
    ],
)
def test_a_count_stands_with_its_noun_in_the_right_form(noun, count, text):
    assert counted(noun, count) == text


def test_a_verb_agrees_with_its_count():
    assert [agree(count, "was", "were") for count in (0, 1, 2)] == ["were", "was", "were"]
    assert [plural("chart", count) for count in (1, 2)] == ["chart", "charts"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (345, "345 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (12_345, "12.3 kB"),
        (213_600, "214 kB"),
        (999_400, "999 kB"),
        (999_600, "1 MB"),
        (4_500_000, "4.5 MB"),
        (25_000_000, "25 MB"),
        (999_600_000, "1 GB"),
        (5_000_000_000_000, "5,000 GB"),
    ],
)
def test_a_size_has_the_unit_that_a_person_would_choose(count, text):
    assert size(count) == text


@given(st.integers(0, 10**13))
def test_no_size_is_a_thousand_of_a_unit_that_has_a_larger_one(count):
    shown, unit = size(count).split()
    assert unit == "GB" or float(shown.replace(",", "")) < 1_000


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0.2, "less than a second", "0 s"),
        (1, "1 second", "1 s"),
        (4.23, "4.2 seconds", "4 s"),
        (9.97, "10 seconds", "10 s"),
        (45, "45 seconds", "45 s"),
        (89.6, "1 minute 29 seconds", "1 min 29 s"),
        (200, "3 minutes 20 seconds", "3 min 20 s"),
        (719.9, "11 minutes", "11 min"),
        (5_400, "1 hour 30 minutes", "1 h 30 min"),
        (7_200, "2 hours", "2 h"),
        (86_400, "1 day", "1 day"),
        (90_000, "1 day 1 hour", "1 day 1 hour"),
        (86_400 * 12.9, "12 days", "12 days"),
        (86_400 * 1_406, "1,406 days", "1,406 days"),
    ],
)
def test_a_span_of_time_has_its_largest_units(seconds, long, short):
    assert (span(seconds), short_span(seconds)) == (long, short)


@given(st.floats(0, 86_399))
def test_a_short_span_says_what_the_long_one_says(seconds):
    signs = {"second": "s", "seconds": "s", "minute": "min", "minutes": "min", "hour": "h", "hours": "h"}
    words = span(seconds) if seconds >= 10 else f"{round(seconds)} seconds"
    assert short_span(seconds) == " ".join(signs.get(word, word) for word in words.split())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (4.4, "4 s"), (33, "35 s"), (61, "1 min"), (89, "1 min 30 s"), (91, "1 min 30 s"), (750, "12 min"), (12_000, "3 h")],
)  # fmt: skip
def test_an_estimate_is_as_exact_as_it_can_be_known(seconds, text):
    assert estimate(seconds) == text


@given(st.floats(1, 1e9))
def test_a_span_never_counts_as_many_of_a_unit_as_make_the_next(seconds):
    most = {"second": 59, "minute": 59, "hour": 23}
    words = span(seconds).split()
    for count, unit in zip(words[::2], words[1::2], strict=True):
        assert float(count.replace(",", "")) <= most.get(unit.rstrip("s"), 10**6)


def test_a_moment_names_its_zone_and_a_list_is_shorter():
    assert moment(NIGHT, "Asia/Kolkata") == "2023-09-15 21:04:10 Asia/Kolkata"
    assert short_moment(NIGHT, "Asia/Kolkata") == short_moment(NIGHT, ZoneInfo("Asia/Kolkata"))
    assert short_moment(NIGHT - timedelta(days=31), "UTC") == "15 Aug 2023, 15:34"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("second", "15 September 2023, 15:34:10"),
        ("hour", "15 September 2023, 15:34"),
        ("day", "15 September 2023"),
        ("week", "15 September 2023"),
        ("quarter", "September 2023"),
        ("year", "2023"),
    ],
)
def test_the_date_of_a_row_is_as_fine_as_the_step(step, text):
    assert row_name(NIGHT.replace(tzinfo=None), step) == text


def test_a_row_without_a_date_is_named_by_its_place():
    assert row_name(1_233) == "row 1,234"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.500"),
        (9.996, "10.0"),
        (-3.14159, "−3.14"),
        (1_234.5, "1,234"),
        (123_456.7, "123,457"),
        (0.00001234, "0.0000123"),
        (-0.00000123, "−1.23 × 10⁻⁶"),
        (1.5e12, "1.50 × 10¹²"),
        (float("nan"), "unknown"),
    ],
)
def test_a_number_keeps_its_significant_digits(value, text):
    assert number(value) == text


def test_a_count_is_grouped_and_a_unit_stands_after_its_number():
    assert grouped(1_234_567) == "1,234,567"
    assert quantity(21.5, "°C") == "21.5 °C"
    assert with_unit(grouped(2_000), "") == "2,000"


def test_a_share_is_told_in_per_cent():
    assert [percent(share) for share in (1, 0.234, 0.0523, 0.05, -0.3)] == ["100 %", "23 %", "5.2 %", "5 %", "−30 %"]


def test_words_are_listed_as_a_sentence_lists_them():
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c"], "or") == "a, b or c"


def test_a_sentence_begins_with_a_capital_and_the_rest_stays():
    assert sentence_case("the LSTM") == "The LSTM"
    assert sentence_case("") == ""
    assert quoted("a") == "“a”"


def test_a_line_has_no_breaks_control_signs_or_direction_signs():
    assert one_line(" a\r\nb\u202e\x07c ") == "a bc"
    assert one_line("क्\u200dष") == "क्\u200dष"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"


def test_a_method_has_a_name_for_tables_one_for_sentences_and_one_for_their_beginning():
    assert [method_name("naive", place) for place in ("table", "sentence", "head")] == [
        "Last value",
        "repeating the last value",
        "Repeating the last value",
    ]
    assert method_name("lstm", "head") == "The LSTM"
    assert method_name("some_other") == "Some other"
    assert method_meaning("naive") == "repeats the last known value"
    assert method_meaning("lstm") == ""


# What is worded by hand: a plural, a size, a span of time, a share. Each pattern with what it would find.
BY_HAND = {
    r"""['"]{2}\sif\b[^\n]*\belse\s['"](?:s|es|ies)['"]|['"](?:s|es|ies)['"]\sif\b""": "page{'' if n == 1 else 's'}",
    r"\{[^{}]*\}s\b": "{step}s",
    r"\{(?!facts)[^{}]*\}\s(?:pages|rows|steps|days|words|characters|bytes|kB|MB|GB)\b": "{n / 1e6:.1f} MB",
    # Not a count in a regular expression, nor the next command of an SVG path.
    r"\{[^{}]*[a-z][^{}]*\}\s?(?:s|min|h|seconds?|minutes?|hours?)\b(?!['{])": "{seconds:.0f} s",
    # Not the parts of a clock time, such as 07:05.
    r"/\s?(?:1e[369]|1_?000_?000|60|3_?600|86_?400):(?!02d)[^{}]*\}": "{size / 1e6:,.1f}",
    # Not the width of a bar in CSS.
    r"(?<!width:)(?<!width: )\{[^{}]*:\.\d%\}": "{share:.0%}",
}
# The rooms in which that is held; what travels in the notebook imports nothing of the assistant but its like.
ROOMS = (
    *("brief", "bundle", "charts", "cli", "dataset", "delivery", "errors", "facts", "findings", "lecture", "notebook"),
    *("report", "settings", "submission", "training", "validation", "web"),
)
SOURCES = [
    path
    for path in sorted(Path(assistant.__file__).parent.rglob("*.py"))
    if path.relative_to(Path(assistant.__file__).parent).parts[0].removesuffix(".py") in ROOMS
    and not (path.parent.name == "training" and path.stem in NOTEBOOK_MODULES)
]


@pytest.mark.parametrize("pattern", BY_HAND)
def test_nothing_is_worded_by_hand_where_this_module_words_it(pattern):
    assert re.search(pattern, BY_HAND[pattern])
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not found, "\n".join(found)
