"""The simple Markdown of the texts: emphasis, lists, formulas, links, citations; all else is shown as typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_LINK = r"https?://[^\s<>()\[\]\"]*(?:\([^\s<>()\[\]\"]*\))?[^\s<>()\[\]\".,;:!?…]"
_INLINE = re.compile(
    r"(?P<escape>\\[\\*_`$\[\]{}()#+\-.!|])"
    r"|\$(?P<formula>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)"
    r"|\[(?P<cite>@[\w:.+-]+(?:\s*[;,]\s*@[\w:.+-]+)*)\]"
    r"|\[(?P<text>[^\[\]\n]+)\]\((?P<target>(?:https?://|mailto:)[^\s()<>\"]+)\)"
    rf"|(?P<address>{_LINK})"
    r"|(?P<strong>\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*)"
    r"|(?P<star>\*(?=[^\s*])(?P<italic>[^*]*[^\s*])\*)"
    r"|(?P<under>(?<!\w)_(?=[^\s_])(?P<slanted>[^_]*[^\s_])_(?!\w))"
    r"|\{(?P<name>[a-z][a-z0-9_]*)\}",
)
_ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•])|(?P<number>\d{1,2})[.)])\s+(?P<text>.+)")

Kind = Literal["paragraph", "formula", "bullet", "number", "placeholder"]


@dataclass(frozen=True)
class Block:
    """One block of a text: a paragraph, a formula on its own line, a list's item, or a placeholder for a table."""

    kind: Kind
    text: str
    number: str = ""


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph: `text` in a style, a `formula`, a `cite` of keys, or a fact's `name`."""

    kind: Literal["text", "formula", "cite", "name"]
    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


def read_blocks(text: str) -> list[Block]:
    """Cut a section's text into blocks; an empty line ends a paragraph, `-` or `1.` begins an item."""
    blocks: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        part = part.strip("\n")
        if not part.strip():
            continue
        stripped = part.strip()
        if stripped.startswith("$$") and stripped.endswith("$$") and len(stripped) > 4:
            blocks.append(Block("formula", stripped[2:-2].strip()))
        elif re.fullmatch(r"\{table_[a-z0-9_]+\}", stripped):
            blocks.append(Block("placeholder", stripped[1:-1]))
        else:
            blocks.extend(_lines(part))
    return blocks


def _lines(part: str) -> list[Block]:
    blocks: list[Block] = []
    for line in part.split("\n"):
        item = _ITEM.fullmatch(line)
        if item and item["bullet"]:
            blocks.append(Block("bullet", item["text"]))
        elif item and (item["number"] == "1" or (blocks and blocks[-1].kind == "number")):
            blocks.append(Block("number", item["text"], item["number"]))
        elif blocks:
            last = blocks[-1]
            blocks[-1] = Block(last.kind, f"{last.text} {line.strip()}", last.number)
        else:
            blocks.append(Block("paragraph", line.strip()))
    return blocks


def read_pieces(text: str, *, bold: bool = False, italic: bool = False, link: str = "") -> list[Piece]:
    """Cut a block's text into pieces."""
    pieces: list[Piece] = []

    def plain(words: str) -> None:
        if words:
            pieces.append(Piece("text", words, bold, italic, link))

    place = 0
    for match in _INLINE.finditer(text):
        plain(text[place : match.start()])
        place = match.end()
        if match["escape"]:
            plain(match["escape"][1:])
        elif match["formula"]:
            pieces.append(Piece("formula", match["formula"], bold, italic, link))
        elif match["cite"]:
            pieces.append(Piece("cite", " ".join(re.findall(r"@([\w:.+-]+)", match["cite"]))))
        elif match["target"]:
            pieces.extend(read_pieces(match["text"], bold=bold, italic=italic, link=match["target"]))
        elif match["address"]:
            pieces.append(Piece("text", match["address"], bold, italic, match["address"]))
        elif match["bold"]:
            pieces.extend(read_pieces(match["bold"], bold=True, italic=italic, link=link))
        elif match["italic"] or match["slanted"]:
            pieces.extend(read_pieces(match["italic"] or match["slanted"], bold=bold, italic=True, link=link))
        else:
            pieces.append(Piece("name", match["name"], bold, italic, link))
    plain(text[place:])
    return pieces


def walk(text: str, visit: Callable[[Piece], None]) -> None:
    """Call `visit` with every piece of every block of a text, in order."""
    for block in read_blocks(text):
        if block.kind in ("formula", "placeholder"):
            continue
        for piece in read_pieces(block.text):
            visit(piece)
