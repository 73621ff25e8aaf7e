"""The versions of the report's sections, kept beside the draft so that no step back is ever lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import ConfigDict

from assistant.frozen import Frozen

MOST_VERSIONS = 40
MOST_LETTERS = 200_000  # of all versions of a section together
PAUSE = timedelta(seconds=20)  # typing that stops for as long ends a version
LONGEST = timedelta(minutes=3)  # and so does typing that goes on for as long
LATE = timedelta(seconds=10)  # how long what was typed before a button was pressed may be on its way


class Version(Frozen):
    """One text of a section and the run whose facts it cites; `typed` may still grow while the student goes on typing."""

    model_config = ConfigDict(extra="ignore")

    text: str
    began: datetime
    ended: datetime
    typed: bool = False
    run_id: str = ""


class SectionHistory(Frozen):
    """The versions of one section, the oldest first, and which of them is shown.

    `edition` counts how often a button put another text in the place of the present one, `filled` is when it last did.
    """

    model_config = ConfigDict(extra="ignore")

    versions: tuple[Version, ...] = ()
    at: int = 0
    edition: int = 0
    filled: datetime | None = None

    @property
    def earlier(self) -> Version | None:
        """Return the version before the one that is shown."""
        return self.versions[self.at - 1] if 0 < self.at < len(self.versions) else None

    @property
    def later(self) -> Version | None:
        """Return the version after the one that is shown."""
        return self.versions[self.at + 1] if self.at + 1 < len(self.versions) else None

    def moved(self, by: int, now: datetime) -> SectionHistory:
        """Return the history with another version shown."""
        return self.model_copy(update={"at": self.at + by, "edition": self.edition + 1, "filled": now})

    def is_late(self, edition: int, now: datetime) -> bool:
        """Tell whether a text typed under an edition was on its way when a button put another one in its place.

        Typing goes on under an older edition where the page is open a second time; that is late only for a moment.
        """
        return edition < self.edition and self.filled is not None and now - self.filled < LATE

    def with_late(self, text: str, now: datetime, run_id: str) -> SectionHistory:
        """Return the history with a late text as the version before the one that is shown, unless it is known."""
        if any(version.text == text for version in self.versions):
            return self
        late = Version(text=text, began=now, ended=now, run_id=run_id)
        versions = (*self.versions[: self.at], late, *self.versions[self.at :])
        return self.model_copy(update={"versions": versions, "at": self.at + 1})

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
        return SectionHistory(
            versions=tuple(versions),
            at=len(versions) - 1,
            edition=self.edition if typed else self.edition + 1,
            filled=self.filled if typed else now,
        )


class Histories(Frozen):
    """The histories of all sections of all projects, by "project/title"; kept beside the draft, changed with it."""

    model_config = ConfigDict(extra="ignore")

    sections: dict[str, SectionHistory] = {}

    def of(self, project: int, title: str) -> SectionHistory:
        """Return the history of a section; an empty one when it was never changed."""
        return self.sections.get(f"{project}/{title}", SectionHistory())

    def having(self, project: int, title: str, history: SectionHistory) -> Histories:
        """Return all histories with one replaced."""
        return Histories(sections={**self.sections, f"{project}/{title}": history})
