"""Columns that were asked for by name: whether a table has them."""

from __future__ import annotations

import difflib

from assistant.dataset.reading.table import Table
from assistant.dataset.series import Roles
from assistant.errors import DatasetError


def check_columns(table: Table, roles: Roles) -> None:
    """Raise DatasetError when a table lacks a column that the roles name, or when the target is the time."""
    for name in (roles.target, *roles.time, *roles.features):
        if name not in table.columns:
            close = difflib.get_close_matches(name, table.columns, n=3, cutoff=0.5)
            lower = [known for known in table.columns if known.lower() == name.lower()]
            near = list(dict.fromkeys([*lower, *close]))
            shown = near or list(table.columns)[:10]
            raise DatasetError(
                f"The table has no column {name!r}.",
                f"{'Close to it are' if near else 'Its columns are'} {', '.join(shown)}.",
                "Choose one of the table's columns.",
            )
    if roles.target in roles.time:
        raise DatasetError(
            f"{roles.target} is both the time and the target.", "", "Choose another column as the target."
        )
