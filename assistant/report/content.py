"""What goes into one report, before anything is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.brief import Brief, Section
from assistant.charts.chart import Chart
from assistant.dataset.series import Source
from assistant.errors import ReportError
from assistant.facts import Facts
from assistant.report.references import Reference, dataset_reference, known_references, typed_references
from assistant.report.texts import REFERENCES_DRAFT


class Author(Protocol):
    """Who signs the report."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def registration(self) -> str:
        """Return the registration id, or an empty string."""


@dataclass(frozen=True, eq=False)
class Content:
    """The texts, facts and charts of one report; `charts` holds each chart that goes in with its caption."""

    brief: Brief
    student: Author
    title: str
    facts: Facts
    texts: Mapping[str, str]
    charts: Sequence[tuple[Chart, str]]
    colab_url: str | None
    source: Source

    def __post_init__(self) -> None:
        """Raise ReportError when a section of the brief has no text."""
        missing = [section.title for section in self.brief.report.sections if section.title not in self.texts]
        if missing:
            raise ReportError(
                "The report lacks a section.", f"There is no text for “{missing[0]}”.", "Write it in the Report step."
            )

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
                self.brief.title, self.title, self.student.name, self.student.registration, self.source.title,
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
