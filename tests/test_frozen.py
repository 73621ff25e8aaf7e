"""The base of every type that travels: nothing unchecked gets into one, neither when it is made nor when it is copied."""

from __future__ import annotations

import inspect
import timeit

import pytest
from pydantic import BaseModel, ValidationError, model_validator
from pydantic_settings import BaseSettings

from assistant.frozen import Frozen
from assistant.submission.draft import Draft, ProjectDraft
from tests.modules import classes

MODELS = [
    found
    for found in classes()
    if issubclass(found, BaseModel) and not issubclass(found, BaseSettings) and not inspect.isabstract(found)
]


class Nothing:
    """What no field can hold."""


def made(model: type[Frozen]) -> Frozen:
    """Return an instance of a model, whatever its fields demand; only its copies are looked at."""
    return model.model_construct(**{name: field.get_default() for name, field in model.model_fields.items()})


def test_the_package_has_types_that_travel() -> None:
    assert len(MODELS) > 40


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.__module__}.{model.__name__}")
class TestEveryTypeThatTravels:
    def test_stands_on_the_one_base_and_is_immutable(self, model: type[BaseModel]) -> None:
        assert issubclass(model, Frozen)
        assert model.model_config["frozen"]
        assert model.model_config["extra"] in ("forbid", "ignore")

    def test_refuses_a_copy_with_a_name_that_is_no_field(self, model: type[Frozen]) -> None:
        with pytest.raises(TypeError, match="has no field 'invented'"):
            made(model).model_copy(update={"invented": 1})

    def test_refuses_a_copy_with_a_wrong_value_in_any_field(self, model: type[Frozen]) -> None:
        for name, field in model.model_fields.items():
            if field.annotation is object:
                continue
            with pytest.raises(ValidationError) as caught:
                made(model).model_copy(update={name: Nothing()})
            assert name in {str(problem["loc"][0]) for problem in caught.value.errors()}, name


class Span(Frozen):
    start: int = 0
    end: int = 10

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.start > self.end:
            raise ValueError("a span ends after it starts")
        return self


def test_a_copy_is_checked_as_a_whole_with_all_that_was_changed() -> None:
    assert Span().model_copy(update={"start": 20, "end": 30}) == Span(start=20, end=30)
    with pytest.raises(ValidationError, match="ends after it starts"):
        Span().model_copy(update={"start": 20})


def test_a_copy_knows_which_of_its_fields_were_given() -> None:
    assert Span(start=1).model_copy(update={"end": 5}).model_fields_set == {"start", "end"}
    assert Span().model_copy(update={"end": 5}).model_fields_set == {"end"}
    assert Span(start=1).model_copy().model_fields_set == {"start"}


def test_no_copy_makes_a_draft_unreadable() -> None:
    project = ProjectDraft(title="Power")
    draft = Draft(projects=(project,))
    with pytest.raises(ValidationError):
        project.model_copy(update={"title": None})
    with pytest.raises(TypeError, match="has no field 'titel'"):
        project.model_copy(update={"titel": "Power"})
    changed = draft.with_project(1, project.model_copy(update={"title": "Sun"}))
    assert Draft.model_validate_json(changed.model_dump_json()).project(1).title == "Sun"


def test_what_a_newer_version_wrote_is_read_and_never_written() -> None:
    draft = Draft.model_validate_json('{"own_deadline": "x", "invented_later": 1}')
    assert draft.own_deadline == "x"
    with pytest.raises(TypeError, match="invented_later"):
        draft.model_copy(update={"invented_later": 1})


class Row(Frozen):
    number: int
    value: float


class Large(Frozen):
    rows: tuple[Row, ...]
    values: tuple[float, ...]
    title: str = ""


def test_a_copy_of_a_large_one_costs_less_than_reading_it() -> None:
    large = Large(
        rows=tuple(Row(number=number, value=1.5) for number in range(2_000)),
        values=tuple(float(number) for number in range(2_000)),
    )
    text = large.model_dump_json()
    copying = min(timeit.repeat(lambda: large.model_copy(update={"title": "x"}), number=5))
    reading = min(timeit.repeat(lambda: Large.model_validate_json(text), number=5))
    assert copying < reading / 2
