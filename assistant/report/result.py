"""What building a report gives, without the libraries that build it: the server reads it, a child process makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant import wording
from assistant.findings import Finding


@dataclass(frozen=True)
class Overflow:
    """By how much a report is over the limit, and the title of its longest section.

    `figures` is about how many figures have to go where the texts are too short to give that many words, and else 0; of
    `all_figures` there are.
    """

    lines: int
    words: int
    section: str
    figures: int = 0
    all_figures: int = 0

    @property
    def sentence(self) -> str:
        """Say by how much it is too long, and what helps."""
        long = f"It is {wording.counted('line', self.lines)} too long"
        if not self.figures:
            chart = ", or leave a chart out" if self.all_figures else ""
            return f"{long}: cut about {wording.counted('word', self.words)}, best in “{self.section}”{chart}."
        if self.figures < self.all_figures:
            count = f"about {self.figures} of its {self.all_figures} figures"
        else:
            count = f"its {wording.plural('figure', self.all_figures)}, and shorten what is long"
        return f"{long}, more than its texts can give: leave out {count}."


def allowed(pages: int) -> str:
    """Say how many pages a report may have."""
    return f"{pages} {wording.agree(pages, 'is', 'are')} allowed"


@dataclass(frozen=True)
class Report:
    """A finished report; `size` is the size of its text in points, `filled` the share of the last page that is used."""

    pdf: bytes = field(repr=False)
    pages: int
    page_limit: int
    size: float
    filled: float
    section_lines: Mapping[str, int]
    section_words: Mapping[str, int]
    over: Overflow | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """One change: leave out or add the chart called `name`, tighten or extend the section called `name`.

    `lines` is about how many lines it saves or takes; `enough` tells whether the report keeps within its limit with it.
    `text` is the section's text after tightening. `several` changes are made together, as `parts`; what to `extend` is only
    said, for only the student can write it.
    """

    kind: Literal["drop", "tighten", "several", "add", "extend"]
    name: str
    sentence: str
    lines: int
    enough: bool
    text: str = ""
    parts: tuple[Suggestion, ...] = ()
