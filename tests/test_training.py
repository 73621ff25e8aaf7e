"""Training: honest, repeatable, and clear about what it cannot do."""

from __future__ import annotations

import ast
import json
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import assistant.training
from assistant.dataset.series import Frequency, Roles, Scaler, Series, Source, Split
from assistant.errors import TrainingError
from assistant.training import NOTEBOOK_MODULES
from assistant.training.forecasting import fit_and_forecast
from assistant.training.model_file import load_model
from assistant.training.plan import PRESETS, plan_settings
from assistant.training.run import Progress, load_forecasts, load_run
from assistant.training.settings import TrainingSettings
from assistant.training.train import TrainingCancelledError, calendar_of, train

SMALL = {"epochs": 3, "members": 1, "units": 8}


def make_series(
    values: np.ndarray,
    horizon: int = 6,
    season: int = 12,
    split: tuple[int, int, int] | None = None,
    **columns: np.ndarray,
) -> Series:
    rows = len(values)
    frame = pd.DataFrame(
        {"target": values, **columns}, index=pd.date_range("2001-01-01", periods=rows, freq="MS"), dtype="float64"
    )
    part = rows * 15 // 100
    train_rows, validation, test = split or (rows - 2 * part, part, part)
    fitted = frame.iloc[:train_rows]
    return Series(
        title="Made up",
        frame=frame,
        roles=Roles(target="target", features=tuple(columns)),
        frequency=Frequency(alias="MS", step="month", season=season),
        horizon=horizon,
        split=Split(train=train_rows, validation=validation, test=test),
        scaler=Scaler(mean=tuple(fitted.mean()), deviation=tuple(fitted.std(ddof=0))),
        source=Source(kind="upload", reference="", title="", file_name="", sha256="", size=0),
    )


def waves(rows: int = 240, seed: int = 0) -> np.ndarray:
    time = np.arange(rows)
    noise = np.random.default_rng(seed).normal(size=rows)
    return 50 + 0.05 * time + 10 * np.sin(2 * np.pi * time / 12) + noise


@pytest.fixture(scope="module")
def series() -> Series:
    return make_series(waves())


def test_a_run_is_written_and_read_back(series: Series, tmp_path: Path) -> None:
    told: list[Progress] = []
    run = train(series, plan_settings(series, **SMALL), tmp_path / "run", told.append)
    assert load_run(tmp_path / "run") == run
    forecasts = load_forecasts(tmp_path / "run")
    assert list(forecasts.methods) == [
        "lstm", "naive", "seasonal_naive", "drift", "seasonal_naive_drift", "ridge"
    ]  # fmt: skip
    assert set(run.scores) == set(forecasts.methods)
    windows = series.split.test - series.horizon + 1
    assert forecasts.actual.shape == forecasts.methods["lstm"].shape == (windows, series.horizon)
    first = series.split.train + series.split.validation
    assert forecasts.origins.tolist() == list(range(first - 1, first - 1 + windows))
    assert np.array_equal(forecasts.actual[0], series.values[first : first + series.horizon])
    assert [epoch.number for epoch in run.history] == [1, 2, 3]
    assert told[0].epoch == 0
    assert told[-1].epoch == 3
    assert told[-1].history == run.history
    assert run.cpu_seconds > 0


def test_the_scores_are_those_of_the_forecasts(series: Series, tmp_path: Path) -> None:
    run = train(series, plan_settings(series, **SMALL), tmp_path)
    forecasts = load_forecasts(tmp_path)
    fitted = series.values[: series.split.train]
    for name, made in forecasts.methods.items():
        distance = np.abs(made - forecasts.actual)
        score = run.scores[name]
        assert score.mae == pytest.approx(distance.mean())
        assert score.rmse == pytest.approx(np.sqrt((distance**2).mean()))
        assert score.mase == pytest.approx(distance.mean() / np.abs(fitted[12:] - fitted[:-12]).mean())
        assert score.smape == pytest.approx((200 * distance / (np.abs(made) + np.abs(forecasts.actual))).mean())
        assert score.scaled.mse == pytest.approx((distance**2).mean() / fitted.var())
        assert score.scaled.mae == pytest.approx(distance.mean() / fitted.std())


def test_the_same_seed_gives_the_same_run_and_another_seed_another(series: Series, tmp_path: Path) -> None:
    settings = plan_settings(series, **{**SMALL, "members": 2, "anchor": "naive"})
    made = [
        (train(series, replace(settings, seed=seed), tmp_path / str(n)), load_forecasts(tmp_path / str(n)))
        for n, seed in enumerate((1, 1, 2))
    ]
    assert made[0][0].scores == made[1][0].scores
    assert np.array_equal(made[0][1].future, made[1][1].future)
    assert not np.array_equal(made[0][1].future, made[2][1].future)


def test_changed_test_values_change_nothing_that_was_fitted_or_selected(tmp_path: Path) -> None:
    series = make_series(waves(), help=waves(seed=1))
    first, frame = series.split.train + series.split.validation, series.frame.copy()
    frame.iloc[first:] = 1000 * np.random.default_rng(0).normal(size=frame.iloc[first:].shape)
    other = replace(series, frame=frame)
    settings = plan_settings(series, **{**SMALL, "members": 2, "anchor": "auto"})
    runs = [train(one, settings, tmp_path / name) for one, name in ((series, "a"), (other, "b"))]
    assert [epoch.validation_loss for epoch in runs[0].history] == [epoch.validation_loss for epoch in runs[1].history]
    assert runs[0].start == runs[1].start
    assert runs[0].best_epoch == runs[1].best_epoch
    before, after = (torch.load(tmp_path / name / "weights.pt", weights_only=True) for name in "ab")
    assert before["columns"] == after["columns"]
    assert torch.equal(before["profile"]["heights"], after["profile"]["heights"])
    for mine, others in zip(before["networks"], after["networks"], strict=True):
        for name, weights in mine.items():
            assert torch.equal(weights, others[name])
    widths = [load_forecasts(tmp_path / name).bands[95] for name in "ab"]
    if runs[0].start is not None and runs[0].start.transform == "identity":
        assert np.allclose(widths[0][1] - widths[0][0], widths[1][1] - widths[1][0])


def test_a_saved_model_loads_elsewhere_and_gives_the_same_forecast(series: Series, tmp_path: Path) -> None:
    settings = plan_settings(series, **{**SMALL, "members": 2})
    train(series, settings, tmp_path)
    model = load_model(tmp_path / "weights.pt")
    values = series.frame.to_numpy()
    assert np.array_equal(model.forecast(values, calendar_of(series, settings)), load_forecasts(tmp_path).future)


def test_the_future_is_dated_and_lies_within_its_intervals(series: Series, tmp_path: Path) -> None:
    run = train(series, plan_settings(series, **SMALL), tmp_path)
    assert [point.time for point in run.future] == [f"2021-{month:02}-01" for month in range(1, 7)]
    for point in run.future:
        low, high = point.intervals["80"]
        wide_low, wide_high = point.intervals["95"]
        assert wide_low <= low <= point.value <= high <= wide_high
    assert run.intervals["95"].width >= run.intervals["80"].width
    assert run.intervals["95"].coverage >= run.intervals["80"].coverage


def test_cancelling_keeps_the_best_so_far(series: Series, tmp_path: Path) -> None:
    told: list[Progress] = []
    settings = plan_settings(series, **{**SMALL, "epochs": 50, "patience": 50})
    run = train(series, settings, tmp_path, told.append, lambda: len(told) > 4)
    assert run.cancelled
    assert 1 <= len(run.history) < 50
    assert (tmp_path / "weights.pt").exists()


def test_a_training_that_is_stopped_before_its_first_epoch_ends_leaves_no_run(series: Series, tmp_path: Path) -> None:
    with pytest.raises(TrainingCancelledError):
        train(series, plan_settings(series, **SMALL), tmp_path, should_stop=lambda: True)
    assert not (tmp_path / "run.json").exists()
    assert not (tmp_path / "weights.pt").exists()


def test_a_stopped_training_goes_on_to_the_end_of_an_undisturbed_one(series: Series, tmp_path: Path) -> None:
    settings = plan_settings(series, epochs=6, members=2, units=8, patience=9)
    undisturbed = train(series, settings, tmp_path / "whole")
    told: list[Progress] = []
    stopped = train(series, settings, tmp_path / "halves", told.append, lambda: len(told) > 7)
    assert stopped.cancelled
    assert len(stopped.history) < 6
    resumed = train(series, settings, tmp_path / "halves")
    assert resumed.scores == undisturbed.scores
    assert [epoch.validation_loss for epoch in resumed.history] == [
        epoch.validation_loss for epoch in undisturbed.history
    ]
    assert np.array_equal(load_forecasts(tmp_path / "halves").future, load_forecasts(tmp_path / "whole").future)


def test_other_settings_do_not_go_on_from_a_stopped_training(series: Series, tmp_path: Path) -> None:
    told: list[Progress] = []
    settings = plan_settings(series, epochs=6, members=1, units=8, patience=9)
    train(series, settings, tmp_path, told.append, lambda: len(told) > 3)
    other = replace(settings, seed=1)
    assert train(series, other, tmp_path).scores == train(series, other, tmp_path / "fresh").scores


def test_the_backtest_rolls_through_the_test_part_and_ends_with_it(tmp_path: Path) -> None:
    series = make_series(waves(), horizon=12, split=(168, 24, 48))
    run = train(series, plan_settings(series, **SMALL), tmp_path)
    assert run.backtest is not None
    assert run.backtest.refitted
    assert run.backtest.origins == (191, 203, 215, 227)
    assert set(run.backtest.mase) == set(run.scores)
    # A method that is not fitted gives at each origin what it gives there in the test part.
    forecasts = load_forecasts(tmp_path)
    at = forecasts.origins.tolist().index(191)
    distance = np.abs(forecasts.methods["seasonal_naive"][at] - forecasts.actual[at]).mean()
    fitted = series.values[:168]
    assert run.backtest.mase["seasonal_naive"][0] == pytest.approx(distance / np.abs(fitted[12:] - fitted[:-12]).mean())
    assert run.backtest.mean_mase["lstm"] == pytest.approx(
        np.mean([m for m in run.backtest.mase["lstm"] if m is not None])
    )


def test_multiplicative_seasons_are_worked_on_as_logarithms(tmp_path: Path) -> None:
    time = np.arange(180)
    noise = np.random.default_rng(0).normal(0, 0.02, size=180)
    grows = np.exp(4 + 0.012 * time + 0.4 * np.sin(2 * np.pi * time / 12) + noise)
    series = make_series(grows, horizon=12, split=(132, 24, 24))
    run = train(series, plan_settings(series, **SMALL), tmp_path)
    assert run.start is not None
    assert run.start.transform == "log"
    assert run.scores["lstm"].mae < 0.7 * run.scores["seasonal_naive"].mae


def test_features_and_the_calendar_reach_the_network(tmp_path: Path) -> None:
    with_features = make_series(waves(), help=waves(seed=1))
    settings = plan_settings(with_features, **{**SMALL, "calendar": ("year",)})
    run = train(with_features, settings, tmp_path)
    alone = train(make_series(waves()), plan_settings(make_series(waves()), **SMALL), tmp_path / "alone")
    assert run.parameters > alone.parameters


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_other_cells_are_scored_under_their_own_name(series: Series, tmp_path: Path, cell: str) -> None:
    run = train(series, plan_settings(series, **{**SMALL, "cell": cell}), tmp_path)
    assert cell in run.scores
    assert "lstm" not in run.scores


def test_it_beats_the_naive_forecasts_where_there_is_something_to_learn(tmp_path: Path) -> None:
    series = make_series(waves(600))
    run = train(series, plan_settings(series, epochs=10, members=1), tmp_path)
    assert run.scores["lstm"].mae < 0.9 * run.scores["naive"].mae
    assert run.scores["lstm"].mae < 0.9 * run.scores["seasonal_naive"].mae


def test_a_random_walk_is_not_claimed_to_be_predictable(tmp_path: Path) -> None:
    walk = np.cumsum(np.random.default_rng(5).normal(size=800))
    run = train(make_series(walk, season=1), plan_settings(make_series(walk, season=1), epochs=6, members=1), tmp_path)
    assert run.verdict.outcome != "beats"


@pytest.mark.parametrize(
    ("rows", "change", "says"),
    [
        (240, {"context": 500}, "shorter than one window"),
        (240, {"horizon": 50}, "horizon is longer than the test part"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(
    series: Series, tmp_path: Path, rows: int, change: dict[str, int], says: str
) -> None:
    assert len(series.frame) == rows
    with pytest.raises(TrainingError, match=says) as caught:
        train(series, plan_settings(series, **change), tmp_path)
    assert caught.value.fix
    assert not (tmp_path / "run.json").exists()


def test_a_target_that_never_changes_is_refused(tmp_path: Path) -> None:
    still = make_series(np.full(240, 3.0))
    with pytest.raises(TrainingError, match="never changes"):
        train(still, plan_settings(still), tmp_path)


def test_a_loss_that_is_not_a_number_stops_the_training(series: Series, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="not a number") as caught:
        train(series, plan_settings(series, **{**SMALL, "learning_rate": 1e30}), tmp_path)
    assert "learning rate" in caught.value.fix


def test_an_unknown_preset_or_setting_is_refused(series: Series) -> None:
    with pytest.raises(TrainingError, match="no such preset"):
        plan_settings(series, "enormous")
    with pytest.raises(TrainingError, match="no such setting"):
        plan_settings(series, layers=3)


@pytest.mark.parametrize("rows", [60, 144, 2_000, 20_000])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_length_of_series_gets_a_plan_that_fits_it(rows: int, preset: str) -> None:
    planned = plan_settings(make_series(np.arange(float(rows))), preset)
    assert planned.warm_up < planned.context <= rows // 2
    assert planned.season in (1, 12)


def test_sixty_yearly_rows_are_enough(tmp_path: Path) -> None:
    short = make_series(waves(60), horizon=4, season=1)
    run = train(short, plan_settings(short, epochs=3), tmp_path)
    assert np.isfinite(run.scores["lstm"].mae)


def test_the_notebooks_modules_import_only_each_other_and_torch_and_define_no_name_twice() -> None:
    folder = Path(assistant.training.__file__).parent
    seen: dict[str, str] = {}
    for position, module in enumerate(NOTEBOOK_MODULES):
        for node in ast.parse((folder / f"{module}.py").read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                assert all(name.name.split(".")[0] in STANDARD for name in node.names), module
            elif isinstance(node, ast.ImportFrom):
                first, *rest = str(node.module).split(".")
                assert first in STANDARD or (first == "assistant" and rest[1] in NOTEBOOK_MODULES[:position]), module
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in seen, f"{node.name} is in {module} and {seen[node.name]}"
                seen[node.name] = module
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    assert isinstance(target, ast.Name)
                    assert target.id not in seen, target.id
                    seen[target.id] = module


STANDARD = {*sys.stdlib_module_names, "numpy", "torch"}


def test_the_notebooks_code_gives_the_same_numbers_to_the_last_digit(series: Series, tmp_path: Path) -> None:
    settings = plan_settings(series, **{**SMALL, "members": 2})
    run = train(series, settings, tmp_path)
    folder = Path(assistant.training.__file__).parent
    pasted = []
    for module in NOTEBOOK_MODULES:
        tree = ast.parse((folder / f"{module}.py").read_text("utf-8"))
        tree.body = [
            node
            for node in tree.body
            if not (isinstance(node, ast.ImportFrom) and str(node.module).startswith("assistant"))
        ]
        pasted.append(ast.unparse(tree).replace("from __future__ import annotations", ""))
    notebook = types.ModuleType("pasted_notebook")
    sys.modules["pasted_notebook"] = notebook
    exec("from __future__ import annotations\n" + "\n".join(pasted), notebook.__dict__)
    values = series.frame.to_numpy()
    split = (series.split.train, series.split.validation, series.split.test)
    result = notebook.fit_and_forecast(
        values,
        calendar_of(series, settings),
        split,
        notebook.TrainingSettings(**json.loads(json.dumps(settings.__dict__))),
    )
    del sys.modules["pasted_notebook"]
    assert result.scores["lstm"].mae == run.scores["lstm"].mae
    assert np.array_equal(result.future, load_forecasts(tmp_path).future)


def test_plain_arrays_are_all_that_the_core_needs() -> None:
    values = waves()[:, None]
    settings = TrainingSettings(horizon=6, season=12, context=48, warm_up=12, stride=7, epochs=2, units=8)
    result = fit_and_forecast(values, np.zeros((240, 0)), (168, 36, 36), settings)
    assert result.future.shape == (6,)


def test_errors_that_are_nothing_beside_the_data_are_a_tie_and_never_infinitely_larger() -> None:
    from assistant.training.forecast_comparison import judge
    from assistant.training.run_in_words import verdict_of

    actual = np.arange(40.0).reshape(10, 4)
    exact = verdict_of(judge(actual + 3e-7, {"naive": actual.copy()}, actual, np.arange(10)), "lstm")
    assert exact.outcome == "ties"
    assert "the same" in exact.sentence
    worse = verdict_of(judge(actual + 1.0, {"naive": actual.copy()}, actual, np.arange(10)), "lstm")
    assert worse.outcome == "loses"
    assert "inf" not in worse.sentence


def test_values_whose_squares_are_no_numbers_are_refused(tmp_path: Path) -> None:
    usual = make_series(np.linspace(1, 2, 300))
    series = replace(usual, frame=usual.frame * 1e200)
    with pytest.raises(TrainingError, match="too large to calculate with"):
        train(series, plan_settings(series), tmp_path / "run")
