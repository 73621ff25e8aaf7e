"""The artefact folder: where each student's files lie."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from assistant.files import write_atomically
from assistant.submission.draft import DatasetChoice

PACKAGES = "packages"

_OWNER = re.compile(r"[0-9a-f]{32}")


def new_owner() -> str:
    """Return a fresh identity: 32 random hexadecimal digits."""
    return secrets.token_hex(16)


def is_owner(text: str) -> bool:
    """Tell whether a text has the form of an identity."""
    return bool(_OWNER.fullmatch(text))


@dataclass(frozen=True)
class ProjectFolder:
    """Where one project's artefacts lie: each under a key of its own, so that none is ever replaced by another."""

    root: Path

    def table(self, choice: DatasetChoice) -> Path:
        """Return the file of a dataset as it came."""
        return self.root / "tables" / choice.table / choice.source.file_name

    @property
    def prepared(self) -> Path:
        """Return the folder of all that was prepared of the project's tables."""
        return self.root / "prepared"

    def run(self, run_id: str) -> Path:
        """Return the folder of one training."""
        return self.root / "runs" / run_id

    def notebook(self, inputs_sha256: str) -> Path:
        """Return the file of the notebook that was made from inputs of a digest."""
        return self.root / "notebooks" / inputs_sha256 / "notebook.ipynb"

    def report(self, digest: str) -> Path:
        """Return the folder of the report that was made from a manuscript of a digest."""
        return self.root / "reports" / digest

    def job(self, key: str) -> Path:
        """Return the folder of a job, by the last part of its key."""
        return self.root / "jobs" / key.rpartition("/")[2]


@dataclass(frozen=True)
class Workspace:
    """The folder that holds every artefact, one folder a student below it."""

    root: Path

    def of(self, owner: str) -> Path:
        """Return a student's folder; raise ValueError when the identity has not the right form."""
        if not is_owner(owner):
            raise ValueError("an identity is 32 hexadecimal digits")
        return self.root / "students" / owner

    def project(self, owner: str, number: int) -> ProjectFolder:
        """Return where a project's artefacts lie."""
        return ProjectFolder(self.of(owner) / f"project-{number}")

    def packages(self) -> tuple[Path, ...]:
        """Return the folder of packages of every student who has one."""
        return tuple(self.root.glob(f"students/*/{PACKAGES}"))

    def made_database(self, url: str) -> Path:
        """Return the file that is there once the database of an address had its tables."""
        return self.root / "databases" / hashlib.sha256(url.encode()).hexdigest()[:16]

    def secret(self) -> str:
        """Return the secret that signs cookies, made at the first call and kept beside the artefacts."""
        path = self.root / "secret"
        if not path.exists():
            write_atomically(path, secrets.token_hex(32))
            path.chmod(0o600)
        return path.read_text("utf-8").strip()
