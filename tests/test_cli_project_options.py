"""What `run` is asked for of each project's table: once for all of them, or once for each in their order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli.project_options import TableRequest, per_project
from assistant.cli.reading_options import ReadingOptions
from assistant.cli.run_command import _take_datasets
from assistant.cli.train_command import series_of
from assistant.dataset.series import Series
from assistant.dataset.understanding.requested_roles import RequestedRoles
from assistant.errors import DatasetError
from assistant.settings import MailAccount, Settings
from assistant.submission.services import open_services
from assistant.submission.session import Session
from assistant.submission.workspace import new_owner

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)
SHOPS = "day;shop;sold (kg);price\n" + "".join(
    f"{date(2021, 1, 1) + timedelta(days=n):%d/%m/%Y};{shop};{n % 7 + scale},5;{n % 5 + 1}\n"
    for n in range(120)
    for shop, scale in (("north", 10), ("south", 50))
)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    services = open_services(
        Settings(workspace=tmp_path / "workspace", hosted=False, jobs=1), MailAccount(), lambda: NOW
    )
    return Session(services, new_owner())


@pytest.fixture
def shops(tmp_path: Path) -> str:
    path = tmp_path / "shops.csv"
    path.write_text(SHOPS, "utf-8")
    return str(path)


def test_an_option_given_once_holds_for_all_projects_and_given_for_each_in_their_order() -> None:
    first, second = per_project(2, ["gaps"], target=["", "price"], horizon=["7"], dates=["day-first"], time=None)
    assert (first.roles.target, second.roles.target) == (None, "price")
    assert (first.horizon, second.horizon) == (7, 7)
    assert first.reading.dates == second.reading.dates == "day-first"
    assert first.reading.undo == second.reading.undo == ("gaps",)


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


def test_two_projects_take_two_columns_and_two_series_of_one_table(session: Session, shops: str) -> None:
    asked = per_project(
        2,
        None,
        target=["sold (kg)", "price"],
        series=["south", "shop=north"],
        horizon=["7", ""],
        split=["", ".8,.1,.1"],
    )
    assert _take_datasets(session, [shops, shops], asked) == [1, 2]
    first, second = session.snapshot.project(1).series, session.snapshot.project(2).series
    assert (first.target, first.unit, first.horizon, first.frequency.alias) == ("sold (kg)", "kg", 7, "D")
    assert first.values[0] == 50.5
    assert (second.target, second.values[1], second.split.train) == ("price", 2.0, 96)
    choice = session.snapshot.project(1).draft.dataset
    assert choice is not None
    assert choice.unit == "kg"


def test_a_ready_project_keeps_its_question_unless_another_column_is_asked_for(session: Session) -> None:
    _take_datasets(
        session, ["seattle-weather", "seattle-weather"], per_project(2, None, horizon=["5"], target=["", "wind"])
    )
    first, second = session.snapshot.project(1).draft, session.snapshot.project(2).draft
    assert first.question
    assert not second.question
    assert (session.snapshot.project(1).series.horizon, session.snapshot.project(2).series.horizon) == (5, 5)
    assert session.snapshot.project(2).series.target == "wind"


def test_a_feature_that_is_no_number_is_refused(session: Session, shops: str) -> None:
    asked = per_project(1, None, target=["price"], features=["shop"], series=["north"])
    with pytest.raises(DatasetError, match="shop"):
        _take_datasets(session, [shops], asked)


def test_train_keeps_a_ready_projects_horizon_unless_another_column_is_asked_for(tmp_path: Path) -> None:
    def made(target: str | None, horizon: int | None = None) -> Series:
        asked = TableRequest(RequestedRoles(target), horizon, None, None, None, None, ReadingOptions())
        return series_of("co2", asked, tmp_path)

    assert made("co2").horizon == made(None).horizon == 13
    assert made("co2").question
    assert made("co2", 5).horizon == 5
    asked = TableRequest(RequestedRoles("wind"), None, None, None, None, None, ReadingOptions())
    other = series_of("seattle-weather", asked, tmp_path)
    assert other.target == "wind"
    assert not other.question
