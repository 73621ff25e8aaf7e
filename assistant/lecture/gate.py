"""One forget gate: how far it opens, and what that leaves of a cell state."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assistant.errors import LectureError
from assistant.lecture.results import Gate, Kept, Vector

STEPS = 50
OTHERS = (0.5, 0.9, 0.97, 0.99)
REACH = 8.0  # the activation functions are drawn from −REACH to REACH


def forget_gate(
    x: float, h_previous: float, w_x: float, w_h: float, b: float, steps: int = STEPS, reach: float = REACH
) -> Gate:
    """Compute f_t = σ(w_h·h_{t−1} + w_x·x_t + b) and hold that f for `steps` steps on a cell state of 1.

    Raises LectureError when one of the numbers is not finite.
    """
    if not all(math.isfinite(value) for value in (x, h_previous, w_x, w_h, b)):
        raise LectureError("The gate cannot be computed.", "One of its numbers is not finite.", "Give plain numbers.")
    a = torch.tensor(w_h * h_previous + w_x * x + b, dtype=torch.float64).requires_grad_()
    f = torch.sigmoid(a)
    (slope,) = torch.autograd.grad(f, a)
    f = f.detach()
    grid = torch.linspace(-reach, reach, 129, dtype=torch.float64)
    value = f.item()
    return Gate(
        a=a.item(),
        f=value,
        slope=slope.item(),
        tanh=torch.tanh(a).item(),
        kept=_kept(f, steps),
        half_life=half_life(value),
        others=tuple(Kept(f=other, kept=_kept(torch.tensor(other, dtype=torch.float64), steps)) for other in OTHERS),
        grid=tuple(grid.tolist()),
        sigmoid_curve=tuple(torch.sigmoid(grid).tolist()),
        tanh_curve=tuple(torch.tanh(grid).tolist()),
    )


def _kept(f: Tensor, steps: int) -> Vector:
    """Return what is left of a cell state of 1 after 0 … steps steps of c_t = f·c_{t−1}."""
    left = [torch.ones_like(f)]
    for _ in range(steps):
        left.append(f * left[-1])
    return tuple(torch.stack(left).tolist())


def half_life(f: float) -> float | None:
    """Return the steps until half of a cell state is left under a constant gate f, ln ½ / ln f; None when never."""
    if f >= 1:
        return None
    return 0.0 if f <= 0 else math.log(0.5) / math.log(f)
