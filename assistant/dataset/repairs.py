"""Which repairs can be switched off, and why the others cannot."""

from __future__ import annotations

from assistant.dataset.series import Repair

# What has to be as it is: there is no other way to read the table, or the other way is a choice of its own.
_FIXED = {
    "names": "two columns cannot have one name",
    "no moment": "a row without a moment has no place in the series",
    "before": "nothing may be filled from the future",
    "series": "pick another series, or put them together",
    "first series": "more columns than these cannot be looked through",
    "zone": "the rows are put in order by it",
    "stretch": "it follows from gaps that are not to be filled",
}
_FIXED_OF_COLUMN = {"feature": "only numbers can be learned from"}


def can_undo(repair: Repair) -> bool:
    """Tell whether a repair can be switched off."""
    return not why_fixed(repair)


def why_fixed(repair: Repair) -> str:
    """Return why a repair cannot be switched off, or nothing when it can."""
    return _FIXED.get(repair.key) or _FIXED_OF_COLUMN.get(repair.key.partition(":")[0], "")
