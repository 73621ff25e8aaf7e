"""The store of drafts: read, changed one revision at a time, and found again by a resume code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.clock import Clock
from assistant.errors import AssistantError
from assistant.submission.database import Database, DraftRow
from assistant.submission.draft import Change, Draft, ProjectDraft

# Letters and digits that cannot be mistaken for one another when read aloud or copied by hand.
_CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 12
# How often a change is applied anew to what another one stored meanwhile; each time at least one of them got through.
_ATTEMPTS = 100


@dataclass(frozen=True)
class StoredDraft:
    """A draft with its revision and its resume code."""

    draft: Draft
    revision: int
    resume_code: str


class DraftStore:
    """Keeps one draft for each student; every change is one transaction on the newest revision.

    Changes name the fields they touch and nothing else, and are stored only over the revision that they were applied
    to, so two tabs of one student cannot overwrite each other's work, whatever the engine isolates.
    """

    def __init__(self, database: Database, clock: Clock, projects: int) -> None:
        self._database = database
        self._clock = clock
        self._projects = projects

    def load(self, owner: str) -> StoredDraft:
        """Return a student's draft; an unknown student has an empty one, which is not stored before it is changed."""
        with self._database.reading() as session:
            row = session.get(DraftRow, owner)
            if row is None:
                return StoredDraft(self._sized(Draft()), 0, "")
            return StoredDraft(self._read(row), row.revision, _shown(row.resume_code or ""))

    def change(self, owner: str, change: Change) -> StoredDraft:
        """Apply a change to the newest revision of a student's draft and return what is stored then.

        `change` may be called several times, and only the last result is kept. Raises AssistantError when the stored
        draft cannot be read, or when others were faster every time.
        """
        for _ in range(_ATTEMPTS):
            stored = self._attempt(owner, change)
            if stored is not None:
                return stored
        raise AssistantError(
            "The change could not be stored.",
            f"The same draft was changed by others {_ATTEMPTS} times in the meantime. Nothing of it was stored.",
            "Try it again in a moment.",
        )

    def owner_of(self, resume_code: str) -> str | None:
        """Return whose draft a resume code opens, or None."""
        code = "".join(sign for sign in resume_code.upper() if sign in _CODE_SIGNS)
        if len(code) != _CODE_LENGTH:
            return None
        with self._database.reading() as session:
            return session.scalars(select(DraftRow.owner).where(DraftRow.resume_code == code)).one_or_none()

    def _attempt(self, owner: str, change: Change) -> StoredDraft | None:
        """Read, apply and store over the revision that was read; None when that is no longer the newest one."""
        try:
            with self._database.writing() as session:
                row = session.get(DraftRow, owner)
                if row is None:
                    return self._first(session, owner, change(self._sized(Draft())))
                code = _shown(row.resume_code or "")
                before = self._read(row)
                after = change(before)
                if after == before:
                    return StoredDraft(before, row.revision, code)
                won = session.execute(
                    update(DraftRow)
                    .where(DraftRow.owner == owner, DraftRow.revision == row.revision)
                    .values(document=after.model_dump_json(), revision=row.revision + 1, updated=self._clock())
                    .execution_options(synchronize_session=False)
                )
                overtaken = won.rowcount != 1  # type: ignore[attr-defined]
                return None if overtaken else StoredDraft(after, row.revision + 1, code)
        except IntegrityError:
            return None  # two first changes at once (or, hardly, two equal codes): next time it is an update

    def _first(self, session: Session, owner: str, draft: Draft) -> StoredDraft:
        code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
        session.add(
            DraftRow(owner=owner, revision=1, document=draft.model_dump_json(), resume_code=code, updated=self._clock())
        )
        session.flush()
        return StoredDraft(draft, 1, _shown(code))

    def _read(self, row: DraftRow) -> Draft:
        try:
            return self._sized(Draft.model_validate_json(row.document))
        except ValidationError as error:
            raise AssistantError(
                "The stored draft cannot be read.",
                f"It was written at {row.updated:%Y-%m-%d %H:%M} UTC; {error.error_count()} of its values are wrong.",
                "Nothing was deleted: tell whoever runs this server.",
            ) from error

    def _sized(self, draft: Draft) -> Draft:
        missing = self._projects - len(draft.projects)
        if missing <= 0:
            return draft
        return draft.model_copy(update={"projects": (*draft.projects, *(ProjectDraft() for _ in range(missing)))})


def _shown(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
