"""What has to be understood of a table, compared with what was: by the tests, and by the harness that judges a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.inspection import Examination, Inspection, examine
from assistant.errors import DatasetError
from assistant.findings import Level

Judged = Literal["right", "asked", "refused", "wrong with a warning", "wrong without a word"]
JUDGED: tuple[Judged, ...] = ("right", "asked", "refused", "wrong with a warning", "wrong without a word")
_NO_SERIES = ("too short", "no time order", "wrong kind", "not usable")


def understood(examination: Examination) -> dict[str, Any]:
    """Return what was understood of a table under the keys of an expectation."""
    found, series = examination.inspection, examination.series
    time = found.time
    return {
        "first": time.first if time else None,
        "last": time.last if time else None,
        "frequency": time.frequency if time else None,
        "season": found.season,
        "horizon": found.horizon,
        "target": found.target,
        "among": found.target,
        "time": list(time.columns) if time else [],
        "separator": found.reader.separator,
        "encoding": found.reader.encoding,
        "header": found.reader.header,
        "series": found.series.column if found.series else None,
        "member": found.reader.member,
        "outcome": found.outcome,
        "unit": series.unit if series is not None else None,
        "rows": len(series.frame) if series is not None else 0,
        "width": len(found.columns),
        "dated": series is not None and series.dated,
        "ambiguous": time is not None and time.other_first is not None,
        "value": series.values[0] if series is not None else None,
        "final": series.values[-1] if series is not None else None,
        "lowest": series.values.min() if series is not None else None,
        "columns": {column.name for column in found.columns},
        "numbers": {column.name for column in found.columns if column.kind == "number"},
        "missing": {column.name: column.missing for column in found.columns},
        "features": set(found.features),
        "without": set(found.features),
        "repairs": {repair.key for repair in found.repairs},
        "without_repairs": {repair.key for repair in found.repairs},
        "mentions": " ".join(map(str, (*found.findings, *(repair.what for repair in found.repairs)))),
        "refused": "",
    }


def differences(got: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return each key of an expectation that is not as it says, with what it wants and what was understood."""
    return {key: (wanted, got[key]) for key, wanted in expected.items() if not _fits(key, wanted, got[key])}


def _fits(key: str, wanted: Any, got: Any) -> bool:
    match key:
        case "among":
            return got in wanted
        case "columns" | "numbers" | "repairs" | "features":
            return set(wanted) <= set(got)
        case "without" | "without_repairs":
            return not set(wanted) & set(got)
        case "missing":
            return all(got.get(name) == count for name, count in wanted.items())
        case "mentions":
            return all(text in got for text in ([wanted] if isinstance(wanted, str) else wanted))
        case _:
            return bool(got == (pytest.approx(wanted) if isinstance(wanted, float) else wanted))


def judge(
    path: Path, expected: Mapping[str, Any], request: ReadingRequest | None = None
) -> tuple[Judged, dict[str, tuple[Any, Any]]]:
    """Examine a file and judge what was understood of it; `refused` in an expectation is a part of the sentence."""
    try:
        examination = examine(path, request)
    except DatasetError as error:
        sentence = str(error)
        if "refused" in expected and expected["refused"] in sentence:
            return "right", {}
        return "refused", {"refused": (expected.get("refused"), sentence)}
    found = examination.inspection
    if "refused" in expected:
        told = found.outcome in _NO_SERIES and expected["refused"] in found.verdict
        other = {} if told else {"refused": (expected["refused"], found.verdict)}
    else:
        other = differences(understood(examination), expected)
    if not other:
        return "right", {}
    if found.outcome in _NO_SERIES:
        return "refused", other
    if _asks(found):
        return "asked", other
    warned = any(finding.level in (Level.WARN, Level.BLOCK) for finding in found.findings)
    return ("wrong with a warning" if warned else "wrong without a word"), other


def _asks(found: Inspection) -> bool:
    """Tell whether the inspection puts a question: dates, decimals, several series, the target, or the reading."""
    ambiguous = found.time is not None and found.time.other_first is not None
    return ambiguous or any(finding.fix.startswith("Pick ") for finding in found.findings)
