"""Fetching for the Dataset page: downloads that go on while the page is closed, and the search on Kaggle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from assistant.dataset.fetching.download import FetchCancelled, FetchProgress, Report, Stop, Transfer
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.links import parse_reference
from assistant.errors import AssistantError, DatasetError
from assistant.files import write_atomically
from assistant.frozen import Frozen
from assistant.submission.dataset_choice import arrivals, take
from assistant.submission.draft import DatasetChoice, OfferedFiles
from assistant.submission.session import Desk

_TELL_SECONDS = 0.25


class FetchState(Frozen):
    """How a download stands; sizes in bytes, `total` None when the server does not tell it."""

    model_config = ConfigDict(extra="ignore")

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


class FoundDataset(Frozen):
    """One dataset that a search found; `size` in bytes, `updated` a date."""

    model_config = ConfigDict(extra="ignore")

    reference: str
    title: str
    size: int = 0
    licence: str | None = None
    votes: int = 0
    updated: str = ""
    url: str = ""


class KaggleSearch(Frozen):
    """The search that a student made last, and the page of it that is shown."""

    model_config = ConfigDict(extra="ignore")

    text: str
    page: int = 1
    more: bool = False
    datasets: tuple[FoundDataset, ...] = ()


def fetch_link(
    desk: Desk, number: int, reference: str, token: str = "", file: str | None = None,
    progress: Report | None = None, should_stop: Stop | None = None,
) -> str:  # fmt: skip
    """Fetch a table by its link or its Kaggle reference and return what is still to choose, or nothing.

    `token` is the student's own Kaggle credential, used in a local run and not kept. `file` is the one that was picked
    where a link leads to several. Raises DatasetError, and FetchCancelled when `should_stop` says so.
    """
    from assistant.dataset.fetching.fetch import fetch
    from assistant.dataset.fetching.hosts.kaggle import ALL_FILES
    from assistant.dataset.fetching.remote_files import SeveralFiles

    services = desk.services
    if not reference.strip():
        raise DatasetError(
            "There is no link yet.", "", "Paste the address of the file, or a Kaggle dataset as owner/name."
        )
    own = desk.own_rules_allowed and token.strip()
    kaggle = parse_credentials(token) if own else services.kaggle
    try:
        transfer = Transfer(services.network, services.limits, progress, should_stop, kaggle)
        stored, source = fetch(reference.strip(), arrivals(desk, number), transfer, file=file, clock=services.clock)
    except SeveralFiles as several:
        names = [offered.name for offered in several.files]
        sizes = [offered.size for offered in several.files]
        if _is_kaggle_dataset(reference):
            names.append(ALL_FILES)
            sizes.append(sum(known for known in sizes if known) or None)
        offered = OfferedFiles(reference=reference.strip(), names=tuple(names), sizes=tuple(sizes))
        desk.change_project(number, offered=offered)
        return f"{several.what} Pick the one with your data."
    if should_stop and should_stop():
        raise FetchCancelled("The download was cancelled.", "The dataset chosen before is still there.")
    take(desk, number, stored, DatasetChoice(source=source))
    return ""


def _is_kaggle_dataset(reference: str) -> bool:
    from assistant.dataset.fetching.links import parse_reference

    return parse_reference(reference).form == "kaggle"


def start_fetch(desk: Desk, number: int, reference: str, token: str = "", file: str | None = None) -> None:
    """Fetch a table while the page may be closed; raise DatasetError at once for what is no link or no token.

    `token` is the student's own Kaggle credential, used in a local run and not kept.
    """
    reference = reference.strip()
    if not reference:
        raise DatasetError(
            "There is no link yet.", "", "Paste the address of the file, or a Kaggle dataset as owner/name."
        )
    parse_reference(reference)
    if token.strip():
        parse_credentials(token)
    running = poll_fetch(desk, number)
    if running is not None and running.under_way:
        raise DatasetError("A download is running already.", running.reference, "Wait for it, or cancel it.")
    _cancel_mark(desk, number).unlink(missing_ok=True)
    _write(desk, number, FetchState(reference=reference))
    if not desk.services.downloads.start(
        _name(desk, number), lambda tell: _fetch(desk, number, reference, token, file, tell)
    ):
        raise DatasetError("A download is still ending.", "", "Try again in a moment.")


def start_fetch_offered(desk: Desk, number: int, name: str | None, token: str = "") -> None:
    """Fetch the file that was picked among those a link leads to; raise DatasetError when none was."""
    offered = desk.project(number).offered
    if offered is None or name not in offered.names:
        raise DatasetError("No file is picked yet.", "", "Choose one of the files in the list.")
    start_fetch(desk, number, offered.reference, token, file=name)


def poll_fetch(desk: Desk, number: int) -> FetchState | None:
    """Return how the project's download stands, or None when there is none that has to be told of."""
    # The work is looked at first: once it has ended, the record says how.
    work = desk.services.downloads.look(_name(desk, number))
    path = _record(desk, number)
    try:
        state = FetchState.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    if state.under_way and (work is None or work.state != "running"):
        fresh = {"state": "failed", "what": "The download was interrupted.", "evidence": "The server was restarted.",
                 "fix": "Start it again; it goes on from where it stopped when the other side allows it."}  # fmt: skip
        return state.model_copy(update=fresh)
    return state


def cancel_fetch(desk: Desk, number: int) -> None:
    """Stop the project's download, if one is running, and forget how the last one ended."""
    state = poll_fetch(desk, number)
    if state is not None and state.under_way:
        mark = _cancel_mark(desk, number)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    else:
        _record(desk, number).unlink(missing_ok=True)


def keep_looking(desk: Desk, number: int, **fields: str) -> None:
    """Keep where the student looks for a table and what was typed there (fields of Looking)."""
    desk.change(
        lambda draft: draft.with_project(number, looking=draft.project(number).looking.model_copy(update=fields))
    )


def drop_offer(desk: Desk, number: int) -> None:
    """Forget the files that a link led to."""
    desk.change_project(number, offered=None)


def _fetch(desk: Desk, number: int, reference: str, token: str, file: str | None, tell: Callable[[str], None]) -> None:
    mark, said = _cancel_mark(desk, number), 0.0
    state = FetchState(reference=reference, state="running")
    _write(desk, number, state)
    tell("Fetching.")

    def report(progress: FetchProgress) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _TELL_SECONDS:
            said = now
            update = {"received": progress.received, "total": progress.total, "seconds_left": progress.seconds_left}
            _write(desk, number, state.model_copy(update=update))

    try:
        fetch_link(desk, number, reference, token, file, report, mark.exists)
        _record(desk, number).unlink(missing_ok=True)
    except FetchCancelled as error:
        _write(desk, number, state.model_copy(update={"state": "cancelled", **error.as_dict()}))
    except AssistantError as error:
        _write(desk, number, state.model_copy(update={"state": "failed", **error.as_dict()}))
    except Exception as error:
        told = {"what": "The download did not end well.", "evidence": f"{type(error).__name__}: {error}.",
                "fix": "Try again, or download the file in your browser and upload it."}  # fmt: skip
        _write(desk, number, state.model_copy(update={"state": "failed", **told}))
        raise
    finally:
        mark.unlink(missing_ok=True)


def _name(desk: Desk, number: int) -> str:
    return f"fetch {desk.owner} {number}"


def _record(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "fetch.json"


def _cancel_mark(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "fetch.cancel"


def _write(desk: Desk, number: int, state: FetchState) -> None:
    path = _record(desk, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, state.model_dump_json())


def search_kaggle(desk: Desk, number: int, text: str, page: int = 1, token: str = "") -> None:
    """Search Kaggle and keep the page of results; raise DatasetError when that cannot be."""
    from assistant.dataset.fetching.kaggle_source import KaggleSource  # brings Kaggle's client, which takes a while

    if not text.strip():
        raise DatasetError("There is nothing to search for yet.", "", "Type a topic, such as river level.")
    source = KaggleSource(desk.services.network, _credentials(desk, token))
    found = source.search(text.strip(), page=max(page, 1))
    datasets = tuple(
        FoundDataset(
            reference=entry.reference, title=entry.title, size=entry.size, licence=entry.licence, votes=entry.votes,
            updated=f"{entry.updated:%Y-%m-%d}" if entry.updated else "", url=entry.url,
        )
        for entry in found.datasets
    )  # fmt: skip
    kept = KaggleSearch(text=text.strip(), page=found.page, more=found.more, datasets=datasets)
    path = _search(desk, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, kept.model_dump_json())


def turn_page(desk: Desk, number: int, by: int, token: str = "") -> None:
    """Show another page of the search that was made last."""
    last = last_search(desk, number)
    if last is not None:
        search_kaggle(desk, number, last.text, last.page + by, token)


def last_search(desk: Desk, number: int) -> KaggleSearch | None:
    """Return the search that was made last, or None."""
    try:
        return KaggleSearch.model_validate_json(_search(desk, number).read_bytes())
    except (OSError, ValueError):
        return None


def _search(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "kaggle-search.json"


def _credentials(desk: Desk, token: str) -> KaggleCredentials | None:
    own = desk.own_rules_allowed and token.strip()
    return parse_credentials(token) if own else desk.services.kaggle
