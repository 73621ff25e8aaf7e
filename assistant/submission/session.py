"""One student's desk: the draft, the folders, and the rules that hold for this hand-in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.brief import Brief, Deadline, checked_address, parse_deadline
from assistant.submission.draft import Change, Draft, ProjectDraft
from assistant.submission.draft_store import StoredDraft
from assistant.submission.services import Services


@dataclass(frozen=True)
class ProjectFolder:
    """Where one project's artefacts lie."""

    root: Path

    @property
    def dataset(self) -> Path:
        """Return the folder of the table as it came."""
        return self.root / "dataset"

    @property
    def series(self) -> Path:
        """Return the folder of the prepared series."""
        return self.root / "series"

    def run(self, run_id: str) -> Path:
        """Return the folder of one training."""
        return self.root / "runs" / run_id

    @property
    def report(self) -> Path:
        """Return the report's file."""
        return self.root / "report.pdf"

    @property
    def notebook(self) -> Path:
        """Return the notebook's file."""
        return self.root / "notebook.ipynb"


@dataclass(frozen=True)
class Desk:
    """What a handler or a command works with for one student."""

    services: Services
    owner: str

    @property
    def stored(self) -> StoredDraft:
        """Return the draft as it is stored now."""
        return self.services.drafts.load(self.owner)

    @property
    def draft(self) -> Draft:
        """Return the draft's document as it is stored now."""
        return self.stored.draft

    def project(self, number: int) -> ProjectDraft:
        """Return one project of the draft as it is stored now."""
        return self.draft.project(number)

    def change(self, change: Change) -> Draft:
        """Apply a change to the newest draft and return it."""
        return self.services.drafts.change(self.owner, change).draft

    def change_project(self, number: int, **changes: object) -> ProjectDraft:
        """Change some fields of one project and return it."""
        return self.change(lambda draft: draft.with_project(number, **changes)).project(number)

    @cached_property
    def folder(self) -> Path:
        """Return the student's folder."""
        return self.services.workspace.of(self.owner)

    def project_folder(self, number: int) -> ProjectFolder:
        """Return one project's folder."""
        return ProjectFolder(self.folder / f"project-{number}")

    @property
    def own_rules_allowed(self) -> bool:
        """Tell whether this student may set deadline, recipients and mail account: only in a local run."""
        return not self.services.settings.hosted

    @property
    def brief(self) -> Brief:
        """Return the brief, with the deadline and recipients that the student set where that is allowed."""
        brief = self.services.brief
        if not self.own_rules_allowed:
            return brief
        draft = self.draft
        return brief.with_own(_deadline_or_none(draft.own_deadline), _recipients_or_none(draft.own_recipients))

    def time_left_text(self) -> str:
        """Return how far the deadline is away, in words."""
        seconds = (self.brief.submission.deadline.moment - self.services.clock()).total_seconds()
        return f"{_span(seconds)} left" if seconds >= 0 else f"passed {_span(-seconds)} ago"

    def lateness_text(self) -> str:
        """Return how late a submission would be now, such as " (3 days late)", or nothing."""
        seconds = (self.services.clock() - self.brief.submission.deadline.moment).total_seconds()
        return f" ({_span(seconds)} late)" if seconds > 0 else ""

    def is_sent(self) -> bool:
        """Tell whether a receiving server has accepted a submission of this student."""
        return any(delivery.status == "accepted" for delivery in self.services.ledger.deliveries(self.owner))


def _span(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return "less than a minute"


def _deadline_or_none(text: str) -> Deadline | None:
    try:
        return parse_deadline(text) if text.strip() else None
    except ValueError:
        return None


def _recipients_or_none(text: str) -> tuple[str, ...] | None:
    try:
        return tuple(checked_address(part) for part in text.split(",") if part.strip()) or None
    except ValueError:
        return None
