"""`lecture adding` and `lecture gradient` on the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_gradient_prints_the_norms_by_step_as_one_object() -> None:
    done = run("lecture", "gradient", "--w", "0.9", "--length", "50", "--json")
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["norms"] == pytest.approx([0.9**step for step in range(51)], rel=1e-5)
    assert data["case"] == "vanishes"


def test_gradients_too_large_for_json_are_written_as_null() -> None:
    data = json.loads(run("lecture", "gradient", "--w", "10", "--length", "900", "--json").stdout)
    assert data["norms"][-1] is None
    assert data["norms"][300] == pytest.approx(1e300)


def test_adding_prints_whether_it_was_solved_with_the_numbers_of_this_run() -> None:
    done = run("lecture", "adding", "--length", "8", "--seed", "3", "--json")
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["solved"] is True
    assert 0 < data["mse"] < 0.01
    assert data["sequences"] > 0
    assert data["cpu_seconds"] > 0


def test_an_adding_problem_that_was_not_solved_is_a_result_and_no_error() -> None:
    done = run("lecture", "adding", "--length", "100", "--cell", "rnn", "--seconds", "0.2", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["solved"] is False


def test_without_json_the_result_is_a_sentence() -> None:
    assert "the gradient explodes" in run("lecture", "gradient", "--w", "1.1").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("lecture", "adding", "--length", "3"),
        ("lecture", "adding", "--cell", "transformer"),
        ("lecture", "gradient", "--length", "0"),
        ("lecture", "gradient", "--w", "heavy"),
        ("lecture",),
    ],
)
def test_a_wrong_call_ends_with_code_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_weight_that_is_no_number_ends_with_a_sentence_and_code_1() -> None:
    done = run("lecture", "gradient", "--w", "nan")
    assert done.exit_code == 1
    assert "cannot be sent back" in done.stderr
