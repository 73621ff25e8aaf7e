"""The versions of the report's sections, kept in a file beside the draft so that no step back is ever lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.files import write_atomically

MOST_VERSIONS = 40
MOST_LETTERS = 200_000  # of all versions of a section together
PAUSE = timedelta(seconds=20)  # typing that stops for as long ends a version
LONGEST = timedelta(minutes=3)  # and so does typing that goes on for as long


class Version(BaseModel):
    """One text of a section and the run whose facts it cites; `typed` may still grow while the student goes on typing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    began: datetime
    ended: datetime
    typed: bool = False
    run_id: str = ""


class SectionHistory(BaseModel):
    """The versions of one section, the oldest first, and which of them is shown."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    versions: tuple[Version, ...] = ()
    at: int = 0

    @property
    def earlier(self) -> Version | None:
        """Return the version before the one that is shown."""
        return self.versions[self.at - 1] if 0 < self.at < len(self.versions) else None

    @property
    def later(self) -> Version | None:
        """Return the version after the one that is shown."""
        return self.versions[self.at + 1] if self.at + 1 < len(self.versions) else None

    def moved(self, by: int) -> SectionHistory:
        """Return the history with another version shown."""
        return self.model_copy(update={"at": self.at + by})

    def with_text(
        self, before: str, text: str, now: datetime, *, typed: bool, runs: tuple[str, str] = ("", "")
    ) -> SectionHistory:
        """Return the history after `before` was replaced by `text`; typing without a pause is one version.

        `runs` are the runs that the one and the other cite.
        """
        versions = list(self.versions)
        if not versions or versions[self.at].text != before:
            versions.append(Version(text=before, began=now, ended=now, run_id=runs[0]))
        last = versions[-1]
        goes_on = (
            typed and last.typed and last.text == before and now - last.ended < PAUSE and now - last.began < LONGEST
        )
        if goes_on:
            versions[-1] = last.model_copy(update={"text": text, "ended": now, "run_id": runs[1]})
        else:
            versions.append(Version(text=text, began=now, ended=now, typed=typed, run_id=runs[1]))
        versions = versions[-MOST_VERSIONS:]
        while len(versions) > 2 and sum(len(version.text) for version in versions) > MOST_LETTERS:
            del versions[0]
        return SectionHistory(versions=tuple(versions), at=len(versions) - 1)


class History(BaseModel):
    """The histories of all sections of a report, by title."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sections: dict[str, SectionHistory] = {}

    def of(self, title: str) -> SectionHistory:
        """Return the history of a section; an empty one when it was never changed."""
        return self.sections.get(title, SectionHistory())

    def with_section(self, title: str, history: SectionHistory) -> History:
        """Return all histories with one replaced."""
        return History(sections={**self.sections, title: history})


def read_history(path: Path) -> History:
    """Return what is kept in a file; nothing when it is not there or cannot be read."""
    try:
        return History.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return History()


def keep_history(path: Path, history: History) -> None:
    """Keep the histories in a file."""
    write_atomically(path, history.model_dump_json())
