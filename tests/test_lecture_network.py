"""Looking into a trained network: what is shown equals torch, the run's own forecasts, and finite differences."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.network_memory import memory_facts
from assistant.cli.main import app
from assistant.dataset.series import Series, save_series
from assistant.errors import LectureError
from assistant.facts import Facts
from assistant.lecture.memory import measure_memory
from assistant.lecture.network import Trained, load_trained, network_memory, network_window
from assistant.lecture.results import NetworkWindow
from assistant.submission.lecture_questions import LectureQuestions
from assistant.submission.services import open_pool
from assistant.training.memory import NetworkMemory, read_memory
from assistant.training.network_fitting import forecast_at
from assistant.training.plan import plan_settings
from assistant.training.run import load_forecasts, load_run
from assistant.training.train import train
from assistant.training.windows import Windows
from assistant.web.lecture import network_page as lecture_network
from tests.factories import made_series
from tests.test_training import make_series, waves


def finished(folder: Path, series: Series, cell: str, **settings: object) -> Path:
    torch.set_num_threads(1)
    save_series(series, folder / "series")
    planned = plan_settings(series, "quick", 0, cell=cell, **{"units": 6, "epochs": 2, "members": 2, **settings})
    train(series, planned, folder)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("runs")
    return {cell: finished(place / cell, made_series(), cell) for cell in ("lstm", "gru", "rnn")}


@pytest.fixture(scope="module")
def with_features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    values = waves(300)
    series = make_series(values, other=np.roll(values, 3) * 2 + 1)
    return finished(tmp_path_factory.mktemp("features") / "run", series, "lstm")


def forecast_of_values(trained: Trained, index: int, values: np.ndarray, first_network: bool = False) -> np.ndarray:
    """Return the forecast (horizon,) that the training's own code makes of changed values of the target."""
    frame = trained.series.frame.to_numpy(dtype=np.float64).copy()
    frame[:, 0] = values
    model = trained.model
    z = np.stack([column.apply(part) for column, part in zip(model.columns, frame.T, strict=True)], axis=1)
    windows = Windows(z, trained.windows.steady[:, :0].numpy(), model.settings, model.scale)
    windows.steady = torch.cat((windows.steady, trained.windows.steady[:, windows.steady.shape[1] :]), dim=1)
    # All origins together, so that each forecast is made from the same chunk as in the run.
    made = [forecast_at(network, windows, trained.forecasts.origins)[index] for network in model.networks]
    return np.asarray(model.columns[0].undo(made[0] if first_network else np.mean(made, axis=0)))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("window", [0, 7, None])
def test_states_equal_torchs_and_the_forecast_equals_the_runs(
    runs: dict[str, Path], cell: str, window: int | None
) -> None:
    found = network_window(str(runs[cell]), window)
    stored = load_forecasts(runs[cell]).methods[cell]
    assert found.from_torch < 1e-6
    assert found.from_run < 1e-5
    assert found.forecast == pytest.approx(stored[found.window], rel=1e-5)
    assert found.window == (len(stored) - 1 if window is None else window)


def test_gates_lie_between_0_and_1_and_have_the_shape_of_units_and_steps(runs: dict[str, Path]) -> None:
    found = network_window(str(runs["lstm"]))
    for letter in "fio":
        gate = found.gates[letter].array()
        assert gate.shape == (6, len(found.times))
        assert ((gate > 0) & (gate < 1)).all()
    assert set(found.gates) == set("figoch")


def test_the_cell_state_follows_from_the_gates_that_are_shown(runs: dict[str, Path]) -> None:
    gates = {letter: packed.array() for letter, packed in network_window(str(runs["lstm"]), 3).gates.items()}
    before = np.zeros(6)
    for step in range(gates["c"].shape[1]):
        before = gates["f"][:, step] * before + gates["i"][:, step] * gates["g"][:, step]
        assert gates["c"][:, step] == pytest.approx(before, abs=1e-5)
        assert gates["h"][:, step] == pytest.approx(gates["o"][:, step] * np.tanh(before), abs=1e-5)


@pytest.mark.parametrize(("cell", "keeping"), [("lstm", "f"), ("gru", "z")])
def test_half_lives_are_those_of_the_mean_gate_and_sort_the_units(
    runs: dict[str, Path], cell: str, keeping: str
) -> None:
    found = network_window(str(runs[cell]))
    gate = found.gates[keeping].array()
    wanted = math.log(0.5) / np.log(gate).mean(axis=1)
    assert [value or math.inf for value in found.half_lives] == pytest.approx(wanted, rel=1e-4)
    assert list(found.order) == sorted(range(6), key=lambda unit: -wanted[unit])


@pytest.mark.parametrize("window", [0, 11])
def test_what_the_forecast_owes_to_a_past_value_is_what_changing_that_value_changes(
    runs: dict[str, Path], window: int
) -> None:
    trained = load_trained(runs["lstm"])
    found = network_window(str(runs["lstm"]), window)
    values = trained.series.values
    # Not smaller: the network computes in float32.
    move = 0.05 * values.std()
    for back in (1, 2, 5, 12, 13, 24, 30, 60):
        changed = [values.copy(), values.copy()]
        changed[0][found.origin + 1 - back] += move
        changed[1][found.origin + 1 - back] -= move
        up, down = (forecast_of_values(trained, window, one) for one in changed)
        slope = np.abs(up - down).mean() / (2 * move)
        assert found.look_back.effect[back - 1] == pytest.approx(slope, rel=0.05, abs=2e-3), back


def test_other_columns_and_the_calendar_do_not_disturb_what_is_shown(with_features: Path) -> None:
    found = network_window(str(with_features), 4)
    assert found.from_torch < 1e-6
    assert found.from_run < 1e-5
    assert found.inputs[:4] == ("height of target", "height of other", "step of target", "step of other")


def test_the_steps_that_are_named_hold_their_share_of_the_effect(runs: dict[str, Path]) -> None:
    back = network_window(str(runs["lstm"])).look_back
    for share, steps in ((0.5, back.half), (0.9, back.steps)):
        effect = np.array(back.effect)
        assert effect[:steps].sum() >= share * effect.sum() * (1 - 1e-9)
        assert effect[: steps - 1].sum() < share * effect.sum()


@pytest.mark.parametrize("window", [-1, 10_000])
def test_a_window_that_is_not_there_is_refused_with_those_that_are(runs: dict[str, Path], window: int) -> None:
    with pytest.raises(LectureError, match="no such window"):
        network_window(str(runs["lstm"]), window)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LectureError, match="no trained network"):
        network_window(str(tmp_path))
    (tmp_path / "weights.pt").write_bytes(b"not a model")
    with pytest.raises(LectureError, match="weights is damaged"):
        network_window(str(tmp_path))


def test_weights_that_are_cut_off_are_said_to_be_so_in_our_own_words(runs: dict[str, Path], tmp_path: Path) -> None:
    whole = (runs["lstm"] / "weights.pt").read_bytes()
    (tmp_path / "weights.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LectureError, match="is cut off") as raised:
        network_window(str(tmp_path))
    assert "miniz" not in str(raised.value)


# The memory, and its chart for the report


@pytest.fixture(scope="module")
def questions() -> object:
    made = LectureQuestions(pool := open_pool())
    yield made
    pool.close()


def test_the_memory_is_measured_once_and_kept_beside_the_run(
    runs: dict[str, Path], questions: LectureQuestions
) -> None:
    folder = runs["lstm"]
    measured = measure_memory(folder)
    assert measured == network_memory(str(folder))
    assert read_memory(folder) == measured
    assert measure_memory(folder) == measured


def test_the_child_shows_the_same_window_as_the_library(runs: dict[str, Path], questions: LectureQuestions) -> None:
    assert questions.ask(NetworkWindow, "window", folder=str(runs["gru"]), window=2) == network_window(
        str(runs["gru"]), 2
    )


def memory_chart_of(folder: Path, memory: NetworkMemory) -> Chart:
    charts = describe_charts(load_trained(folder).series, load_run(folder), load_forecasts(folder), memory=memory)
    return next(chart for chart in charts if chart.name == "memory")


def test_the_chart_draws_what_was_measured_and_says_so_with_the_facts(runs: dict[str, Path]) -> None:
    series = load_trained(runs["lstm"]).series
    memory = network_memory(str(runs["lstm"]))
    chart = memory_chart_of(runs["lstm"], memory)
    effect, units = chart.panels
    assert effect.layers[0].y == pytest.approx(memory.look_back.effect[: len(effect.layers[0].y)])
    assert sum(memory.look_back.effect[len(effect.layers[0].y) :]) == 0
    assert list(units.layers[0].y) == sorted((value or math.inf for value in memory.half_lives), reverse=True)
    facts = memory_facts(memory, series)
    assert facts["look_back"] in chart.explanation
    assert facts["longest_half_life"] in chart.explanation
    for text in (chart.title, chart.caption, chart.explanation, chart.alternative):
        assert "{" not in text
    summary = Facts(run_id="", texts=facts).fill(chart.summary)
    assert re.findall(r"\{\w+\}", summary) == ["{fig_memory}"]  # the figure's number, which only the report knows


def test_a_plain_rnn_has_no_half_lives_and_its_chart_one_panel(runs: dict[str, Path]) -> None:
    memory = network_memory(str(runs["rnn"]))
    chart = memory_chart_of(runs["rnn"], memory)
    assert memory.half_lives == ()
    assert len(chart.panels) == 1
    assert "half-life" not in chart.explanation


# The command


def test_gates_prints_gates_with_shapes_and_half_lives_as_one_object(runs: dict[str, Path]) -> None:
    done = CliRunner().invoke(app, ["gates", str(runs["lstm"]), "--window", "2", "--json"])
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["gates"]["f"]["shape"] == [6, len(data["times"])]
    assert np.array(data["gates"]["c"]["values"]).shape == (6, len(data["times"]))
    assert len(data["half_lives"]) == 6
    assert data["window"] == 2
    assert data["from_torch"] < 1e-6
    values = np.array(data["gates"]["f"]["values"])
    assert values == pytest.approx(network_window(str(runs["lstm"]), 2).gates["f"].array(), rel=1e-6)


def test_gates_says_in_a_sentence_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["gates", str(tmp_path)])
    assert done.exit_code == 1
    assert "no trained network" in done.stderr
    assert "Traceback" not in done.stderr


def test_rows_without_dates_are_told_by_their_number(tmp_path: Path) -> None:
    folder = finished(tmp_path / "run", made_series(dated=False, horizon=4), "lstm", members=1)
    found = network_window(str(folder), 0)
    assert found.times[-1] == str(found.origin)
    assert found.from_run < 1e-5
    assert isinstance(load_trained(folder).series.frame.index, pd.RangeIndex)


# The panel


def test_the_panel_shows_what_was_found_and_the_rnn_on_the_same_window(
    runs: dict[str, Path], questions: LectureQuestions
) -> None:
    chosen, other = (lecture_network.ShownRun(cell.upper(), runs[cell]) for cell in ("lstm", "rnn"))
    html, found = lecture_network.show(questions, [chosen, other], 5)
    assert found == network_window(str(runs["lstm"]), 5)
    beside = network_window(str(runs["rnn"]), 5).look_back
    months = found.frequency.count
    assert f"<b>{months(found.look_back.half)}</b>" in html
    assert f"<b>{months(found.look_back.steps)}</b>" in html
    assert f"Of what RNN adds on the same window, 90 % comes from the last <b>{months(beside.correction_steps)}" in html
    assert html.count("<image ") == 5
    for svg in re.findall(r"<svg.*?</svg>", html, flags=re.S):
        ElementTree.fromstring(svg)


@pytest.mark.parametrize(("cell", "maps"), [("gru", 4), ("rnn", 1)])
def test_the_panel_shows_the_gates_that_a_cell_has(
    runs: dict[str, Path], questions: LectureQuestions, cell: str, maps: int
) -> None:
    html, _ = lecture_network.show(questions, [lecture_network.ShownRun(cell, runs[cell])], None)
    assert html.count("<image ") == maps
    assert ("has no gate that keeps" in html) == (cell == "rnn")


def test_a_run_that_cannot_be_compared_is_left_out(
    runs: dict[str, Path], questions: LectureQuestions, tmp_path: Path
) -> None:
    missing = lecture_network.ShownRun("Lost run", tmp_path)
    html, found = lecture_network.show(questions, [lecture_network.ShownRun("LSTM", runs["lstm"]), missing], None)
    assert found is not None
    assert "Lost run" not in html
