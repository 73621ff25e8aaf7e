"""The source of the modules that trained, as it goes into the notebook."""

from __future__ import annotations

import ast
from pathlib import Path

import assistant.training
from assistant.training import NOTEBOOK_MODULES

_FOLDER = Path(assistant.training.__file__).resolve().parent


def module_source(name: str) -> str:
    """Return a module's source without its imports from this package: in a notebook all names share one space.

    Comments and layout stay as they are. The notebook's first cell imports `annotations` for all of them.
    """
    source = (_FOLDER / f"{name}.py").read_text("utf-8")
    lines, removed = source.splitlines(), set[int]()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"assistant", "__future__"}:
            removed |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
    kept: list[str] = []
    for number, line in enumerate(lines):
        if number not in removed and (line.strip() or number - 1 not in removed or kept[-1:] != [""]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def module_sources() -> dict[str, str]:
    """Return the source of every module, in the order in which they need each other."""
    return {name: module_source(name) for name in NOTEBOOK_MODULES}


def summary(source: str) -> str:
    """Return the first sentence of a module's docstring."""
    return (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")
