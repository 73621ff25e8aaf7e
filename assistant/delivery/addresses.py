"""Addresses as mail servers and mail programs take them."""

from __future__ import annotations

from email.headerregistry import Address

from assistant.brief import checked_address
from assistant.delivery.wording import header_text, one_line
from assistant.errors import DeliveryError

# Signs with a meaning in an address header; Python's folding of long names can lose the quotes around them.
_SPECIAL = str.maketrans(dict.fromkeys('()<>[]:;@\\,"', " "))


def mailbox(address: str, whose: str) -> str:
    """Return an address in the ASCII form that goes over the line; raise DeliveryError naming whose it is."""
    try:
        local, _, domain = checked_address(address).rpartition("@")
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
        plain.encode("ascii")
    except ValueError as error:
        raise DeliveryError(
            f"{whose} is not one that a mail server takes.",
            f"{one_line(address, 80)!r} was given." if address.strip() else "None was given.",
            "Write it like name@example.org.",
        ) from error
    return plain


def named(name: str, address: str) -> Address:
    """Return a mailbox with a display name that cannot be read as another address."""
    username, _, domain = address.rpartition("@")
    shown = header_text(one_line(name, 60).translate(_SPECIAL))
    return Address(display_name=shown, username=username, domain=domain)
