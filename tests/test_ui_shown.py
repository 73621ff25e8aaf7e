"""What an open page shows already is not sent again; what a student may have changed is."""

from __future__ import annotations

import copy

import gradio as gr

from assistant.ui.shown import Shown


def test_what_an_open_page_shows_already_is_not_sent_again() -> None:
    with gr.Blocks():
        tab, card, box = gr.Tab("○ Train"), gr.HTML(), gr.Textbox()
    page = Shown()
    first = {tab: gr.Tab(label="✓ Train"), card: "<p>one</p>", box: gr.Textbox(value="typed")}
    assert page.new(first) == first
    again = {tab: gr.Tab(label="✓ Train"), card: "<p>one</p>", box: gr.Textbox(value="typed")}
    assert list(page.new(again)) == [box]
    assert list(page.new({tab: gr.Tab(label="! Train"), card: "<p>two</p>"})) == [tab, card]
    assert list(page.new({card: "<p>one</p>"})) == [card]


def test_another_open_page_knows_nothing_of_the_first() -> None:
    with gr.Blocks():
        card = gr.HTML()
    unused = Shown()
    first, second = copy.deepcopy(unused), copy.deepcopy(unused)
    assert first.new({card: "x"}) == {card: "x"}
    assert second.new({card: "x"}) == {card: "x"}
