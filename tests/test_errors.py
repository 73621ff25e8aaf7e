"""The tree of errors is the one that its module draws, and every error says what, why and what to do."""

from __future__ import annotations

import re

import assistant.errors
from assistant.errors import AssistantError
from tests.modules import classes

ERRORS = [found for found in classes() if issubclass(found, BaseException)]


def drawn() -> dict[str, str]:
    """Return the parent of each class by the drawing in the docstring."""
    parents: dict[str, str] = {}
    above = ["AssistantError"]
    for line in (assistant.errors.__doc__ or "").splitlines():
        found = re.match(r" {4}((?:│ {3}| {4})*)[├└]── (\w+) {2,}\S", line)
        if found:
            depth = len(found[1]) // 4 + 1
            parents[found[2]] = above[depth - 1]
            above[depth:] = [found[2]]
    return parents


def test_the_drawing_of_the_errors_is_true_and_complete() -> None:
    tree = {found.__name__: found.__base__.__name__ for found in ERRORS if issubclass(found, AssistantError)}  # type: ignore[union-attr]
    assert tree.pop("AssistantError") == "Exception"
    assert drawn() == tree


def test_no_error_stands_outside_the_tree_but_what_a_library_carries() -> None:
    outside = [found for found in ERRORS if not issubclass(found, AssistantError)]
    for found in outside:
        assert found.__base__ is not None
        assert found.__base__.__module__.split(".")[0] not in ("builtins", "assistant"), found


def test_every_error_gives_its_three_parts_to_whoever_shows_it() -> None:
    error = AssistantError("It is so.", "Here it shows.", "Do this.")
    assert error.as_dict() == {"what": "It is so.", "evidence": "Here it shows.", "fix": "Do this."}
    assert str(error) == "It is so. Here it shows. Do this."
