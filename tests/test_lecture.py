"""The lecture's numbers, each against an independent computation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from assistant.errors import LectureError
from assistant.lecture.adding import AddingTrial, draw
from assistant.lecture.gate import forget_gate, half_life
from assistant.lecture.gradient import gradient_curves
from assistant.lecture.recurrence import unroll
from assistant.lecture.recurrent_cells import look_inside
from assistant.training.lstm import Cell


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def sigmoid(a: np.ndarray | float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(a, dtype=np.float64))))


# From neuron to memory


def test_the_stepped_cells_follow_the_equations_of_the_lecture() -> None:
    inputs = [1.0, -0.5, 0.25, 0.0]
    found = unroll(inputs, units=3, seed=4, forget_bias=1.5)
    h_rnn, h, c = np.zeros(3), np.zeros(3), np.zeros(3)
    w = {gate: np.array(matrix) for gate, matrix in found.lstm_weights.items()}
    b = {gate: np.array(bias) for gate, bias in found.lstm_biases.items()}
    for x, rnn, lstm in zip(inputs, found.rnn, found.lstm, strict=True):
        a = np.array(found.rnn_weights) @ np.append(h_rnn, x) + np.array(found.rnn_bias)
        assert rnn.h_previous == pytest.approx(h_rnn)
        h_rnn = np.tanh(a)
        assert rnn.a == pytest.approx(a)
        assert rnn.h == pytest.approx(h_rnn)
        joined = np.append(h, x)
        f, i, o = (sigmoid(w[gate] @ joined + b[gate]) for gate in "fio")
        g = np.tanh(w["g"] @ joined + b["g"])
        assert lstm.c_previous == pytest.approx(c)
        c = f * c + i * g
        h = o * np.tanh(c)
        for shown, wanted in ((lstm.f, f), (lstm.i, i), (lstm.o, o), (lstm.g, g), (lstm.c, c), (lstm.h, h)):
            assert shown == pytest.approx(wanted, abs=1e-12)


def test_a_higher_bias_of_the_forget_gate_keeps_more_of_a_pulse() -> None:
    pulse = [1.0] + [0.0] * 11
    left = [max(map(abs, unroll(pulse, forget_bias=bias).lstm[-1].c)) for bias in (0.0, 2.0, 5.0)]
    assert left == sorted(left)
    assert left[0] < left[-1]


@pytest.mark.parametrize("inputs", [[], [0.0] * 61, [math.nan]])
def test_series_that_cannot_be_stepped_through_are_refused(inputs: list[float]) -> None:
    with pytest.raises(LectureError):
        unroll(inputs)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_the_cells_written_out_give_what_torchs_layers_give(kind: type[nn.RNNBase]) -> None:
    torch.manual_seed(1)
    layer = kind(3, 7, batch_first=True)
    series = torch.randn(40, 3)
    inside = look_inside(layer, series)
    with torch.no_grad():
        wanted = layer(series[None])[0][0]
    assert (inside["h"] - wanted).abs().max() < 1e-6


def test_the_lectures_cell_and_the_trainings_cell_are_the_same() -> None:
    torch.manual_seed(2)
    layer = nn.LSTM(2, 5, batch_first=True)
    series = torch.randn(30, 2)
    with torch.no_grad():
        wanted = Cell.like(layer)(series[None])[0]
    assert (look_inside(layer, series)["h"] - wanted).abs().max() < 1e-6


# Vanishing and exploding


@pytest.mark.parametrize("w", [0.5, 0.9, 1.0, 1.1, 1.5])
@pytest.mark.parametrize("activation", ["identity", "tanh"])
def test_the_gradient_is_the_power_of_the_weight_times_the_activations_slopes(w: float, activation: str) -> None:
    length = 60
    found = gradient_curves(w, length, activation)  # type: ignore[arg-type]
    # The states and slopes again, without torch.
    h, slopes = 0.0, []
    for step in range(length):
        a = w * h + (1.0 if step == 0 else 0.0)
        h = math.tanh(a) if activation == "tanh" else a
        slopes.append(1 - math.tanh(a) ** 2 if activation == "tanh" else 1.0)
    wanted = [w**k * math.prod(slopes[length - k :]) for k in range(length + 1)]
    assert found.norms == pytest.approx(wanted, rel=1e-5)
    assert found.derivatives == pytest.approx(slopes[::-1], rel=1e-9)


@pytest.mark.parametrize(("w", "case"), [(0.9, "vanishes"), (1.0, "stays"), (1.1, "explodes")])
def test_the_three_cases_are_named(w: float, case: str) -> None:
    assert gradient_curves(w, 50).case == case


def test_saturation_makes_a_gradient_vanish_that_would_explode() -> None:
    assert gradient_curves(1.1, 50, "tanh").case == "vanishes"


def test_the_networks_gradients_are_those_of_finite_differences() -> None:
    from assistant.lecture import gradient
    from assistant.lecture.recurrent_cells import RnnWeights, rnn_step

    length = 12
    generator = torch.Generator().manual_seed(0)
    direction, series = gradient._direction(generator), gradient._inputs(length, generator)
    rotation, drawn = gradient._rotation(generator), gradient._drawn(1, generator)
    weights = RnnWeights(
        w=torch.cat((0.9 * rotation, drawn), dim=1), b=torch.zeros(gradient.UNITS, dtype=torch.float64)
    )

    def end(start: torch.Tensor) -> float:
        h = start
        for x in series:
            h = rnn_step(weights, h, x)[1]
        return float(direction @ h)

    tiny = 1e-6
    slopes = [(end(tiny * unit) - end(-tiny * unit)) / (2 * tiny) for unit in torch.eye(gradient.UNITS).double()]
    assert gradient_curves(0.9, length).rnn[-1] == pytest.approx(float(np.linalg.norm(slopes)), rel=1e-5)


def test_the_lstm_keeps_the_gradient_that_the_rnn_loses_and_its_bias_decides() -> None:
    low, high = gradient_curves(0.9, 100, forget_bias=0.0), gradient_curves(0.9, 100, forget_bias=6.0)
    assert high.rnn == low.rnn
    assert high.lstm[-1] > 0.5 > 1e-3 > high.rnn[-1]
    assert low.lstm[-1] < 1e-10


@pytest.mark.parametrize("w", [0.9, 1.1])
def test_clipping_shortens_only_what_is_longer_than_the_limit(w: float) -> None:
    found = gradient_curves(w, 50)
    wanted = 49 * w**48  # ∂h_T/∂w of h_T = w^(T−1)
    assert found.clipping.before == pytest.approx(wanted, rel=1e-9)
    assert found.clipping.after == pytest.approx(min(wanted, 1.0), rel=1e-5)
    assert found.clipping.w_unclipped == pytest.approx(w - 0.1 * wanted, rel=1e-9)
    assert found.clipping.w_clipped == pytest.approx(w - 0.1 * min(wanted, 1.0), rel=1e-5)


@pytest.mark.parametrize(("w", "length"), [(math.nan, 10), (math.inf, 10), (1.0, 0), (1.0, 1001)])
def test_gradients_that_cannot_be_computed_are_refused(w: float, length: int) -> None:
    with pytest.raises(LectureError):
        gradient_curves(w, length)


# The forget gate


@pytest.mark.parametrize(
    "values", [(1.0, 0.0, 1.0, 1.0, 2.0), (0.3, -0.7, 2.0, -4.0, -1.0), (-2.0, 1.0, -8.0, 8.0, 6.0)]
)
def test_the_gate_is_sigmoid_of_the_weighted_sum_and_keeps_its_power(values: tuple[float, ...]) -> None:
    x, h, w_x, w_h, b = values
    gate = forget_gate(*values)
    a = w_h * h + w_x * x + b
    f = float(sigmoid(a))
    assert gate.a == pytest.approx(a)
    assert gate.f == pytest.approx(f)
    assert gate.slope == pytest.approx(f * (1 - f), abs=1e-12)
    assert gate.tanh == pytest.approx(math.tanh(a))
    assert gate.kept == pytest.approx([f**k for k in range(51)])
    assert gate.sigmoid_curve == pytest.approx(sigmoid(np.array(gate.grid)))
    assert gate.tanh_curve == pytest.approx(np.tanh(gate.grid))
    for other in gate.others:
        assert other.kept == pytest.approx([other.f**k for k in range(51)])


@pytest.mark.parametrize("f", [0.01, 0.5, 0.9, 0.99])
def test_after_its_half_life_half_of_a_memory_is_left(f: float) -> None:
    steps = half_life(f)
    assert steps is not None
    assert f**steps == pytest.approx(0.5)


def test_an_open_gate_never_loses_half_and_a_shut_one_loses_all_at_once() -> None:
    assert half_life(1.0) is None
    assert half_life(0.0) == 0.0


# Remember over a long time


def test_the_answer_is_the_sum_of_the_two_marked_numbers() -> None:
    sequences, sums = draw(200, 30, torch.Generator().manual_seed(0))
    numbers, marks = sequences[..., 0], sequences[..., 1]
    assert (marks[:, :15].sum(dim=1) == 1).all()
    assert (marks[:, 15:].sum(dim=1) == 1).all()
    assert torch.allclose((numbers * marks).sum(dim=1), sums)
    assert ((numbers >= 0) & (numbers < 1)).all()


def test_an_lstm_solves_a_short_adding_problem_and_the_same_seed_does_it_the_same_way() -> None:
    trials = []
    for _ in range(2):
        trial = AddingTrial(8, "lstm", seed=3, cpu_limit=60.0)
        while not trial.finished:
            trial.advance(1.0)
        trials.append(trial.progress())
    first, second = trials
    assert first.solved
    assert first.mse is not None
    assert first.mse < 0.01
    assert first.curve == second.curve
    assert first.sequences == second.sequences == first.curve[-1][0]


def test_a_trial_that_is_over_its_limit_says_that_it_did_not_solve_it() -> None:
    trial = AddingTrial(100, "rnn", cpu_limit=0.2)
    trial.advance()
    progress = trial.progress()
    assert progress.finished
    assert not progress.solved
    assert progress.mse is not None
    assert progress.mse > 0.01


@pytest.mark.parametrize(("length", "cell"), [(3, "lstm"), (1001, "lstm"), (20, "transformer")])
def test_adding_problems_that_are_not_offered_are_refused(length: int, cell: str) -> None:
    with pytest.raises(LectureError):
        AddingTrial(length, cell)  # type: ignore[arg-type]
