"""What a training is given, as files of its folder: `series/` and `settings.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from assistant.dataset.series import Series, load_series, save_series
from assistant.errors import TrainingError
from assistant.files import write_atomically
from assistant.training.settings import TrainingSettings


def write_inputs(folder: Path, series: Series, settings: TrainingSettings) -> None:
    """Write what a training needs; what an earlier one of the same kind has left in this folder stays."""
    folder.mkdir(parents=True, exist_ok=True)
    save_series(series, folder / "series")
    write_atomically(folder / "settings.json", json.dumps(asdict(settings), indent=2))


def read_inputs(folder: Path) -> tuple[Series, TrainingSettings]:
    """Return the series and the settings; raise TrainingError when they are not there or not whole."""
    series = load_series(folder / "series")
    try:
        stored = json.loads((folder / "settings.json").read_text("utf-8"))
        return series, TrainingSettings(**{**stored, "calendar": tuple(stored["calendar"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(
            "The settings of this training could not be read.", f"{error}.", "Start the training again."
        ) from error
