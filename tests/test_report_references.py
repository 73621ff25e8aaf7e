"""References from forms, texts with a DOI and BibTeX come out in one style, numbered in the order of citing."""

from __future__ import annotations

import pytest

from assistant.errors import ReportError
from assistant.report.added_references import (
    ReferenceForm,
    reference_from_doi,
    reference_from_form,
    references_from_bibtex,
)
from assistant.report.markdown import read_pieces
from assistant.report.references import (
    as_line,
    dataset_reference,
    known_references,
    number_references,
    typed_references,
)
from tests.factories import made_series


def test_a_form_becomes_an_entry():
    form = ReferenceForm(
        authors="Box, George E. P.; Jenkins, Gwilym M.",
        year="1970",
        title="Time Series Analysis: Forecasting and Control",
        publisher="Holden-Day",
    )
    entry = reference_from_form(form)
    assert entry.key == "box1970"
    assert (
        entry.text
        == "Box, G. E. P., & Jenkins, G. M. (1970). *Time Series Analysis: Forecasting and Control*. Holden-Day."
    )
    with pytest.raises(ReportError, match="no title"):
        reference_from_form(ReferenceForm(authors="A, B"))


def test_bibtex_becomes_entries():
    entries = references_from_bibtex(
        r"""
        @article{hoch97,
          author = {Hochreiter, Sepp and J{\"u}rgen Schmidhuber},
          title = "Long {S}hort-Term Memory", journal = {Neural Computation},
          volume = 9, number = {8}, pages = {1735--1780}, year = 1997, doi = {10.1162/neco.1997.9.8.1735},
        }
        @book{k, author={\L ukasz Kowalczyk and others}, title={A \& B_c}, publisher={MIT}, year={2020}}
        """
    )
    assert entries[0].key == "hoch97"
    assert entries[0].text == (
        "Hochreiter, S., & Schmidhuber, J. (1997). Long Short-Term Memory. *Neural Computation*, 9(8), 1735–1780. "
        "https://doi.org/10.1162/neco.1997.9.8.1735"
    )
    assert entries[1].text == r"Kowalczyk, Ł., et al. (2020). *A & B\_c*. MIT."
    assert (
        "".join(piece.text for piece in read_pieces(entries[1].text)) == "Kowalczyk, Ł., et al. (2020). A & B_c. MIT."
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("@article{a, title = {never closed", "cannot be read"),
        ("@article{a, title {x}}", "cannot be read"),
        ('@article{a, title = "x}', "cannot be read"),
        ("@article{a, year = {2000}}", "no title"),
        ("just words", "no BibTeX entry"),
    ],
)
def test_bibtex_that_cannot_be_read_is_named(text, what):
    with pytest.raises(ReportError, match=what):
        references_from_bibtex(text)


@pytest.mark.parametrize(
    "text",
    [
        "Cho et al. (2014). Learning phrase representations. https://doi.org/10.3115/v1/D14-1179",
        "Cho et al. (2014). Learning phrase representations. doi: 10.3115/v1/D14-1179.",
    ],
)
def test_a_text_with_a_doi_ends_with_its_link(text):
    entry = reference_from_doi(text)
    assert entry.text == "Cho et al. (2014). Learning phrase representations. https://doi.org/10.3115/v1/D14-1179"
    with pytest.raises(ReportError, match="no DOI"):
        reference_from_doi("no identifier here")


def test_typed_lines_are_entries_that_can_be_cited():
    entry = reference_from_form(ReferenceForm(title="T", authors="Rao, A.", year="2001"))
    typed = typed_references(f"{as_line(entry)}\n\n- Another source, 2003")
    assert [(reference.key, reference.text) for reference in typed] == [
        ("rao2001", entry.text),
        ("own2", "Another source, 2003"),
    ]


def test_numbers_follow_the_order_of_citing():
    known = [dataset_reference(made_series().source), *known_references()]
    numbers, entries = number_references(["As [@mase] says. See [@lstm; @dataset].", "Again [@mase]."], known)
    assert [numbers[key] for key in ("mase", "lstm", "dataset", "pytorch")] == [1, 2, 3, 4]
    assert [entry.key for entry in entries] == ["mase", "lstm", "dataset", "pytorch"]
    assert "forecasting" not in numbers


def test_the_dataset_is_cited_with_its_licence_and_address():
    text = dataset_reference(made_series().source).text
    assert text.startswith("Example Observatory (2015).")
    assert text.count("https://example.org/made-island") == 1
    assert text.endswith("Licence: Public domain. Retrieved 2 January 2024.")
