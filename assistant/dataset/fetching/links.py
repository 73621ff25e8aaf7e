"""The links that students paste, each turned into what has to be fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from assistant.dataset.fetching.hosts import known_hosts
from assistant.dataset.fetching.hosts.host import Address, Link
from assistant.dataset.fetching.shared_address import ADDRESS, holds_key, public_address, public_text
from assistant.errors import DatasetError

_COMMAND = re.compile(
    r"(?i)(?:^[!%$]\s?|\b(?:wget|curl|git\s{1,9}clone|import|print)\b|\b(?:read_\w{1,20}|urlretrieve|urlopen|get|load_dataset)\()"
)
_SSH = re.compile(r"git@([\w.-]{1,99}):([\w./-]{1,300})")


def parse_reference(text: str) -> Link:
    """Return what a link, a Kaggle reference or a download command stands for; raise DatasetError when it is none.

    What the link tells of itself to others is without keys and signatures; `url` alone, which is fetched, has them.
    """
    try:
        link = _parse(text)
    except DatasetError as error:
        raise DatasetError(error.what, public_text(error.evidence), error.fix) from error
    told = (link.reference, link.page, link.note)
    opened = any(map(holds_key, (*told, link.url)))
    reference, page, note = map(public_address, told)
    return replace(link, reference=reference, page=page, note=note, keyed=opened)


def _pasted(text: str) -> str:
    """Return the address in a command or a line of a program, as they are pasted; any other text as it is."""
    if ssh := _SSH.search(text):
        return f"https://{ssh[1]}/{ssh[2]}"
    if _COMMAND.search(text) and (address := ADDRESS.search(text)):
        return address[0]
    return text


def _parse(text: str) -> Link:
    reference = text.strip().strip("<>\"'`").strip()
    if not reference:
        raise DatasetError("No link was given.", "", "Paste a link, or a Kaggle reference such as owner/dataset.")
    for host in known_hosts.HOSTS:
        if (link := host.link_in_words(reference)) is not None:
            return link
    reference = _pasted(reference)
    if any(ord(sign) < 32 for sign in reference):
        raise DatasetError("A link is one line.", f"{reference[:80]!r}", "Paste the link alone.")
    if not re.match(r"^[a-z][a-z0-9+.-]*://", reference, re.IGNORECASE):
        if re.match(r"^(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/|$)", reference):
            reference = f"https://{reference}"
        else:
            raise DatasetError(
                "This is neither a link nor a Kaggle reference.",
                f"{reference[:120]!r}",
                "Paste a link that starts with https://, or owner/dataset.",
            )
    try:
        parts = urlsplit(reference)
        domain = (parts.hostname or "").lower()
    except ValueError as error:
        raise DatasetError(
            "This is not a web address.", f"{reference[:120]!r}: {error}.", "Copy the link from the browser."
        ) from error
    if parts.scheme.lower() == "http":
        reference = "https" + reference[4:]
        parts = urlsplit(reference)
    if parts.scheme.lower() != "https" or not domain:
        raise DatasetError(
            "Only https links are fetched.",
            f"{reference[:120]!r}",
            "Use the https address, or download the file and upload it.",
        )
    segments = [unquote(part) for part in parts.path.split("/") if part]
    address = Address(domain.removeprefix("www."), segments, parts.query, parts.fragment, reference)
    found = known_hosts.host_at(address.domain).link(address)
    return found or known_hosts.ANY_OTHER.file_link(reference, "link", segments[-1] if segments else domain)
