"""The network: a recurrent layer that reads the series, and a head that corrects a simple forecast at every step.

`Cell` is the LSTM as the lecture writes it, one equation a line; it is what torch's fast layer computes, which the
training uses in its place. σ is the logistic function, ⊙ the product element by element, [a, b] one vector after
the other::

    f_t = σ(W_f·[h_{t−1}, x_t] + b_f)          forget gate: what to keep of the cell state
    i_t = σ(W_i·[h_{t−1}, x_t] + b_i)          input gate: what to add to it
    g_t = tanh(W_g·[h_{t−1}, x_t] + b_g)       candidate
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t            cell state: the long memory
    o_t = σ(W_o·[h_{t−1}, x_t] + b_o)          output gate: what to show of it
    h_t = o_t ⊙ tanh(c_t)                      hidden state

Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

LAYERS: dict[str, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def gate(inputs: int, units: int) -> tuple[nn.Parameter, nn.Parameter]:
    """Return the first weights W (units, units + inputs) and b (units,) of a gate, drawn as torch draws them."""
    bound = 1 / math.sqrt(units)
    weights = torch.empty(units, units + inputs).uniform_(-bound, bound)
    return nn.Parameter(weights), nn.Parameter(torch.empty(units).uniform_(-bound, bound))


class Cell(nn.Module):
    """One LSTM layer in the lecture's notation; the weights of each gate are (units, units + inputs)."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.W_f, self.b_f = gate(inputs, units)
        self.W_i, self.b_i = gate(inputs, units)
        self.W_g, self.b_g = gate(inputs, units)
        self.W_o, self.b_o = gate(inputs, units)

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return h_t and c_t (batch, units) from x_t (batch, inputs), h_{t−1} and c_{t−1}."""
        hx = torch.cat((h, x), dim=1)
        f = torch.sigmoid(hx @ self.W_f.T + self.b_f)
        i = torch.sigmoid(hx @ self.W_i.T + self.b_i)
        g = torch.tanh(hx @ self.W_g.T + self.b_g)
        c = f * c + i * g
        o = torch.sigmoid(hx @ self.W_o.T + self.b_o)
        h = o * torch.tanh(c)
        return h, c

    def forward(self, x: Tensor) -> Tensor:
        """Return h_t at every step (batch, steps, units) for x (batch, steps, inputs), from a memory of zeros."""
        h = c = x.new_zeros(len(x), self.units)
        states = []
        for t in range(x.shape[1]):
            h, c = self.step(x[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1)

    @classmethod
    def like(cls, layer: nn.LSTM) -> Cell:
        """Return a cell with the weights of torch's layer, which stacks the gates in the order i, f, g, o.

        Torch keeps two biases for each gate, of which only the sum matters.
        """
        cell = cls(layer.input_size, layer.hidden_size)
        of_x, of_h, bias_of_x, bias_of_h = (value.detach() for value in layer.parameters())
        weights, biases = torch.cat((of_h, of_x), dim=1), bias_of_x + bias_of_h
        with torch.no_grad():
            for name, matrix, bias in zip("ifgo", weights.chunk(4), biases.chunk(4), strict=True):
                getattr(cell, f"W_{name}").copy_(matrix)
                getattr(cell, f"b_{name}").copy_(bias)
        return cell


class Forecaster(nn.Module):
    """A recurrent layer and a head: forecast(t) = anchor(t) + size · Linear(h_t), for the next `horizon` steps.

    The anchor is a simple forecast that is linear in the past values (the last value, the same season a cycle ago,
    a ridge regression): `kernel` (horizon, lags) holds its weights, oldest value first, `bias` (horizon,) what it
    adds. The network learns only what the anchor misses, whose usual `size` is given.
    """

    kernel: Tensor
    bias: Tensor

    def __init__(self, inputs: int, units: int, kernel: Tensor, bias: Tensor, size: float, cell: str = "lstm") -> None:
        super().__init__()
        self.layer = LAYERS[cell](inputs, units, batch_first=True)
        self.head = nn.Linear(units, len(kernel))
        self.size = size
        self.register_buffer("kernel", kernel.to(torch.float32))
        self.register_buffer("bias", bias.to(torch.float32))

    def start(self, generator: torch.Generator) -> None:
        """Draw the first weights: a small head, so that the first forecast is the anchor's, and an open forget gate."""
        bound = 1 / math.sqrt(self.layer.hidden_size)
        with torch.no_grad():
            for weights in self.parameters():
                weights.uniform_(-bound, bound, generator=generator)
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()
            if isinstance(self.layer, nn.LSTM):
                units = self.layer.hidden_size
                _, _, bias_of_x, bias_of_h = self.layer.parameters()
                bias_of_x[units : 2 * units] = 1.0
                bias_of_h[units : 2 * units] = 0.0

    def anchor(self, past: Tensor) -> Tensor:
        """Return the simple forecast (batch, steps, horizon) from the target's values (batch, lags − 1 + steps)."""
        forecast: Tensor = nn.functional.conv1d(past[:, None, :], self.kernel[:, None, :], self.bias)
        return forecast.transpose(1, 2)

    def forward(self, inputs: Tensor, past: Tensor, keep: Tensor | None = None) -> Tensor:
        """Return the forecasts (batch, steps, horizon) made at the last steps of a chunk.

        `inputs` is (batch, context, inputs); `past` (batch, lags − 1 + steps) says how many steps; `keep` (batch,
        steps, units) is what dropout leaves of h_t.
        """
        anchor = self.anchor(past)
        return anchor + self.correction(inputs, anchor.shape[1], keep)

    def correction(self, inputs: Tensor, steps: int, keep: Tensor | None = None) -> Tensor:
        """Return what is added to the anchor (batch, steps, horizon) at the last steps of a chunk."""
        hidden = self.layer(inputs)[0][:, -steps:]
        if keep is not None:
            hidden = hidden * keep
        added: Tensor = self.size * self.head(hidden).float()
        return added
