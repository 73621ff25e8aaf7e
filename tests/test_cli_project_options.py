"""What `run` is asked for of each project's table: once for all of them, or once for each in their order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli.project_options import per_project
from assistant.cli.reading_options import Ways
from assistant.cli.run_command import _take_datasets
from assistant.cli.train_command import _series
from assistant.dataset.series import Series
from assistant.errors import DatasetError
from assistant.settings import MailAccount, Settings
from assistant.submission import dataset_choice as dataset
from assistant.submission.services import open_services
from assistant.submission.session import Desk
from assistant.submission.workspace import new_owner

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)
SHOPS = "day;shop;sold (kg);price\n" + "".join(
    f"{date(2021, 1, 1) + timedelta(days=n):%d/%m/%Y};{shop};{n % 7 + scale},5;{n % 5 + 1}\n"
    for n in range(120)
    for shop, scale in (("north", 10), ("south", 50))
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    services = open_services(
        Settings(workspace=tmp_path / "workspace", hosted=False, jobs=1), MailAccount(), lambda: NOW
    )
    return Desk(services, new_owner())


@pytest.fixture
def shops(tmp_path: Path) -> str:
    path = tmp_path / "shops.csv"
    path.write_text(SHOPS, "utf-8")
    return str(path)


def test_an_option_given_once_holds_for_all_projects_and_given_for_each_in_their_order() -> None:
    first, second = per_project(2, ["gaps"], target=["", "price"], horizon=["7"], dates=["day-first"], time=None)
    assert (first.roles.target, second.roles.target) == (None, "price")
    assert (first.horizon, second.horizon) == (7, 7)
    assert first.ways.dates == second.ways.dates == "day-first"
    assert first.ways.undo == second.ways.undo == ("gaps",)


@pytest.mark.parametrize(
    ("projects", "given", "said"),
    [
        (2, {"target": ["a", "b", "c"]}, "--target was given 3 times. There are 2 projects."),
        (1, {"sheet": ["a", "b"]}, "There is 1 project."),
        (2, {"horizon": ["7", "soon"]}, "'soon'"),
        (2, {"horizon": ["0"]}, "from 1 up"),
        (2, {"dates": ["english"]}, "day-first, month-first, year-first"),
        (2, {"decimal": [";"]}, "point, comma"),
        (2, {"split": ["1,2"]}, "split"),
    ],
)
def test_what_cannot_be_right_is_named(projects: int, given: dict[str, list[str]], said: str) -> None:
    with pytest.raises(DatasetError) as raised:
        per_project(projects, None, **given)
    assert said in str(raised.value)


def test_two_projects_take_two_columns_and_two_series_of_one_table(desk: Desk, shops: str) -> None:
    asked = per_project(
        2,
        None,
        target=["sold (kg)", "price"],
        series=["south", "shop=north"],
        horizon=["7", ""],
        split=["", ".8,.1,.1"],
    )
    assert _take_datasets(desk, [shops, shops], asked) == [1, 2]
    first, second = dataset.series(desk, 1), dataset.series(desk, 2)
    assert (first.target, first.unit, first.horizon, first.frequency.alias) == ("sold (kg)", "kg", 7, "D")
    assert first.values[0] == 50.5
    assert (second.target, second.values[1], second.split.train) == ("price", 2.0, 96)
    choice = desk.project(1).dataset
    assert choice is not None
    assert choice.unit == "kg"


def test_a_ready_project_keeps_its_question_unless_another_column_is_asked_for(desk: Desk) -> None:
    _take_datasets(
        desk, ["seattle-weather", "seattle-weather"], per_project(2, None, horizon=["5"], target=["", "wind"])
    )
    first, second = desk.project(1), desk.project(2)
    assert first.question
    assert not second.question
    assert (dataset.series(desk, 1).horizon, dataset.series(desk, 2).horizon) == (5, 5)
    assert dataset.series(desk, 2).target == "wind"


def test_a_feature_that_is_no_number_is_refused(desk: Desk, shops: str) -> None:
    asked = per_project(1, None, target=["price"], features=["shop"], series=["north"])
    with pytest.raises(DatasetError, match="shop"):
        _take_datasets(desk, [shops], asked)


def test_train_keeps_a_ready_projects_horizon_unless_another_column_is_asked_for(tmp_path: Path) -> None:
    def made(target: str | None, horizon: int | None = None) -> Series:
        return _series("co2", target, None, None, horizon, None, tmp_path, None, Ways(), None, None)

    assert made("co2").horizon == made(None).horizon == 13
    assert made("co2").question
    assert made("co2", 5).horizon == 5
    other = _series("seattle-weather", "wind", None, None, None, None, tmp_path, None, Ways(), None, None)
    assert other.target == "wind"
    assert not other.question
