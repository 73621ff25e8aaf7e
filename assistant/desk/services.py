"""What one server or one command has for all students: settings, the brief, the database, the runner, the clock."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.brief import Brief, load_brief
from assistant.clock import Clock, utc_now
from assistant.dataset.credentials import KaggleCredentials, parse_credentials
from assistant.dataset.download import FetchLimits
from assistant.dataset.network import Network
from assistant.desk.background import Background
from assistant.desk.press import Press, in_this_process
from assistant.lecture.process import LectureProcess
from assistant.settings import MailAccount, Settings
from assistant.state.database import open_database
from assistant.state.drafts import DraftStore
from assistant.state.ledger import Ledger
from assistant.state.workspace import Workspace
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
    settings.workspace.mkdir(parents=True, exist_ok=True)
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


def _host_credentials(settings: Settings) -> KaggleCredentials | None:
    given = settings.kaggle.get_secret_value()
    return parse_credentials(given) if given else None
