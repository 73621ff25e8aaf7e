"""A training's folder, as the one who starts it and the child process both see it.

| name | what |
|---|---|
| `series/` | the prepared series |
| `settings.json` | the settings |
| `slots.json` | where the locks lie of which each running training holds one |
| `progress.json` | the latest progress, written whole |
| `cancel` | a mark: stop, and keep the best so far |
| `alive` | locked by the child as long as it lives |
| `child.json` | the child's process id, written once it holds the lock |
| `child.log` | what Python wrote when something unforeseen went wrong |
| `run.json`, `forecasts.npz`, `weights.pt` | the result |
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError

from assistant.dataset.series import Series, load_series, save_series
from assistant.errors import TrainingError
from assistant.files import write_atomically
from assistant.training.run import Progress
from assistant.training.settings import TrainingSettings

SPEED = "speed.json"  # beside the slots


@dataclass(frozen=True)
class Job:
    """The files of one training."""

    folder: Path

    @property
    def alive(self) -> Path:
        """Return the file that the child holds locked."""
        return self.folder / "alive"

    @property
    def begun(self) -> Path:
        """Return the file that the child writes once it holds the lock."""
        return self.folder / "child.json"

    @property
    def cancelled(self) -> Path:
        """Return the mark that asks the child to stop."""
        return self.folder / "cancel"

    @property
    def log(self) -> Path:
        """Return the file that the child's error output goes to."""
        return self.folder / "child.log"

    def prepare(self, series: Series, settings: TrainingSettings, slots: Path, jobs: int) -> None:
        """Write what the child needs, and take away what an earlier training of this folder left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("cancel", "child.json", "run.json", "forecasts.npz", "weights.pt"):
            (self.folder / name).unlink(missing_ok=True)
        save_series(series, self.folder / "series")
        write_atomically(self.folder / "settings.json", json.dumps(asdict(settings), indent=2))
        write_atomically(self.folder / "slots.json", json.dumps({"folder": str(slots), "jobs": jobs}))
        self.tell(Progress(state="waiting"))

    def read(self) -> tuple[Series, TrainingSettings]:
        """Return the series and the settings; raise TrainingError when they are not there or not whole."""
        series = load_series(self.folder / "series")
        try:
            stored = json.loads((self.folder / "settings.json").read_text("utf-8"))
            return series, TrainingSettings(**{**stored, "calendar": tuple(stored["calendar"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrainingError(
                "The settings of this training could not be read.", f"{error}.", "Start the training again."
            ) from error

    def slots(self) -> list[Path]:
        """Return the locks of which a training has to hold one while it runs."""
        stored = json.loads((self.folder / "slots.json").read_text("utf-8"))
        return [Path(stored["folder"]) / f"slot-{number}" for number in range(stored["jobs"])]

    def speed(self) -> Path:
        """Return the file that keeps how fast this computer trains: see `computer_speed.py`."""
        return self.slots()[0].parent / SPEED

    def tell(self, progress: Progress) -> None:
        """Record the progress."""
        write_atomically(self.folder / "progress.json", progress.model_dump_json())

    def told(self) -> Progress | None:
        """Return the latest progress, or None when there is none."""
        try:
            return Progress.model_validate_json((self.folder / "progress.json").read_bytes())
        except (OSError, ValidationError):
            return None
