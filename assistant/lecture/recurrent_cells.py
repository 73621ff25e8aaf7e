"""The cells written out in the lecture's notation, step by step, so that every value inside can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

GATES = ("f", "i", "g", "o")  # the letters of W_f, W_i, W_g and W_o


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
    g: Tensor
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
    g = torch.tanh(joined @ weights.w["g"].T + weights.b["g"])
    c = f * c_previous + i * g
    o = torch.sigmoid(joined @ weights.w["o"].T + weights.b["o"])
    return LstmValues(f=f, i=i, g=g, c=c, o=o, h=o * torch.tanh(c))


def weights_of(layer: nn.LSTM) -> LstmWeights:
    """Return the weights of torch's layer gate by gate; it stacks them as i, f, g, o and keeps two biases of each."""
    named = layer.get_parameter
    joined = torch.cat((named("weight_hh_l0"), named("weight_ih_l0")), dim=1).detach()
    bias = (named("bias_hh_l0") + named("bias_ih_l0")).detach()
    letters = ("i", "f", "g", "o")
    return LstmWeights(
        w=dict(zip(letters, joined.chunk(4), strict=True)), b=dict(zip(letters, bias.chunk(4), strict=True))
    )


@torch.no_grad()
def look_inside(layer: nn.RNNBase, inputs: Tensor) -> dict[str, Tensor]:
    """Return everything inside a layer at every step, by letter, each (steps, units), for inputs (steps, inputs).

    f, i, g, o, c, h for an LSTM; r, z, n, h for a GRU, where z says how much of the old state is kept; h for an RNN.
    """
    if isinstance(layer, nn.LSTM):
        return _inside_lstm(weights_of(layer), inputs)
    if isinstance(layer, nn.GRU):
        return _inside_gru(layer, inputs)
    states: Tensor = layer(inputs[None])[0][0]
    return {"h": states}


def _inside_lstm(weights: LstmWeights, inputs: Tensor) -> dict[str, Tensor]:
    h = c = inputs.new_zeros(len(weights.b["f"]))
    steps = []
    for x in inputs:
        values = lstm_step(weights, h, c, x)
        h, c = values.h, values.c
        steps.append(values)
    return {letter: torch.stack([getattr(step, letter) for step in steps]) for letter in ("f", "i", "g", "o", "c", "h")}


def _inside_gru(layer: nn.GRU, inputs: Tensor) -> dict[str, Tensor]:
    named = layer.get_parameter
    h = inputs.new_zeros(layer.hidden_size)
    found: dict[str, list[Tensor]] = {"r": [], "z": [], "n": [], "h": []}
    for x in inputs:
        from_x = (named("weight_ih_l0") @ x + named("bias_ih_l0")).chunk(3)
        from_h = (named("weight_hh_l0") @ h + named("bias_hh_l0")).chunk(3)
        r, z = torch.sigmoid(from_x[0] + from_h[0]), torch.sigmoid(from_x[1] + from_h[1])
        n = torch.tanh(from_x[2] + r * from_h[2])
        h = (1 - z) * n + z * h
        for letter, value in zip("rznh", (r, z, n, h), strict=True):
            found[letter].append(value)
    return {letter: torch.stack(values) for letter, values in found.items()}
