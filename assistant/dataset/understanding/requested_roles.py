"""The roles of a table's columns where some of them were asked for and the others are left to the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.reading.read_table import read_table
from assistant.dataset.reading.table import Table, check_columns
from assistant.dataset.series import Roles
from assistant.dataset.understanding.columns import Column, understand_columns
from assistant.dataset.understanding.roles import suggest_roles
from assistant.dataset.understanding.time_columns import find_time
from assistant.dataset.understanding.very_large_tables import read_start


@dataclass(frozen=True)
class RequestedRoles:
    """What columns were asked for; None leaves it to the table. With a target and no features, none are used."""

    target: str | None = None
    time: Sequence[str] | None = None
    features: Sequence[str] | None = None

    def complete(self, table: Table, columns: Mapping[str, Column], choices: Choices) -> Roles:
        """Return the roles, with what was not asked for suggested from the table; raise DatasetError."""
        target, time, features = self.target, self.time, self.features
        if target is not None:
            self._check(table, target)
        if target is None or time is None:
            suggested = (
                suggest_roles(table, choices, columns).roles
                if target is None
                else _time_alone(table, columns, choices, target)
            )
            target = target if target is not None else suggested.target
            time = time if time is not None else tuple(name for name in suggested.time if name != target)
            features = features if features is not None else suggested.features
        return Roles(target=target, time=tuple(time), features=tuple(name for name in features or () if name != target))

    def of_interest(self, path: Path, choices: Choices) -> list[str] | None:
        """Return the columns that a very large text table is read for, told from its start; None for all of them."""
        start = read_start(path, choices)
        if start is None:
            return None
        if self.target is None:
            return start.of_interest(None, choices)
        self._check(start.table, self.target)
        moments = tuple(self.time) if self.time is not None else None
        if moments is None:
            moments = _time_alone(start.table, start.columns, choices, self.target).time
        return start.of_interest(Roles(target=self.target, time=moments, features=tuple(self.features or ())), choices)

    def of_file(self, path: Path, request: ReadingRequest) -> Roles:
        """Return the roles of a file's table, with what was not asked for suggested from it; raise DatasetError."""
        table = read_table(path, replace(request, columns=self.of_interest(path, request.choices)))
        return self.complete(table, understand_columns(table, request.choices), request.choices)

    def _check(self, table: Table, target: str) -> None:
        check_columns(table, Roles(target=target, time=tuple(self.time or ()), features=tuple(self.features or ())))


def _time_alone(table: Table, columns: Mapping[str, Column], choices: Choices, target: str) -> Roles:
    reading, _ = find_time(table.frame.drop(columns=[target]), columns, choices)
    return Roles(target=target, time=reading.columns if reading else ())
