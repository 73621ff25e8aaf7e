"""What stands in a mail's headers: texts and addresses as mail servers and mail programs take them."""

from __future__ import annotations

from email.headerregistry import Address

from assistant import wording
from assistant.brief import checked_address
from assistant.errors import DeliveryError

# Signs with a meaning in an address header; Python's folding of long names can lose the quotes around them.
_SPECIAL = str.maketrans(dict.fromkeys('()<>[]:;@\\,"', " "))


def header_text(text: str, longest: int = 200) -> str:
    """Return a text as one line that can stand in a header.

    Python's mail library reads what looks like an encoded word (RFC 2047) in a value that is set, line breaks in it
    too, and writes those out: so nothing may look like one.
    """
    return wording.one_line(text, longest).replace("=?", "= ?")


def mailbox(address: str, whose: str) -> str:
    """Return an address in the ASCII form that goes over the line; raise DeliveryError naming whose it is."""
    try:
        local, _, domain = checked_address(address).rpartition("@")
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
        plain.encode("ascii")
    except ValueError as error:
        raise DeliveryError(
            f"{whose} is not one that a mail server takes.",
            f"{wording.one_line(address, 80)!r} was given." if address.strip() else "None was given.",
            "Write it like name@example.org.",
        ) from error
    return plain


def named(name: str, address: str) -> Address:
    """Return a mailbox with a display name that cannot be read as another address."""
    username, _, domain = address.rpartition("@")
    shown = header_text(wording.one_line(name, 60).translate(_SPECIAL))
    return Address(display_name=shown, username=username, domain=domain)
