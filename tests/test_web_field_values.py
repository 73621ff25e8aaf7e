"""A field is filled with what came from elsewhere, never with something older than what was typed in it."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from assistant.web.field_values import Fields
from assistant.web.gradio_internals import NOTHING, is_told, parts


class OpenPage:
    """An open page with one field, and the store behind it."""

    def __init__(self, stored: str) -> None:
        self.box = gr.Textbox(render=False)
        self.fields = Fields()
        self.turns = 0
        self.stored = stored
        self.screen: str | None = None

    def turn(self) -> int:
        self.turns += 1
        return self.turns

    def begin_to_look(self) -> tuple[int, str]:
        return self.turn(), self.stored

    def end_the_look(self, looked: tuple[int, str]) -> None:
        turn, value = looked
        updates: dict[Any, Any] = {self.box: gr.update(value=value, lines=2)}
        said, sent = parts(self.fields.unsettled(updates, [self.box], turn)[self.box])
        assert said == {"lines": 2}
        if sent is not NOTHING:
            self.fields.filled(self.box, sent, turn)
            self.screen = sent

    def look(self) -> None:
        self.end_the_look(self.begin_to_look())

    def type(self, text: str, *, arrives: bool = True) -> None:
        self.screen = text
        if arrives:
            self.save(text)

    def save(self, text: str) -> None:
        told = {self.box: text}
        self.fields.tell(told, self.turn())
        if self.fields.news(told):
            self.stored = text
            self.fields.stored(told)


@pytest.fixture
def page() -> OpenPage:
    opened = OpenPage("first")
    opened.look()
    return opened


def test_a_field_is_filled_when_its_page_is_first_shown(page: OpenPage) -> None:
    assert page.screen == "first"


def test_what_a_field_was_filled_with_is_not_written_back_over_what_came_since(page: OpenPage) -> None:
    page.stored = "typed in another tab"
    page.save("first")  # the browser calls the filling a change
    assert page.stored == "typed in another tab"


def test_what_another_tab_typed_is_taken_over(page: OpenPage) -> None:
    page.stored = "typed in another tab"
    page.look()
    assert page.screen == "typed in another tab"


def test_what_is_typed_while_its_page_is_being_read_stays(page: OpenPage) -> None:
    page.stored = "typed in another tab"
    looked = page.begin_to_look()
    page.type("typed here")
    page.end_the_look(looked)
    assert (page.screen, page.stored) == ("typed here", "typed here")


def test_what_is_typed_and_not_stored_yet_stays(page: OpenPage) -> None:
    page.type("on its way", arrives=False)
    page.look()
    assert page.screen == "on its way"


def test_a_key_that_is_still_on_its_way_is_not_lost_to_the_key_before(page: OpenPage) -> None:
    page.type("a")
    page.type("ab", arrives=False)
    page.look()
    assert page.screen == "ab"


def test_a_text_taken_back_elsewhere_is_taken_back_here(page: OpenPage) -> None:
    page.type("second")
    page.stored = "first"
    page.look()
    assert page.screen == "first"


def test_typing_a_text_and_then_the_old_one_again_stores_the_old_one(page: OpenPage) -> None:
    page.type("second")
    page.type("first")
    assert page.stored == "first"


def test_an_open_page_whose_server_was_started_again_stores_what_it_tells() -> None:
    page = OpenPage("first")
    page.type("typed while the server was away")
    page.look()
    assert (page.screen, page.stored) == ("typed while the server was away",) * 2


def test_a_password_is_remembered_nowhere() -> None:
    assert is_told(gr.Textbox(render=False), "typed")
    assert not is_told(gr.Textbox(render=False), None)
    assert not is_told(gr.Textbox(type="password", render=False), "secret")
    assert not is_told(gr.HTML(render=False), "<p>ours</p>")


def test_a_page_that_is_read_twice_when_it_opens_is_filled_once() -> None:
    page = OpenPage("")
    first, second = page.begin_to_look(), page.begin_to_look()
    page.end_the_look(first)
    page.type("typed as soon as it was filled", arrives=False)
    page.end_the_look(second)
    assert page.screen == "typed as soon as it was filled"


def test_an_answer_to_a_press_leaves_what_was_typed_after_the_press(page: OpenPage) -> None:
    pressed = page.turn()
    page.fields.tell({page.box: "typed after it"}, page.turn())
    answer: dict[Any, Any] = {page.box: gr.update(value="first", lines=2)}
    [left] = page.fields.untouched(answer, [page.box], pressed).values()
    assert parts(left) == ({"lines": 2}, NOTHING)


def test_an_answer_to_a_press_fills_a_field_that_nobody_typed_in_since(page: OpenPage) -> None:
    page.fields.tell({page.box: "typed before it"}, page.turn())
    pressed = page.turn()
    answer: dict[Any, Any] = {page.box: gr.update(value="new")}
    assert page.fields.untouched(answer, [page.box], pressed) == answer
    # Nor does it matter that a field tells later what it was filled with.
    page.fields.filled(page.box, "new", page.turn())
    page.fields.tell({page.box: "new"}, page.turn())
    assert page.fields.untouched(answer, [page.box], pressed) == answer
