"""Equations as the lecture writes them, for HTML and for drawings."""

from __future__ import annotations

import re
from html import escape

_SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|.)")
_INLINE = re.compile(r"\$([^$\n]+)\$")
_DISPLAYED = re.compile(r"\$\$([^$\n]+)\$\$")


def equation_html(equation: str) -> str:
    """Return an equation with _ and ^ set as lowered and raised signs, safe to put into a page."""
    return "".join(
        f"<{tag}>{escape(text)}</{tag}>" if (tag := {"_": "sub", "^": "sup"}.get(kind)) else escape(text)
        for kind, text in _pieces(equation)
    )


def equation_svg(equation: str) -> str:
    """Return an equation as the content of an SVG text."""
    parts, back = [], ""
    for kind, text in _pieces(equation):
        if kind:
            shift = ".3em" if kind == "_" else "-.4em"
            parts.append(f'<tspan dy="{shift}" font-size=".75em">{escape(text)}</tspan>')
            back = "-.225em" if kind == "_" else ".3em"
        else:
            # A shift counts in the size of its own text: .3 of the small script is .225 of the line.
            parts.append(f'<tspan dy="{back}">{escape(text)}</tspan>' if back else escape(text))
            back = ""
    return "".join(parts)


def equation_text(equation: str) -> str:
    """Return an equation for a screen reader: no braces, a space instead of _."""
    return "".join(
        f" {text}" if kind == "_" else f" to the {text}" if kind else text for kind, text in _pieces(equation)
    )


def prose(markdown: str) -> str:
    """Return Markdown in which each `$equation$` is set, and each `$$equation$$` is set off from the text."""
    displayed = _DISPLAYED.sub(
        lambda match: f'<span class="lecture-equation displayed">{equation_html(match[1])}</span>', markdown
    )
    return _INLINE.sub(lambda match: f'<span class="lecture-equation">{equation_html(match[1])}</span>', displayed)


def inline(text: str) -> str:
    """Return one plain text as HTML, with each `$equation$` set."""
    parts = _INLINE.split(text)
    return "".join(equation_html(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def _pieces(equation: str) -> list[tuple[str, str]]:
    """Split into pairs of "_", "^" or nothing, and text."""
    pieces, at = [], 0
    for match in _SCRIPT.finditer(equation):
        if match.start() > at:
            pieces.append(("", equation[at : match.start()]))
        pieces.append((match[1], match[2].strip("{}")))
        at = match.end()
    if at < len(equation):
        pieces.append(("", equation[at:]))
    return pieces
