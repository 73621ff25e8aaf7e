"""Every repair of a table: its key, its words, and whether it can be switched off.

To add one, define it here and make it where the table is changed; whoever shows repairs or switches them off reads it
from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant import wording
from assistant.dataset.series import Repair

_KINDS: dict[str, RepairKind] = {}


@dataclass(frozen=True)
class RepairKind:
    """One kind of repair.

    `what` and `why` are its words, with the names of what has to be put in (`column`, the counted `rows` and `columns`,
    and `were` always can be), and `undone` and `why_undone` those for when it is switched off, where they are others.
    `fixed` says why it cannot be switched off; empty means that it can. A kind that is `of_column` is switched off for
    each column alone: the column's name stands behind its key.
    """

    key: str
    what: str
    why: str
    undone: str = ""
    why_undone: str = ""
    fixed: str = ""
    of_column: bool = False

    def key_of(self, column: str = "") -> str:
        """Return the key of the repair, of one column where it is told by column."""
        return f"{self.key}:{column}" if self.of_column else self.key

    def is_off(self, undo: frozenset[str], column: str = "") -> bool:
        """Tell whether it is switched off by its key in `undo`."""
        return not self.fixed and self.key_of(column) in undo

    def is_kind_of(self, repair: Repair, column: str | None = None) -> bool:
        """Tell whether a repair is of this kind; of any column when none is named."""
        if self.of_column and column is None:
            return repair.key.startswith(f"{self.key}:")
        return repair.key == self.key_of(column or "")

    def made(
        self,
        count: int,
        undo: frozenset[str] = frozenset(),
        *,
        column: str = "",
        places: tuple[tuple[int, int], ...] = (),
        **words: str,
    ) -> Repair:
        """Return the repair of `count` values or rows, marked as not applied where it is switched off."""
        applied = not self.is_off(undo, column)
        what = self.what if applied else self.undone or self.what
        why = self.why if applied else self.why_undone or self.why
        words |= {
            "column": column,
            "columns": wording.counted("column", count),
            "rows": wording.counted("row", count),
            "were": wording.agree(count, "was", "were"),
        }
        return Repair(
            what=what.format(**words),
            count=count,
            why=why.format(**words),
            key=self.key_of(column),
            applied=applied,
            places=places,
        )


def _kind(key: str, what: str, why: str, **more: str | bool) -> RepairKind:
    kind = RepairKind(key, what, why, **more)  # type: ignore[arg-type]
    first = _KINDS.setdefault(key, kind)  # some have two wordings
    assert (first.fixed, first.of_column) == (kind.fixed, kind.of_column), key
    return kind


# What is done to read a file.
NAMES = _kind(
    "names",
    "Columns with the same name were numbered: {names}.",
    "Each column needs a name of its own.",
    fixed="two columns cannot have one name",
)
SHORT_HEADER = _kind(
    "short header",
    "Each row has one value more than there are names: {were_put}.",
    "So the names fit best what stands below them; undone, they are put the other way.",
    undone="Each row has one value more than there are names: {other}.",
)
MERGE_MARKS = _kind(
    "merge marks",
    "At {spots} two versions of some rows stand between the marks of a merge: the first was taken.",
    "A program for versions left both in the file for somebody to choose; undone, the second is taken.",
    undone="At {spots} two versions of some rows stand between the marks of a merge: the second was taken.",
)
OPEN_QUOTES = _kind(
    "open quotes",
    "A quotation mark that is never closed was left out in {rows}.",
    "Up to the next one, every row would be taken for one cell.",
    undone="A quotation mark that is never closed stands in {rows}.",
)
CROOKED_ROWS = _kind(
    "crooked rows",
    "{rows} with too many or too few values {were} left out, such as {shown}.",
    "Their values cannot be told apart.",
    undone="{rows} with too many or too few values {were} cut, such as {shown}.",
)
SHORT_ROWS = _kind(
    "short rows",
    "{rows} that ended early {were} filled up with missing values.",
    "A row needs a value or a gap in every column.",
    undone="{rows} that ended early {were} left out.",
)
SECOND_TABLE = _kind(
    "second table",
    "A second table below the first was left out.",
    "The names of the columns stand there again, below a title of its own.",
)
MERGED_CELLS = _kind(
    "merged cells",
    "Cells that were merged over several rows have their value in each of them.",
    "A workbook keeps the value of such a block in its first row alone.",
)

# What is done to the rows of a table as people lay it out.
EMPTY_ROWS = _kind(
    "empty rows",
    "{rows} at the end of the table, holding nothing, {were} left out.",
    "They are no measurements, and would count as missing values in every column.",
)
NOTES = _kind(
    "notes",
    "{rows} at the end of the table, with words in the first column alone, {were} left out.",
    "They are notes, no measurements, and would count as missing values in every column.",
)
MERGED_BLANKS = _kind(
    "merged",
    "The blanks in {column} were filled with the value above them.",
    "Each value stands once above a block of rows, as cells merged in a workbook do.",
    of_column=True,
)
YEAR_ROWS = _kind(
    "year rows",
    "Years in rows of their own were put beside the months below them.",
    "Each row needs its whole date.",
)
LONGER_PERIODS = _kind(
    "periods",
    "Rows for longer periods than a {finest} were left out.",
    "They say again what the rows for each {finest} say.",
)
WIDE = _kind(
    "wide",
    "{columns}, one for each {moment}, {were} turned into rows.",
    "Forecasting needs one row for each moment.",
)
WIDE_BOTH_WAYS = _kind(
    "wide",
    "{columns}, one for each moment, {were} turned into rows, and the rows into columns.",
    "Forecasting needs one row for each moment.",
)
FIRST_SERIES = _kind(
    "first series",
    "Of the {all} series in the table, the first {taken} were taken.",
    "Each becomes a column, and no one looks through more.",
    fixed="more columns than these cannot be looked through",
)

# What is done to read a column.
DURATIONS = _kind(
    "durations",
    "{column} was read as lengths of time, in minutes.",
    "A forecast needs numbers; undone, they are words.",
    of_column=True,
)
MARKS = _kind(
    "marks",
    "{shown} in {column} was taken as a missing value.",
    "It stands where a number should; undone, it counts as zero.",
    undone="{shown} in {column} was taken as zero.",
    of_column=True,
)
STRANGE_TEXTS = _kind(
    "strange",
    "Texts in {column} that are no numbers, such as {shown}, were taken as missing.",
    "The other values of the column are numbers; undone, all of them are words.",
    of_column=True,
)
SIGNS = _kind(
    "signs",
    "{column} was read as numbers with {signs}.",
    "So the numbers are written in the file; undone, they are words.",
    of_column=True,
)
SENTINEL = _kind(
    "sentinel",
    "{number} in {column} was taken as a missing value.",
    "It lies far from every other value, and instruments write it for 'no value'.",
    of_column=True,
)

# What is done to make a series.
NOT_A_NUMBER = _kind(
    "feature",
    "The feature {column} was left out.",
    "It holds {held}.",
    fixed="only numbers can be learned from",
    of_column=True,
)
ONE_SERIES = _kind(
    "series",
    "Of the {series} series in the table, the one where {apart} is {value} was taken.",
    "The table holds one series for each {apart}, over the same moments.",
    fixed="pick another series, or put them together",
)
ZONE = _kind("zone", "{note}", "Moments must be comparable.", fixed="the rows are put in order by it")
NO_MOMENT = _kind(
    "no moment",
    "Rows without a readable moment were left out.",
    "They have no place in time.",
    fixed="a row without a moment has no place in the series",
)
ORDER = _kind("order", "The rows were sorted by time.", "Forecasting needs the rows in the order of time.")
NEWEST_FIRST = _kind(
    "order",
    "The rows were turned round, for the newest came first.",
    "Forecasting needs the rows in the order of time.",
)
EXTRA_SESSIONS = _kind(
    "extra sessions",
    "{rows} on extra days, such as {first}, {were} left out.",
    "The table has rows for working days, and hardly any for other days; undone, the rows are counted instead of dated.",
)
EVENTS = _kind(
    "events",
    "Events at irregular moments were summed for each {step}, which is zero where nothing happened.",
    "Amounts add up; undone, the values of one {other} are averaged.",
)
NOTHING_HAPPENED = _kind(
    "nothing happened",
    "{missing} without a row {were} taken as zero.",
    "Each row is an event, and nothing happened there; undone, they are filled like gaps.",
)
COPIES = _kind(
    "copies",
    "Rows that stand twice were left out.",
    "They are the same in every column of the table; undone, each of them counts.",
)
SAME_MOMENT = _kind(
    "same moment",
    "Several rows of one moment were made one by {how}.",
    "Each moment needs one value; undone, the rows are counted instead of dated.",
)
IRREGULAR_MOMENTS = _kind(
    "grid",
    "Rows at irregular moments were brought to one for each {step} by {how}.",
    "Forecasting needs the same step from row to row; undone, the rows are counted instead of dated.",
)
MOVED_MOMENTS = _kind(
    "grid",
    "Moments were moved to the regular {step} they stand for.",
    "They lie slightly beside it; undone, the rows are counted.",
)
MISSING_MOMENTS = _kind(
    "missing moments",
    "Missing {steps} were put in, such as {first}.",
    "The table skips them; their values are filled like any gap. Undone, the rows are counted.",
)
BEFORE_THE_TARGET = _kind(
    "before",
    "Rows before the first value of the target were left out.",
    "There is nothing to learn from them, and nothing is filled from the future.",
    fixed="nothing may be filled from the future",
)
AFTER_THE_TARGET = _kind(
    "ends",
    "Rows after the last value of the target were left out.",
    "There is nothing to check a forecast against; undone, they are filled like gaps.",
)
NOT_YET_OUT = _kind(
    "not yet out",
    "The zeros at the end of {column} were taken as missing.",
    "It is zero nowhere else and falls to it at once: its last values are not out yet. Undone, they are zero.",
    of_column=True,
)
LATE_FEATURES = _kind(
    "late features",
    "The {features} left out.",
    "Most values, or those of the first rows, are missing; undone, the rows before them are left out.",
)
LATE_START = _kind(
    "start",
    "Rows at the start were left out.",
    "A feature has no value there yet; undone, that feature is left out instead.",
)
GAPS = _kind(
    "gaps",
    "Gaps were filled with the last value before them ({shares}).",
    "The network needs a value at each step, and nothing may be filled from the future.",
    undone="Gaps were to be filled with the last value before them.",
    why_undone="Switched off.",
)
LONGEST_STRETCH = _kind(
    "stretch",
    "The longest stretch without a gap was taken.",
    "Gaps are not to be filled.",
    fixed="it follows from gaps that are not to be filled",
)
CONSTANT = _kind(
    "constant",
    "Left out as features: {features}.",
    "Nothing can be learned from one and the same value over the first half of the rows.",
)


def known_keys() -> tuple[str, ...]:
    """Return the keys of all repairs; behind those of columns a colon and the column's name follow."""
    return tuple(_KINDS)


def can_undo(repair: Repair) -> bool:
    """Tell whether a repair can be switched off."""
    return not why_fixed(repair)


def why_fixed(repair: Repair) -> str:
    """Return why a repair cannot be switched off, or nothing when it can."""
    kind = _KINDS.get(repair.key) or _KINDS.get(repair.key.partition(":")[0])
    return kind.fixed if kind is not None else ""
