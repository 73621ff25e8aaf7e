"""The drafts of the report's sections: templates that vary with what the run shows, and the questions beside them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from assistant.brief import Brief, Section
from assistant.charts.chart import Chart
from assistant.charts.conditional_text import holds
from assistant.errors import BriefError
from assistant.facts import Facts
from assistant.frozen import Frozen
from assistant.resources import TEMPLATES

DRAFTS = TEMPLATES / "report"
CHARTS_DRAFT = "visualization"
REFERENCES_DRAFT = "references"


class Paragraph(Frozen):
    """One paragraph of a draft, the condition under which it is said, and whether the section can do without it."""

    text: str
    when: str = ""
    optional: bool = False


class Draft(Frozen):
    """What a section starts from."""

    questions: Annotated[tuple[str, ...], Field(default=())]
    paragraph: tuple[Paragraph, ...] = ()


@cache
def load_draft(name: str, folder: Path = DRAFTS) -> Draft:
    """Read `<name>.toml`; raise BriefError naming the file when it is missing or wrong."""
    path = folder / f"{name}.toml"
    try:
        return Draft.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise BriefError(
            f"The brief names a draft “{name}” that does not exist.",
            f"There is no file {path.name} in templates/{folder.name}.",
            "Add that file, or name one that is there: "
            + ", ".join(sorted(p.stem for p in folder.glob("*.toml")))
            + ".",
        ) from error
    except (ValueError, ValidationError) as error:
        raise BriefError(f"The draft {path.name} is wrong.", f"{error}".splitlines()[0], "Mend that file.") from error


def guiding_questions(section: Section, folder: Path = DRAFTS) -> tuple[str, ...]:
    """Return the questions that stand beside a section's text box."""
    return load_draft(section.draft, folder).questions


def draft_sections(brief: Brief, facts: Facts, charts: Sequence[Chart] = (), folder: Path = DRAFTS) -> dict[str, str]:
    """Return the draft of every section by its title, in the brief's order; facts stay as {names} in it.

    `charts` are those that go in the report: each brings its sentences to the section that shows them, and what a draft
    says when `fig-<its name>` holds. Raises
    BriefError when the file of a draft is missing.
    """
    return {
        section.title: _draft(load_draft(section.draft, folder), facts, charts) for section in brief.report.sections
    }


def _draft(draft: Draft, facts: Facts, charts: Sequence[Chart]) -> str:
    paragraphs: list[str] = []
    shown = ", ".join([facts.texts.get("situation", ""), *(f"fig-{chart.name}" for chart in charts)])
    facts = facts.model_copy(update={"texts": {**facts.texts, "situation": shown}})
    for paragraph in draft.paragraph:
        if not holds(paragraph.when, facts):
            continue
        if paragraph.text.strip() == "{chart_summaries}":
            paragraphs.extend(chart.summary for chart in charts)
        else:
            paragraphs.append(paragraph.text.strip())
    return "\n\n".join(paragraphs)


def without_chart(text: str, chart: Chart, folder: Path = DRAFTS) -> str:
    """Return a section's text without the sentences that a chart brought to the drafts."""
    brought = [chart.summary]
    for name in folder.glob("*.toml"):
        draft = load_draft(name.stem, folder)
        brought += [paragraph.text.strip() for paragraph in draft.paragraph if f"fig-{chart.name}" in paragraph.when]
    for sentences in brought:
        text = text.replace(sentences, "")
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of a text, which empty lines part."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
