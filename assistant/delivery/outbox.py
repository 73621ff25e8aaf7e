"""The outbox: finished mails as files, for those without a mail account. Nothing here is ever called sent."""

from __future__ import annotations

from email.policy import SMTP as SMTP_POLICY
from pathlib import Path

from assistant.delivery.message import ComposedMail
from assistant.errors import DeliveryError
from assistant.files import write_atomically


def mail_bytes(mail: ComposedMail) -> bytes:
    """Return a finished mail as a file: mail programs that know the header X-Unsent open it as a draft, ready to be sent."""
    return b"X-Unsent: 1\r\n" + mail.message.as_bytes(policy=SMTP_POLICY)


def write_to_outbox(mail: ComposedMail, folder: Path, name: str) -> Path:
    """Write a finished mail to `folder` as `name` (with .eml added) and return the file.

    Mail programs that know the header X-Unsent open it as a draft, ready to be sent. Raises DeliveryError.
    """
    try:
        return write_atomically(folder / f"{name}.eml", mail_bytes(mail))
    except OSError as error:
        raise DeliveryError(
            "The finished mail could not be written to the outbox.",
            f"{folder}: {error.strerror}.",
            "Make room on the disk, or choose another workspace with ASSISTANT_WORKSPACE.",
        ) from error
