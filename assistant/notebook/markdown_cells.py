"""From one Markdown text to the cells of a notebook.

Fenced Python blocks become code cells, what stands between them becomes text cells, and each heading begins a new one,
so that Colab can fold it. A fence may say `title="…"`, which Colab shows as the cell's title, and `hidden`, which folds
the code away::

    ```python title="The data" hidden
"""

from __future__ import annotations

import re
from typing import Any

_FENCE = re.compile(r"^```python([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(?=#{1,4} )", re.MULTILINE)


def cells_of(text: str) -> list[Any]:
    """Return the cells; the same text always gives cells with the same ids."""

    cells: list[Any] = []
    position = 0
    for fence in _FENCE.finditer(text):
        cells += _text_cells(text[position : fence.start()])
        cells.append(_code_cell(fence[1], fence[2].strip("\n")))
        position = fence.end()
    cells += _text_cells(text[position:])
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number:02d}"
    return cells


def _text_cells(text: str) -> list[Any]:
    import nbformat

    parts = [re.sub(r"\n{3,}", "\n\n", part.strip()) for part in _HEADING.split(text)]
    return [nbformat.v4.new_markdown_cell(part) for part in parts if part]  # type: ignore[no-untyped-call]


def _code_cell(options: str, code: str) -> Any:
    import nbformat

    metadata: dict[str, Any] = {}
    if title := re.search(r'title="([^"]*)"', options):
        code = f"# @title {title[1]}\n{code}"
    if re.search(r"\bhidden\b", options):
        metadata = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return nbformat.v4.new_code_cell(code, metadata=metadata)  # type: ignore[no-untyped-call]


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|$~&!])")


def markdown(text: str) -> str:
    """Return a text on one line that Markdown shows as it is: no markup, no HTML, no formula."""
    shown = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    # A number and a dot, a dash or a plus at the start would begin a list.
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", shown))
