"""What may be told of an address: it without the keys that open it for one person only."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

# Names of what opens or signs an address, alone or at the end of a longer name.
_KEYS = re.compile(
    r"(?i)^(?:x-(?:amz|goog|oss|cos|ms|obs)-.{1,60}|(?:.{0,40}[-_.])?(?:token|secret|password|passwd|pwd|signature|sig|sign|apikey|auth"
    r"|authorization|credentials?|jwt|sessionid|ticket|(?:api|access|private)[-_]?key(?:[-_]?id)?|otp|hmac|tempauth)"
    r"|(?:access|auth|refresh|id|bearer|sas|api|private|security|aws|google|oss)(?:token|accesskeyid|accessid)|key-?pair-?id|hdnts|hdnea)$"
)
# Short names that say when a signature ends and what it covers; alone they may be anything.
_BESIDE = re.compile(r"(?i)^(?:st|se|sp|sv|sr|spr|ss|srt|skoid|sktid|skt|ske|sks|skv|sip|policy|expires|expiry)$")
ADDRESS = re.compile(r"""https?://[^\s'"<>\\`)]+""", re.IGNORECASE)
_LONG = 16  # signs of a value under the name `key` that make it one


def public_address(address: str) -> str:
    """Return an address without user name, password, token, signature and what belongs to it; others as they are."""
    try:
        parts = urlsplit(address)
        if not parts.scheme or not parts.netloc:
            return address
        query, fragment = _without_keys(parts.query), _without_keys(parts.fragment)
        netloc = parts.netloc.rpartition("@")[2]
    except ValueError:
        return address
    if (query, fragment, netloc) == (parts.query, parts.fragment, parts.netloc):
        return address
    return parts._replace(query=query, fragment=fragment, netloc=netloc).geturl()


def public_text(text: str) -> str:
    """Return a text in which every address is without its keys."""
    return ADDRESS.sub(lambda match: public_address(match[0]), text)


def holds_key(address: str) -> bool:
    """Tell whether an address opens by a key that others must not have."""
    return public_address(address) != address


def _without_keys(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True) if "=" in query else []
    keys = {name for name, value in pairs if _KEYS.match(name) or (name.lower() == "key" and len(value) >= _LONG)}
    if not keys:
        return query
    kept = [(name, value) for name, value in pairs if name not in keys and not _BESIDE.match(name)]
    return urlencode(kept, safe="/:,+")
