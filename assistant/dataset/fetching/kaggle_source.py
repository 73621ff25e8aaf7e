"""Datasets from Kaggle: searching, listing the files, fetching one or all, with what Kaggle says of them."""

from __future__ import annotations

import time
from collections.abc import Callable
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

from assistant.dataset.fetching.download import Downloaded, Transfer, download, file_name, keep_answer, safe_name
from assistant.dataset.fetching.kaggle_client import make_client
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials
from assistant.dataset.fetching.kaggle_refusals import refusal
from assistant.dataset.fetching.network import Answer, Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile
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
        self, owner: str, name: str, file: str | None, folder: Path, transfer: Transfer, *, version: str = ""
    ) -> Downloaded:
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
            f"{owner}/{name}", key, safe_name(file or f"{name}.zip"), folder, transfer,
        )  # fmt: skip

    def download_competition(self, name: str, file: str | None, folder: Path, transfer: Transfer) -> Downloaded:
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
        return self._download(act, f"the competition {name}", key, saved, folder, transfer)

    def _download(
        self, act: Callable[[KaggleClient], Any], what: str, key: str, name: str, folder: Path, transfer: Transfer
    ) -> Downloaded:
        response = self._ask(act, what, seconds=transfer.limits.seconds)
        with response:
            target = response.headers.get("location")
            if response.is_redirect and target:
                # The files lie on another host, which must never see the credentials.
                return download(target, folder, transfer, name=name, key=key)
            answer = Answer(
                response.url,
                response.status_code,
                {k.lower(): v for k, v in response.headers.items()},
                response.iter_content(1 << 16),
            )
            named = safe_name(file_name(answer)) if "content-disposition" in answer.headers else name
            return keep_answer(answer, folder, key, named, transfer)

    def _ask(self, act: Callable[[KaggleClient], _Result], what: str, seconds: float = _CALL_SECONDS) -> _Result:
        client = make_client(self._network, self._credentials, time.monotonic() + seconds)
        try:
            return act(client)
        except requests.HTTPError as error:
            raise refusal(error, what, known=self._credentials is not None) from error
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DatasetError(
                "Kaggle's answer could not be understood.",
                f"{what}: {str(error)[:200] or type(error).__name__}.",
                "Try again later, or download the file in your browser and upload it.",
            ) from error


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
