"""How far a training is at this moment: what it told last, and the time that has passed since.

Between two things that it tells can lie seconds, in which PyTorch is loaded or forecasts are compared: the bar goes on
with the time that this is expected to take, never back, and never to its end while something is left to do.
"""

from __future__ import annotations

from assistant.training.run import Progress
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import Phases

LEAST_LEFT = 0.05  # of the time that has passed: so much is left at least, or the phase would be over


def before_loading(settings: TrainingSettings, phases: Phases) -> Progress:
    """Return what is known of a training before its process has told anything."""
    return Progress(
        state="running", phase="loading", epochs=settings.epochs, message="Loading PyTorch.",
        seconds_left=phases.total, seconds_after=phases.total - phases.start,
    )  # fmt: skip


def later(progress: Progress, age: float) -> Progress:
    """Return a running training's progress `age` seconds after it was told."""
    if progress.state != "running":
        return progress
    seconds = progress.seconds + max(age, 0.0)
    if progress.seconds_left is None:
        return progress.model_copy(update={"seconds": seconds})
    this_phase = max(progress.seconds_left - progress.seconds_after - max(age, 0.0), LEAST_LEFT * seconds)
    left = progress.seconds_after + this_phase
    share = max(progress.share, seconds / (seconds + left) if left > 0 else 0.0)
    return progress.model_copy(update={"seconds": seconds, "seconds_left": left, "share": share})
