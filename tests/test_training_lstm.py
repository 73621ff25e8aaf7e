"""The network: the lecture's cell is torch's, and the forecaster starts as the forecast that it corrects."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from assistant.training.lstm import Cell, Forecaster


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_the_cell_in_the_lectures_notation_gives_the_outputs_of_torchs_layer() -> None:
    torch.manual_seed(1)
    layer = nn.LSTM(3, 8, batch_first=True).double()
    x = torch.randn(4, 25, 3, dtype=torch.float64)
    assert torch.allclose(Cell.like(layer).double()(x), layer(x)[0], atol=1e-7)


def test_the_cell_in_the_lectures_notation_has_the_gradients_of_torchs_layer() -> None:
    torch.manual_seed(2)
    layer = nn.LSTM(2, 5, batch_first=True)
    cell = Cell.like(layer)
    x = torch.randn(3, 12, 2)
    goal = torch.randn(3, 12, 5)
    for network in (lambda: layer(x)[0], lambda: cell(x)):
        (network() - goal).square().mean().backward()
    of_x, of_h = layer.weight_ih_l0.grad, layer.weight_hh_l0.grad
    assert of_x is not None
    assert of_h is not None
    expected = torch.cat((of_h, of_x), dim=1).chunk(4)
    for name, wanted in zip("ifgo", expected, strict=True):
        torch.testing.assert_close(getattr(cell, f"W_{name}").grad, wanted, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(
        torch.cat([getattr(cell, f"b_{name}").grad for name in "ifgo"]), layer.bias_ih_l0.grad, atol=1e-6, rtol=1e-4
    )


def test_a_new_cell_remembers_nothing_before_its_first_step() -> None:
    torch.manual_seed(3)
    cell = Cell(1, 4)
    x = torch.randn(1, 6, 1)
    assert torch.equal(cell(x)[:, :3], cell(x[:, :3]))


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_with_a_silent_head_the_forecast_is_the_anchors(name: str) -> None:
    kernel = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # the last value, then the one before
    network = Forecaster(1, 4, kernel, torch.tensor([0.0, 10.0]), size=1.0, cell=name)
    network.start(torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.head.weight.zero_()
        made = network(torch.randn(1, 5, 1), torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    assert torch.equal(made, torch.tensor([[[2.0, 11.0], [3.0, 12.0], [4.0, 13.0]]]))


def test_a_forecast_does_not_depend_on_later_inputs() -> None:
    network = Forecaster(2, 8, torch.ones(3, 1), torch.zeros(3), size=1.0)
    network.start(torch.Generator().manual_seed(0))
    inputs, past = torch.randn(1, 20, 2), torch.randn(1, 20)
    changed, changed_past = inputs.clone(), past.clone()
    changed[:, 12:] += 5
    changed_past[:, 12:] += 5
    with torch.no_grad():
        before, after = network(inputs, past), network(changed, changed_past)
    assert torch.equal(before[:, :12], after[:, :12])
    assert not torch.equal(before[:, 12:], after[:, 12:])
