"""What is wrong with a value of the brief or the settings, in a person's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant import wording

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "int_parsing": lambda _: "it must be a whole number",
    "int_type": lambda _: "it must be a whole number",
    "int_from_float": lambda _: "it must be a whole number",
    "float_parsing": lambda _: "it must be a number",
    "bool_parsing": lambda _: "it must be true or false",
    "string_type": lambda _: "it must be a text in quotation marks",
    "tuple_type": lambda _: "it must be a list in square brackets",
    "list_type": lambda _: "it must be a list in square brackets",
    "greater_than": lambda limits: f"it must be more than {limits['gt']}",
    "greater_than_equal": lambda limits: f"it must be {limits['ge']} or more",
    "less_than": lambda limits: f"it must be less than {limits['lt']}",
    "less_than_equal": lambda limits: f"it must be {limits['le']} or less",
    "too_short": lambda limits: f"it must have at least {limits['min_length']}, not {limits['actual_length']}",
    "too_long": lambda limits: f"it must have at most {limits['max_length']}, not {limits['actual_length']}",
    "string_too_short": lambda limits: f"it must have at least {wording.counted('character', limits['min_length'])}",
    "string_too_long": lambda limits: f"it must have at most {wording.counted('character', limits['max_length'])}",
    "literal_error": lambda limits: f"it must be {limits['expected']}",
}


def reason(problem: Mapping[str, Any]) -> str:
    """Return why pydantic took a value for wrong and what would be right, as the end of a sentence."""
    words = _WORDS.get(problem["type"])
    if words is not None:
        return words(problem.get("ctx", {}))
    said = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return f"{said[:1].lower()}{said[1:]}"
