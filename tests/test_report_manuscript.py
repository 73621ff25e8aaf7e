"""The manuscript: what the pages depend on, and its digest."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.brief import load_brief
from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.project_facts import collect_facts
from assistant.errors import ReportError
from assistant.report.manuscript import Author, Manuscript
from assistant.report.section_drafts import draft_sections
from tests.factories import made_forecasts, made_run, made_series


def made_manuscript() -> Manuscript:
    series = made_series()
    forecasts = made_forecasts(series)
    run, brief = made_run(series, forecasts), load_brief()
    facts = collect_facts(series, run, forecasts)
    charts = [chart for chart in describe_charts(series, run, forecasts) if chart.suggested]
    return Manuscript(
        brief=brief,
        author=Author("Asha Rao", "R-1"),
        title="A title",
        facts=facts,
        texts=draft_sections(brief, facts, charts),
        charts=tuple((chart, chart.caption) for chart in charts),
        colab_url="https://colab.research.google.com/drive/1abcDEF",
        source=series.source,
    )


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    return made_manuscript()


def with_report(manuscript: Manuscript, **rules) -> Manuscript:
    brief = manuscript.brief
    return replace(manuscript, brief=brief.model_copy(update={"report": brief.report.model_copy(update=rules)}))


def with_first_line_moved(chart: Chart) -> Chart:
    panel = chart.panels[0]
    drawn = next(layer for layer in panel.layers if layer.kind == "line")
    moved = tuple(replace(layer, y=layer.y + 1) if layer is drawn else layer for layer in panel.layers)
    return replace(chart, panels=(replace(panel, layers=moved), *chart.panels[1:]))


CHANGES: dict[str, Callable[[Manuscript], Manuscript]] = {
    "the author's name": lambda m: replace(m, author=Author("Asha R.", "R-1")),
    "the registration": lambda m: replace(m, author=Author("Asha Rao", "R-2")),
    "the title": lambda m: replace(m, title="Another title"),
    "the course's name": lambda m: replace(m, brief=m.brief.model_copy(update={"title": "Another course"})),
    "the page limit": lambda m: with_report(m, page_limit=3),
    "the paper": lambda m: with_report(m, paper="letter"),
    "a fact": lambda m: replace(m, facts=m.facts.model_copy(update={"texts": {**m.facts.texts, "mae": "9.99 ppm"}})),
    "a text": lambda m: replace(m, texts={**m.texts, "Introduction": "Short."}),
    "a caption": lambda m: replace(m, charts=((m.charts[0][0], "Another caption."), *m.charts[1:])),
    "a chart left out": lambda m: replace(m, charts=m.charts[1:]),
    "the charts' order": lambda m: replace(m, charts=m.charts[::-1]),
    "a value in a chart": lambda m: replace(
        m, charts=((with_first_line_moved(m.charts[0][0]), m.charts[0][1]), *m.charts[1:])
    ),
    "no notebook": lambda m: replace(m, colab_url=None),
    "the licence": lambda m: replace(m, source=m.source.model_copy(update={"licence": "CC BY 9.0"})),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_pages_depend_on_changes_the_digest(manuscript: Manuscript, change: str) -> None:
    assert CHANGES[change](manuscript).digest != manuscript.digest


def test_a_manuscript_made_again_from_the_same_parts_has_the_same_digest(manuscript: Manuscript) -> None:
    assert made_manuscript().digest == manuscript.digest


def test_texts_in_another_order_make_the_same_pages(manuscript: Manuscript) -> None:
    turned = replace(manuscript, texts=dict(reversed(manuscript.texts.items())))
    assert turned.digest == manuscript.digest


def test_a_manuscript_comes_whole_out_of_another_process(manuscript: Manuscript, tmp_path: Path) -> None:
    carried = tmp_path / "manuscript"
    carried.write_bytes(pickle.dumps(made_manuscript()))  # its digest was not asked for yet
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).digest)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(carried)],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"},
        cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    assert done.stdout.strip() == manuscript.digest


def test_a_manuscript_without_a_section_of_the_brief_is_refused(manuscript: Manuscript) -> None:
    with pytest.raises(ReportError, match="lacks a section"):
        replace(manuscript, texts={})
