"""Very large text tables: what their columns are for is told from the start, and only those of interest are loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant import wording
from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.reading.archive import is_archive
from assistant.dataset.reading.table import Table, check_columns
from assistant.dataset.reading.text_table import read_text_start
from assistant.dataset.repairs import WIDE
from assistant.dataset.series import Roles
from assistant.dataset.tidying.wide_tables import lengthen
from assistant.dataset.times.read_times import read_times
from assistant.dataset.understanding.columns import Column, understand_columns
from assistant.dataset.understanding.roles import Suggestion, suggest_roles
from assistant.dataset.understanding.stacked_series import find_stack
from assistant.errors import DatasetError
from assistant.findings import Finding, Level

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".data", ".psv", ".tab")
_VERY_LARGE = 60_000_000  # bytes
_START = 1_000_000
_FEATURES = 3  # as many are suggested for a very large table


@dataclass(frozen=True, eq=False)
class Start:
    """The start of a very large table: its columns understood, and the roles suggested (None when there are none)."""

    table: Table = field(repr=False)
    columns: Mapping[str, Column] = field(repr=False)
    suggestion: Suggestion | None

    def of_interest(self, roles: Roles | None, choices: Choices) -> list[str]:
        """Return the columns to load for roles: theirs, and those that tell several series apart."""
        roles = roles or (self.suggestion.roles if self.suggestion else None)
        if roles is None:
            return list(self.table.columns)
        check_columns(self.table, roles)
        time = read_times(self.table.frame, roles.time, choices.date_order) if roles.time else None
        stack = find_stack(self.table.frame, self.columns, time, roles.target)
        told = choices.series.column if choices.series else stack.column if stack else ""
        apart = [name for name in self.table.columns if name in told.split(" + ")]
        return list(dict.fromkeys([*roles.time, roles.target, *roles.features, *apart]))

    def columns_of(self, rows: int) -> dict[str, Column]:
        """Return the columns as they would be in a table of so many rows, were it like its start throughout."""
        scale = rows / max(self.table.rows, 1)
        return {name: replace(column, missing=round(column.missing * scale)) for name, column in self.columns.items()}

    def findings(self, loaded: Sequence[str]) -> tuple[Finding, ...]:
        """Return what a student should know of the columns that were not loaded."""
        others = [name for name in self.table.columns if name not in loaded]
        if not others:
            return ()
        return (
            Finding(
                level=Level.FINE,
                what=f"Of this very large table {len(loaded)} of {wording.counted('column', len(self.table.columns))} {wording.agree(len(loaded), 'was', 'were')} loaded.",
                evidence=f"What is said of {', '.join(others[:6])}{' …' if len(others) > 6 else ''} is told from the "
                f"first {wording.counted('row', self.table.rows)}.",
                fix="Choose one of them as target or feature, and it is loaded too.",
                step="dataset",
            ),
        )


def read_start(path: Path, choices: Choices) -> Start | None:
    """Return the start of a very large text table; None for others, and for those with a column for each moment."""
    if path.stat().st_size < _VERY_LARGE or path.suffix.lower() not in TEXT_SUFFIXES or is_archive(path):
        return None
    try:
        table = read_text_start(path, _START, ReadingRequest(choices=choices))
    except DatasetError:
        return None
    if not WIDE.is_off(choices.undo) and lengthen(table) is not table:
        return None
    columns = understand_columns(table, choices)
    try:
        suggestion = suggest_roles(table, choices, columns, most_features=_FEATURES)
    except DatasetError:
        suggestion = None
    return Start(table, columns, suggestion)
