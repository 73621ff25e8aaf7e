"""The artefact folder: where each student's files lie."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from assistant.files import write_atomically

_OWNER = re.compile(r"[0-9a-f]{32}")


def new_owner() -> str:
    """Return a fresh identity: 32 random hexadecimal digits."""
    return secrets.token_hex(16)


def is_owner(text: str) -> bool:
    """Tell whether a text has the form of an identity."""
    return bool(_OWNER.fullmatch(text))


@dataclass(frozen=True)
class Workspace:
    """The folder that holds every artefact, one folder a student below it."""

    root: Path

    def of(self, owner: str) -> Path:
        """Return a student's folder; raise ValueError when the identity has not the right form."""
        if not is_owner(owner):
            raise ValueError("an identity is 32 hexadecimal digits")
        return self.root / "students" / owner

    def secret(self) -> str:
        """Return the secret that signs cookies, made at the first call and kept beside the artefacts."""
        path = self.root / "secret"
        if not path.exists():
            write_atomically(path, secrets.token_hex(32))
            path.chmod(0o600)
        return path.read_text("utf-8").strip()
