"""What the lecture's computations return; these types are known to the page's process and to the child."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

CellName = Literal["lstm", "rnn", "gru"]
Activation = Literal["identity", "tanh"]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


class Result(BaseModel):
    """What the types here share."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class RnnStep(Result):
    """One step of a plain RNN: input (inputs,), previous state, pre-activation and state (units,)."""

    x: Vector
    h_previous: Vector
    a: Vector
    h: Vector


class LstmStep(Result):
    """One step of an LSTM in the lecture's notation; all but the input are of shape (units,)."""

    x: Vector
    h_previous: Vector
    c_previous: Vector
    f: Vector
    i: Vector
    candidate: Vector
    c: Vector
    o: Vector
    h: Vector


class Recurrence(Result):
    """A plain RNN and an LSTM on the same inputs, step by step.

    `rnn_weights` is W of (units, units + inputs) that acts on [h_{t−1}, x_t]; `lstm_weights` holds W_f, W_i, W_C and W_o
    of the same shape, `lstm_biases` their biases of (units,).
    """

    units: int
    rnn: tuple[RnnStep, ...]
    lstm: tuple[LstmStep, ...]
    rnn_weights: Matrix
    rnn_bias: Vector
    lstm_weights: dict[str, Matrix]
    lstm_biases: dict[str, Vector]


class Clipping(Result):
    """What clipping does to the gradient of h_T by w_rec: its size before and after, and one step of descent."""

    limit: float
    before: float
    after: float
    factor: float
    rate: float
    w_unclipped: float
    w_clipped: float


class GradientCurves(Result):
    """How much of the gradient at the last step arrives k = 0 … length steps earlier, by autograd.

    `norms[k]` is |∂h_T/∂h_{T−k}| of one neuron h_t = φ(w·h_{t−1} + x_t); `derivatives[k]` is φ' at step T−k, so that
    norms[k] = |w|^k·|derivatives[0]·…·derivatives[k−1]|. `rnn` and `lstm` are the norms for networks of `units`
    units whose recurrent matrices are w times a rotation: by the state of the RNN, by the cell state of the LSTM.
    """

    w: float
    length: int
    activation: Activation
    forget_bias: float
    units: int
    norms: Vector
    derivatives: Vector
    rnn: Vector
    lstm: Vector
    factor_per_step: float
    case: Literal["vanishes", "stays", "explodes"]
    clipping: Clipping


class Gate(Result):
    """One forget gate: a = w_h·h_{t−1} + w_x·x_t + b, f = σ(a), and what it keeps of a cell state of 1.

    `kept[k]` is what is left after k steps with this f; `half_life` the steps until half is left (None: never).
    `grid`, `sigmoid` and `tanh` are the two activation functions' curves.
    """

    a: float
    f: float
    slope: float
    tanh: float
    kept: Vector
    half_life: float | None
    grid: Vector
    sigmoid_curve: Vector
    tanh_curve: Vector


class AddingProgress(Result):
    """How far one trial of the adding problem has come.

    `curve` holds pairs of sequences seen and the mean squared error on the sequences since the pair before, each of
    them measured before the network learned from it. `mse` is on 1,000 fresh sequences once `finished`, and the last
    of the curve until then. `cpu_seconds` are of training and checks, without the start of Python.
    """

    cell: CellName
    length: int
    seed: int
    units: int
    finished: bool
    solved: bool
    mse: float | None
    sequences: int
    cpu_seconds: float
    cpu_limit: float
    curve: tuple[tuple[int, float], ...]
