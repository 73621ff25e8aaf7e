"""The two drawings of the lecture: the RNN unrolled over three time steps, and the inside of an LSTM cell.

Every part can be pointed at or reached with the Tab key; the style sheet then shows the text that belongs to it. The
same texts follow as a list, so nothing depends on seeing or pointing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.lecture.page_texts import Part
from assistant.lecture.results import Recurrence, RnnStep
from assistant.web.lecture.equations import equation_html, equation_svg, equation_text
from assistant.web.numbers import vector

PLACES = ("t−1", "t", "t+1")
RNN_PARTS = tuple(f"rnn-{kind}-{index}" for index in range(3) for kind in ("x", "cell", "h")) + tuple(
    f"rnn-recurrent-{index}" for index in range(3)
)
LSTM_PARTS = (
    "lstm-c-previous", "lstm-h-previous", "lstm-x", "lstm-f", "lstm-i", "lstm-g", "lstm-o", "lstm-c", "lstm-h",
)  # fmt: skip


@dataclass(frozen=True)
class Described:
    """A part of a drawing with what is said about it at the current step."""

    key: str
    part: Part
    values: str
    when: str = ""

    def spoken(self) -> str:
        """Return all of it as one sentence for a screen reader."""
        when = f" at {self.when}" if self.when else ""
        return f"{self.part.name}{when}: {equation_text(self.part.equation)}. {equation_text(self.part.shape)}. Now {self.values}."

    def html(self) -> str:
        """Return all of it as the panel that is shown beside the drawing."""
        when = f" at {self.when}" if self.when else ""
        return (
            f"<strong>{escape(self.part.name + when)}</strong> "
            f'<span class="lecture-equation">{equation_html(self.part.equation)}</span><br>{escape(self.part.does)}<br>'
            f"Shape: {equation_html(self.part.shape)}. Now: <b>{escape(self.values)}</b>"
        )


def style_of_parts() -> str:
    """Return the rules that show a part's text while it is pointed at, or else has the focus."""
    rules = []
    for key in (*RNN_PARTS, *LSTM_PARTS):
        pointed = f'.lecture-diagram:has([data-part="{key}"]:hover) [data-about="{key}"]'
        focused = f'.lecture-diagram:has([data-part="{key}"]:focus):not(:has([data-part]:hover)) [data-about="{key}"]'
        rules.append(f"{pointed}, {focused} {{ display: block; }}")
    return "\n".join(rules)


def describe_rnn(parts: Mapping[str, Part], result: Recurrence, t: int) -> tuple[Described, ...]:
    """Return what is said about each part of the unrolled RNN around step `t`, counted from 0."""
    described = []
    for index, place in enumerate(PLACES):
        at = t - 1 + index
        step: RnnStep | None = result.rnn[at] if 0 <= at < len(result.rnn) else None
        values = {
            "x": vector(step.x) if step else "nothing, the series has no such step",
            "cell": f"a = {vector(step.a)}" if step else "nothing",
            "h": vector(step.h) if step else "nothing yet",
            "recurrent": f"h before = {vector(step.h_previous)}" if step else "nothing",
        }
        for kind, text in values.items():
            described.append(
                Described(f"rnn-{kind}-{index}", _placed(parts[f"rnn-{kind}"], place, result.units), text, place)
            )
    return tuple(described)


def describe_lstm(parts: Mapping[str, Part], result: Recurrence, t: int) -> tuple[Described, ...]:
    """Return what is said about each part of the LSTM cell at step `t`, counted from 0."""
    step = result.lstm[t]
    values = {
        "lstm-c-previous": step.c_previous,
        "lstm-h-previous": step.h_previous,
        "lstm-x": step.x,
        "lstm-f": step.f,
        "lstm-i": step.i,
        "lstm-g": step.g,
        "lstm-o": step.o,
        "lstm-c": step.c,
        "lstm-h": step.h,
    }
    return tuple(Described(key, _placed(parts[key], "t", result.units), vector(values[key])) for key in LSTM_PARTS)


def _placed(part: Part, place: str, units: int) -> Part:
    equation = part.equation
    if place != "t":
        before = {"t−1": "t−2", "t+1": "t"}[place]
        equation = equation.replace("{t−1}", "{@}").replace("_t", f"_{{{place}}}").replace("{@}", f"{{{before}}}")
    # Braces also hold signs of an equation together, so only the two names are filled.
    shape = part.shape.replace("{units}", str(units)).replace("{joined}", str(units + 1))
    return part.model_copy(update={"equation": equation, "shape": shape})


def interactive(drawing: str, title: str, described: Sequence[Described]) -> str:
    """Return a drawing with the panel of the part that is pointed at, and everything as a list."""
    about = "".join(f'<p class="lecture-about" data-about="{one.key}">{one.html()}</p>' for one in described)
    items = "".join(f"<li>{one.html()}</li>" for one in described)
    return (
        f'<div class="lecture-diagram"><h4>{escape(title)}</h4>{drawing}'
        f'<div class="lecture-panel" aria-hidden="true"><p class="lecture-hint">Point at a part, or move to it with '
        f"the Tab key, to see its equation, its shape and its values now.</p>{about}</div>"
        f'<details class="plot-values"><summary>All parts as text</summary><ul>{items}</ul></details></div>'
    )


class _Parts:
    """Wraps shapes into parts; without descriptions they are plain, with one of them highlighted."""

    def __init__(self, described: Sequence[Described], highlight: str) -> None:
        self._described = {one.key: one for one in described}
        self._highlight = highlight

    def group(self, key: str, shapes: str) -> str:
        """Return the shapes of one part as a group."""
        one = self._described.get(key)
        if one is not None:
            spoken = escape(one.spoken())
            return f'<g class="part" data-part="{key}" tabindex="0" role="img" aria-label="{spoken}">{shapes}</g>'
        return (
            f'<g class="part{" highlight" if self._highlight and key.startswith(self._highlight) else ""}">{shapes}</g>'
        )

    def values(self, key: str, x: float, y: float, anchor: str = "middle") -> str:
        """Return the current values of a part as small text, one line each."""
        one = self._described.get(key)
        if one is None or not one.values.startswith("("):
            return ""
        return "".join(
            f'<text class="value" x="{x}" y="{y + 15 * row}" text-anchor="{anchor}">{escape(value)}</text>'
            for row, value in enumerate(one.values.strip("()").split(", "))
        )


def rnn_drawing(described: Sequence[Described] = (), highlight: str = "") -> str:
    """Return the RNN unrolled over t−1, t and t+1; `highlight` marks a part when nothing is described."""
    parts = _Parts(described, highlight)
    shapes = []
    for index, place in enumerate(PLACES):
        x = 95 + 145 * index
        before = ("t−2", "t−1", "t")[index]
        start = x - 95 if index == 0 else x - 145 + 36
        label = (
            f'<text class="label" x="{start + 4}" y="120">{equation_svg(f"h_{{{before}}}")}</text>'
            if index == 0
            else ""
        )
        middle = (start + x - 36) / 2
        shapes.append(
            parts.group(
                f"rnn-recurrent-{index}",
                f'<rect class="hit" x="{start}" y="112" width="{x - 36 - start}" height="36"/>'
                f'<path class="wire" d="M{start} 135H{x - 42}"/>{_arrow_right(x - 36, 135)}{label}'
                f'<text class="label" x="{middle:.0f}" y="153" text-anchor="middle">{equation_svg("w_{rec}")}</text>',
            )
        )
        shapes.append(
            parts.group(
                f"rnn-x-{index}",
                f'<rect class="hit" x="{x - 30}" y="178" width="60" height="66"/>'
                f'<path class="wire" d="M{x} 206V171"/>{_arrow_up(x, 165)}'
                f'<circle class="box" cx="{x}" cy="220" r="17"/>'
                f'<text class="label" x="{x}" y="224" text-anchor="middle">{equation_svg(f"x_{{{place}}}")}</text>'
                + parts.values(f"rnn-x-{index}", x + 22, 212, "start"),
            )
        )
        shapes.append(
            parts.group(
                f"rnn-cell-{index}",
                f'<rect class="box" x="{x - 36}" y="105" width="72" height="60" rx="8"/>'
                f'<text class="label strong" x="{x}" y="131" text-anchor="middle">W</text>'
                f'<text class="label" x="{x}" y="151" text-anchor="middle">tanh</text>',
            )
        )
        shapes.append(
            parts.group(
                f"rnn-h-{index}",
                f'<rect class="hit" x="{x - 30}" y="20" width="76" height="82"/>'
                f'<path class="wire" d="M{x} 105V68"/>{_arrow_up(x, 62)}'
                f'<text class="label strong" x="{x}" y="52" text-anchor="middle">'
                f"{equation_svg(f'h_{{{place}}}')}</text>" + parts.values(f"rnn-h-{index}", x + 10, 80, "start"),
            )
        )
    end = 95 + 290 + 36
    shapes.append(f'<path class="wire" d="M{end} 135H{end + 36}"/>{_arrow_right(end + 42, 135)}')
    return _svg(
        "An RNN unrolled over three time steps: the same cell with the same weights W three times, each handing its "
        "state to the next.",
        "0 32 470 212",
        shapes,
        described,
    )


def lstm_drawing(described: Sequence[Described] = (), highlight: str = "") -> str:
    """Return the inside of an LSTM cell; `highlight` marks a part when nothing is described."""
    parts = _Parts(described, highlight)
    gates = {"f": (118, "σ"), "i": (176, "σ"), "g": (246, "tanh"), "o": (330, "σ")}
    shapes = [
        '<rect class="cell" x="62" y="34" width="346" height="236" rx="16"/>',
        # The joined line [h_{t−1}, x_t] that feeds the four gates.
        '<path class="wire" d="M62 245H330M118 245V222M176 245V222M246 245V222M330 245V222"/>',
    ]
    shapes.append(
        parts.group(
            "lstm-c-previous",
            '<rect class="hit" x="4" y="50" width="86" height="40"/><path class="wire memory" d="M6 76H94"/>'
            f'<text class="label strong" x="6" y="66">{equation_svg("c_{t−1}")}</text>'
            + parts.values("lstm-c-previous", 6, 94, "start"),
        )
    )
    shapes.append(
        parts.group(
            "lstm-h-previous",
            '<rect class="hit" x="4" y="222" width="58" height="54"/><path class="wire" d="M6 245H62"/>'
            f'<text class="label" x="6" y="236">{equation_svg("h_{t−1}")}</text>'
            + parts.values("lstm-h-previous", 6, 262, "start"),
        )
    )
    shapes.append(
        parts.group(
            "lstm-x",
            '<rect class="hit" x="64" y="272" width="80" height="40"/><path class="wire" d="M84 290V251"/>'
            f'{_arrow_up(84, 246)}<circle class="box" cx="84" cy="298" r="14"/>'
            f'<text class="label" x="84" y="302" text-anchor="middle">{equation_svg("x_t")}</text>'
            + parts.values("lstm-x", 103, 303, "start"),
        )
    )
    wires = {
        "f": f'<path class="wire" d="M118 192V96"/>{_arrow_up(118, 90)}',
        "i": '<path class="wire" d="M176 192V140H196"/>',
        "g": '<path class="wire" d="M246 192V140H228"/>',
        "o": '<path class="wire" d="M330 192V172H358"/>',
    }
    for letter, (x, sign) in gates.items():
        shapes.append(
            parts.group(
                f"lstm-{letter}",
                f'<rect class="hit" x="{x - 32}" y="146" width="64" height="78"/>{wires[letter]}'
                f'<rect class="box" x="{x - 23}" y="192" width="46" height="30" rx="6"/>'
                f'<text class="label strong" x="{x}" y="212" text-anchor="middle">{sign}</text>'
                f'<text class="label" x="{x - 6}" y="157" text-anchor="end">'
                f"{equation_svg(f'{letter}_t')}</text>" + parts.values(f"lstm-{letter}", x - 6, 172, "end"),
            )
        )
    shapes.append(
        parts.group(
            "lstm-c",
            '<rect class="hit" x="96" y="50" width="370" height="52"/>'
            '<path class="wire memory" d="M94 76H452"/>'
            + _arrow_right(460, 76)
            + '<path class="wire" d="M212 126V96"/>'
            f"{_arrow_up(212, 90)}{_operation(118, 76, '×')}{_operation(212, 76, '+')}{_operation(212, 140, '×')}"
            f'<text class="label strong" x="448" y="64" text-anchor="end">{equation_svg("c_t")}</text>'
            + parts.values("lstm-c", 448, 94, "end"),
        )
    )
    shapes.append(
        parts.group(
            "lstm-h",
            '<rect class="hit" x="346" y="104" width="118" height="150"/>'
            '<path class="wire" d="M372 76V108M372 132V158M372 186V245H452"/>'
            + _arrow_right(460, 245)
            + '<ellipse class="box" cx="372" cy="120" rx="25" ry="13"/>'
            '<text class="label" x="372" y="124" text-anchor="middle">tanh</text>'
            f"{_operation(372, 172, '×')}"
            f'<text class="label strong" x="448" y="236" text-anchor="end">{equation_svg("h_t")}</text>'
            + parts.values("lstm-h", 448, 264, "end"),
        )
    )
    return _svg(
        "The inside of an LSTM cell: the cell state runs straight through at the top, multiplied by the forget gate "
        "and added to through the input gate; the output gate shows part of it as the state h.",
        "0 28 470 288",
        shapes,
        described,
    )


def _operation(x: int, y: int, sign: str) -> str:
    return (
        f'<circle class="box" cx="{x}" cy="{y}" r="14"/>'
        f'<text class="label strong" x="{x}" y="{y + 5}" text-anchor="middle">{sign}</text>'
    )


def _arrow_right(x: float, y: float) -> str:
    return f'<path class="tip" d="M{x} {y}l-9 -5v10z"/>'


def _arrow_up(x: float, y: float) -> str:
    return f'<path class="tip" d="M{x} {y}l-5 9h10z"/>'


def _svg(title: str, box: str, shapes: Sequence[str], described: Sequence[Described]) -> str:
    # As one picture a screen reader would not enter it; as a group it reads part after part.
    role = "group" if described else "img"
    return (
        f'<svg class="lecture-drawing" viewBox="{box}" role="{role}" aria-label="{escape(title)}">'
        f"{''.join(shapes)}</svg>"
    )
