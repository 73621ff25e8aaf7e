"""References that the student adds: from a form, from text that holds a DOI, from BibTeX; all in one style."""

from __future__ import annotations

import re
import unicodedata

from pydantic import ConfigDict

from assistant.errors import ReportError
from assistant.frozen import Frozen
from assistant.report.references import Reference

_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>{}]+[^\s\"<>{}.,;:)\]])", re.IGNORECASE)
_ENTRY = re.compile(r"@(?P<kind>[A-Za-z]+)\s*\{\s*(?P<key>[^\s,{}]+)\s*,")
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "oe": "œ", "OE": "Œ",
    "i": "ı", "j": "ȷ", "&": "&", "%": "%", "_": "_", "#": "#", "$": "$", "textendash": "–", "textemdash": "—",
}  # fmt: skip


class ReferenceForm(Frozen):
    """The fields of one reference; what is empty is left out. `authors` are "Family, Given" joined by semicolons."""

    model_config = ConfigDict(str_strip_whitespace=True)

    key: str = ""
    authors: str = ""
    year: str = ""
    title: str = ""
    container: str = ""  # the journal, book, proceedings or site it appeared in
    volume: str = ""
    number: str = ""
    pages: str = ""
    publisher: str = ""
    doi: str = ""
    url: str = ""


def reference_from_form(form: ReferenceForm) -> Reference:
    """Return the reference in the list's style; raise ReportError when it has no title."""
    if not form.title:
        raise ReportError("The reference has no title.", "A reader could not find it.", "Fill in at least the title.")
    key = form.key or _key(form)
    authors = _authors(form.authors)
    head = " ".join(part for part in (authors, f"({form.year})." if form.year else "") if part)
    if head and not head.endswith("."):
        head += "."
    title = _escaped(form.title.rstrip("."))
    inside = [f"*{_escaped(form.container)}*" if form.container else ""]
    if form.volume:
        inside.append(f"{form.volume}({form.number})" if form.number else form.volume)
    if form.pages:
        inside.append(re.sub(r"\s*-+\s*", "–", form.pages))
    place = ", ".join(part for part in inside if part)
    tail = [title if form.container else f"*{title}*", place, _escaped(form.publisher.rstrip("."))]
    doi = _DOI.search(form.doi)
    link = f"https://doi.org/{doi[1]}" if doi else form.url
    parts = [head.rstrip("."), *tail]
    return Reference(key, f"{'. '.join(part for part in parts if part)}. {link}".strip())


def reference_from_doi(text: str) -> Reference:
    """Return the reference that a text with a DOI holds: its words with the DOI as a link at the end.

    Nothing is looked up. Raises ReportError when there is no DOI in it.
    """
    match = _DOI.search(text)
    if not match:
        raise ReportError(
            "There is no DOI in this text.", f"“{text.strip()[:60]}”", "A DOI looks like 10.1162/neco.1997.9.8.1735."
        )
    doi = match[1]
    words = re.sub(rf"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?{re.escape(doi)}", "", text, flags=re.IGNORECASE)
    words = " ".join(words.split()).strip(" .,;")
    return Reference(
        f"doi-{re.sub(r'[^a-z0-9]+', '-', doi.lower())}", f"{words + '. ' if words else ''}https://doi.org/{doi}"
    )


def references_from_bibtex(text: str) -> tuple[Reference, ...]:
    """Return the references of BibTeX entries; raise ReportError naming the entry that cannot be read."""
    found = []
    for match in _ENTRY.finditer(text):
        if match["kind"].lower() in ("string", "comment", "preamble"):
            continue
        fields = _fields(text, match.end(), match["key"])
        try:
            found.append(reference_from_form(_form(match["key"], fields)))
        except ReportError as error:
            raise ReportError(
                f"The BibTeX entry “{match['key']}” has no title.", "It names no field title.", "Add title = {…} to it."
            ) from error
    if not found:
        raise ReportError(
            "There is no BibTeX entry in this text.", f"“{text.strip()[:60]}”", "An entry begins like @article{key, …}."
        )
    return tuple(found)


def _form(key: str, fields: dict[str, str]) -> ReferenceForm:
    container = next(
        (fields[name] for name in ("journal", "journaltitle", "booktitle", "howpublished") if name in fields), ""
    )
    publisher = next(
        (fields[name] for name in ("publisher", "school", "institution", "organization") if name in fields), ""
    )
    url = fields.get("url", "")
    if container.startswith("http"):
        container, url = "", url or container
    return ReferenceForm(
        key=re.sub(r"[^\w:.+-]", "-", key),
        authors="; ".join(name.strip() for name in re.split(r"\s+and\s+", fields.get("author", ""))),
        year=fields.get("year", "") or fields.get("date", "")[:4],
        title=fields.get("title", ""),
        container=container,
        volume=fields.get("volume", ""),
        number=fields.get("number", ""),
        pages=fields.get("pages", ""),
        publisher=publisher,
        doi=fields.get("doi", ""),
        url=url,
    )


def _fields(text: str, place: int, key: str) -> dict[str, str]:
    """Read `name = {value},` pairs up to the brace that closes the entry."""
    fields: dict[str, str] = {}
    name = re.compile(r"[\s,]*(?P<name>[A-Za-z][\w-]*)\s*=\s*")
    while True:
        closing = re.compile(r"[\s,]*\}").match(text, place)
        if closing:
            return fields
        match = name.match(text, place)
        if not match:
            raise _unreadable(key, text[place : place + 40])
        value, place = _value(text, match.end(), key)
        fields[match["name"].lower()] = _plain(value)


def _value(text: str, place: int, key: str) -> tuple[str, int]:
    opening = text[place : place + 1]
    if opening == "{":
        depth = 0
        for end in range(place, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            if depth == 0:
                return text[place + 1 : end], end + 1
        raise _unreadable(key, "a brace that is never closed")
    if opening == '"':
        depth = 0
        for end in range(place + 1, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if text[end] == '"' and depth == 0 and text[end - 1] != "\\":
                return text[place + 1 : end], end + 1
        raise _unreadable(key, "a quotation mark that is never closed")
    match = re.compile(r"[\w.-]+").match(text, place)
    if not match:
        raise _unreadable(key, text[place : place + 40])
    return match[0], match.end()


def _unreadable(key: str, evidence: str) -> ReportError:
    return ReportError(
        f"The BibTeX entry “{key}” cannot be read.",
        f"Near: {' '.join(evidence.split())}",
        "Check its braces and commas.",
    )


def _plain(value: str) -> str:
    """Return a BibTeX value as plain text: accents composed, commands of letters replaced, braces gone."""
    letters = "|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True))
    text = re.sub(
        r"\\([`'^\"~=.]|[cvuHkr](?![A-Za-z]))\s*\{?\\?([A-Za-z])\}?", lambda match: match[2] + _ACCENTS[match[1]], value
    )
    # The space behind a command of letters only ends the command.
    text = re.sub(r"\\([&%_#$])", lambda match: _LETTERS[match[1]], text)
    text = re.sub(rf"\\({letters})(?![A-Za-z])\s*(?:\{{\}})?", lambda match: _LETTERS[match[1]], text)
    text = re.sub(r"\\[A-Za-z]+\s*", "", text)
    text = text.replace("---", "—").replace("--", "–").replace("~", " ").replace("{", "").replace("}", "")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _authors(names: str) -> str:
    """Return "Family, G. H., & Other, A." from "Family, Given Hidden; Ann Other"."""
    shown = []
    for name in (part.strip() for part in names.split(";")):
        if not name:
            continue
        if name.lower() == "others":
            shown.append("et al.")
            continue
        if "," in name:
            family, given = (part.strip() for part in name.split(",", 1))
        else:
            *rest, family = name.split()
            given = " ".join(rest)
        initials = " ".join(f"{part[0]}." for part in re.split(r"[\s.]+", given) if part)
        shown.append(f"{_escaped(family)}, {initials}" if initials else _escaped(family))
    if len(shown) > 1 and shown[-1] != "et al.":
        return f"{', '.join(shown[:-1])}, & {shown[-1]}"
    return ", ".join(shown)


def _escaped(text: str) -> str:
    """Return text in which signs that Markdown knows are shown as typed."""
    return re.sub(r"([\\*_`$\[\]{}])", r"\\\1", text)


def _key(form: ReferenceForm) -> str:
    family = re.split(r"[,;\s]", form.authors.strip() or form.title)[0]
    plain = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9]', '', plain) or 'source'}{form.year}"
