"""What the Report page offers for references and for facts: adding one, and listing what a text may cite."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

from assistant.brief import Brief
from assistant.errors import ReportError
from assistant.report.added_references import (
    ReferenceForm,
    reference_from_doi,
    reference_from_form,
    references_from_bibtex,
)
from assistant.report.references import DATASET, Reference, as_line, known_references, typed_references
from assistant.report.section_drafts import REFERENCES_DRAFT
from assistant.submission.report_commands import WriteSection
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot

_NOT_FOR_TEXTS = frozenset({"situation", "methods", "best_method"})  # what the drafts vary with


def references_title(brief: Brief) -> str | None:
    """Return the title of the section that lists the references, or None when the brief has none."""
    return next((section.title for section in brief.report.sections if section.draft == REFERENCES_DRAFT), None)


def add_pasted(session: Session, number: int, text: str) -> str:
    """Add what was pasted, BibTeX or text with a DOI, to the references and return how to cite it.

    Raises ReportError when it can be read as neither.
    """
    if not text.strip():
        raise ReportError("Nothing was pasted.", "", "Paste a text with a DOI in it, or BibTeX entries.")
    bibtex = "@" in text and "{" in text
    return _add(session, number, references_from_bibtex(text) if bibtex else [reference_from_doi(text)])


def add_form(session: Session, number: int, form: ReferenceForm) -> str:
    """Add what the form says to the references and return how to cite it; raise ReportError when it has no title."""
    return _add(session, number, [reference_from_form(form)])


def _add(session: Session, number: int, found: Sequence[Reference]) -> str:
    title = references_title(session.snapshot.brief)
    if title is None:
        raise ReportError("This course's report has no list of references.", "", "Name the source in the text.")
    text = session.snapshot.project(number).section_texts[title]
    there = {reference.text: reference.key for reference in typed_references(text)}
    taken = {DATASET, *(reference.key for reference in known_references()), *there.values()}
    keys = []
    for reference in found:
        if reference.text in there:
            keys.append(there[reference.text])
            continue
        key = _free(reference.key, taken)
        taken.add(key)
        keys.append(key)
        text = "\n".join(part for part in (text.rstrip(), as_line(Reference(key, reference.text))) if part)
    session.apply(WriteSection(project=number, title=title, text=text, typed=False))
    return f"In the list. Cite it with {', '.join(f'[@{key}]' for key in keys)}."


def _free(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    return next(
        (f"{key}{letter}" for letter in ascii_lowercase if f"{key}{letter}" not in taken), f"{key}-{len(taken)}"
    )


def citable_facts(project: ProjectSnapshot) -> tuple[tuple[str, str], ...]:
    """Return the names that a text may give in braces, each with its present value."""
    if project.material is None:
        return ()
    figures = tuple(
        (f"fig_{name}", f"Fig. {place}")
        for name, place in sorted(project.figure_numbers.items(), key=lambda pair: pair[1])
    )
    named = project.material.facts.texts.items()
    facts = tuple((name, text) for name, text in named if text and name not in _NOT_FOR_TEXTS)
    return figures + facts


def citable_keys(project: ProjectSnapshot) -> tuple[tuple[str, str], ...]:
    """Return the keys that a text may cite as [@key], each with its reference."""
    title = references_title(project.whole.brief)
    own = typed_references(project.section_texts[title]) if title else ()
    known = (Reference(DATASET, "The dataset"), *known_references(), *own)
    return tuple((reference.key, reference.text) for reference in known)
