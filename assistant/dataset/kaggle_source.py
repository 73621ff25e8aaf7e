"""Datasets from Kaggle, through Kaggle's own client with a session that knows only the credentials it is given.

Kaggle's client is used at its lower layer (`kagglesdk`, which the `kaggle` package is built on): importing `kaggle`
itself prints, makes folders and looks for credentials of whoever runs the server. Here nothing is read from the
environment or the home folder, and every request goes over the same checked network as all other downloads.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import requests
from kagglesdk.competitions.types.competition_api_service import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiListDataFilesRequest,
)
from kagglesdk.datasets.types.dataset_api_service import (
    ApiDownloadDatasetRequest,
    ApiGetDatasetRequest,
    ApiListDatasetFilesRequest,
    ApiListDatasetsRequest,
)
from kagglesdk.kaggle_client import KaggleClient
from kagglesdk.kaggle_env import KaggleEnv
from kagglesdk.kaggle_http_client import KaggleHttpClient
from requests.adapters import BaseAdapter

from assistant.dataset.credentials import TOKEN_HELP, KaggleCredentials
from assistant.dataset.download import (
    Downloaded,
    FetchLimits,
    Report,
    Stop,
    check_body,
    download,
    file_name,
    keep_answer,
    safe_name,
)
from assistant.dataset.network import Answer, Network, open_url
from assistant.dataset.remote import RemoteFacts, RemoteFile
from assistant.errors import DatasetError

_CALL_SECONDS = 60.0
_PAGE = 20
_MOST_FILES = 2000
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class KaggleDataset:
    """One dataset as Kaggle's search shows it; `size` is in bytes."""

    reference: str
    title: str
    subtitle: str
    size: int
    licence: str | None
    votes: int
    downloads: int
    updated: datetime | None
    url: str


@dataclass(frozen=True)
class KagglePage:
    """One page of search results; `more` tells whether another follows."""

    datasets: tuple[KaggleDataset, ...]
    page: int
    more: bool = field(default=False)


class KaggleSource:
    """Kaggle for one student: search, files, downloads, each error a sentence of its own."""

    def __init__(self, network: Network, credentials: KaggleCredentials | None = None) -> None:
        self._network = network
        self._credentials = credentials

    def search(self, text: str, page: int = 1) -> KagglePage:
        """Search for datasets; Kaggle wants an account for that."""
        request = ApiListDatasetsRequest()
        request.search = text
        request.page = page
        found = self._ask(lambda client: client.datasets.dataset_api_client.list_datasets(request), "the search")
        datasets = tuple(_dataset(entry) for entry in found.datasets or ())
        return KagglePage(datasets=datasets, page=page, more=len(datasets) >= _PAGE)

    def facts(self, owner: str, name: str) -> RemoteFacts:
        """Return title, licence and author of a dataset."""
        request = ApiGetDatasetRequest()
        request.owner_slug, request.dataset_slug = owner, name
        found = self._ask(lambda client: client.datasets.dataset_api_client.get_dataset(request), f"{owner}/{name}")
        updated = found.last_updated
        return RemoteFacts(
            title=found.title or None,
            licence=_licence(found.license_name),
            author=found.creator_name or found.owner_name or owner,
            year=updated.year if updated and updated.year > 1 else None,
        )

    def files(self, owner: str, name: str, version: str = "") -> tuple[RemoteFile, ...]:
        """Return the files of a dataset with their sizes."""
        files: list[RemoteFile] = []
        token = ""
        while len(files) < _MOST_FILES:
            request = ApiListDatasetFilesRequest()
            request.owner_slug, request.dataset_slug, request.page_size = owner, name, 200
            if version.isdecimal():
                request.dataset_version_number = int(version)
            if token:
                request.page_token = token

            def listing(client: KaggleClient, request: Any = request) -> Any:
                return client.datasets.dataset_api_client.list_dataset_files(request)

            found = self._ask(listing, f"{owner}/{name}")
            if found.error_message:
                raise DatasetError(
                    "Kaggle does not list the files.",
                    f"{owner}/{name}: {found.error_message}",
                    "Choose another dataset.",
                )
            files += [RemoteFile(name=file.name, size=file.total_bytes or None) for file in found.dataset_files or ()]
            token = found.next_page_token or ""
            if not token:
                break
        return tuple(files)

    def competition_files(self, name: str) -> tuple[RemoteFile, ...]:
        """Return the data files of a competition; Kaggle wants an account for that."""
        request = ApiListDataFilesRequest()
        request.competition_name = name
        found = self._ask(
            lambda client: client.competitions.competition_api_client.list_data_files(request),
            f"the competition {name}",
        )
        return tuple(RemoteFile(name=file.name, size=file.total_bytes or None) for file in found.files or ())

    def download(
        self, owner: str, name: str, file: str | None, folder: Path, limits: FetchLimits, *,
        version: str = "", progress: Report | None = None, should_stop: Stop | None = None,
    ) -> Downloaded:  # fmt: skip
        """Download one file of a dataset, or all of it as a zip when `file` is None."""
        request = ApiDownloadDatasetRequest()
        request.owner_slug, request.dataset_slug = owner, name
        if version.isdecimal():
            request.dataset_version_number = int(version)
        if file is not None:
            request.file_name = file
        key = f"kaggle:{owner}/{name}/{version}/{file or '*'}"
        return self._download(
            lambda client: client.datasets.dataset_api_client.download_dataset(request),
            f"{owner}/{name}", key, safe_name(file or f"{name}.zip"), folder, limits, progress, should_stop,
        )  # fmt: skip

    def download_competition(
        self, name: str, file: str | None, folder: Path, limits: FetchLimits, *,
        progress: Report | None = None, should_stop: Stop | None = None,
    ) -> Downloaded:  # fmt: skip
        """Download one data file of a competition, or all of them as a zip when `file` is None."""
        if file is None:
            every = ApiDownloadDataFilesRequest()
            every.competition_name = name

            def act(client: KaggleClient) -> Any:
                return client.competitions.competition_api_client.download_data_files(every)
        else:
            one = ApiDownloadDataFileRequest()
            one.competition_name, one.file_name = name, file

            def act(client: KaggleClient) -> Any:
                return client.competitions.competition_api_client.download_data_file(one)

        key, saved = f"kaggle:competition/{name}/{file or '*'}", safe_name(file or f"{name}.zip")
        return self._download(act, f"the competition {name}", key, saved, folder, limits, progress, should_stop)

    def _download(
        self, act: Callable[[KaggleClient], Any], what: str, key: str, name: str, folder: Path, limits: FetchLimits,
        progress: Report | None, should_stop: Stop | None,
    ) -> Downloaded:  # fmt: skip
        response = self._ask(act, what, seconds=limits.seconds)
        with response:
            target = response.headers.get("location")
            if response.is_redirect and target:
                # The files lie on another host, which must never see the credentials.
                return download(
                    target,
                    folder,
                    network=self._network,
                    limits=limits,
                    name=name,
                    key=key,
                    progress=progress,
                    should_stop=should_stop,
                )
            answer = Answer(
                response.url,
                response.status_code,
                {k.lower(): v for k, v in response.headers.items()},
                response.iter_content(1 << 16),
            )
            total = check_body(answer, limits, 0, refuse_pages=True)
            named = safe_name(file_name(answer)) if "content-disposition" in answer.headers else name
            return keep_answer(answer, folder, key, named, limits, total, progress, should_stop)

    def _ask(self, act: Callable[[KaggleClient], _Result], what: str, seconds: float = _CALL_SECONDS) -> _Result:
        client = _make_client(self._network, self._credentials, time.monotonic() + seconds)
        try:
            return act(client)
        except requests.HTTPError as error:
            raise self._refused(error, what) from error
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DatasetError(
                "Kaggle's answer could not be understood.",
                f"{what}: {str(error)[:200] or type(error).__name__}.",
                "Try again later, or download the file in your browser and upload it.",
            ) from error

    def _refused(self, error: requests.HTTPError, what: str) -> DatasetError:
        status, told = _status_and_message(error)
        evidence = f"Kaggle answered {status} for {what}{f': {told}' if told else ''}."
        lower = told.lower()
        known = self._credentials is not None
        match status:
            case 401 if known and "expire" in lower:
                return DatasetError("Your Kaggle token has expired.", evidence, f"Make a new one. {TOKEN_HELP}")
            case 401 if known:
                return DatasetError(
                    "Kaggle does not accept this user name and token.",
                    evidence,
                    f"Check them, or make a new token. {TOKEN_HELP}",
                )
            case 401:
                return DatasetError(
                    "Kaggle wants an account for this.", evidence, f"Add your Kaggle token. {TOKEN_HELP}"
                )
            case 403 if "rule" in lower or what.startswith("the competition"):
                return DatasetError(
                    "You have not accepted the rules of this competition yet.",
                    evidence,
                    "Open its Rules page on Kaggle, accept them, and try again.",
                )
            case 403 if known:
                return DatasetError(
                    "This dataset is private, and your account may not see it.",
                    evidence,
                    "Ask its owner to share it, or choose a public one.",
                )
            case 403:
                return DatasetError(
                    "This dataset is private, or Kaggle wants an account for it.",
                    evidence,
                    f"Add your Kaggle token. {TOKEN_HELP}",
                )
            case 404 | 410:
                return DatasetError(
                    "Kaggle has no such dataset or file.",
                    evidence,
                    "Check the reference, such as owner/dataset; it may have been deleted or renamed.",
                )
            case 429:
                return DatasetError(
                    "Kaggle wants a pause: too many requests were made.", evidence, "Wait some minutes and try again."
                )
            case _ if status >= 500:
                return DatasetError("Kaggle has trouble of its own.", evidence, "Try again later.")
            case _:
                return DatasetError(
                    "Kaggle refused the request.", evidence, "Check the reference, such as owner/dataset."
                )


def _dataset(entry: Any) -> KaggleDataset:
    return KaggleDataset(
        reference=entry.ref,
        title=entry.title or entry.ref,
        subtitle=entry.subtitle or "",
        size=entry.total_bytes or 0,
        licence=_licence(entry.license_name),
        votes=entry.vote_count or 0,
        downloads=entry.download_count or 0,
        updated=entry.last_updated,
        url=entry.url or f"https://www.kaggle.com/datasets/{entry.ref}",
    )


def _licence(name: str | None) -> str | None:
    """Kaggle writes Unknown or Other where the owner chose none; that is no licence."""
    return (
        None if not name or name.strip().lower() in ("unknown", "other", "other (specified in description)") else name
    )


def _status_and_message(error: requests.HTTPError) -> tuple[int, str]:
    response = error.response
    if response is None:
        return 0, str(error)[:200]
    status = response.status_code
    try:
        told = json.loads(response.content[:10_000])
    except (ValueError, OSError, RuntimeError):
        return status, ""
    if not isinstance(told, dict):
        return status, ""
    code = told.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        status = code
    return status, str(told.get("message", ""))[:200].rstrip(".")


def _make_client(network: Network, credentials: KaggleCredentials | None, deadline: float) -> KaggleClient:
    client = KaggleClient(env=KaggleEnv.PROD)
    http = _HttpClient(network, credentials, deadline)
    client.datasets = KaggleClient.Datasets(http)
    client.competitions = KaggleClient.Competitions(http)
    return client


class _HttpClient(KaggleHttpClient):  # type: ignore[misc]
    """Kaggle's client with a session of its own: given credentials alone, no proxies, no files of the host."""

    def __init__(self, network: Network, credentials: KaggleCredentials | None, deadline: float) -> None:
        super().__init__(env=KaggleEnv.PROD, user_agent="submission-assistant")
        self._session: requests.Session | None = None
        self._own_credentials = credentials
        self._adapter = _NetworkAdapter(network, deadline)

    def _init_session(self) -> requests.Session:
        kept: requests.Session | None = self._session
        if kept is None:
            session = _Session()
            session.trust_env = False
            session.mount("https://", self._adapter)
            session.mount("http://", self._adapter)
            session.headers.update({"User-Agent": self._user_agent, "Content-Type": "application/json"})
            if self._own_credentials is not None:
                session.auth = self._auth(self._own_credentials)
            self._session = kept = session
        return kept

    def _auth(self, credentials: KaggleCredentials) -> Any:
        if credentials.token is not None:
            return KaggleHttpClient.BearerAuth(credentials.token.get_secret_value())
        key = credentials.key.get_secret_value() if credentials.key else ""
        return credentials.username, key


class _Session(requests.Session):
    """A session that follows no redirect by itself."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:
        """Follow none: where the files lie is asked for without the credentials."""
        return iter(())


class _NetworkAdapter(BaseAdapter):
    """Sends requests over the checked network."""

    def __init__(self, network: Network, deadline: float) -> None:
        super().__init__()
        self._network = network
        self._deadline = deadline

    def send(self, request: requests.PreparedRequest, stream: bool = False, *_: Any, **__: Any) -> requests.Response:
        """Send one request and return its response, the body still to be read."""
        stack = ExitStack()
        content = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {
            str(name): str(value)
            for name, value in request.headers.items()
            if str(name).lower() not in ("connection", "accept-encoding", "content-length", "host")
        }
        answer = stack.enter_context(
            open_url(
                self._network,
                request.url or "",
                deadline=self._deadline,
                secret_headers=headers,
                method=request.method or "POST",
                content=content if isinstance(content, bytes) else None,
                follow=False,
            )
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.url = answer.url
        response.request = request
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = _Body(answer.chunks, stack)
        if not stream:
            response.raw.limit(20_000_000)
        return response

    def close(self) -> None:
        """Close nothing: each request closes its own connection."""


class _Body(io.RawIOBase):
    """A response's body as a file to read from; closing it closes the connection."""

    def __init__(self, chunks: Iterator[bytes], stack: ExitStack) -> None:
        self._chunks = chunks
        self._stack = stack
        self._rest = b""
        self._left: int | None = None

    def limit(self, most: int) -> None:
        """Refuse a body longer than `most` bytes."""
        self._left = most

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1, **_: Any) -> bytes:
        """Return what has arrived, at most `size` bytes."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 16), b""))
        if not self._rest:
            self._rest = next(self._chunks, b"")
            if self._left is not None:
                self._left -= len(self._rest)
                if self._left < 0:
                    raise DatasetError(
                        "Kaggle's answer is too long.", "More than 20 MB of text came.", "Try again later."
                    )
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self._stack.close()
        super().close()
