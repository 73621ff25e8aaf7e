"""A second place for the one fact that must not be lost: how the attempt to send a mail ended.

Each attempt has a small file beside the database from before it is sent until the database knows how it ended. The
file's room is taken beforehand, so that the server's answer fits in even when the disk has meanwhile become full.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from pydantic import ValidationError

from assistant.delivery.delivery_record import Delivery, DeliveryStatus
from assistant.files import write_atomically

_ROOM = 64_000  # bytes beside the attempt itself, for the answers of the server
_UNENDED = (DeliveryStatus.PREPARED, DeliveryStatus.SENDING)


class DeliveryJournal:
    """The files of the attempts whose end the database does not know yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reserve(self, delivery: Delivery) -> None:
        """Make room for how an attempt will end; raise OSError when there is none."""
        path = self._file(delivery.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            stream = path.open("xb")
        except FileExistsError:  # of another press of the same moment, and perhaps with its end in it by now
            return
        try:
            with stream:
                stream.write(delivery.model_dump_json().encode() + b" " * _ROOM)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def write(self, delivery: Delivery) -> None:
        """Keep how an attempt ended, for good when this returns; raise OSError when that is not possible."""
        path = self._file(delivery.id)
        content = delivery.model_dump_json().encode()
        if not path.exists():
            write_atomically(path, content)
            return
        with path.open("r+b") as stream:
            stream.write(content.ljust(path.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())

    def read(self, delivery_id: str) -> Delivery | None:
        """Return how an attempt ended, or None when that is not known here."""
        try:
            kept = Delivery.model_validate_json(self._file(delivery_id).read_bytes())
        except (OSError, ValidationError):
            return None
        return None if kept.status in _UNENDED else kept

    def ended(self) -> tuple[Delivery, ...]:
        """Return the attempts whose end is known here."""
        found = (self.read(path.stem) for path in sorted(self._folder.glob("*.json")))
        return tuple(kept for kept in found if kept is not None)

    def forget(self, delivery_id: str) -> None:
        """Remove the file of an attempt whose end the database knows."""
        with contextlib.suppress(OSError):
            self._file(delivery_id).unlink(missing_ok=True)

    def _file(self, delivery_id: str) -> Path:
        return self._folder / f"{delivery_id}.json"
