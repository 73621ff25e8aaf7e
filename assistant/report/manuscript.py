"""What one report is made of, before anything is set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import assistant
from assistant.brief import Brief, Section
from assistant.charts.chart import Chart
from assistant.dataset.series import Source
from assistant.errors import ReportError
from assistant.facts import Facts
from assistant.report.references import Reference, dataset_reference, known_references, typed_references
from assistant.report.section_drafts import REFERENCES_DRAFT


@dataclass(frozen=True)
class Author:
    """Who signs the report."""

    name: str
    registration: str = ""


@dataclass(frozen=True, eq=False)
class Manuscript:
    """The texts, facts and charts of one report.

    `texts` maps the titles of the brief's sections to simple Markdown, in which {names} are facts, {fig_loss} is the
    number of a figure and [@lstm] cites a reference. `charts` holds each chart that goes in with its caption. Raises
    ReportError when a section of the brief has no text.
    """

    brief: Brief
    author: Author
    title: str
    facts: Facts
    texts: Mapping[str, str]
    charts: tuple[tuple[Chart, str], ...]
    colab_url: str | None
    source: Source

    def __post_init__(self) -> None:
        missing = [section.title for section in self.brief.report.sections if section.title not in self.texts]
        if missing:
            raise ReportError(
                "The report lacks a section.", f"There is no text for “{missing[0]}”.", "Write it in the Report step."
            )

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of everything the pages depend on: manuscripts of one digest give the same pages.

        The version of the program is among it, for another one may set the same text in another way.
        """
        state = [
            assistant.__version__, self.brief.title, self.brief.report.model_dump(mode="json"), self.author.name,
            self.author.registration, self.title, sorted(self.facts.texts.items()),
            [(section.title, text) for section, text in self.sections],
            [(chart.digest, caption) for chart, caption in self.charts], self.colab_url or "",
            self.source.model_dump(mode="json"),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()

    @property
    def sections(self) -> list[tuple[Section, str]]:
        """Return the brief's sections in order, each with its text."""
        return [(section, self.texts[section.title]) for section in self.brief.report.sections]

    @property
    def all_text(self) -> str:
        """Return everything that can be read in the report, for a look at its characters."""
        captions = (caption for _, caption in self.charts)
        references = (reference.text for reference in self.known_references)
        return " ".join(
            (
                self.brief.title, self.title, self.author.name, self.author.registration, self.source.title,
                *(section.title for section, _ in self.sections), *self.texts.values(), *captions,
                *self.facts.texts.values(), *references,
            )
        )  # fmt: skip

    @property
    def written(self) -> list[str]:
        """Return the texts in which references can be cited, in the order of reading."""
        return [text for section, text in self.sections if section.draft != REFERENCES_DRAFT]

    @property
    def known_references(self) -> list[Reference]:
        """Return every reference that can be cited: the dataset's, the shipped ones, the student's."""
        own = [
            entry
            for section, text in self.sections
            if section.draft == REFERENCES_DRAFT
            for entry in typed_references(text)
        ]
        return [dataset_reference(self.source), *known_references(), *own]
