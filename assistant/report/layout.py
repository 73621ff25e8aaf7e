"""Filling columns: which block stands where, with floating figures, no widows, and a balanced last page."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from typing import Any, Literal, NamedTuple

from assistant.report.style import Paper

_STRETCH = 42.0  # points of empty space at a column's foot that may be spread over its gaps
BlockKind = Literal["text", "heading", "figure", "table", "formula"]
# Where a wide block stands: the page, from 0, and whether at its head or at its foot.
Spot = tuple[int, Literal["head", "foot"]]


@dataclass(eq=False)
class Block:
    """Something that stands in a column: a flowable of reportlab with its height and the space around it in points.

    `wide` blocks stand across all columns at the head of a page. A `figure` may move on to the head of a later column
    while the text goes on, but not past a `barrier`. A `part` is what a paragraph was parted into. `order` is the
    number of a figure.
    """

    kind: BlockKind
    flow: Any
    width: float
    section: int
    before: float = 0.0
    after: float = 0.0
    wide: bool = False
    anchor: str = ""
    leading: float = 12.0
    barrier: bool = False
    part: bool = False
    order: int = 0
    height: float = field(init=False)

    def __post_init__(self) -> None:
        """Measure the height."""
        self.height = self.flow.wrap(self.width, 100_000)[1]

    @property
    def lines(self) -> float:
        """Return how many lines of text it is, or how many would have the same height."""
        return self.height / self.leading

    def split(self, room: float) -> list[Block]:
        """Return the part that fits into `room` and the rest, or nothing when it cannot be parted there."""
        if self.kind != "text" or room < 2 * self.leading:
            return []
        parts = self.flow.split(self.width, room)
        if len(parts) != 2:
            return []
        first, rest = parts
        return [
            replace(self, flow=first, after=0.0, part=True),
            replace(self, flow=rest, before=0.0, anchor="", part=True),
        ]


@dataclass
class Column:
    """One column: where it is, how high, and what stands in it with the distance of each from its head."""

    page: int
    number: int
    top: float
    height: float
    placed: list[tuple[float, Block]] = field(default_factory=list)
    used: float = 0.0

    def room_for(self, block: Block) -> float:
        """Return the height left below the gap in front of a block."""
        return self.height - self.used - self.gap(block)

    def gap(self, block: Block) -> float:
        """Return the space between the last block and the next."""
        return max(self.placed[-1][1].after, block.before) if self.placed else 0.0

    def place(self, block: Block) -> None:
        """Put a block below the others."""
        offset = self.used + self.gap(block)
        self.placed.append((offset, block))
        self.used = offset + block.height

    def justify(self) -> None:
        """Spread a little empty space over the gaps beside headings, figures and tables, so that the feet align."""
        left = self.height - self.used
        gaps = [
            number
            for number in range(1, len(self.placed))
            if self.placed[number][1].kind != "text" or self.placed[number - 1][1].kind not in ("text", "heading")
        ]
        if not gaps or not 0.01 < left <= min(_STRETCH, 9.0 * len(gaps)):
            return
        for count, number in enumerate(gaps, 1):
            last = gaps[count] if count < len(gaps) else len(self.placed)
            for index in range(number, last):
                offset, block = self.placed[index]
                self.placed[index] = (offset + left * count / len(gaps), block)
        self.used = self.height

    def spread(self, air: float) -> None:
        """Put so much more space in front of each heading but one at the column's head."""
        down = 0.0
        for index, (offset, block) in enumerate(self.placed):
            down += air if index and block.kind == "heading" else 0.0
            self.placed[index] = (offset + down, block)
        self.used += down


class Wide(NamedTuple):
    """A wide block in its place, with its distance from the page's head."""

    page: int
    at: Literal["head", "foot"]
    offset: float
    block: Block


@dataclass(frozen=True)
class Filled:
    """The filled columns, and the wide blocks of each page."""

    columns: tuple[Column, ...]
    wide: tuple[Wide, ...]

    @property
    def pages(self) -> int:
        """Return the number of pages that hold anything."""
        pages = [column.page for column in self.columns if column.placed] + [wide.page for wide in self.wide]
        return max(pages, default=0) + 1

    @property
    def disorder(self) -> int:
        """Return how many pairs of figures a reader meets the wrong way round, page by page and column by column."""
        met: list[Block] = []
        for page in range(self.pages):
            met += [wide.block for wide in self.wide if (wide.page, wide.at) == (page, "head")]
            met += [block for column in self.columns if column.page == page for _, block in column.placed]
            met += [wide.block for wide in self.wide if (wide.page, wide.at) == (page, "foot")]
        seen = [block.order for block in met if block.order]
        return sum(later < earlier for place, earlier in enumerate(seen) for later in seen[place:])

    @property
    def void(self) -> float:
        """Return the largest share of a column that is empty at its foot, on the pages before the last one."""
        before = [column for column in self.columns if column.page < self.pages - 1 and column.height > 0]
        # A page whose columns are few lines between its figures has nothing that could be missed.
        return max((1 - column.used / column.height for column in before if column.height > _STRETCH), default=0.0)

    def last_page_share(self, paper: Paper) -> float:
        """Return how much of the last page's height is filled, from its head to the foot of its longest column."""
        last = self.pages - 1
        feet = [paper.text_height - (column.top - column.used) for column in self.columns if column.page == last]
        wide = [wide.offset + wide.block.height for wide in self.wide if wide.page == last]
        return max([*feet, *wide], default=0.0) / paper.text_height


def fill(
    blocks: Sequence[Block], paper: Paper, head: float, spots: Sequence[Spot], last: tuple[int, float] | None = None
) -> Filled:
    """Put blocks into columns in order.

    `head` is the height taken on the first page, `spots` say where each wide block stands. `last` is a page and the
    height of its columns, for balancing.
    """
    queue = deque(block for block in blocks if not block.wide)
    spanning = list(zip(spots, (block for block in blocks if block.wide), strict=True))
    columns: list[Column] = []
    floats: deque[Block] = deque()

    def open_column() -> Column:
        page, number = divmod(len(columns), paper.columns)
        taken = head if page == 0 else 0.0
        taken += sum(block.height + block.after for spot, block in spanning if spot == (page, "head"))
        below = sum(block.height + block.before for spot, block in spanning if spot == (page, "foot"))
        height = paper.text_height - taken - below
        if last is not None and page == last[0]:
            height = min(height, last[1])
        column = Column(page, number, paper.text_height - taken, height)
        columns.append(column)
        while floats and floats[0].height <= column.room_for(floats[0]):
            column.place(floats.popleft())
        return column

    column = open_column()
    while (queue or floats) and len(columns) <= 40 * paper.columns:
        if floats and (not queue or queue[0].barrier):
            block = floats.popleft()
            waiting = floats
        else:
            block = queue.popleft()
            if block.kind == "figure" and (floats or block.height > column.room_for(block)):
                floats.append(block)
                continue
            waiting = queue
        needed = block.height
        if block.kind == "heading" and queue:
            follower = queue[0]
            needed += block.after + min(follower.height, 2 * follower.leading + 1)
        empty = not column.placed and column.height >= paper.text_height * 0.5
        if needed <= column.room_for(block) + 0.01:
            column.place(block)
        elif parts := block.split(column.room_for(block)):
            column.place(parts[0])
            waiting.appendleft(parts[1])
            column = open_column()
        elif empty:
            column.place(block)  # higher than a whole column: better cut than never placed
        else:
            waiting.appendleft(block)
            column = open_column()
    return Filled(tuple(columns), tuple(_placed_wide(spanning, columns, paper, head)))


def _placed_wide(
    spanning: Sequence[tuple[Spot, Block]], columns: Sequence[Column], paper: Paper, head: float
) -> Iterator[Wide]:
    """Give wide blocks their distance from the page's head; those at the foot follow the columns above them."""
    offsets: dict[Spot, float] = {}
    for spot, block in spanning:
        page, at = spot
        if at == "head":
            offset = offsets.get(spot, head if page == 0 else 0.0)
            offsets[spot] = offset + block.height + block.after
        else:
            here = [paper.text_height - column.top + column.height for column in columns if column.page == page]
            offset = offsets.get(spot, max(here, default=0.0)) + block.before
            offsets[spot] = offset + block.height
        yield Wide(page, at, offset, block)


def usual_spots(count: int, page: int = 1) -> tuple[Spot, ...]:
    """Return where wide blocks usually stand: the first at the head of a page, the others at its foot."""
    first: Spot = (page, "head" if page else "foot")
    others: list[Spot] = [(page, "foot")] * (count - 1)
    return (first, *others)[:count]


def other_spots(count: int, pages: int) -> Iterator[tuple[Spot, ...]]:
    """Return every other way to place wide blocks one after the other, for up to three of them on up to three pages."""
    places: list[Spot] = [(page, at) for page in range(min(pages, 3)) for at in ("head", "foot")]
    if 0 < count <= 3:
        # Nothing stands at the head of the first page but the title.
        yield from combinations_with_replacement(places[1:], count)


def balanced(
    blocks: Sequence[Block], paper: Paper, head: float, leading: float, spots: Sequence[Spot] | None = None
) -> Filled:
    """Fill columns, and make those of the last page end at the same height; `spots` say where wide blocks stand."""
    if spots is None:
        count = sum(block.wide for block in blocks)
        spots = usual_spots(count)
        filled = fill(blocks, paper, head, spots)
        if filled.pages == 2 and not any(column.placed for column in filled.columns if column.page == 1):
            spots = usual_spots(count, page=0)
            filled = fill(blocks, paper, head, spots)
    else:
        filled = fill(blocks, paper, head, spots)
    if paper.columns == 1:
        return filled
    page = filled.pages - 1
    ends = [column for column in filled.columns if column.page == page]
    total = sum(column.used for column in ends)
    best, height = filled, total / paper.columns
    limit = max((column.height for column in ends), default=0.0)
    while height < limit:
        attempt = fill(blocks, paper, head, spots, (page, height))
        if attempt.pages <= page + 1:
            best = attempt
            break
        height += leading / 2
    for column in best.columns:
        column.justify()
    return best
