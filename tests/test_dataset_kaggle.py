"""Kaggle's real client against a loopback server: search, files, downloads, and a sentence for each refusal."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from assistant.dataset.fetching.download import FetchCancelled, FetchLimits, Transfer
from assistant.dataset.fetching.fetch import Fetched, fetch, list_files
from assistant.dataset.fetching.hosts.kaggle import ALL_FILES
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.kaggle_source import KaggleSource
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import SeveralFiles
from assistant.dataset.reading.read_table import read_table
from assistant.errors import DatasetError
from tests.loopback import Loopback, Reply, Request, json_reply

API = "api.kaggle.com"
SERVICE = "/v1/datasets.DatasetApiService"
COMPETITIONS = "/v1/competitions.CompetitionApiService"
STORE = "storage.example"
TABLE = b"date,level\n2020-01-01,1\n"
TOKEN = KaggleCredentials(token=SecretStr("KGAT_secret"))
LEGACY = KaggleCredentials(username="ada", key=SecretStr("0" * 32))
LIMITS = FetchLimits(download=100_000, unpacked=500_000, seconds=20)


@pytest.fixture(scope="module")
def running() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def server(running: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Loopback:
    running.pages.clear()
    running.seen.clear()
    # Credentials of whoever runs the server lie about everywhere, and none of them may be used.
    home = tmp_path / "home"
    (home / ".kaggle").mkdir(parents=True)
    (home / ".kaggle" / "kaggle.json").write_text(json.dumps({"username": "host", "key": "hostkey"}))
    (home / ".kaggle" / "access_token").write_text("hosttoken")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("KAGGLE_API_TOKEN", "hosttoken")
    monkeypatch.setenv("KAGGLE_USERNAME", "host")
    monkeypatch.setenv("KAGGLE_KEY", "hostkey")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    return running


def source(server: Loopback, credentials: KaggleCredentials | None = None) -> KaggleSource:
    return KaggleSource(server.network(API, STORE), credentials)


def get(
    server: Loopback, reference: str, folder: Path, credentials: KaggleCredentials | None = None, **more: object
) -> Fetched:
    asked = {name: more.pop(name) for name in ("progress", "should_stop") if name in more}
    transfer = Transfer(server.network(API, STORE), LIMITS, kaggle=credentials, **asked)  # type: ignore[arg-type]
    return fetch(reference, folder, transfer, **more)  # type: ignore[arg-type]


def offer(server: Loopback, *names: str, size: int = 20) -> None:
    files = [{"name": name, "totalBytes": size} for name in names]
    server.add(API, f"{SERVICE}/ListDatasetFiles", json_reply({"datasetFiles": files}))
    facts = {
        "ref": "ada/tides",
        "title": "Tides of the Thames",
        "licenseName": "CC0-1.0",
        "creatorName": "Ada",
        "lastUpdated": "2021-02-03T04:05:06Z",
    }
    server.add(API, f"{SERVICE}/GetDataset", json_reply(facts))
    server.add(API, f"{SERVICE}/DownloadDataset", Reply(302, headers={"Location": f"https://{STORE}/blob?signature=1"}))
    server.add(STORE, "/blob", TABLE)


def asked(server: Loopback, end: str) -> Request:
    return next(request for request in reversed(server.seen) if request.path.endswith(end))


def test_a_search_shows_title_size_licence_votes_and_date(server: Loopback) -> None:
    entry = {
        "ref": "ada/tides",
        "title": "Tides",
        "totalBytes": 1234,
        "licenseName": "CC0-1.0",
        "voteCount": 7,
        "lastUpdated": "2021-02-03T04:05:06Z",
    }
    server.add(API, f"{SERVICE}/ListDatasets", json_reply({"datasets": [entry]}))
    page = source(server, TOKEN).search("tides", page=2)
    found = page.datasets[0]
    assert (found.reference, found.title, found.size, found.licence, found.votes) == (
        "ada/tides",
        "Tides",
        1234,
        "CC0-1.0",
        7,
    )
    assert found.updated is not None
    assert found.updated.year == 2021
    assert json.loads(asked(server, "ListDatasets").body)["page"] == 2
    assert not page.more


def test_a_full_page_of_results_says_that_there_are_more(server: Loopback) -> None:
    server.add(API, f"{SERVICE}/ListDatasets", json_reply({"datasets": [{"ref": f"a/b{n}"} for n in range(20)]}))
    assert source(server, TOKEN).search("tides").more


def test_the_only_table_of_a_dataset_is_fetched_with_licence_and_citation(server: Loopback, tmp_path: Path) -> None:
    offer(server, "README.md", "levels.csv")
    path, found = get(server, "ada/tides", tmp_path)
    assert path.read_bytes() == TABLE
    assert (found.kind, found.title, found.licence, found.reference) == (
        "kaggle",
        "Tides of the Thames",
        "CC0-1.0",
        "ada/tides",
    )
    assert found.citation is not None
    assert found.citation.startswith('Ada, "Tides of the Thames," Kaggle, 2021.')


def test_several_tables_are_offered_to_choose_from(server: Loopback, tmp_path: Path) -> None:
    offer(server, "a.csv", "b.csv")
    with pytest.raises(SeveralFiles) as caught:
        get(server, "ada/tides", tmp_path)
    assert [file.name for file in caught.value.files] == ["a.csv", "b.csv"]
    assert get(server, "ada/tides", tmp_path, file="b.csv").path.name == "b.csv"
    assert json.loads(asked(server, "DownloadDataset").body)["fileName"] == "b.csv"
    assert [file.size for file in list_files("ada/tides", Transfer(server.network(API)))] == [20, 20]


def test_all_files_come_as_one_zip(server: Loopback, tmp_path: Path) -> None:
    offer(server, "a.csv", "b.csv")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", TABLE)
    server.add(STORE, "/blob", out.getvalue())
    path = get(server, "https://www.kaggle.com/datasets/ada/tides", tmp_path, file=ALL_FILES).path
    assert path.name == "tides.zip"
    assert read_table(path).reader.member == "a.csv"


def test_a_download_that_is_answered_directly_is_kept_too(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    server.add(API, f"{SERVICE}/DownloadDataset", Reply(body=TABLE, headers={"Content-Type": "text/csv"}))
    assert get(server, "ada/tides", tmp_path).path.read_bytes() == TABLE


@pytest.mark.parametrize(
    "reference",
    ["ada/tides", "https://www.kaggle.com/datasets/ada/tides", "https://kaggle.com/ada/tides", "kaggle datasets download -d ada/tides", "!kaggle datasets download ada/tides --unzip", 'kagglehub.dataset_download("ada/tides")', "https://www.kaggle.com/datasets/ada/tides/data?select=levels.csv"],
)  # fmt: skip
def test_every_way_to_name_a_dataset_is_understood(server: Loopback, tmp_path: Path, reference: str) -> None:
    offer(server, "levels.csv")
    assert get(server, reference, tmp_path).source.reference == "ada/tides"


_BOX = """# Install dependencies as needed:
# pip install kagglehub[pandas-datasets]
import kagglehub
from kagglehub import KaggleDatasetAdapter

# Set the path to the file you'd like to load
file_path = "levels.csv"

# Load the latest version
df = kagglehub.load_dataset(
  KaggleDatasetAdapter.PANDAS,
  "ada/tides/versions/2",
  file_path,
)
"""


@pytest.mark.parametrize(
    ("reference", "version", "file"),
    [
        ("https://www.kaggle.com/datasets/ada/tides/versions/2", 2, "levels.csv"),
        ("https://www.kaggle.com/datasets/ada/tides?datasetVersionNumber=2", 2, "levels.csv"),
        ("ada/tides/versions/2", 2, "levels.csv"),
        ('kagglehub.dataset_download("ada/tides/versions/2")', 2, "levels.csv"),
        ("path = kagglehub.dataset_download('ada/tides/versions/3', path='levels.csv')", 3, "levels.csv"),
        (_BOX, 2, "levels.csv"),
        ('import kagglehub\n\n# Download latest version\npath = kagglehub.dataset_download("ada/tides")\nprint(path)', None, "levels.csv"),
        ("#!/bin/bash\ncurl -L -o ~/Downloads/tides.zip\\\n  https://www.kaggle.com/api/v1/datasets/download/ada/tides", None, "levels.csv"),
        ("https://www.kaggle.com/api/v1/datasets/download/ada/tides/levels.csv?datasetVersionNumber=4", 4, "levels.csv"),
        ("!kaggle datasets download ada/tides -f levels.csv -p data --unzip", None, "levels.csv"),
    ],
)  # fmt: skip
def test_the_version_that_was_named_is_fetched(
    server: Loopback, tmp_path: Path, reference: str, version: int | None, file: str
) -> None:
    offer(server, "levels.csv", "other.txt") if file in reference else offer(server, "levels.csv")
    found = get(server, reference, tmp_path).source
    sent = json.loads(asked(server, "DownloadDataset").body)
    assert (sent.get("datasetVersionNumber"), sent.get("fileName")) == (version, file)
    assert found.reference == (f"ada/tides/versions/{version}" if version else "ada/tides")
    assert version is None or f"/versions/{version}" in found.url


def test_a_redirect_that_says_it_is_json_and_holds_nothing_is_followed(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    where = {"Location": f"https://{STORE}/blob?signature=1", "Content-Type": "application/json"}
    server.add(API, f"{SERVICE}/DownloadDataset", Reply(302, headers=where))
    assert get(server, "ada/tides", tmp_path).path.read_bytes() == TABLE


def test_nothing_of_the_hosts_credentials_is_ever_sent(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    get(server, "ada/tides", tmp_path)
    assert server.seen
    assert all("authorization" not in request.headers for request in server.seen)


def test_given_credentials_are_sent_to_kaggle_and_to_nobody_else(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    get(server, "ada/tides", tmp_path, TOKEN)
    for request in server.seen:
        assert request.headers.get("authorization") == ("Bearer KGAT_secret" if request.host == API else None)


def test_a_legacy_key_is_sent_as_name_and_password(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    get(server, "ada/tides", tmp_path, LEGACY)
    sent = asked(server, "DownloadDataset").headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent) == b"ada:" + b"0" * 32


@pytest.mark.parametrize(
    ("status", "message", "credentials", "said"),
    [
        (401, "Unauthenticated", None, "wants an account"),
        (401, "Invalid token", TOKEN, "does not accept"),
        (401, "Token expired", TOKEN, "has expired"),
        (403, "Permission denied", TOKEN, "no such dataset, or it is private, and your account"),
        (403, "Permission denied", None, "no such dataset, or it is private, or Kaggle wants an account"),
        (404, "Not found", TOKEN, "no such dataset"),
        (429, "Too many requests", TOKEN, "wants a pause"),
        (500, "Internal", TOKEN, "trouble of its own"),
        (400, "Bad request", TOKEN, "refused the request"),
    ],
)
def test_each_refusal_has_its_own_sentence(
    server: Loopback, status: int, message: str, credentials: KaggleCredentials | None, said: str
) -> None:
    server.add(API, f"{SERVICE}/ListDatasetFiles", json_reply({"code": status, "message": message}, status))
    with pytest.raises(DatasetError, match=said) as caught:
        source(server, credentials).files("ada", "tides")
    assert "KGAT_secret" not in str(caught.value)


def test_a_refusal_that_comes_with_a_good_status_is_one_too(server: Loopback) -> None:
    server.add(API, f"{SERVICE}/ListDatasetFiles", json_reply({"code": 404, "message": "gone"}))
    with pytest.raises(DatasetError, match="no such dataset"):
        source(server).files("ada", "tides")


def test_rules_that_were_not_accepted_are_named(server: Loopback, tmp_path: Path) -> None:
    refusal = json_reply({"code": 403, "message": "You must accept this competition's rules"}, 403)
    server.add(API, f"{COMPETITIONS}/ListDataFiles", json_reply({"files": [{"name": "train.csv", "totalBytes": 9}]}))
    server.add(API, f"{COMPETITIONS}/DownloadDataFile", refusal)
    with pytest.raises(DatasetError, match="not accepted the rules"):
        get(server, "https://www.kaggle.com/competitions/tides", tmp_path, TOKEN)


def test_a_file_of_a_competition_is_fetched(server: Loopback, tmp_path: Path) -> None:
    server.add(API, f"{COMPETITIONS}/ListDataFiles", json_reply({"files": [{"name": "train.csv", "totalBytes": 9}]}))
    server.add(API, f"{COMPETITIONS}/DownloadDataFile", Reply(302, headers={"Location": f"https://{STORE}/blob"}))
    server.add(STORE, "/blob", TABLE)
    assert get(server, "https://www.kaggle.com/c/tides", tmp_path, TOKEN).source.reference == "competitions/tides"


def test_a_page_instead_of_an_answer_is_said_so(server: Loopback) -> None:
    server.add(API, f"{SERVICE}/ListDatasetFiles", Reply(body=b"<html>", headers={"Content-Type": "text/html"}))
    with pytest.raises(DatasetError, match="could not be understood"):
        source(server).files("ada", "tides")


def test_a_page_instead_of_a_file_is_said_so(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    server.add(API, f"{SERVICE}/DownloadDataset", Reply(body=b"<html>", headers={"Content-Type": "text/html"}))
    with pytest.raises(DatasetError, match="web page"):
        get(server, "ada/tides", tmp_path)


def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv", size=5_000_000_000)
    with pytest.raises(DatasetError, match="5 GB"):
        get(server, "ada/tides", tmp_path)
    assert not any(request.path.endswith("DownloadDataset") for request in server.seen)


def test_a_file_that_is_larger_than_kaggle_said_is_cut_off(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    server.add(STORE, "/blob", Reply(length=-1, pieces=lambda out: [out.write(b"x" * 50_000) for _ in range(10)]))
    with pytest.raises(DatasetError, match="too large"):
        get(server, "ada/tides", tmp_path)


def test_no_network_is_said_so() -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise OSError("Temporary failure in name resolution")

    with pytest.raises(DatasetError, match="was not found"):
        KaggleSource(Network(resolver=resolver)).files("ada", "tides")


def test_a_download_that_leads_into_the_hosts_network_is_refused(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    server.add(API, f"{SERVICE}/DownloadDataset", Reply(302, headers={"Location": "https://169.254.169.254/latest"}))
    with pytest.raises(DatasetError, match="open internet"):
        get(server, "ada/tides", tmp_path)


def test_a_public_dataset_whose_files_are_listed_only_for_members_comes_whole(server: Loopback, tmp_path: Path) -> None:
    offer(server)
    server.add(API, f"{SERVICE}/ListDatasetFiles", json_reply({"code": 401, "message": "login"}, 401))
    assert get(server, "ada/tides", tmp_path).path.name == "tides.zip"


def test_a_download_can_be_cancelled(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    with pytest.raises(FetchCancelled):
        get(server, "ada/tides", tmp_path, should_stop=lambda: True)


def test_the_unknown_licence_of_kaggle_is_no_licence(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    server.add(API, f"{SERVICE}/GetDataset", json_reply({"ref": "ada/tides", "title": "T", "licenseName": "Unknown"}))
    assert get(server, "ada/tides", tmp_path).source.licence is None


def test_using_the_client_leaves_the_process_as_it_was(server: Loopback, tmp_path: Path) -> None:
    offer(server, "levels.csv")
    before = dict(os.environ)
    get(server, "ada/tides", tmp_path)
    assert dict(os.environ) == before
    assert "kaggle" not in sys.modules
    assert not sys.stdin.closed


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('{"username": "ada", "key": "abc"}', ("ada", "abc", None)),
        ("ada:" + "0" * 32, ("ada", "0" * 32, None)),
        ("KGAT_xyz", ("", None, "KGAT_xyz")),
        (" export KAGGLE_API_TOKEN=KGAT_xyz ", ("", None, "KGAT_xyz")),
        ('\ufeff{"username": "ada", "key": "abc"}', ("ada", "abc", None)),
        (f"KAGGLE_USERNAME=ada\nKAGGLE_KEY={'0' * 32}", ("ada", "0" * 32, None)),
        (f'os.environ["KAGGLE_USERNAME"] = "ada"; os.environ["KAGGLE_KEY"] = "{"0" * 32}"', ("ada", "0" * 32, None)),
    ],
)
def test_credentials_are_read_as_students_paste_them(text: str, shape: tuple[str, str | None, str | None]) -> None:
    found = parse_credentials(text)
    key = found.key.get_secret_value() if found.key else None
    token = found.token.get_secret_value() if found.token else None
    assert (found.username, key, token) == shape
    assert "xyz" not in repr(found)
    assert "abc" not in repr(found)


@pytest.mark.parametrize("text", ["", "two words", "{not json", '{"username": "ada"}', "0" * 32])
def test_what_are_no_credentials_is_refused_with_how_to_get_them(text: str) -> None:
    with pytest.raises(DatasetError):
        parse_credentials(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://www.kaggle.com/settings", "web address"),
        ("ada@example.org", "password"),
        ("Tr0ub4dor&3!", "password"),
        (f"KAGGLE_KEY={'0' * 32}", "user name"),
    ],
)
def test_what_is_pasted_for_a_token_is_told_by_what_it_is(text: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        parse_credentials(text)


def test_half_a_credential_is_none() -> None:
    with pytest.raises(ValidationError):
        KaggleCredentials(username="ada")
