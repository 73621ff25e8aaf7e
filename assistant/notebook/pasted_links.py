"""The addresses that a pasted text holds: out of Markdown, HTML and sentences, and out of what mail scanners wrap around.

Nothing is asked on the network: an address is only unwrapped where the wrapper shows what is inside.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

LONGEST_TEXT = 20_000
_DEEPEST = 4  # wrappers around wrappers
# An address ends before what none holds; before one without https:// nothing may stand that makes it part of another.
_ADDRESS = re.compile(
    r"(?i)(?:https?://|(?<![\w./@:=%-])(?:colab\.(?:research|sandbox)\.google\.com|drive\.google\.com|(?:gist\.)?github\.com"
    r"|(?:raw|gist)\.githubusercontent\.com)/)[^\s<>\"'`|^{}\\“”„‘’«»]+"
)
_AFTER = ".,;:!?*_~…"
# Hosts that lead on to the address in one of their parameters.
_LEADS_ON = {
    "google.com": ("q", "url", "continue", "dest"), "safelinks.protection.outlook.com": ("url",),
    "cdn.office.net": ("url",), "cudasvc.com": ("a",), "facebook.com": ("u",), "instagram.com": ("u",),
    "slack-redir.net": ("url",), "linkedin.com": ("url",), "youtube.com": ("q",), "steamcommunity.com": ("u",),
    "protect2.fireeye.com": ("u",), "protect.checkpoint.com": ("u",), "deref-mail.com": ("url",),
    "mailchi.mp": ("url",), "vk.com": ("to",), "bing.com": ("u",), "duckduckgo.com": ("uddg",), "zalo.me": ("url",),
}  # fmt: skip
_COLAB_OR_DRIVE = ("colab.", "drive.", "docs.")


def addresses_in(text: str) -> list[str]:
    """Return the addresses that a text holds, unwrapped and in its order, each once."""
    plain = _plain(text)
    if "://" not in plain and re.search(r"(?i)https?%3a%2f%2f", plain):
        plain = unquote(plain)
    found = (_unwrapped(_trimmed(match.group())) for match in _ADDRESS.finditer(plain))
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Return a text without signs that do not show, and without what HTML and mails put between its letters."""
    text = html.unescape(text[:LONGEST_TEXT]) if "&" in text else text
    text = re.sub(r"=\r?\n", "", text)  # the soft line breaks of a mail's source (RFC 2045, 6.7)
    text = re.sub(r"(?<=[\])])(?=[\[(])", " ", text)  # [text](address) beside or within another
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def _trimmed(address: str) -> str:
    """Return an address without the signs of the sentence or the markup around it."""
    while address:
        last = address[-1]
        unopened = (last == ")" and address.count(")") > address.count("(")) or (
            last == "]" and address.count("]") > address.count("[")
        )
        if last not in _AFTER and not unopened:
            break
        address = address[:-1]
    return address


def _unwrapped(address: str) -> str:
    for _ in range(_DEEPEST):
        inner = _inside(address)
        if inner is None:
            break
        address = inner
    return address


def _inside(address: str) -> str | None:
    """Return the address that a wrapper leads on to; None when it is none, or does not show that."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host in ("urldefense.proofpoint.com", "urldefense.com", "urldefense.us"):
        return _proofpoint(parts)
    if host.startswith(_COLAB_OR_DRIVE):
        return None
    names = next((names for known, names in _LEADS_ON.items() if host == known or host.endswith(f".{known}")), ())
    given = parse_qs(parts.query)
    for value in (value for name in names for value in given.get(name, ())):
        for readable in _readings(value):
            if readable.lower().startswith(("https://", "http://")):
                return readable
    return None


def _readings(value: str) -> Iterator[str]:
    yield value
    yield unquote(value)
    try:  # Bing's own form: "a1" and base64
        yield base64.urlsafe_b64decode(value.removeprefix("a1") + "===").decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return


def _proofpoint(parts: SplitResult) -> str | None:
    """Return what Proofpoint's two forms hold: `u=` with signs of its own for % and /, and `/v3/__…__`."""
    third = re.search(r"/v3/__(.+?)__;", f"{parts.path}{'?' + parts.query if parts.query else ''};")
    if third:
        return re.sub(r"^(https?:)/(?!/)", r"\1//", third.group(1))
    given = parse_qs(parts.query).get("u")
    return unquote(given[0].replace("-", "%").replace("_", "/")) if given else None
