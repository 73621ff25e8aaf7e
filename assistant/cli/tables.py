"""From what was typed as a project or a table to a series."""

from __future__ import annotations

from pathlib import Path

from assistant.dataset.ready import DESCRIPTION, PROJECTS
from assistant.errors import DatasetError


def ready_folder(text: str) -> Path | None:
    """Return the folder of a ready project that was named or pointed at, or None when it is none."""
    for folder in (Path(text), PROJECTS / text):
        if (folder / DESCRIPTION).is_file():
            return folder
    return None


def table_file(text: str) -> Path:
    """Return the path of a table; raise DatasetError when there is none."""
    path = Path(text).expanduser()
    if not path.is_file():
        ready = ", ".join(sorted(folder.parent.name for folder in PROJECTS.glob(f"*/{DESCRIPTION}")))
        raise DatasetError(
            "There is no such table.",
            f"{text!r} is neither a file nor a ready project.",
            f"Ready projects are {ready}.",
        )
    return path


def parse_split(text: str) -> tuple[int, int, int] | tuple[float, float, float]:
    """Read `8640,2880,2880` (rows) or `0.7,0.15,0.15` (shares); raise DatasetError when it is neither."""
    parts = [part.strip() for part in text.split(",")]
    try:
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            return (int(parts[0]), int(parts[1]), int(parts[2]))
        shares = [float(part) for part in parts]
        if len(shares) == 3 and all(share > 0 for share in shares) and abs(sum(shares) - 1) < 1e-6:
            return (shares[0], shares[1], shares[2])
    except ValueError:
        pass
    raise DatasetError(
        "The split was not understood.",
        repr(text),
        "Give three numbers of rows (8640,2880,2880) or three shares that add up to 1.",
    )
