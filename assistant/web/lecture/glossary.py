"""The fifth idea's page: each word of the lecture in two sentences with its picture, and the links that lead there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant.errors import LectureError
from assistant.lecture.page_texts import Texts, load_texts
from assistant.lecture.results import Gate, GradientCurves
from assistant.submission.lecture_questions import LectureQuestions
from assistant.web.lecture.cell_diagram import lstm_drawing, rnn_drawing
from assistant.web.lecture.equations import inline
from assistant.web.lecture.gate_strips import STRIPS
from assistant.web.lecture.page_parts import lay_picture, lay_questions, lay_text, live
from assistant.web.numbers import number
from assistant.web.plot import Line, Plot, draw_plot

PLACE = "understand-words"
# The page's base address would turn a plain "#word" into a reload, so the list moves there itself.
JUMP = """
element.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-word]");
  const word = link && document.getElementById(link.dataset.word);
  if (!word) return;
  event.preventDefault();
  word.scrollIntoView({ block: "start" });
  word.focus({ preventScroll: true });
});
"""


@dataclass(frozen=True)
class WordsView:
    """The components of the page."""

    tab: gr.Tab
    picture: gr.HTML


def word_anchor(slug: str) -> str:
    """Return the id that a word has in the page."""
    return f"lecture-word-{slug}"


def word_link(slug: str, text: str = "") -> str:
    """Return a link to a word as HTML, shown as `text` or as the word's name.

    It moves there without a reload like the wizard's other links, and carries the first sentence as a tip. A word that
    a course has taken out of the page stays plain text.
    """
    word = load_texts().word(slug)
    if word is None:
        return escape(text or slug)
    tip = word.text.replace("$", "").split(". ")[0].rstrip(".") + "."
    anchor = word_anchor(slug)
    return (
        f'<a class="go lecture-word-link" href="?at={PLACE}#{anchor}" data-go="{PLACE}" data-anchor="{anchor}" '
        f'title="{escape(tip)}">{escape(text or word.name)}</a>'
    )


def show(questions: LectureQuestions, texts: Texts) -> str:
    """Return every word with its picture as HTML."""
    drawn = _curves(questions)
    articles = []
    for word in texts.words:
        title = texts.titles.get(word.idea, "")
        more = (
            f'<a class="go" href="?at=understand-{word.idea}" data-go="understand-{word.idea}">'
            f"See it: {escape(title)}</a>"
            if title
            else ""
        )
        articles.append(
            f'<article class="lecture-word" id="{word_anchor(word.slug)}" tabindex="-1">'
            f'<div class="lecture-word-picture">{_picture(word.picture, drawn)}</div>'
            f"<div><h3>{escape(word.name)}</h3><p>{inline(word.text)}</p><p>{more}</p></div></article>"
        )
    index = " · ".join(
        f'<a href="?at={PLACE}#{word_anchor(word.slug)}" data-word="{word_anchor(word.slug)}">{escape(word.name)}</a>'
        for word in texts.words
    )
    return f'<nav class="lecture-index" aria-label="All words">{index}</nav>{"".join(articles)}'


def _picture(name: str, drawn: Mapping[str, Callable[[], str]]) -> str:
    kind, _, part = name.partition(":")
    if kind == "lstm":
        return lstm_drawing(highlight=part)
    if kind == "rnn":
        return rnn_drawing(highlight=part)
    picture = drawn.get(name) or STRIPS.get(name)
    if picture is None:
        known = ", ".join(["lstm:PART", "rnn:PART", *drawn, *STRIPS])
        raise LectureError("A word's picture is not known.", f"words.toml names {name!r}.", f"Known are {known}.")
    return picture()


def _curves(questions: LectureQuestions) -> dict[str, Callable[[], str]]:
    """Return the words' charts by name; all their numbers are computed by the child."""
    gate = questions.ask(Gate, "gate", x=0.0, h_previous=0.0, w_x=0.0, w_h=0.0, b=3.0)
    steps = list(range(len(gate.kept)))

    def gradient(w: float, clipped: bool = False) -> Callable[[], str]:
        result = questions.ask(GradientCurves, "gradient", w=w, length=50)
        back = list(range(result.length + 1))
        lines = [Line(f"w_rec = {number(w)}", back, result.norms, "a")]
        if clipped:
            factor = result.clipping.factor
            lines.append(Line("after clipping", back, [norm * factor for norm in result.norms], "b", "7 4"))
        return lambda: draw_plot(
            Plot(
                title=f"w_rec = {number(w)} over 50 steps",
                x_label="steps back",
                y_label="gradient (log)",
                log=True,
                table=False,
                curves=lines,
            )
        )

    def activation() -> str:
        curves = [
            Line("σ", gate.grid, gate.sigmoid_curve, "a"),
            Line("tanh", gate.grid, gate.tanh_curve, "b", "7 4"),
        ]
        return draw_plot(Plot(title="σ and tanh", x_label="weighted sum", y_label="value", table=False, curves=curves))

    def kept() -> str:
        lines = [
            Line(f"f = {number(gate.f)}", steps, gate.kept, "a"),
            *(
                Line(f"f = {number(other.f)}", steps, other.kept, "c", f"{3 * index + 2} 3", thin=True)
                for index, other in enumerate(gate.others)
            ),
        ]
        return draw_plot(
            Plot(
                title="What is left of a memory",
                x_label="steps later",
                y_label="part that is left",
                table=False,
                curves=lines,
            )
        )

    return {
        "curve-vanishes": gradient(0.9),
        "curve-stays": gradient(1.0),
        "curve-explodes": gradient(1.1),
        "curve-clipped": gradient(1.1, clipped=True),
        "curve-activation": activation,
        "curve-kept": kept,
    }


def build(texts: Texts) -> WordsView:
    """Lay the page out."""
    with gr.Tab(f"5 {texts.titles['words']}", id="words", elem_id="tab-understand-words") as tab:
        lay_text(texts, "words")
        picture = lay_picture("lecture-words-picture", JUMP)
        lay_questions(texts, "words")
    return WordsView(tab, picture)


def wire(view: WordsView, questions: LectureQuestions, texts: Texts) -> None:
    """Answer the page's events."""
    live([view.tab.select], lambda: show(questions, texts), [], view.picture)
