"""No text of a stranger may keep a regular expression of this part busy: each is timed on texts made against it."""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import dataset

_USES = {
    "match",
    "search",
    "fullmatch",
    "sub",
    "subn",
    "split",
    "findall",
    "finditer",
    "contains",
    "replace",
    "extract",
}
_USUAL = (" ", "\t", "\n", "1", "a", "A", ".", ",", "-", ":", "/", "_", "'", '"', "(", "%", "é", "$")
_BEFORE = ("", "1", "a", "(", "1,")
_PAIRS = tuple("".join(pair) for pair in itertools.product((" ", "\n", "1", "a", ",", "-"), repeat=2))
# Twice as long must not take a thousand times as long; and a cell of a generous length must be done with at once.
_RAMP = ((16, 0.02), (22, 0.03), (200, 0.1), (1500, 0.6))
Found = tuple[str, re.Pattern[Any]]


def compiled() -> dict[str, re.Pattern[Any]]:
    """Return every expression of the dataset step: those kept in modules, and those written where they are used."""
    found: dict[str, re.Pattern[Any]] = {}
    for info in pkgutil.walk_packages(dataset.__path__, "assistant.dataset."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns(value)):
                found[f"{info.name}.{name}{f'[{number}]' if number else ''}"] = pattern
        assert module.__file__ is not None
        for line, text in _written(Path(module.__file__)):
            found[f"{info.name}:{line}"] = re.compile(text)
    return found


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _patterns(part)
    elif isinstance(value, dict):
        yield from _patterns(tuple(value.values()))


def _written(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _USES
            and node.args
        ):
            text = node.args[0]
            of_expressions = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            of_columns = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "str"
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and (of_expressions or of_columns):
                yield node.lineno, text.value


def adversarial(pattern: re.Pattern[Any], size: int) -> Iterator[Any]:
    """Yield texts of about `size` signs that repeat what the expression is made of and do not fit at the end."""
    raw = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = sorted(set(re.sub(r"\\.|[\[\]{}()*+?|^$]", "", raw)))[:40]
    words = re.findall(r"[A-Za-z@<#]{2,}", raw)[:6]
    for unit in dict.fromkeys((*_USUAL, *own, *_PAIRS, *words)):
        body = unit * (size // len(unit) + 1)
        for before in (*_BEFORE, *(f"{word} " for word in words[:2])):
            text = f"{before}{body}\x00"
            yield text if isinstance(pattern.pattern, str) else text.encode("utf-8")


EXPRESSIONS = compiled()


def test_the_expressions_of_the_step_are_found() -> None:
    assert len(EXPRESSIONS) > 100


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_text_keeps_an_expression_busy(name: str) -> None:
    pattern = EXPRESSIONS[name]
    for size, most in _RAMP:
        for text in adversarial(pattern, size):
            began = time.thread_time()
            pattern.search(text)
            took = time.thread_time() - began
            assert took <= most, f"{took:.2f} s for {text[:40]!r} of {len(text)} signs: {pattern.pattern!r}"
