"""The cells written out in the lecture's notation, step by step, so that every value inside can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

GATES = ("f", "i", "C", "o")  # the letters of W_f, W_i, W_C and W_o


@dataclass(frozen=True, eq=False)
class RnnWeights:
    """W of (units, units + inputs) acting on [h_{t−1}, x_t], and b of (units,)."""

    w: Tensor
    b: Tensor


@dataclass(frozen=True, eq=False)
class LstmWeights:
    """For each gate's letter its W of (units, units + inputs) acting on [h_{t−1}, x_t], and its b of (units,)."""

    w: dict[str, Tensor]
    b: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class LstmValues:
    """Everything inside an LSTM cell at one step; each of shape (…, units)."""

    f: Tensor
    i: Tensor
    candidate: Tensor
    c: Tensor
    o: Tensor
    h: Tensor


def rnn_step(weights: RnnWeights, h_previous: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the pre-activation a_t = W·[h_{t−1}, x_t] + b and the state h_t = tanh(a_t)."""
    a = torch.cat((h_previous, x), dim=-1) @ weights.w.T + weights.b
    return a, torch.tanh(a)


def lstm_step(weights: LstmWeights, h_previous: Tensor, c_previous: Tensor, x: Tensor) -> LstmValues:
    """Return the values of one step of the cell of Hochreiter & Schmidhuber (1997) with Gers' forget gate (2000)."""
    joined = torch.cat((h_previous, x), dim=-1)
    f = torch.sigmoid(joined @ weights.w["f"].T + weights.b["f"])
    i = torch.sigmoid(joined @ weights.w["i"].T + weights.b["i"])
    candidate = torch.tanh(joined @ weights.w["C"].T + weights.b["C"])
    c = f * c_previous + i * candidate
    o = torch.sigmoid(joined @ weights.w["o"].T + weights.b["o"])
    return LstmValues(f=f, i=i, candidate=candidate, c=c, o=o, h=o * torch.tanh(c))
