"""References: what each says, and the numbers they get in the order in which the text cites them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.dataset.series import Source
from assistant.report.markdown import Piece, walk

DATASET, LIBRARY, METHOD = "dataset", "pytorch", "lstm"


@dataclass(frozen=True)
class Reference:
    """One entry of the list: the key it is cited by, and its text in simple Markdown."""

    key: str
    text: str


KNOWN = (
    Reference(
        METHOD,
        "Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. *Neural Computation*, 9(8), 1735–1780. "
        "https://doi.org/10.1162/neco.1997.9.8.1735",
    ),
    Reference(
        LIBRARY,
        "Paszke, A., Gross, S., Massa, F., et al. (2019). PyTorch: An imperative style, high-performance deep learning "
        "library. *Advances in Neural Information Processing Systems*, 32, 8024–8035. https://arxiv.org/abs/1912.01703",
    ),
    Reference(
        "forecasting",
        "Hyndman, R. J., & Athanasopoulos, G. (2021). *Forecasting: Principles and Practice* (3rd ed.). OTexts. "
        "https://otexts.com/fpp3/",
    ),
    Reference(
        "mase",
        "Hyndman, R. J., & Koehler, A. B. (2006). Another look at measures of forecast accuracy. *International "
        "Journal of Forecasting*, 22(4), 679–688. https://doi.org/10.1016/j.ijforecast.2006.03.001",
    ),
    Reference(
        "adam",
        "Loshchilov, I., & Hutter, F. (2019). Decoupled weight decay regularization. *International Conference on "
        "Learning Representations*. https://arxiv.org/abs/1711.05101",
    ),
)


def known_references() -> tuple[Reference, ...]:
    """Return the references that the drafts may cite beside the dataset."""
    return KNOWN


def dataset_reference(source: Source) -> Reference:
    """Return the dataset's entry: its citation, else its title and address; the licence and the day of retrieval."""
    text = (source.citation or source.title).strip().rstrip(".")
    if not text.endswith(('."', ".”")):
        text += "."
    if source.url and source.url not in text:
        text += f" {source.url}."
    parts = [text]
    if source.licence and source.licence.lower() not in text.lower():
        parts.append(f"Licence: {source.licence}.")
    if source.retrieved:
        parts.append(f"Retrieved {source.retrieved.day} {source.retrieved:%B %Y}.")
    return Reference(DATASET, " ".join(parts))


def typed_references(text: str) -> tuple[Reference, ...]:
    """Return the references that the student typed, one on each line; `[key]` in front names one for citing it."""
    entries = []
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), 1):
        named = re.match(r"\[@?(?P<key>[\w:.+-]+)\]\s*(?P<text>.+)", line)
        bare = re.sub(r"^(?:[-*•]|\d{1,2}[.)])\s+", "", line)
        entries.append(Reference(named["key"], named["text"]) if named else Reference(f"own{number}", bare))
    return tuple(entries)


def as_line(reference: Reference) -> str:
    """Return a reference as the line that stands for it in the text of the References section."""
    return f"[{reference.key}] {reference.text}"


def number_references(
    texts: Iterable[str], known: Sequence[Reference]
) -> tuple[Mapping[str, int], tuple[Reference, ...]]:
    """Return the number of each key in the order of citing, and the list in that order.

    The dataset, the method, the library and what the student typed follow at the end when the text does not cite them.
    """
    by_key = {reference.key: reference for reference in known}
    order: dict[str, int] = {}

    def visit(piece: Piece) -> None:
        if piece.kind == "cite":
            for key in piece.text.split():
                if key in by_key:
                    order.setdefault(key, len(order) + 1)

    for text in texts:
        walk(text, visit)
    shipped = {reference.key for reference in KNOWN} - {METHOD, LIBRARY}
    for reference in known:
        if reference.key not in shipped:
            order.setdefault(reference.key, len(order) + 1)
    return order, tuple(by_key[key] for key in order)
