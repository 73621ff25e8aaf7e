"""What a notebook says about itself: the run it was made for, the report's scores, and what running it gave."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import NotebookError

METADATA_KEY = "submission_assistant"
SCORES_MARK = "SCORES "  # begins the line of JSON that the last cell prints

Scores = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class NotebookFile:
    """A notebook that was read: `run_id` and the report's scores `expected` are None in a notebook made elsewhere.

    `scores` are those that the notebook itself computed and printed when it was run; None when it was not run.
    """

    document: Any = field(repr=False)
    run_id: str | None
    expected: Scores | None
    scores: Scores | None


def read_notebook(content: bytes) -> NotebookFile:
    """Read a notebook of format 4; raise NotebookError when it is none."""
    import nbformat

    try:
        # A notebook from elsewhere may lack what newer formats ask for; that is its own affair.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = nbformat.reads(content.decode("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(document)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError, nbformat.ValidationError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise NotebookError(
            "This is not a valid Jupyter notebook.", f"{reason}.", "Make the notebook again in the Colab step."
        ) from error
    about = document.metadata.get(METADATA_KEY)
    about = about if isinstance(about, dict) else {}
    run_id, expected = about.get("run"), about.get("scores")
    return NotebookFile(
        document=document,
        run_id=run_id if isinstance(run_id, str) else None,
        expected=dict(expected) if isinstance(expected, dict) else None,
        scores=_printed_scores(document),
    )


def same_scores(first: Scores, second: Scores, tolerance: float) -> bool:
    """Tell whether both name the same methods with the same errors, within a relative `tolerance`."""
    ours, theirs = dict(_numbers(first)), dict(_numbers(second))
    return ours.keys() == theirs.keys() and all(_near(ours[name], theirs[name], tolerance) for name in ours)


def _near(first: float | None, second: float | None, tolerance: float) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=tolerance, abs_tol=1e-12)


def _numbers(scores: Scores, prefix: str = "") -> Iterator[tuple[str, float | None]]:
    for name, value in scores.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _printed_scores(document: Any) -> Scores | None:
    """Return what the last line that begins with the mark says."""
    texts = [
        output.get("text", "")
        for cell in document.cells
        for output in cell.get("outputs", [])
        if output.get("output_type") == "stream" and output.get("name") == "stdout"
    ]
    lines = re.findall(rf"^{SCORES_MARK}(\{{.*\}})$", "".join(texts), re.MULTILINE)
    try:
        scores = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return scores if isinstance(scores, dict) else None
