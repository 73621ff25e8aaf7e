"""What one server or one command has for all students: settings, the brief, the database, the runner, the clock."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.brief import Brief, load_brief
from assistant.clock import Clock, utc_now
from assistant.dataset.fetching.download import FetchLimits
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.network import Network
from assistant.errors import BriefError
from assistant.lecture.process import LectureProcess
from assistant.settings import MailAccount, Settings
from assistant.submission.background import Background
from assistant.submission.database import open_database
from assistant.submission.draft_store import DraftStore
from assistant.submission.ledger import Ledger
from assistant.submission.worker_pool import Press, in_this_process
from assistant.submission.workspace import Workspace
from assistant.training.runner import LocalRunner, Runner


@dataclass(frozen=True)
class Services:
    """What every desk works with; all of it is passed in, so that tests can pass in their own."""

    settings: Settings
    account: MailAccount
    brief: Brief
    workspace: Workspace
    drafts: DraftStore
    ledger: Ledger
    runner: Runner
    background: Background
    downloads: Background
    limits: FetchLimits
    network: Network
    kaggle: KaggleCredentials | None
    lecture: LectureProcess
    press: Press
    clock: Clock


def open_services(
    settings: Settings,
    account: MailAccount,
    clock: Clock = utc_now,
    network: Network | None = None,
    press: Press = in_this_process,
) -> Services:
    """Open the brief, the workspace and the database; raise BriefError when one of them is wrong."""
    brief = load_brief(settings.brief)
    _open_workspace(settings.workspace)
    database = open_database(settings.database_url)
    return Services(
        settings=settings,
        account=account,
        brief=brief,
        workspace=Workspace(settings.workspace),
        drafts=DraftStore(database, clock, len(brief.projects)),
        ledger=Ledger(database, clock),
        runner=LocalRunner(settings.jobs, settings.workspace / "slots"),
        background=Background(settings.jobs),
        downloads=Background(at_once=4),
        limits=FetchLimits(download=settings.upload_mb * 1_000_000, unpacked=settings.unpacked_mb * 1_000_000),
        network=network or Network(),
        kaggle=_host_credentials(settings),
        lecture=LectureProcess(),
        press=press,
        clock=clock,
    )


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
