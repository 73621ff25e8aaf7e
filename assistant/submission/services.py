"""What one server or one command has for all students: settings, the brief, the database, the runner, the clock."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brief import Brief, load_brief
from assistant.clock import Clock, utc_now
from assistant.dataset.fetching.download import FetchLimits
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.network import Network
from assistant.errors import BriefError
from assistant.files import write_atomically
from assistant.lecture import answers
from assistant.settings import MailAccount, Settings
from assistant.submission.database import open_database
from assistant.submission.delivery_journal import DeliveryJournal
from assistant.submission.draft_store import DraftStore
from assistant.submission.jobs.job import JobRunner, Lane
from assistant.submission.jobs.local_runner import LocalJobRunner
from assistant.submission.jobs.worker_pool import CallPool, Calls, InProcessCalls, LaneCalls, WorkerPool
from assistant.submission.lecture_questions import LectureQuestions
from assistant.submission.ledger import Ledger
from assistant.submission.scratch import remove_left_behind
from assistant.submission.workspace import Workspace

if TYPE_CHECKING:
    import httpx

# What a process loads that is made ready for a lane's next job.
_READY = {Lane.TRAINING: "assistant.submission.jobs.tasks:load_training"}


@dataclass(frozen=True)
class Services:
    """What every desk works with; all of it is passed in, so that tests can pass in their own."""

    settings: Settings
    account: MailAccount
    brief: Brief
    workspace: Workspace
    drafts: DraftStore
    ledger: Ledger
    jobs: JobRunner
    limits: FetchLimits
    network: Network
    kaggle: KaggleCredentials | None
    pool: CallPool
    clock: Clock
    link_client: Callable[[], httpx.Client]

    @property
    def lecture(self) -> LectureQuestions:
        """Return who answers the questions of the lecture's pages."""
        return LectureQuestions(self.pool)

    @property
    def drawing(self) -> Calls:
        """Return the calls that draw charts and set reports."""
        return LaneCalls(self.pool, Lane.REPORT)

    @property
    def reading(self) -> Calls:
        """Return the calls that open what students bring: each with a limit of time, in a process of its own."""
        return LaneCalls(self.pool, Lane.READING)


def open_services(
    settings: Settings,
    account: MailAccount,
    clock: Clock = utc_now,
    network: Network | None = None,
    pool: CallPool | None = None,
) -> Services:
    """Open the brief, the workspace and the database; raise BriefError when one of them is wrong.

    Without a pool short calls are answered in this process.
    """
    brief = load_brief(settings.brief)
    _open_workspace(settings.workspace)
    workspace = Workspace(settings.workspace)
    made_before = workspace.made_database(settings.database_url)
    database = open_database(settings.database_url, made_before=made_before)
    if not made_before.exists():
        write_atomically(made_before, "This database had its tables: an empty one in its place is not taken for new.\n")
    for packages in workspace.packages():
        remove_left_behind(packages)
    return Services(
        settings=settings,
        account=account,
        brief=brief,
        workspace=workspace,
        drafts=DraftStore(database, clock, len(brief.projects)),
        ledger=Ledger(database, clock, DeliveryJournal(settings.workspace / "unsettled")),
        jobs=LocalJobRunner(database, settings.workspace / "jobs", _capacities(settings), clock, _READY),
        limits=FetchLimits(download=settings.upload_mb * 1_000_000, unpacked=settings.unpacked_mb * 1_000_000),
        network=network or Network(),
        kaggle=_host_credentials(settings),
        pool=pool or InProcessCalls(),
        clock=clock,
        link_client=_link_client,
    )


def _link_client() -> httpx.Client:
    """Return a client that asks where a Colab link leads: nothing of this machine's settings, no redirects."""
    import httpx

    return httpx.Client(timeout=8, follow_redirects=False, trust_env=False)


def open_pool() -> WorkerPool:
    """Return the processes that answer a server's short calls."""
    return WorkerPool({Lane.REPORT: 1, Lane.READING: 1, Lane.LECTURE: 1}, {Lane.LECTURE: answers.prepare})


def _capacities(settings: Settings) -> dict[Lane, int]:
    """Return how many jobs of each lane run at once; what computes for long has as many as the host allows."""
    return {
        Lane.TRAINING: settings.jobs,
        Lane.NOTEBOOK: settings.jobs,
        Lane.DOWNLOAD: 4,
        Lane.READING: 2,
        Lane.LECTURE: 1,
        Lane.REPORT: 1,
    }


def _open_workspace(folder: Path) -> None:
    """Make the folder and try whether it can be written to; raise BriefError naming its variable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        strerror = error.strerror if isinstance(error, OSError) else None
        reason = "it is a file" if isinstance(error, FileExistsError) else strerror or str(error)
        raise BriefError(
            "The workspace cannot be used.",
            f"ASSISTANT_WORKSPACE = {str(folder)!r}: {reason}.",
            "Set it to a folder that you may write to.",
        ) from error


def _host_credentials(settings: Settings) -> KaggleCredentials | None:
    given = settings.kaggle.get_secret_value()
    return parse_credentials(given) if given else None
