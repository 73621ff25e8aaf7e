"""Fetching a table: a job that goes on while the page is closed, and the search on Kaggle."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import JsonValue, SecretStr

from assistant.dataset.fetching.download import FetchCancelled, FetchLimits, FetchProgress, Transfer
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.shared_address import public_text
from assistant.errors import DatasetError
from assistant.frozen import Frozen
from assistant.submission.dataset_choice import store_table
from assistant.submission.dataset_commands import FollowDownload, KeepSearch
from assistant.submission.dataset_preparation import PreparationRequest, prepare_table
from assistant.submission.draft import DatasetChoice, Download, FoundDataset, KaggleSearch, OfferedFiles
from assistant.submission.jobs.job import JobCancelledError, JobContext, JobRequest, JobState, Lane, Limits
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot
from assistant.submission.workspace import ProjectFolder

_TELL_SECONDS = 0.25
# What is fetched is a stranger's: it is read within these.
_LIMITS = Limits(seconds=900.0, memory_bytes=3_000_000_000)
_TOKEN = "kaggle"  # noqa: S105 - what it is called
_ADDRESS = "address"


class DownloadState(Frozen):
    """How a download stands; sizes in bytes, `total` None when the server does not tell it."""

    reference: str
    state: Literal["waiting", "running", "failed", "cancelled"] = "waiting"
    received: int = 0
    total: int | None = None
    seconds_left: float | None = None
    what: str = ""
    evidence: str = ""
    fix: str = ""

    @property
    def under_way(self) -> bool:
        """Tell whether it has not ended yet."""
        return self.state in ("waiting", "running")


class _Asked(Frozen):
    """What the job is told: what to fetch, for which project, by which network, within which limits."""

    reference: str
    file: str | None
    project_folder: Path
    ca_file: Path | None
    routes: tuple[tuple[str, int, str, int], ...]
    limits: FetchLimits
    title: str
    question: str

    def network(self) -> Network:
        """Return the network that the server uses."""
        return Network(ca_file=self.ca_file, routes={(host, port): (to, at) for host, port, to, at in self.routes})


def start_download(session: Session, number: int, reference: str, token: str = "", file: str | None = None) -> None:
    """Fetch a table while the page may be closed; raise DatasetError at once for what is no link or no token.

    `token` is the student's own Kaggle credential, used in a local run and written down nowhere.
    """
    reference = reference.strip()
    if not reference:
        raise DatasetError(
            "There is no link yet.", "", "Paste the address of the file, or a Kaggle dataset as owner/name."
        )
    keyed = parse_reference(reference).keyed
    told = public_text(reference)
    if token.strip():
        parse_credentials(token)
    project, services = session.snapshot.project(number), session.services
    running = download_state(project)
    if running is not None and running.under_way:
        raise DatasetError("A download is running already.", running.reference, "Wait for it, or cancel it.")
    key = f"{session.owner}/project-{number}/download-{secrets.token_hex(8)}"
    asked = _Asked(
        reference=told, file=file, project_folder=project.folder.root, ca_file=services.network.ca_file,
        routes=tuple((*asked, *led) for asked, led in services.network.routes.items()),
        limits=services.limits, title=project.draft.title, question=project.draft.question,
    )  # fmt: skip
    given = token.strip() if session.snapshot.own_rules_allowed else ""
    credential = given or services.settings.kaggle.get_secret_value()
    services.jobs.submit(
        JobRequest(
            key=key,
            owner=session.owner,
            lane=Lane.DOWNLOAD,
            task=f"{__name__}:download",
            arguments=asked.model_dump(mode="json"),
            folder=str(project.folder.job(key)),
            secrets={name: SecretStr(secret) for name, secret in ((_TOKEN, credential), (_ADDRESS, reference if keyed else ""))
                     if secret},
            limits=_LIMITS,
        )
    )  # fmt: skip
    session.apply(FollowDownload(project=number, download=Download(job=key, reference=told)))


def download(arguments: Mapping[str, JsonValue], context: JobContext) -> dict[str, JsonValue]:
    """Fetch and prepare a table, as a job; return the choice that names it, or the files that the student has to pick of.

    Raises DatasetError, and FetchCancelled when the job was asked to stop.
    """
    from assistant.dataset.fetching.fetch import fetch
    from assistant.dataset.fetching.hosts.kaggle import ALL_FILES
    from assistant.dataset.fetching.remote_files import SeveralFiles

    asked = _Asked.model_validate(arguments)
    folder = ProjectFolder(asked.project_folder)
    arrivals = folder.root / "arrivals"
    arrivals.mkdir(parents=True, exist_ok=True)
    said = 0.0

    def report(progress: FetchProgress) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _TELL_SECONDS:
            said = now
            context.report(
                {"received": progress.received, "total": progress.total, "seconds_left": progress.seconds_left}
            )

    token = context.secret(_TOKEN)
    try:
        kaggle = parse_credentials(token) if token else None
        transfer = Transfer(asked.network(), asked.limits, report, context.should_stop, kaggle)
        stored, source = fetch(context.secret(_ADDRESS) or asked.reference, arrivals, transfer, file=asked.file)
    except FetchCancelled:
        raise JobCancelledError from None
    except SeveralFiles as several:
        names = [offered.name for offered in several.files]
        sizes = [offered.size for offered in several.files]
        if parse_reference(asked.reference).form == "kaggle":
            names.append(ALL_FILES)
            sizes.append(sum(known for known in sizes if known) or None)
        offered = OfferedFiles(reference=asked.reference, names=tuple(names), sizes=tuple(sizes))
        return {"offered": offered.model_dump(mode="json")}
    choice = store_table(stored, folder, DatasetChoice(source=source))
    prepared = prepare_table(
        PreparationRequest(
            path=folder.table(choice),
            choice=choice,
            folder=folder.prepared,
            unpacked_limit=asked.limits.unpacked,
            title=asked.title,
            question=asked.question,
        )
    )  # fmt: skip
    return {"choice": prepared.model_dump(mode="json")}


def start_download_offered(session: Session, number: int, name: str | None, token: str = "") -> None:
    """Fetch the file that was picked among those a link leads to; raise DatasetError when none was."""
    offered = session.snapshot.project(number).draft.offered
    if offered is None or name not in offered.names:
        raise DatasetError("No file is picked yet.", "", "Choose one of the files in the list.")
    start_download(session, number, offered.reference, token, file=name)


def download_state(project: ProjectSnapshot) -> DownloadState | None:
    """Return how the project's download stands, or None when there is none that has to be told of."""
    followed = project.draft.downloading
    record = project.job(followed.job) if followed is not None else None
    if followed is None or record is None or record.state is JobState.DONE:
        return None
    state: Literal["waiting", "running", "failed", "cancelled"] = "failed"
    match record.state:
        case JobState.WAITING:
            state = "waiting"
        case JobState.RUNNING:
            state = "running"
        case JobState.CANCELLED:
            state = "cancelled"
    told = {name: record.progress[name] for name in ("received", "total", "seconds_left") if name in record.progress}
    problem = record.problem.model_dump() if record.problem is not None else {}
    if state == "cancelled":
        problem = {"what": "The download was cancelled.", "evidence": "The dataset chosen before is still there."}
    return DownloadState.model_validate({"reference": followed.reference, "state": state, **told, **problem})


def cancel_download(session: Session, number: int) -> None:
    """Stop the project's download, if one is running, and forget how the last one ended."""
    project = session.snapshot.project(number)
    state = download_state(project)
    if state is not None and state.under_way and project.draft.downloading is not None:
        session.services.jobs.cancel(project.draft.downloading.job)
        session.refresh()
    else:
        session.apply(FollowDownload(project=number, download=None))


def search_kaggle(session: Session, number: int, text: str, page: int = 1, token: str = "") -> None:
    """Search Kaggle and keep the page of results; raise DatasetError when that cannot be."""
    from assistant.dataset.fetching.kaggle_source import KaggleSource  # brings Kaggle's client, which takes a while

    if not text.strip():
        raise DatasetError("There is nothing to search for yet.", "", "Type a topic, such as river level.")
    source = KaggleSource(session.services.network, _credentials(session, token))
    found = source.search(text.strip(), page=max(page, 1))
    datasets = tuple(
        FoundDataset(
            reference=entry.reference, title=entry.title, size=entry.size, licence=entry.licence, votes=entry.votes,
            updated=f"{entry.updated:%Y-%m-%d}" if entry.updated else "", url=entry.url,
        )
        for entry in found.datasets
    )  # fmt: skip
    kept = KaggleSearch(text=text.strip(), page=found.page, more=found.more, datasets=datasets)
    session.apply(KeepSearch(project=number, found=kept))


def turn_page(session: Session, number: int, by: int, token: str = "") -> None:
    """Show another page of the search that was made last."""
    last = session.snapshot.project(number).draft.kaggle_search
    if last is not None:
        search_kaggle(session, number, last.text, last.page + by, token)


def _credentials(session: Session, token: str) -> KaggleCredentials | None:
    own = session.snapshot.own_rules_allowed and token.strip()
    return parse_credentials(token) if own else session.services.kaggle
