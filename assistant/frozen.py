"""The base of every pydantic type that travels between the steps: immutable, and checked also when it is copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that is never changed after it was made, and in which every field has been checked.

    Unknown names are refused, in what is read and in what is written. A type that has to read what a newer version
    wrote sets `extra="ignore"`; that holds for reading alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy in which some fields have other values.

        Pydantic's own takes whatever it is given, under any name; this one raises TypeError for a name that is no
        field, and ValidationError for a value that is wrong for its field or beside the others. Models inside are
        taken as they are (they were checked when they were made), so a copy of a large one is cheap.
        """
        copied = super().model_copy(deep=deep)
        if not update:
            return copied
        fields = type(self).model_fields
        unknown = update.keys() - fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(map(repr, sorted(unknown)))}")
        values = {name: getattr(copied, name) for name in fields} | dict(update)
        checked = type(self).model_validate(values, by_name=True, by_alias=False)
        # What was never given stays told apart from what was, as in pydantic's own copy.
        checked.__pydantic_fields_set__.intersection_update(copied.model_fields_set | update.keys())
        return checked
