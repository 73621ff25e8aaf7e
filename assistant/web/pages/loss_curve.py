"""The loss by epoch as a small picture that can be drawn again every second."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.training.run import Epoch

_WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 84, 12, 36


def loss_curve(history: Sequence[Epoch], epochs: int) -> str:
    """Return training and validation loss by epoch as SVG, on a logarithmic axis, the best epoch marked."""
    losses = [loss for epoch in history for loss in (epoch.train_loss, epoch.validation_loss) if _drawable(loss)]
    if not losses:
        return ""
    low, high = math.log10(min(losses)), math.log10(max(losses))
    if high - low < 0.3:
        low, high = (low + high) / 2 - 0.15, (low + high) / 2 + 0.15
    last = max(epochs, history[-1].number, 2)

    def x(number: float) -> float:
        return _LEFT + (number - 1) / (last - 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(loss: float) -> float:
        return _TOP + (high - math.log10(loss)) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    ticks = []
    for index in range(4):
        loss = 10 ** (low + (high - low) * index / 3)
        ticks.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(loss):.1f}" y2="{y(loss):.1f}" stroke="currentColor" '
            f'stroke-opacity=".15"/><text x="{_LEFT - 6}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss:.3g}</text>'
        )
    lines = []
    for name, field, colour in (("training", "train_loss", "#2a66a5"), ("validation", "validation_loss", "#c4631a")):
        points = [(epoch.number, getattr(epoch, field)) for epoch in history if _drawable(getattr(epoch, field))]
        if not points:
            continue
        path = " ".join(f"{x(number):.1f},{y(loss):.1f}" for number, loss in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"/>')
        lines.append(f'<text x="{x(points[-1][0]) + 6:.1f}" y="{y(points[-1][1]) + 4:.1f}">{name}</text>')
    valid = [epoch for epoch in history if _drawable(epoch.validation_loss)]
    mark = ""
    if valid:
        best = min(valid, key=lambda epoch: epoch.validation_loss)
        mark = f'<circle cx="{x(best.number):.1f}" cy="{y(best.validation_loss):.1f}" r="4.5" fill="none" stroke="#c4631a" stroke-width="2"/>'
        summary = (
            f"Loss by epoch, {len(history)} of {epochs}: training {history[-1].train_loss:.4g}, validation "
            f"{history[-1].validation_loss:.4g}; best validation loss {best.validation_loss:.4g} in epoch {best.number}."
        )
    else:
        summary = f"Loss by epoch, {len(history)} of {epochs}."
    axis = (
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">Epoch (1 to {last})</text>'
        f'<text transform="translate(13 {_HEIGHT / 2 - 10}) rotate(-90)" text-anchor="middle">Mean squared error</text>'
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{summary}" font-size="12" fill="currentColor">'
        f"{''.join(ticks)}{axis}{''.join(lines)}{mark}</svg>"
    )


def _drawable(loss: float) -> bool:
    return math.isfinite(loss) and loss > 0
