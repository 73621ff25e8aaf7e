"""What the lecture's computations return; these types are known to the page's process and to the one that computes."""

from __future__ import annotations

import base64
from typing import Literal

import numpy as np

from assistant.dataset.series import Frequency
from assistant.frozen import Frozen
from assistant.training.memory import LookBack

CellName = Literal["lstm", "rnn", "gru"]
Activation = Literal["identity", "tanh"]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


class Result(Frozen):
    """What the types here share."""


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
    g: Vector
    c: Vector
    o: Vector
    h: Vector


class Recurrence(Result):
    """A plain RNN and an LSTM on the same inputs, step by step.

    `rnn_weights` is W of (units, units + inputs) that acts on [h_{t−1}, x_t]; `lstm_weights` holds W_f, W_i, W_g and
    W_o of the same shape, `lstm_biases` their biases of (units,).
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
    norms[k] = |w|^k·|derivatives[0]·…·derivatives[k−1]|. `rnn` and `lstm` are the norms for networks of `units` units:
    of the RNN by its state, its recurrent matrix w times a rotation; of the LSTM by its cell state, its matrices as
    torch starts them, the biases of forget and input gate `forget_bias` and −`forget_bias`.
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


class Kept(Result):
    """What a constant forget gate f leaves of a cell state of 1: `kept[k]` after k steps."""

    f: float
    kept: Vector


class Gate(Result):
    """One forget gate: a = w_h·h_{t−1} + w_x·x_t + b, f = σ(a), and what it keeps of a cell state of 1.

    `kept[k]` is what is left after k steps with this f, `half_life` the steps until half is left (None: never), and
    `others` the same for a few fixed gates. `slope` is σ'(a), `tanh` is tanh(a); `grid` with `sigmoid_curve` and
    `tanh_curve` are the two activation functions.
    """

    a: float
    f: float
    slope: float
    tanh: float
    kept: Vector
    half_life: float | None
    others: tuple[Kept, ...]
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


class Packed(Result):
    """An array as float32 in base64, because long lists of numbers take longer to read than to compute."""

    shape: tuple[int, ...]
    data: str

    @classmethod
    def of(cls, array: np.ndarray) -> Packed:
        """Pack an array."""
        return cls(shape=array.shape, data=base64.b64encode(array.astype("<f4").tobytes()).decode("ascii"))

    def array(self) -> np.ndarray:
        """Return the array as float64."""
        return np.frombuffer(base64.b64decode(self.data), dtype="<f4").reshape(self.shape).astype(np.float64)


class NetworkWindow(Result):
    """What happened inside a trained network while it forecast one window of the test part.

    `gates` maps f, i, g, o, c, h (LSTM), r, z, n, h (GRU) or h (RNN) to arrays (units, steps) whose rows are in the
    network's order; `order` lists the units from the longest half-life. `half_lives` (units,) are in steps, None where
    a unit never loses half, and empty for an RNN, which has no gate. `from_torch` is the largest difference to torch's
    own states, `from_run` that of the forecast to the run's, as a share of the target's deviation.
    """

    cell: CellName
    target: str
    unit: str
    frequency: Frequency
    units: int
    members: int
    window: int
    windows: int
    origin: int
    times: tuple[str, ...]
    forecast_times: tuple[str, ...]
    inputs: tuple[str, ...]
    gates: dict[str, Packed]
    half_lives: tuple[float | None, ...]
    order: tuple[int, ...]
    values: Vector
    forecast: Vector
    anchor: Vector
    actual: Vector
    look_back: LookBack
    from_torch: float
    from_run: float
