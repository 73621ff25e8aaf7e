"""The gradient on its way back through time, by autograd: of one neuron, of an RNN and of an LSTM."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from assistant.errors import LectureError
from assistant.lecture.recurrent_cells import GATES, LstmWeights, RnnWeights, lstm_step, rnn_step
from assistant.lecture.results import Activation, Clipping, GradientCurves

LONGEST = 1000
UNITS = 16
CLIP_LIMIT = 1.0
LEARNING_RATE = 0.1


def gradient_curves(
    w: float, length: int, activation: Activation = "identity", forget_bias: float = 5.0, seed: int = 0
) -> GradientCurves:
    """Send the gradient of the last state back over `length` steps and return its norm at each.

    The neuron is h_t = φ(w·h_{t−1} + x_t) with a single input x = 1 at the first step; everything is float64. Raises
    LectureError when w is not a finite number or the length is outside 1 … 1000.
    """
    if not math.isfinite(w) or not math.isfinite(forget_bias) or not 1 <= length <= LONGEST:
        raise LectureError(
            "The gradient cannot be sent back.",
            f"The weight is {w} and the length {length}.",
            f"Give a finite weight and a length from 1 to {LONGEST}.",
        )
    norms, derivatives, weight_gradient = _neuron(w, length, activation)
    factor = norms[-1] ** (1 / length)
    return GradientCurves(
        w=w,
        length=length,
        activation=activation,
        forget_bias=forget_bias,
        units=UNITS,
        norms=tuple(norms),
        derivatives=tuple(derivatives),
        rnn=tuple(_rnn(w, length, seed)),
        lstm=tuple(_lstm(length, forget_bias, seed)),
        factor_per_step=factor,
        case=_case(factor),
        clipping=_clip(w, weight_gradient),
    )


def _case(factor: float) -> Literal["vanishes", "stays", "explodes"]:
    if abs(factor - 1) < 1e-9:
        return "stays"
    return "vanishes" if factor < 1 else "explodes"


def _neuron(w: float, length: int, activation: Activation) -> tuple[list[float], list[float], Tensor]:
    """Return the norms from the last step back, the activation's slope at each, and the gradient by w."""
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    h = torch.zeros((), dtype=torch.float64, requires_grad=True)
    states, inputs = [h], []
    for step in range(length):
        a = weight * h + (1.0 if step == 0 else 0.0)
        h = torch.tanh(a) if activation == "tanh" else a.clone()
        inputs.append(a)
        states.append(h)
    by_state = torch.autograd.grad(h, [weight, *states])
    local = [_slope(a.detach(), activation) for a in reversed(inputs)]
    return [abs(gradient.item()) for gradient in reversed(by_state[1:])], local, by_state[0]


def _slope(a: Tensor, activation: Activation) -> float:
    point = a.requires_grad_()
    value = torch.tanh(point) if activation == "tanh" else point.clone()
    return float(torch.autograd.grad(value, point)[0].item())


def _clip(w: float, weight_gradient: Tensor) -> Clipping:
    parameter = torch.nn.Parameter(torch.tensor(w, dtype=torch.float64))
    parameter.grad = weight_gradient.clone()
    before = float(torch.nn.utils.clip_grad_norm_([parameter], CLIP_LIMIT).item())
    clipped = float(parameter.grad.item())
    return Clipping(
        limit=CLIP_LIMIT,
        before=before,
        after=abs(clipped),
        factor=abs(clipped) / before if before else 1.0,
        rate=LEARNING_RATE,
        w_unclipped=w - LEARNING_RATE * float(weight_gradient.item()),
        w_clipped=w - LEARNING_RATE * clipped,
    )


def _rotation(generator: torch.Generator) -> Tensor:
    """Return a random rotation (UNITS, UNITS): it keeps the length of every vector, so that w alone stretches."""
    rotation: Tensor = torch.linalg.qr(torch.randn(UNITS, UNITS, generator=generator, dtype=torch.float64))[0]
    return rotation


def _direction(generator: torch.Generator) -> Tensor:
    direction = torch.randn(UNITS, generator=generator, dtype=torch.float64)
    norm: Tensor = direction.norm()
    return direction / norm


def _inputs(length: int, generator: torch.Generator) -> Tensor:
    return torch.randn(length, 1, generator=generator, dtype=torch.float64)


def _drawn(columns: int, generator: torch.Generator) -> Tensor:
    """Return weights (UNITS, columns) as torch's layers start with: even within ±1/√units."""
    bound = 1 / math.sqrt(UNITS)
    return (torch.rand(UNITS, columns, generator=generator, dtype=torch.float64) * 2 - 1) * bound


def _rnn(w: float, length: int, seed: int) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    direction, series = _direction(generator), _inputs(length, generator)
    weights = RnnWeights(
        w=torch.cat((w * _rotation(generator), _drawn(1, generator)), dim=1),
        b=torch.zeros(UNITS, dtype=torch.float64),
    )
    h = torch.zeros(UNITS, dtype=torch.float64, requires_grad=True)
    states = [h]
    for x in series:
        h = rnn_step(weights, h, x)[1]
        states.append(h)
    return _norms_back(direction, states)


def _lstm(length: int, forget_bias: float, seed: int) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    direction, series = _direction(generator), _inputs(length, generator)
    biases = {gate: torch.zeros(UNITS, dtype=torch.float64) for gate in GATES}
    # As in the chrono initialisation: what is kept for long must not be flooded by what comes in.
    biases["f"] += forget_bias
    biases["i"] -= forget_bias
    weights = LstmWeights(
        w={gate: torch.cat((_drawn(UNITS, generator), _drawn(1, generator)), dim=1) for gate in GATES}, b=biases
    )
    h = torch.zeros(UNITS, dtype=torch.float64)
    c = torch.zeros(UNITS, dtype=torch.float64, requires_grad=True)
    states = [c]
    for x in series:
        values = lstm_step(weights, h, c, x)
        h, c = values.h, values.c
        states.append(c)
    return _norms_back(direction, states)


def _norms_back(direction: Tensor, states: list[Tensor]) -> list[float]:
    gradients = torch.autograd.grad(direction @ states[-1], states)
    return [float(gradient.norm().item()) for gradient in reversed(gradients)]
