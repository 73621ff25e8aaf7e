"""What an open page shows already is not sent again; what a student may have changed is."""

from __future__ import annotations

import copy

import gradio as gr

from assistant.web.page_state import PageState


def test_what_an_open_page_shows_already_is_not_sent_again() -> None:
    tab, card, box = gr.Tab("○ Train", render=False), gr.HTML(render=False), gr.Textbox(render=False)
    page = PageState()
    first = {
        tab: gr.update(label="✓ Train"),
        card: "<p>one</p>",
        box: gr.update(value="typed"),
    }
    assert page.new(first, page.turn()) == first
    again = {
        tab: gr.update(label="✓ Train"),
        card: "<p>one</p>",
        box: gr.update(value="typed"),
    }
    assert list(page.new(again, page.turn())) == [box]
    assert list(page.new({tab: gr.update(label="! Train"), card: "<p>two</p>"}, page.turn())) == [tab, card]
    assert list(page.new({card: "<p>one</p>"}, page.turn())) == [card]


def test_another_open_page_knows_nothing_of_the_first() -> None:
    card = gr.HTML(render=False)
    unused = PageState()
    first, second = copy.deepcopy(unused), copy.deepcopy(unused)
    assert first.new({card: "x"}, first.turn()) == {card: "x"}
    assert second.new({card: "x"}, second.turn()) == {card: "x"}


def test_an_answer_that_looked_earlier_but_took_longer_does_not_put_back_what_it_saw() -> None:
    cancel, box = gr.Button(render=False), gr.Textbox(render=False)
    page = PageState()
    slow, quick = page.turn(), page.turn()
    running = {cancel: gr.update(visible=True), box: gr.update(value="new")}
    assert page.new(running, quick) == running
    assert page.new({cancel: gr.update(visible=False), box: gr.update(value="old")}, slow) == {}
    assert list(page.new({cancel: gr.update(visible=False)}, page.turn())) == [cancel]


def test_what_left_right_after_another_state_is_sent_again_for_the_browser_may_have_got_them_the_other_way_round() -> (
    None
):
    card, moment = gr.HTML(render=False), [0.0]
    page = PageState(lambda: moment[0])

    def sent(text: str, at: float) -> bool:
        moment[0] = at
        return bool(page.new({card: text}, page.turn()))

    assert [sent("first", 0), sent("first", 1)] == [True, False]
    assert [sent("second", 100), sent("third", 101), sent("third", 102), sent("third", 103)] == [True] * 4
    assert [sent("third", 110), sent("third", 111)] == [True, False]


def test_a_field_that_is_filled_already_gets_its_other_properties_once() -> None:
    page, box = PageState(), gr.Dropdown(render=False)
    first = {box: gr.update(choices=["a", "b"], value="a")}
    assert page.new(first, page.turn()) == first

    def again(*choices: str) -> bool:
        turn = page.turn()
        updates = {box: gr.update(choices=list(choices), value="a")}
        return bool(page.new(page.fields.unsettled(updates, [box], turn), turn))

    assert [again("a", "b"), again("a", "b", "c")] == [False, True]
