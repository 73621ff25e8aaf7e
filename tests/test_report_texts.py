"""Drafts, live facts, and whose words a section is made of."""

from __future__ import annotations

import re

import pytest

from assistant.brief import load_brief
from assistant.charts.describe import chart_summaries, describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.charts.registry import registered_charts
from assistant.facts import Facts
from assistant.report.markdown import read_blocks, read_pieces
from assistant.report.own_words import check_own_words, is_own, own_words, template_text
from assistant.report.section_drafts import CHARTS_DRAFT, draft_sections
from assistant.report.sentences import sentences
from assistant.report.stale_sentences import stale_sentences
from tests.factories import made_forecasts, made_run, made_series


def facts_of(skill: float = 1.0, **options) -> Facts:
    series = made_series(**options)
    forecasts = made_forecasts(series, skill=skill)
    return collect_facts(series, made_run(series, forecasts, overfits=True), forecasts)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_sentences_end_where_a_reader_would_end_them():
    text = "The error is 0.4 ppm, e.g. small. See Fig. 2 for it! Is it “enough?” Dr. A. Rao says so\n\nNew one"
    assert cut(text) == [
        "The error is 0.4 ppm, e.g. small.",
        "See Fig. 2 for it!",
        "Is it “enough?”",
        "Dr. A. Rao says so",
        "New one",
    ]


@pytest.mark.parametrize(
    ("skill", "options"), [(1.0, {}), (-1.0, {}), (1.0, {"rows": 60, "horizon": 1, "dated": False})]
)
def test_every_name_in_a_draft_is_a_fact_whatever_happened(skill, options):
    facts = facts_of(skill, **options)
    for text in draft_sections(load_brief(), facts).values():
        for block in read_blocks(text):
            names = (
                {piece.text for piece in read_pieces(block.text) if piece.kind == "name"}
                if block.kind == "paragraph"
                else set()
            )
            assert names <= facts.texts.keys() | {"tab_data", "tab_scores"}


def test_drafts_hold_no_number_of_their_own():
    brief = load_brief()
    for section in brief.report.sections:
        plain = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\{[^}]*\}|https?://\S+", "", template_text(section))
        assert not re.search(r"\d", plain), section.title


def test_drafts_do_not_praise():
    words = re.compile(
        r"\b(excellent|impressive|powerful|state-of-the-art|remarkable|cutting-edge|amazing|robust)\b", re.I
    )
    for section in load_brief().report.sections:
        assert not words.search(template_text(section))


def test_a_sentence_that_cites_an_older_run_is_marked():
    then = Facts(run_id="a", texts={"mae": "0.446 ppm", "rows": "360", "situation": "beats"})
    now = Facts(run_id="b", texts={"mae": "0.512 ppm", "rows": "360", "situation": "loses"})
    text = "We had {rows} rows. The error was {mae}, which is little. Written down it was 0.446 ppm. Nothing else."
    found = stale_sentences(text, then, now)
    assert [sentence.text for sentence in found] == [
        "The error was {mae}, which is little.",
        "Written down it was 0.446 ppm.",
    ]
    assert [sentence.typed for sentence in found] == [False, True]
    assert (found[0].changes[0].then, found[0].changes[0].now) == ("0.446 ppm", "0.512 ppm")
    assert [text[sentence.start : sentence.end] for sentence in found] == [sentence.text for sentence in found]
    assert stale_sentences(text, then, then) == ()


def test_a_draft_is_nobodys_words_and_a_new_sentence_is_the_students():
    brief, facts = load_brief(), facts_of()
    section = brief.report.sections[0]
    draft = draft_sections(brief, facts)[section.title]
    template = template_text(section)
    assert own_words(draft, template).own == 0
    mine = "My grandmother measured rain every morning, which is why I chose this series."
    assert own_words(f"{draft}\n\n{mine}", template).own == len(mine.split())
    assert own_words(mine, template).share == 1
    assert own_words("", template).share == 0


def test_moved_sentences_are_still_the_drafts():
    template = "one two three four five. six seven eight nine ten."
    assert own_words("six seven eight nine ten. one two three four five.", template).own == 0


@pytest.mark.parametrize("typed", ["", "!", " 2023", " {mae}", " $x$", " https://example.org", "\n\n[@lstm]"])
def test_a_sign_typed_after_the_draft_does_not_make_it_own_words(typed):
    series = made_series()
    forecasts = made_forecasts(series)
    run, brief = made_run(series, forecasts), load_brief()
    charts = describe_charts(series, run, forecasts)
    drafts = draft_sections(brief, collect_facts(series, run, forecasts), charts)
    texts = {title: text + typed for title, text in drafts.items()}
    worded = [section for section in brief.report.sections if section.draft != "references"]
    assert not any(is_own(texts[section.title], section) for section in worded)
    assert len(check_own_words(brief, texts)) == len(worded)


@pytest.mark.parametrize("typed", [" Really?", " My town floods.", " Επειδή.", " 因为我喜欢海。"])
def test_a_word_of_any_script_is_the_students_own(typed):
    section = load_brief().report.sections[0]
    assert is_own(template_text(section) + typed, section)


def test_the_list_of_references_needs_nobodys_words():
    section = next(section for section in load_brief().report.sections if section.draft == "references")
    assert is_own("", section)


def test_what_charts_of_another_run_brought_is_still_the_drafts():
    section = next(section for section in load_brief().report.sections if section.draft == CHARTS_DRAFT)
    brought = chart_summaries()
    assert len(brought) > len(registered_charts()), "some charts say different things of different runs"
    assert not is_own("\n\n".join(brought), section)


def test_sections_that_are_all_draft_are_a_finding_and_no_block():
    series = made_series()
    forecasts = made_forecasts(series)
    run = made_run(series, forecasts)
    charts = describe_charts(series, run, forecasts)
    brief, facts = load_brief(), collect_facts(series, run, forecasts)
    texts = draft_sections(brief, facts, charts)
    texts["Introduction"] += " I chose it because my town floods."
    findings = check_own_words(brief, texts, project=1)
    titles = [section.title for section in brief.report.sections if section.draft != "references"]
    assert [finding.what for finding in findings] == [f"“{title}” is still all draft." for title in titles[1:]]
    assert {finding.level.value for finding in findings} == {"warn"}


def test_simple_markdown_is_read_and_the_rest_is_left():
    pieces = read_pieces(
        "A **bold *and slanted* word**, $x_i^2$ [link](https://a.org/b_c) 3 * 4 * 5 a_b_c [@lstm; @mase] {mae}"
    )
    assert [(piece.kind, piece.text, piece.bold, piece.italic) for piece in pieces] == [
        ("text", "A ", False, False),
        ("text", "bold ", True, False),
        ("text", "and slanted", True, True),
        ("text", " word", True, False),
        ("text", ", ", False, False),
        ("formula", "x_i^2", False, False),
        ("text", " ", False, False),
        ("text", "link", False, False),
        ("text", " 3 * 4 * 5 a_b_c ", False, False),
        ("cite", "lstm mase", False, False),
        ("text", " ", False, False),
        ("name", "mae", False, False),
    ]
    assert pieces[7].link == "https://a.org/b_c"
    assert [
        (block.kind, block.text)
        for block in read_blocks("a\nb\n\n- one\n- two\nmore\n\n$$x$$\n\n{table_scores}\n\n1. first\n2. second")
    ] == [
        ("paragraph", "a b"),
        ("bullet", "one"),
        ("bullet", "two more"),
        ("formula", "x"),
        ("placeholder", "table_scores"),
        ("number", "first"),
        ("number", "second"),
    ]
    assert read_pieces("[x](javascript:alert)")[0].link == ""
