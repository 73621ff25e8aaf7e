"""A small RNN and a small LSTM on the same inputs, with every value on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from assistant.errors import LectureError
from assistant.lecture.recurrent_cells import GATES, LstmWeights, RnnWeights, lstm_step, rnn_step
from assistant.lecture.results import LstmStep, Matrix, Recurrence, RnnStep, Vector

MOST_STEPS = 60
MOST_UNITS = 8


def unroll(inputs: Sequence[float], units: int = 2, seed: int = 0, forget_bias: float = 1.0) -> Recurrence:
    """Run both cells from a zero state over `inputs` (steps,), with weights drawn by `seed` as torch does.

    The biases are 0 except the forget gate's. Raises LectureError for no inputs, too many, or none that are numbers.
    """
    if not 1 <= len(inputs) <= MOST_STEPS or not 1 <= units <= MOST_UNITS:
        raise LectureError(
            "The cells cannot be stepped through.",
            f"There are {len(inputs)} inputs and {units} units.",
            f"Give 1 to {MOST_STEPS} numbers and 1 to {MOST_UNITS} units.",
        )
    series = torch.tensor([float(value) for value in inputs], dtype=torch.float64)
    if not torch.isfinite(series).all():
        raise LectureError("An input is not a number.", "", "Give numbers such as 0.5 or -1.")
    generator = torch.Generator().manual_seed(seed)

    def drawn() -> Tensor:
        return (torch.rand(units, units + 1, generator=generator, dtype=torch.float64) * 2 - 1) / math.sqrt(units)

    rnn_weights = RnnWeights(w=drawn(), b=torch.zeros(units, dtype=torch.float64))
    biases = {gate: torch.zeros(units, dtype=torch.float64) for gate in GATES}
    biases["f"] += forget_bias
    lstm_weights = LstmWeights(w={gate: drawn() for gate in GATES}, b=biases)
    rnn_steps, lstm_steps = [], []
    rnn_h = h = c = torch.zeros(units, dtype=torch.float64)
    for value in series:
        x = value.reshape(1)
        a, rnn_new = rnn_step(rnn_weights, rnn_h, x)
        rnn_steps.append(RnnStep(x=_vector(x), h_previous=_vector(rnn_h), a=_vector(a), h=_vector(rnn_new)))
        rnn_h = rnn_new
        values = lstm_step(lstm_weights, h, c, x)
        lstm_steps.append(
            LstmStep(
                x=_vector(x),
                h_previous=_vector(h),
                c_previous=_vector(c),
                f=_vector(values.f),
                i=_vector(values.i),
                g=_vector(values.g),
                c=_vector(values.c),
                o=_vector(values.o),
                h=_vector(values.h),
            )
        )
        h, c = values.h, values.c
    return Recurrence(
        units=units,
        rnn=tuple(rnn_steps),
        lstm=tuple(lstm_steps),
        rnn_weights=_matrix(rnn_weights.w),
        rnn_bias=_vector(rnn_weights.b),
        lstm_weights={gate: _matrix(matrix) for gate, matrix in lstm_weights.w.items()},
        lstm_biases={gate: _vector(bias) for gate, bias in lstm_weights.b.items()},
    )


def _vector(tensor: Tensor) -> Vector:
    return tuple(tensor.tolist())


def _matrix(tensor: Tensor) -> Matrix:
    return tuple(tuple(row) for row in tensor.tolist())
