"""The store of drafts: read, changed one revision at a time, and found again by a resume code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from assistant.clock import Clock
from assistant.errors import AssistantError
from assistant.submission.command import Change
from assistant.submission.database import Database, DraftRow
from assistant.submission.draft import Draft, ProjectDraft
from assistant.submission.section_history import Histories

# Letters and digits that cannot be mistaken for one another when read aloud or copied by hand.
_CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 12
# How often a change is applied anew to what another one stored meanwhile; each time at least one of them got through.
_ATTEMPTS = 100


@dataclass(frozen=True, eq=False)
class StoredDraft:
    """A draft with its revision (0 before it was first stored), its resume code and the versions of its texts."""

    owner: str
    draft: Draft
    revision: int
    resume_code: str
    histories_json: str = ""

    @cached_property
    def histories(self) -> Histories:
        """Return the versions of the texts; they are large, and read only where somebody asks for them."""
        return Histories.model_validate_json(self.histories_json) if self.histories_json else Histories()


class DraftStore:
    """Keeps one draft for each student; every change is one transaction on the revision that it was applied to.

    It is stored only over that revision, so two tabs of one student cannot overwrite each other's work, whatever the
    engine isolates.
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
                return StoredDraft(owner, self._sized(Draft()), 0, "")
            return StoredDraft(owner, self._read(row), row.revision, _shown(row.resume_code or ""), row.histories)

    def apply(self, known: StoredDraft, change: Callable[[StoredDraft], Change]) -> StoredDraft:
        """Apply a change to what is known, or, when somebody else was faster, to what is stored by then.

        `change` may be called several times, and only the last result is kept; what it raises is raised. Raises
        AssistantError when the stored draft cannot be read, or when others were faster every time.
        """
        for _ in range(_ATTEMPTS):
            changed = change(known)
            if changed.draft == known.draft and changed.histories in (None, known.histories) and known.revision:
                return known
            if (stored := self._store(known, changed)) is not None:
                return stored
            known = self.load(known.owner)
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

    def _store(self, known: StoredDraft, changed: Change) -> StoredDraft | None:
        """Store a change over the revision that is known; None when that is no longer the newest one."""
        histories = known.histories_json if changed.histories is None else changed.histories.model_dump_json()
        columns = {
            "document": changed.draft.model_dump_json(),
            "histories": histories,
            "revision": known.revision + 1,
            "updated": self._clock(),
        }
        code = known.resume_code
        try:
            with self._database.writing() as session:
                if known.revision == 0:
                    fresh = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
                    session.add(DraftRow(owner=known.owner, resume_code=fresh, **columns))
                    session.flush()
                    code = _shown(fresh)
                else:
                    won = session.execute(
                        update(DraftRow)
                        .where(DraftRow.owner == known.owner, DraftRow.revision == known.revision)
                        .values(**columns)
                        .execution_options(synchronize_session=False)
                    )
                    if won.rowcount != 1:  # type: ignore[attr-defined]
                        return None
        except IntegrityError:
            return None  # two first changes at once (or, hardly, two equal codes): next time it is an update
        return StoredDraft(known.owner, changed.draft, known.revision + 1, code, histories)

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
