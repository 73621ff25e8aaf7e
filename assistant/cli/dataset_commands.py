"""`inspect` and `fetch`: what is in a table, and getting one from a link or from Kaggle."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import wording
from assistant.cli.output import Json, command, progress, result
from assistant.cli.reading_options import Dates, Decimal, Member, OneSeries, ReadingOptions, Sheet, Step, Undo
from assistant.cli.table_arguments import (
    File,
    OpenedTable,
    fetch_table,
    open_table,
    put_beside,
    request_of,
)
from assistant.dataset.inspection import ColumnFacts, Inspection, examine
from assistant.dataset.reading.table import Reader
from assistant.dataset.repairs import can_undo
from assistant.dataset.series import Source
from assistant.findings import Level


@command
def inspect(
    table: Annotated[
        str,
        typer.Argument(metavar="TABLE_OR_LINK", help="A file, a ready project, a link, or a Kaggle owner/dataset."),
    ],
    file: File = None,
    member: Member = None,
    sheet: Sheet = None,
    dates: Dates = None,
    decimal: Decimal = None,
    series: OneSeries = None,
    step: Step = None,
    undo: Undo = None,
    as_json: Json = False,
) -> None:
    """Say what was understood of a table, what would be repaired, and whether it can carry a project."""
    with tempfile.TemporaryDirectory(prefix="assistant-") as scratch:
        opened = open_table(table, Path(scratch), file=file)
        reading = ReadingOptions(dates, decimal, series, step, undo or ())
        found = examine(
            opened.path, request_of(opened.path, reading, member, sheet), roles=opened.roles, source=opened.source,
            horizon=opened.horizon, season=opened.season,
        ).inspection  # fmt: skip
    result(inspection_data(found, opened), inspection_text(found), as_json=as_json)


@command
def fetch(
    reference: Annotated[
        str, typer.Argument(metavar="LINK_OR_KAGGLE_REF", help="A link, a Kaggle owner/dataset, or a download command.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the file.")],
    file: File = None,
    as_json: Json = False,
) -> None:
    """Fetch a table from a link or from Kaggle, and say its source, licence and SHA-256."""
    with tempfile.TemporaryDirectory(prefix="assistant-") as scratch:
        path, source = fetch_table(reference, Path(scratch), file=file)
        kept = put_beside(path, out)
    data = {"path": str(kept), "source": source.model_dump(mode="json")}
    result(data, source_text(kept, source), as_json=as_json)
    if not source.licence:
        progress("No licence was found: look whether you may pass the file on.")


def inspection_data(found: Inspection, opened: OpenedTable) -> dict[str, Any]:
    """Return an inspection as the JSON output shows it."""
    data = found.model_dump(mode="json")
    return {**data, "source": opened.source.model_dump(mode="json")}


def inspection_text(found: Inspection) -> str:
    """Return an inspection as a short text, the verdict first."""
    reader = found.reader
    how = [reader.kind, *(part for part in (_separator(reader.separator), reader.encoding, reader.sheet) if part)]
    lines = [
        found.verdict,
        "",
        f"{wording.counted('row', found.rows)}, {wording.counted('column', len(found.columns))} ({', '.join(how)})",
    ]
    width = min(max((len(column.name) for column in found.columns), default=0), 40)
    lines += [f"  {column.name:<{width}}  {_column(column)}" for column in found.columns]
    lines += [f"Also there: {', '.join(names)}; take one with {option}." for names, option in _others(reader)]
    if found.time is not None:
        span = f", {found.time.first} to {found.time.last}" if found.time.first else ""
        lines.append(f"Time: {', '.join(found.time.columns)} ({found.time.format}){span}, one row a {found.time.step}")
        if found.time.other_format:
            lines.append(
                f"  or {found.time.other_format}: {found.time.other_first} to {found.time.other_last}; "
                f"settle it with --dates ({_dates(found.time.order)} was taken)"
            )
    if found.target is not None:
        lines.append(f"Target: {found.target}; features: {', '.join(found.features) or 'none'}")
    if found.horizon is not None:
        season = "no season assumed"
        if (found.season or 1) > 1:
            shows = "the pattern repeats after" if found.season_shows else "usual, but hardly shown, is a pattern of"
            season = f"{shows} {found.season}"
        lines.append(f"Horizon: {wording.counted('step', found.horizon)}; {season}")
    lines += [
        f"{'Repaired' if repair.applied else 'Undone'}: {repair.what} ({repair.count:,}×) {repair.why}"
        f"{f' [--undo {_quoted(repair.key)}]' if repair.applied and can_undo(repair) else ''}"
        for repair in found.repairs
    ]
    lines += [f"{finding.level.value}: {finding}" for finding in found.findings if finding.level is not Level.FINE]
    return "\n".join(lines)


def _quoted(key: str) -> str:
    return shlex.quote(key)


def _others(reader: Reader) -> list[tuple[list[str], str]]:
    """Return the other files of an archive and sheets of a workbook, each with the option that takes one."""
    members = [name for name in reader.members if name != reader.member]
    sheets = [name for name in reader.sheets if name != reader.sheet]
    return [(names, option) for names, option in ((members, "--member"), (sheets, "--sheet")) if names]


def _dates(order: str | None) -> str:
    return (order or "").replace(" ", "-")


def _separator(separator: str | None) -> str:
    if separator is None:
        return ""
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
    return names.get(separator, f"separated by {separator!r}")


def _column(column: ColumnFacts) -> str:
    unit = f" {column.unit}" if column.unit else ""
    ends = f", {column.low:g} to {column.high:g}{unit}" if column.low is not None and column.high is not None else ""
    return f"{column.kind}{ends}{f', {column.missing:,} missing' if column.missing else ''}"


def source_text(path: Path, source: Source) -> str:
    """Return where a file came from as a short text."""
    lines = [f"{path}  {wording.counted('byte', source.size)}  SHA-256 {source.sha256}", f"Title: {source.title}"]
    lines += [f"From: {source.url or source.reference}", f"Licence: {source.licence or 'none found'}"]
    if source.keyed:
        lines.append("The key in the link was left out: without it, the link will not work for others.")
    if source.citation:
        lines.append(f"Cite as: {source.citation}")
    return "\n".join(lines)
