"""What the lecture's page shows: real numbers, as a picture and as text, safe to put into a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from assistant.errors import LectureError
from assistant.lecture.page_texts import FOLDER, IDEAS, load_texts
from assistant.lecture.results import AddingProgress, Gate, GradientCurves, Recurrence
from assistant.submission.adding_runs import AddingRun
from assistant.submission.jobs.job import JobState
from assistant.submission.lecture_questions import LectureQuestions
from assistant.submission.services import open_pool
from assistant.web.lecture import adding_page as lecture_adding
from assistant.web.lecture import gate_page as lecture_gate
from assistant.web.lecture import glossary as lecture_words
from assistant.web.lecture import gradient_page as lecture_gradient
from assistant.web.lecture import memory_page as lecture_memory
from assistant.web.lecture import network_page as lecture_network
from assistant.web.lecture.cell_diagram import LSTM_PARTS, RNN_PARTS, style_of_parts
from assistant.web.lecture.equations import equation_html, equation_svg, inline, prose
from assistant.web.lecture.heat_map import heat_map
from assistant.web.numbers import number, vector

TEXTS = load_texts()


@pytest.fixture(scope="module")
def questions() -> Iterator[LectureQuestions]:
    made = LectureQuestions(pool := open_pool())
    yield made
    pool.close()


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def drawings(html: str) -> list[ElementTree.Element]:
    """Return the SVGs of some HTML; each has to be well formed."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, flags=re.S)]


def table_rows(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, flags=re.S)
    return [[plain(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows]


# The texts


@pytest.mark.parametrize("idea", IDEAS)
def test_each_page_has_prose_and_two_or_three_questions_with_answers(idea: str) -> None:
    assert len(TEXTS.prose[idea].split()) > 10
    assert 2 <= len(TEXTS.questions[idea]) <= 3
    for one in TEXTS.questions[idea]:
        assert one.question.endswith("?")
        assert len(one.answer.split()) > 8


def test_each_word_has_two_sentences_and_a_slug_of_its_own() -> None:
    for word in TEXTS.words:
        sentences = re.findall(r"[.?](?:\s|$)", word.text)
        assert len(sentences) == 2, word.slug
    assert len({word.slug for word in TEXTS.words}) == len(TEXTS.words)


def test_every_part_of_the_drawings_is_described() -> None:
    kinds = {re.sub(r"-\d$", "", key) for key in (*RNN_PARTS, *LSTM_PARTS)}
    assert kinds == set(TEXTS.parts)


def test_a_text_that_is_wrong_is_refused_with_its_file(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "words.toml").write_text("[[word]]\nslug = 3\n", encoding="utf-8")
    with pytest.raises(LectureError, match=r"words\.toml|slug"):
        load_texts(tmp_path)
    (tmp_path / "gradient.md").unlink()
    with pytest.raises(LectureError, match=r"gradient\.md"):
        load_texts(tmp_path)


# Notation


def test_equations_are_lowered_and_raised_and_escaped() -> None:
    assert equation_html("h_{t−1}") == "h<sub>t−1</sub>"
    assert equation_html("w^k < 1") == "w<sup>k</sup> &lt; 1"
    assert "<tspan" in equation_svg("x_t")
    assert inline("<b> $x_t$") == "&lt;b&gt; x<sub>t</sub>"
    assert "displayed" in prose("$$c_t = 1$$")
    assert "$" not in "".join(prose(text) for text in TEXTS.prose.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "1"), (0.00515, "0.00515"), (-12.345, "−12.3"), (117.39, "117"), (6.94e-4, "6.94·10⁻⁴"),
     (2e35, "2.00·10³⁵")],
)  # fmt: skip
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


# The charts


def test_a_heat_map_is_fully_coloured_where_a_gate_is_open_and_clear_where_it_is_shut() -> None:
    import base64
    import io

    from PIL import Image

    html = heat_map(
        np.array([[0.0, 0.5, 1.0]]),
        title="f",
        x_label="x",
        y_label="y",
        description="d",
        signed=False,
        x_ends=("a", "b"),
    )
    data = re.search(r"base64,([^\"]+)", html)
    assert data is not None
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))
    assert pixels[0, :, 3].tolist() == [0, 128, 255]


# The pages


def test_the_drawn_cells_carry_the_values_of_the_step_in_every_part(questions: LectureQuestions) -> None:
    html = lecture_memory.show(questions, TEXTS, [1.0, 0.0, 0.5], 1, 2.0, 0)
    result = questions.ask(Recurrence, "recurrence", inputs=[1.0, 0.0, 0.5], units=2, seed=0, forget_bias=2.0)
    parts = re.findall(r'data-part="([^"]+)" tabindex="0" role="img" aria-label="([^"]+)"', html)
    spoken = {part: unescape(label) for part, label in parts}
    assert set(spoken) == {*RNN_PARTS, *LSTM_PARTS}
    step = result.lstm[1]
    for part, values in (("f", step.f), ("i", step.i), ("g", step.g), ("o", step.o), ("c", step.c), ("h", step.h)):
        assert vector(values) in spoken[f"lstm-{part}"]
        assert "Shape" in html
    for place in range(3):
        assert vector(result.rnn[place].h) in spoken[f"rnn-h-{place}"]
    drawings(html)


@pytest.mark.parametrize("t", [0, 2])
def test_the_first_and_the_last_step_are_drawn_too(questions: LectureQuestions, t: int) -> None:
    assert "no such step" in plain(lecture_memory.show(questions, TEXTS, [1.0, 0.0, 0.5], t, 1.0, 0))


def test_every_part_has_its_text_and_a_rule_that_shows_it(questions: LectureQuestions) -> None:
    html = lecture_memory.show(questions, TEXTS, [1.0, 0.0], 0, 1.0, 0)
    style = style_of_parts()
    for key in (*RNN_PARTS, *LSTM_PARTS):
        assert f'data-about="{key}"' in html
        assert f'[data-part="{key}"]:hover' in style
        assert f'[data-part="{key}"]:focus' in style


@pytest.mark.parametrize("own", ["", "one two", "1 " * 25, "1 nan", "1 1000"])
def test_own_numbers_that_cannot_be_read_are_answered_with_what_was_found(own: str) -> None:
    with pytest.raises(LectureError, match="cannot be read"):
        lecture_memory.inputs_of(lecture_memory.OWN, own)


def test_own_numbers_may_be_set_apart_by_spaces_commas_or_semicolons() -> None:
    assert lecture_memory.inputs_of(lecture_memory.OWN, "1, -2;3 .5") == [1.0, -2.0, 3.0, 0.5]


def test_a_students_markup_is_shown_and_not_run(questions: LectureQuestions) -> None:
    from assistant.web.lecture.page_parts import shown

    html = shown(lambda: str(lecture_memory.inputs_of(lecture_memory.OWN, "<script>alert(1)</script>")))()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(("w", "case"), [(0.9, "vanishes"), (1.0, "unchanged"), (1.1, "explodes")])
def test_the_gradient_page_names_the_case_and_shows_the_power(questions: LectureQuestions, w: float, case: str) -> None:
    html = lecture_gradient.show(questions, w, 50, "none", False, 5.0)
    assert case in plain(html)
    shown = {row[0]: row[1] for row in table_rows(html)[1:14]}
    assert shown["50"] == number(w**50)
    assert shown["0"] == "1"
    drawings(html)


def test_the_gradient_page_shows_what_the_networks_gave(questions: LectureQuestions) -> None:
    html = plain(lecture_gradient.show(questions, 0.9, 30, "tanh", False, 4.0))
    result = questions.ask(GradientCurves, "gradient", w=0.9, length=30, activation="tanh", forget_bias=4.0)
    assert number(result.rnn[-1]) in html
    assert number(result.lstm[-1]) in html


def test_clipping_is_told_with_its_size_before_and_after(questions: LectureQuestions) -> None:
    off, on = (plain(lecture_gradient.show(questions, 1.1, 50, "none", clip, 5.0)) for clip in (False, True))
    before = number(49 * 1.1**48)
    assert before in off
    assert f"from {before} to 1" in on
    assert number(1.1 - 0.1) in on
    assert "stays as it is" in plain(lecture_gradient.show(questions, 0.5, 50, "none", True, 5.0))


def test_the_gate_page_shows_the_gate_and_what_it_keeps(questions: LectureQuestions) -> None:
    html = lecture_gate.show(questions, 0.5, -1.0, 2.0, 3.0, 4.0)
    f = 1 / (1 + np.exp(-2.0))  # 3·(−1) + 2·0.5 + 4
    assert f"= {number(float(f))}" in plain(html)
    assert number(float(f**50) * 100) in plain(html)
    drawings(html)


def progress(**changes: object) -> AddingProgress:
    made = AddingProgress(
        cell="lstm", length=100, seed=0, units=32, finished=True, solved=True, mse=0.0061, sequences=24_320,
        cpu_seconds=3.21, cpu_limit=20.0, curve=((640, 0.2), (24_320, 0.009)),
    )  # fmt: skip
    return made.model_copy(update=changes)


def test_a_finished_run_shows_its_own_numbers_for_each_cell() -> None:
    rnn = progress(cell="rnn", solved=False, mse=0.1671, sequences=99_200, cpu_seconds=20.0)
    html = lecture_adding.show(AddingRun(100, ("lstm", "rnn"), 0, JobState.DONE, (progress(), rnn)))
    assert "LSTM solved T = 100: error 0.0061 on 1,000 fresh sequences after 24,320 sequences and 3.2 seconds" in plain(
        html
    )
    assert "RNN did not solve T = 100: error 0.167" in plain(html)
    drawings(html)


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (None, "Nothing has been run"),
        (AddingRun(20, ("lstm",), 0, JobState.WAITING), "yours starts by itself"),
        (AddingRun(20, ("lstm",), 0, JobState.RUNNING), "starting"),
        (AddingRun(20, ("lstm",), 0, JobState.CANCELLED, (progress(finished=False, solved=False),)), "not yet"),
        (AddingRun(20, ("lstm",), 0, JobState.FAILED, message="stopped with <code>"), "stopped with <code>"),
    ],
)
def test_every_state_of_a_run_is_told(run: AddingRun | None, says: str) -> None:
    assert says in plain(lecture_adding.show(run))


def test_every_word_has_its_picture_and_an_anchor_that_links_lead_to(questions: LectureQuestions) -> None:
    html = lecture_words.show(questions, TEXTS)
    for word in TEXTS.words:
        anchor = lecture_words.word_anchor(word.slug)
        article = re.search(rf'<article class="lecture-word" id="{anchor}".*?</article>', html, re.S)
        assert article is not None, word.slug
        assert drawings(article[0]), word.slug
        assert anchor in lecture_words.word_link(word.slug)


def test_a_word_that_a_course_took_out_stays_plain_text() -> None:
    assert lecture_words.word_link("no-such-word", "a <word>") == "a &lt;word&gt;"


def test_every_word_that_the_wizard_links_to_is_one_of_the_page() -> None:
    pages = Path(lecture_words.__file__).parent.glob("*.py")
    linked = {
        slug for page in pages for slug in re.findall(r'word_link\(\s*["\']([a-z-]+)["\']', page.read_text("utf-8"))
    }
    assert linked
    assert linked <= {word.slug for word in TEXTS.words}


def test_a_picture_that_is_not_known_is_named_with_those_that_are(questions: LectureQuestions) -> None:
    word = TEXTS.words[0].model_copy(update={"picture": "strip-nonsense"})
    with pytest.raises(LectureError, match=r"strip-nonsense.*strip-window"):
        lecture_words.show(questions, TEXTS.model_copy(update={"words": (word,)}))


def test_a_word_that_is_linked_shows_its_first_sentence_as_a_tip() -> None:
    link = lecture_words.word_link("horizon", "how far <ahead>")
    assert "How many steps ahead are forecast at once." in link
    assert "how far &lt;ahead&gt;" in link


def test_without_a_run_the_network_panel_says_what_to_do(questions: LectureQuestions) -> None:
    html, found = lecture_network.show(questions, [], None)
    assert "Train first" in html
    assert found is None


def test_the_child_gives_the_gate_that_the_page_shows_for_extreme_sliders(questions: LectureQuestions) -> None:
    gate = questions.ask(Gate, "gate", x=2.0, h_previous=1.0, w_x=8.0, w_h=8.0, b=6.0)
    html = lecture_gate.show(questions, 2.0, 1.0, 8.0, 8.0, 6.0)
    assert gate.a == 30.0
    assert "beyond the drawing" in plain(html)
