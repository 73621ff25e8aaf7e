"""The loss by epoch as a small picture that can be drawn again every second."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant import wording
from assistant.training.run import Epoch
from assistant.web.numbers import number, whole
from assistant.web.plot import Line, Plot, Point, draw_plot


def loss_curve(history: Sequence[Epoch], epochs: int) -> str:
    """Return training and validation loss by epoch, of `epochs` planned, the best epoch marked; nothing before the first."""
    drawable = [epoch for epoch in history if _drawable(epoch.train_loss) or _drawable(epoch.validation_loss)]
    if not drawable:
        return ""
    numbers = [epoch.number for epoch in history]
    validated = [epoch for epoch in history if _drawable(epoch.validation_loss)]
    best = min(validated, key=lambda epoch: epoch.validation_loss, default=None)
    points = []
    note = f"{len(history)} of {wording.counted('epoch', epochs)}." if epochs else ""
    if best is not None:
        points = [Point(best.number, best.validation_loss, f"best: epoch {best.number}", "b", below=True)]
        note = f"{note} Best validation loss {number(best.validation_loss)} in epoch {best.number}.".strip()
    return draw_plot(
        Plot(
            title="Loss by epoch",
            x_label="Epoch",
            y_label="Mean squared error (log)",
            curves=[
                Line("training", numbers, [epoch.train_loss for epoch in history], "a"),
                Line("validation", numbers, [epoch.validation_loss for epoch in history], "b", "7 4"),
            ],
            points=points,
            log=True,
            x_range=(1, max(epochs, history[-1].number, 2)),
            whole=True,
            x_text=whole,
            note=note,
        )
    )


def _drawable(loss: float) -> bool:
    return math.isfinite(loss) and loss > 0
