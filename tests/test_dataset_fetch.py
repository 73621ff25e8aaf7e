"""Fetching over a real HTTPS connection: link forms, limits, redirects, resuming, and the ways a server misbehaves."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.dataset.fetching.download import FetchCancelled, FetchLimits, FetchProgress, Transfer, safe_name
from assistant.dataset.fetching.fetch import dataset_searches, fetch, list_files, take_upload
from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.fetching.network import Network, is_public
from assistant.dataset.fetching.remote_files import SeveralFiles
from assistant.errors import DatasetError
from tests.loopback import Loopback, Reply, Request, json_reply

TABLE = b"date,level\n2020-01-01,1\n2020-01-02,2\n"
LIMITS = FetchLimits(download=200_000, unpacked=500_000, seconds=20)
NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def server(running: Loopback) -> Loopback:
    running.pages.clear()
    running.seen.clear()
    return running


def get(server: Loopback, link: str, folder: Path, **more: Any) -> Any:
    network = more.pop("network", None) or server.network(
        "api.github.com", "github.com", "huggingface.co", "zenodo.org"
    )
    asked = {name: more.pop(name) for name in ("progress", "should_stop") if name in more}
    transfer = Transfer(network, more.pop("limits", LIMITS), **asked)
    return fetch(link, folder, transfer, clock=lambda: NOON, **more)


@pytest.mark.parametrize(
    "query",
    [
        "token=ABCSECRET",
        "v=1&access_token=ABCSECRET",
        "X-Amz-Algorithm=AWS4&X-Amz-Credential=ABCSECRET&X-Amz-Signature=ABCSECRET&X-Amz-Expires=300",
        "sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=ABCSECRET",
        "X-Goog-Signature=ABCSECRET&X-Goog-Date=1",
        "AWSAccessKeyId=ABCSECRET&Expires=1700000000&Signature=ABCSECRET",
        "Policy=ABCSECRET&Signature=ABCSECRET&Key-Pair-Id=ABCSECRET",
        "key=ABCSECRETABCSECRETABC",
    ],
)
def test_a_key_in_an_address_opens_the_file_and_is_told_to_nobody(server: Loopback, tmp_path: Path, query: str) -> None:
    server.add("data.example", "/levels.csv", lambda request: Reply(body=TABLE if "ABCSECRET" in request.path else b""))
    path, source = get(server, f"!wget -q 'https://data.example/levels.csv?{query}'", tmp_path)
    assert path.read_bytes() == TABLE
    assert "ABCSECRET" not in source.model_dump_json()
    assert source.keyed
    assert not any(b"ABCSECRET" in kept.read_bytes() for kept in tmp_path.rglob("*") if kept.is_file())


@pytest.mark.parametrize("query", ["series=GDP&start=1990", "id=7&key=name", "st=3", "gid=0&format=csv"])
def test_an_address_without_a_key_stays_as_it_is(query: str) -> None:
    address = f"https://data.example/levels.csv?{query}"
    assert parse_reference(address).page == address
    assert not parse_reference(address).keyed


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("!wget https://data.example/levels.csv", "https://data.example/levels.csv"),
        ("pd.read_csv('https://data.example/levels.csv', sep=';')", "https://data.example/levels.csv"),
        ('df = pd.read_excel("https://data.example/levels.xlsx")', "https://data.example/levels.xlsx"),
        ("curl -L https://data.example/levels.csv -o levels.csv", "https://data.example/levels.csv"),
        ("https://docs.google.com/spreadsheets/u/0/d/AbC_1/edit#gid=7", "https://docs.google.com/spreadsheets/d/AbC_1/export?format=csv&gid=7"),
        ("https://drive.google.com/u/1/file/d/0123456789abc/view?resourcekey=0-xyz", "https://drive.usercontent.google.com/download?id=0123456789abc&export=download&confirm=t&resourcekey=0-xyz"),
    ],
)  # fmt: skip
def test_what_is_pasted_as_it_is_leads_to_the_file(pasted: str, url: str) -> None:
    assert parse_reference(pasted).url == url


@pytest.mark.parametrize(
    "pasted", ["git clone https://github.com/ada/sea.git", "!git clone git@github.com:ada/sea.git", "https://github.com/ada/sea"]
)  # fmt: skip
def test_a_repository_to_clone_is_the_repository(pasted: str) -> None:
    link = parse_reference(pasted)
    assert (link.form, link.owner, link.name) == ("github tree", "ada", "sea")


def test_a_plain_link_is_fetched_and_its_source_recorded(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/levels.csv", TABLE)
    path, source = get(server, "https://data.example/levels.csv", tmp_path)
    assert path.read_bytes() == TABLE
    assert (source.kind, source.file_name, source.size) == ("link", "levels.csv", len(TABLE))
    assert source.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert source.retrieved == NOON
    assert "May 6, 2024" in source.citation
    assert source.licence is None


def test_a_link_without_https_is_asked_for_with_it(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/levels.csv", TABLE)
    assert get(server, "http://data.example/levels.csv", tmp_path).path.read_bytes() == TABLE


def test_a_github_file_is_fetched_with_the_licence_of_its_repository(server: Loopback, tmp_path: Path) -> None:
    moved = Reply(302, headers={"Location": "https://raw.githubusercontent.com/o/r/main/data/levels.csv"})
    server.add("github.com", "/o/r/raw/main/data/levels.csv", moved)
    server.add("raw.githubusercontent.com", "/o/r/main/data/levels.csv", TABLE)
    server.add(
        "api.github.com",
        "/repos/o/r",
        json_reply({"full_name": "o/r", "license": {"spdx_id": "MIT"}, "owner": {"login": "o"}}),
    )
    path, source = get(server, "https://github.com/o/r/blob/main/data/levels.csv", tmp_path)
    assert path.name == "levels.csv"
    assert (source.kind, source.licence, source.url) == (
        "github",
        "MIT",
        "https://github.com/o/r/blob/main/data/levels.csv",
    )


def test_a_repository_offers_its_tables(server: Loopback, tmp_path: Path) -> None:
    server.add("api.github.com", "/repos/o/r", json_reply({"default_branch": "main"}))
    tree = [{"path": name, "type": "blob", "size": 9} for name in ("README.md", "b/two.csv", "one.csv", "app.py")]
    server.add("api.github.com", "/repos/o/r/git/trees/main", json_reply({"tree": tree}))
    server.add("github.com", "/o/r/raw/main/b/two.csv", TABLE)
    with pytest.raises(SeveralFiles) as caught:
        get(server, "https://github.com/o/r", tmp_path)
    assert [file.name for file in caught.value.files] == ["one.csv", "b/two.csv"]
    assert get(server, "https://github.com/o/r", tmp_path, file="b/two.csv").path.read_bytes() == TABLE


def test_a_folder_of_a_repository_lists_only_its_files(server: Loopback) -> None:
    tree = [{"path": name, "type": "blob", "size": 9} for name in ("one.csv", "b/two.csv", "bb/three.csv")]
    server.add("api.github.com", "/repos/o/r/git/trees/main", json_reply({"tree": tree}))
    found = list_files("https://github.com/o/r/tree/main/b", Transfer(server.network()))
    assert [file.name for file in found] == ["b/two.csv"]


def test_a_branch_may_have_a_slash_in_its_name(server: Loopback) -> None:
    server.add(
        "api.github.com", "/repos/o/r/git/trees/dev%2Fnew", json_reply({"tree": [{"path": "d/x.csv", "type": "blob"}]})
    )
    found = list_files("https://github.com/o/r/tree/dev/new/d", Transfer(server.network()))
    assert [file.name for file in found] == ["d/x.csv"]


def test_a_large_file_pointer_is_followed_and_checked(server: Loopback, tmp_path: Path) -> None:
    digest = hashlib.sha256(TABLE).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(TABLE)}\n".encode()
    server.add("raw.githubusercontent.com", "/o/r/main/big.csv", pointer)
    server.add("media.githubusercontent.com", "/media/o/r/main/big.csv", TABLE)
    assert get(server, "https://raw.githubusercontent.com/o/r/main/big.csv", tmp_path).source.sha256 == digest
    server.add("media.githubusercontent.com", "/media/o/r/main/big.csv", TABLE + b"x")
    with pytest.raises(DatasetError, match="not the one that the pointer names"):
        get(server, "https://raw.githubusercontent.com/o/r/main/big.csv", tmp_path / "again")


def test_a_gist_is_fetched_by_the_file_its_link_names(server: Loopback, tmp_path: Path) -> None:
    files = {
        name: {"filename": name, "size": 3, "raw_url": f"https://gist.githubusercontent.com/u/abc/raw/{name}"}
        for name in ("my_data.csv", "other.csv")
    }
    server.add("api.github.com", "/gists/abc", json_reply({"files": files}))
    server.add("gist.githubusercontent.com", "/u/abc/raw/my_data.csv", TABLE)
    assert get(server, "https://gist.github.com/u/abc#file-my_data-csv", tmp_path).path.name == "my_data.csv"


def test_a_release_offers_its_files(server: Loopback, tmp_path: Path) -> None:
    assets = [
        {
            "name": "levels.csv",
            "size": 3,
            "browser_download_url": "https://github.com/o/r/releases/download/v1/levels.csv",
        }
    ]
    server.add("api.github.com", "/repos/o/r/releases/latest", json_reply({"assets": assets}))
    server.add("github.com", "/o/r/releases/download/v1/levels.csv", TABLE)
    assert get(server, "https://github.com/o/r/releases/latest", tmp_path).path.read_bytes() == TABLE


@pytest.mark.parametrize(
    ("link", "host", "path"),
    [
        ("https://docs.google.com/spreadsheets/d/abcdefghijk/edit#gid=7", "docs.google.com", "/spreadsheets/d/abcdefghijk/export"),
        ("https://drive.google.com/file/d/abcdefghijklm/view?usp=sharing", "drive.usercontent.google.com", "/download"),
        ("https://drive.google.com/open?id=abcdefghijklm", "drive.usercontent.google.com", "/download"),
        ("https://huggingface.co/datasets/o/n/blob/main/t.csv", "huggingface.co", "/datasets/o/n/resolve/main/t.csv"),
        ("https://archive.ics.uci.edu/dataset/360/air+quality", "archive.ics.uci.edu", "/static/public/360/air+quality.zip"),
        ("https://www.dropbox.com/s/abc/t.csv?dl=0", "www.dropbox.com", "/s/abc/t.csv"),
        ("https://gitlab.com/o/n/-/blob/main/t.csv", "gitlab.com", "/o/n/-/raw/main/t.csv"),
        ("https://github.com/o/n/raw/main/t.csv", "github.com", "/o/n/raw/main/t.csv"),
        ("https://github.com/o/n/releases/download/v1/t.csv", "github.com", "/o/n/releases/download/v1/t.csv"),
        ("https://github.com/o/n/archive/refs/heads/main.zip", "github.com", "/o/n/archive/refs/heads/main.zip"),
        ("https://gist.githubusercontent.com/u/abc/raw/t.csv", "gist.githubusercontent.com", "/u/abc/raw/t.csv"),
    ],
)  # fmt: skip
def test_the_links_that_students_paste_lead_to_the_file(
    server: Loopback, tmp_path: Path, link: str, host: str, path: str
) -> None:
    server.add(host, path, TABLE)
    assert get(server, link, tmp_path).path.read_bytes() == TABLE


def test_a_hugging_face_dataset_offers_its_files(server: Loopback, tmp_path: Path) -> None:
    entries = [{"path": "train.csv", "type": "file", "size": 5}, {"path": "README.md", "type": "file"}]
    server.add("huggingface.co", "/api/datasets/o/n/tree/main/", json_reply(entries))
    server.add(
        "huggingface.co",
        "/api/datasets/o/n",
        json_reply({"id": "o/n", "author": "o", "cardData": {"license": "cc0-1.0"}}),
    )
    server.add("huggingface.co", "/datasets/o/n/resolve/main/train.csv", TABLE)
    assert get(server, "https://huggingface.co/datasets/o/n", tmp_path).source.licence == "cc0-1.0"


def test_a_zenodo_record_offers_its_files(server: Loopback, tmp_path: Path) -> None:
    record = {
        "files": [{"key": "t.csv", "size": 5}],
        "metadata": {
            "title": "Tides",
            "license": {"id": "cc-by-4.0"},
            "creators": [{"name": "Ada"}],
            "publication_date": "2020-03-01",
        },
    }
    server.add("zenodo.org", "/api/records/123", json_reply(record))
    server.add("zenodo.org", "/records/123/files/t.csv", TABLE)
    source = get(server, "https://zenodo.org/records/123", tmp_path).source
    assert (source.licence, source.title) == ("cc-by-4.0", "Tides")
    assert source.citation.startswith('Ada, "Tides,"')


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("", "No link"),
        ("not a link", "neither a link nor"),
        ("ftp://data.example/t.csv", "Only https"),
        ("file:///etc/passwd", "Only https"),
        ("https://", "Only https"),
        ("https://github.com/o", "names no repository"),
        ("https://www.kaggle.com/code/a/b", "not that of a dataset"),
        ("https://drive.google.com/drive/folders/abcdefghijk", "folder on Google Drive"),
        ("https://colab.research.google.com/drive/abc", "Colab notebook"),
        ("https://user:secret@data.example/t.csv", "user name or password"),
        ("https://data.example/t.csv\r\nHost: x", "one line"),
    ],
)
def test_what_is_no_dataset_link_is_refused_with_the_reason(
    server: Loopback, tmp_path: Path, link: str, said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        get(server, link, tmp_path)
    assert not server.seen


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255", "::", "198.18.0.1", "fec0::1"],
)  # fmt: skip
def test_addresses_inside_the_hosts_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.121.3", "2606:50c0:8000::154"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "10.0.0.5"], ["::ffff:10.0.0.1"], []])
def test_a_name_that_stands_for_an_inner_address_is_never_reached(
    server: Loopback, tmp_path: Path, answers: list[str]
) -> None:
    network = Network(resolver=lambda host, port: answers)
    with pytest.raises(DatasetError, match="open internet"):
        get(server, "https://inner.example/t.csv", tmp_path, network=network)


def test_a_redirect_to_an_inner_address_is_refused(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(302, headers={"Location": f"https://127.0.0.1:{server.port}/secret"}))
    with pytest.raises(DatasetError, match="open internet"):
        get(server, "https://data.example/t.csv", tmp_path)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "target", ["http://data.example/t.csv", "file:///etc/passwd", "https://u:p@data.example/t.csv", "//[bad"]
)
def test_a_redirect_to_something_else_than_https_is_refused(server: Loopback, tmp_path: Path, target: str) -> None:
    server.add("data.example", "/t.csv", Reply(302, headers={"Location": target}))
    with pytest.raises(DatasetError):
        get(server, "https://data.example/t.csv", tmp_path)
    assert len(server.seen) == 1


def test_redirects_without_end_are_refused(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(302, headers={"Location": "/t.csv"}))
    with pytest.raises(DatasetError, match="without end"):
        get(server, "https://data.example/t.csv", tmp_path)


def test_the_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(
    tmp_path: Path, server: Loopback
) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    # The first answer is a reserved address, so nothing is connected to, and no second look-up follows.
    with pytest.raises(DatasetError, match="open internet"):
        get(server, "https://rebind.example/t.csv", tmp_path, network=Network(resolver=resolver))
    assert asked == ["rebind.example"]


def test_an_unknown_host_is_said_so(server: Loopback, tmp_path: Path) -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(DatasetError, match="was not found"):
        get(server, "https://nowhere.example/t.csv", tmp_path, network=Network(resolver=resolver))


def test_an_untrusted_certificate_is_refused(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", TABLE)
    with pytest.raises(DatasetError, match="certificate"):
        get(server, "https://data.example/t.csv", tmp_path, network=server.network(trusted=False))


def test_more_bytes_than_allowed_are_refused_by_their_announcement(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(body=b"x" * 300_000))
    with pytest.raises(DatasetError, match="too large"):
        get(server, "https://data.example/t.csv", tmp_path)


def test_more_bytes_than_allowed_are_refused_without_an_announcement(server: Loopback, tmp_path: Path) -> None:
    server.add(
        "data.example", "/t.csv", Reply(length=-1, pieces=lambda out: [out.write(b"x" * 10_000) for _ in range(100)])
    )
    with pytest.raises(DatasetError, match="too large"):
        get(server, "https://data.example/t.csv", tmp_path)
    assert not list(tmp_path.rglob("*.csv"))


def test_a_slow_drip_ends_at_the_deadline(server: Loopback, tmp_path: Path) -> None:
    stop = threading.Event()

    def drip(out: Any) -> None:
        while not stop.wait(0.05):
            out.write(b"x")
            out.flush()

    server.add("data.example", "/t.csv", Reply(length=-1, pieces=drip))
    try:
        with pytest.raises(DatasetError, match="took too long"):
            get(server, "https://data.example/t.csv", tmp_path, limits=FetchLimits(seconds=0.8))
    finally:
        stop.set()


def test_a_file_that_ends_early_is_not_kept(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(body=TABLE, length=len(TABLE) + 50))
    with pytest.raises(DatasetError):
        get(server, "https://data.example/t.csv", tmp_path)
    assert not list(tmp_path.rglob("t.csv"))


def test_a_packed_answer_that_nobody_asked_for_is_refused(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DatasetError, match="packed form"):
        get(server, "https://data.example/t.csv", tmp_path)


def test_a_web_page_is_refused(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t", Reply(body=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(DatasetError, match="web page"):
        get(server, "https://data.example/t", tmp_path)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "login"),
        (403, "refuses access"),
        (404, "nothing under"),
        (410, "nothing under"),
        (429, "pause"),
        (500, "trouble"),
        (418, "did not send"),
    ],
)
def test_each_refusal_of_a_server_has_its_own_sentence(
    server: Loopback, tmp_path: Path, status: int, said: str
) -> None:
    server.add("data.example", "/t.csv", Reply(status=status))
    with pytest.raises(DatasetError, match=said):
        get(server, "https://data.example/t.csv", tmp_path)


def test_the_limit_of_github_is_told(server: Loopback, tmp_path: Path) -> None:
    server.add("api.github.com", "/repos/o/r", Reply(status=403, headers={"X-RateLimit-Remaining": "0"}))
    with pytest.raises(DatasetError, match="pause"):
        get(server, "https://github.com/o/r", tmp_path)


def ranged(request: Request, body: bytes, stop_after: int | None = None) -> Reply:
    headers = {"ETag": '"one"'}
    if request.headers.get("if-none-match") == '"one"':
        return Reply(status=304, headers=headers)
    start = 0
    if request.headers.get("if-range") == '"one"' and "range" in request.headers:
        start = int(request.headers["range"].removeprefix("bytes=").split("-")[0])
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
    rest = body[start:]
    if stop_after is not None and not start:
        return Reply(body=rest[:stop_after], length=len(rest), headers=headers)
    return Reply(status=206 if start else 200, body=rest, headers=headers)


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server: Loopback, tmp_path: Path) -> None:
    body = bytes(range(256)) * 400
    server.add("data.example", "/t.csv", lambda request: ranged(request, body, stop_after=40_000))
    assert get(server, "https://data.example/t.csv", tmp_path).path.read_bytes() == body
    assert server.seen[-1].headers["range"] == "bytes=40000-"


def test_a_file_that_has_not_changed_is_not_fetched_again(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", lambda request: ranged(request, TABLE))
    first = get(server, "https://data.example/t.csv", tmp_path)
    second = get(server, "https://data.example/t.csv", tmp_path)
    assert first.path == second.path
    assert server.seen[-1].headers["if-none-match"] == '"one"'


def test_progress_is_told_and_a_download_can_be_cancelled(server: Loopback, tmp_path: Path) -> None:
    server.add("data.example", "/t.csv", Reply(body=b"x" * 150_000))
    told: list[FetchProgress] = []
    get(server, "https://data.example/t.csv", tmp_path, progress=told.append)
    assert told[-1].received == told[-1].total == 150_000
    with pytest.raises(FetchCancelled):
        get(server, "https://data.example/t.csv", tmp_path / "other", should_stop=lambda: True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("a/b\\c.csv", "c.csv"), ("..", "dataset"), (".hidden", "hidden"), ("con.csv", "dataset.csv"), ("x" * 300 + ".csv", "x" * 116 + ".csv"), ("a\nb.csv", "a_b.csv"), ("%2e%2e%2fx.csv", "x.csv")],
)  # fmt: skip
def test_names_from_a_server_cannot_leave_the_folder(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_the_name_that_a_server_gives_is_used(server: Loopback, tmp_path: Path) -> None:
    headers = {"Content-Disposition": "attachment; filename*=UTF-8''h%C3%B6he%2F..%2Ft.csv"}
    server.add("data.example", "/get", Reply(body=TABLE, headers=headers))
    assert get(server, "https://data.example/get?id=1", tmp_path).path.name == "t.csv"


def test_an_upload_is_kept_under_its_content(tmp_path: Path) -> None:
    given = tmp_path / "upload.tmp"
    given.write_bytes(TABLE)
    path, source = take_upload(given, "../my levels.csv", tmp_path / "kept", LIMITS, clock=lambda: NOON)
    assert path.read_bytes() == TABLE
    assert path.parent.name == source.sha256
    assert (source.kind, source.file_name, source.title) == ("upload", "my levels.csv", "my levels")


@pytest.mark.parametrize(("size", "said"), [(0, "empty"), (300_000, "too large")])
def test_an_empty_or_too_large_upload_is_refused(tmp_path: Path, size: int, said: str) -> None:
    given = tmp_path / "upload.tmp"
    given.write_bytes(b"x" * size)
    with pytest.raises(DatasetError, match=said):
        take_upload(given, "t.csv", tmp_path / "kept", LIMITS)


def test_pages_that_search_for_datasets_carry_the_topic() -> None:
    assert all("river%20level" in address for _, address in dataset_searches("river level"))


def zip_of(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_a_fetched_archive_is_read_like_a_table(server: Loopback, tmp_path: Path) -> None:
    from assistant.dataset.reading.read_table import read_table

    server.add("data.example", "/t.zip", zip_of("inner/levels.csv", TABLE))
    table = read_table(get(server, "https://data.example/t.zip", tmp_path).path)
    assert (table.reader.member, table.rows) == ("inner/levels.csv", 2)
