"""What the Dataset page does with tables that students bring, and with downloads and searches, without a browser."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from assistant.dataset.choices import SeriesChoice
from assistant.dataset.repairs import can_undo
from assistant.dataset.series import Series
from assistant.errors import DatasetError
from assistant.findings import State
from assistant.settings import MailAccount, Settings
from assistant.submission import dataset_choice as dataset
from assistant.submission import dataset_download as downloads
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.dataset_commands import DescribeSource, RememberSearch, ShareDataset
from assistant.submission.dataset_overview import Overview
from assistant.submission.draft import DatasetChoice, ProjectDraft
from assistant.submission.packaging import Package, make_package
from assistant.submission.services import open_services
from assistant.submission.session import Session
from assistant.submission.status import dataset_status
from assistant.submission.workspace import new_owner
from tests.loopback import Loopback, Reply, json_reply

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)
KAGGLE, SERVICE = "api.kaggle.com", "/v1/datasets.DatasetApiService"


@pytest.fixture(scope="module")
def host() -> Iterator[Loopback]:
    running = Loopback()
    yield running
    running.close()


@pytest.fixture
def session(tmp_path: Path, host: Loopback) -> Session:
    host.pages.clear()
    host.seen.clear()
    services = open_services(
        Settings(workspace=tmp_path / "workspace", hosted=False), MailAccount(), lambda: NOW,
        network=host.network(KAGGLE, "example.org", "api.github.com", "github.com"),
    )  # fmt: skip
    return Session(services, new_owner())


def daily(rows: int = 300, header: str = "day,level", **cells: str) -> str:
    """Return a table of days with a weekly pattern; `cells` such as r5="NA" replace the level of a row."""
    lines = [header]
    for row in range(rows):
        lines.append(f"{date(2020, 1, 1) + timedelta(days=row)},{cells.get(f'r{row}', f'{row % 7 + row / 50:.2f}')}")
    return "\n".join(lines) + "\n"


def upload(session: Session, tmp_path: Path, content: str | bytes, name: str = "table.csv", number: int = 1) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    dataset.take_upload(session, number, str(path))


def chosen(session: Session, number: int = 1) -> DatasetChoice:
    choice = session.snapshot.project(number).draft.dataset
    assert choice is not None
    return choice


def overview(session: Session, number: int = 1) -> Overview:
    return session.snapshot.project(number).required_overview


def series(session: Session, number: int = 1) -> Series:
    return session.snapshot.project(number).series


def project(session: Session) -> ProjectDraft:
    return session.snapshot.project(1).draft


def state_of(session: Session) -> downloads.DownloadState | None:
    return downloads.download_state(session.refresh().project(1))


def ended(session: Session) -> downloads.DownloadState | None:
    """Wait until a download has ended and return what is left to say of it."""
    until = time.monotonic() + 60
    while (state := state_of(session)) is not None and state.under_way:
        assert time.monotonic() < until
    return state


def packaged_with_a_link(session: Session) -> Package:
    session.apply(
        PasteColabLink(project=1, text="https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345")
    )
    return make_package(session)


def share(session: Session, value) -> None:
    session.apply(ShareDataset(project=1, share=value))


def describe(session: Session, licence: str, url: str) -> None:
    session.apply(DescribeSource(project=1, licence=licence, url=url))


def choose(session: Session, **values: object) -> None:
    dataset.set_choices(session, 1, chosen(session).choices.model_copy(update=values))


def test_what_was_understood_is_kept_with_the_table(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, daily())
    shown = overview(session)
    assert shown.inspection.outcome == "good"
    assert shown.inspection.verdict.startswith("Good for forecasting: 300 values of level")
    assert shown.profile.histogram
    assert shown.columns == ("day", "level")
    assert len(shown.profile.preview) == 8


def test_a_repair_that_is_undone_stays_in_the_list_and_can_be_done_again(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, daily(r200="?"))
    before = chosen(session).series_sha256
    gaps = next(repair for repair in overview(session).repairs if repair.key == "gaps")
    assert gaps.applied
    assert can_undo(gaps)
    kept = [repair.key for repair in overview(session).repairs if repair.key != "gaps"]
    dataset.set_repairs(session, 1, kept)
    undone = next(repair for repair in overview(session).repairs if repair.key == "gaps")
    assert not undone.applied
    assert chosen(session).choices.undo == {"gaps"}
    assert len(series(session).frame) == 200
    dataset.set_repairs(session, 1, [*kept, "gaps"])
    assert chosen(session).series_sha256 == before


def test_every_repair_with_a_switch_can_be_switched_off_and_on(session: Session, tmp_path: Path) -> None:
    rows = daily(r9="-999", r150="?").splitlines()
    rows[20], rows[40] = rows[40], rows[20]
    rows += [rows[100], rows[100].replace(",", ",1")]
    upload(session, tmp_path, "\n".join(rows))
    before = chosen(session).series_sha256
    switches = [repair.key for repair in overview(session).repairs if can_undo(repair)]
    assert {"order", "copies", "same moment", "gaps", "sentinel:level"} <= set(switches)
    for key in switches:
        dataset.set_repairs(session, 1, [other for other in switches if other != key])
        states = {repair.key: repair.applied for repair in overview(session).repairs}
        assert states[key] is False, key
        dataset.set_repairs(session, 1, switches)
        assert chosen(session).series_sha256 == before
        assert all(repair.applied for repair in overview(session).repairs)


def test_a_feature_that_a_repair_left_out_comes_back(session: Session, tmp_path: Path) -> None:
    rows = [f"{date(2020, 1, 1) + timedelta(days=n)},{n % 7 + n / 50:.2f},{max(n, 200)}" for n in range(300)]
    upload(session, tmp_path, "\n".join(["day,level,flow", *rows]))
    keys = [repair.key for repair in overview(session).repairs]
    assert "constant" in keys
    assert series(session).roles.features == ()
    dataset.set_repairs(session, 1, [key for key in keys if key != "constant"])
    assert series(session).roles.features == ("flow",)
    dataset.set_repairs(session, 1, keys)
    assert series(session).roles.features == ()


def test_an_archive_unpacks_to_no_more_than_the_host_allows(session: Session, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", daily(2000))
    small = replace(session.services, limits=replace(session.services.limits, unpacked=10_000))
    with pytest.raises(DatasetError, match="more than is allowed"):
        upload(Session(small, session.owner), tmp_path, packed.getvalue(), "table.zip")


def test_dates_with_two_readings_keep_both_after_one_was_picked(session: Session, tmp_path: Path) -> None:
    rows = [f"03/04/{year},{year % 7}" for year in range(1950, 2021)]
    upload(session, tmp_path, "\n".join(["when,level", *rows]))
    readings = overview(session).readings
    assert {reading.order for reading in readings} == {"day first", "month first"}
    spans = set()
    for reading in readings:
        choose(session, date_order=reading.order)
        inspection = overview(session).inspection
        assert inspection.time is not None
        assert inspection.time.first == reading.first
        assert not any("two ways" in finding.what for finding in inspection.findings)
        assert overview(session).readings == readings
        spans.add(chosen(session).series_sha256)
    assert len(spans) == 2


def test_one_of_several_series_is_picked_or_all_are_put_together(session: Session, tmp_path: Path) -> None:
    rows = ["city,day,level"]
    for place, city in enumerate(("Oslo", "Rome")):
        rows += [f"{city},{line}" for line in daily(200, "").splitlines()[1:]]
        rows = [row if place == 0 or not row.startswith("Rome") else f"{row}1" for row in rows]
    upload(session, tmp_path, "\n".join(rows))
    assert overview(session).inspection.series is not None
    seen = {chosen(session).series_sha256}
    for picked in (SeriesChoice(column="city", value="Rome"), SeriesChoice(column="city", together="sum")):
        choose(session, series=picked)
        seen.add(chosen(session).series_sha256)
        assert len(series(session).frame) == 200
    assert len(seen) == 3


def test_another_sheet_is_another_table_with_roles_of_its_own(session: Session, tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=120)
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        for name in ("first", "second"):
            frame = pd.DataFrame({"day": days, f"of {name}": [n % 7 + n / 9 for n in range(120)]})
            frame.to_excel(book, sheet_name=name, index=False)
    dataset.take_upload(session, 1, str(path))
    assert overview(session).inspection.reader.sheets == ("first", "second")
    dataset.set_part(session, 1, sheet="second")
    assert chosen(session).sheet == "second"
    assert series(session).target == "of second"


def test_another_file_of_an_archive_is_another_table(session: Session, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("big.csv", daily(400))
        archive.writestr("small.csv", daily(100, "day,height"))
    upload(session, tmp_path, out.getvalue(), "both.zip")
    members = overview(session).inspection.reader.members
    assert set(members) == {"big.csv", "small.csv"}
    dataset.set_part(session, 1, member="small.csv")
    assert series(session).target == "height"


def test_a_table_of_words_is_shown_with_a_verdict_and_no_series(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, "word,kind\n" + "".join(f"w{'abcdefgh'[n % 8]}{'xyz'[n % 3]},k\n" for n in range(60)))
    assert overview(session).inspection.outcome == "wrong kind"
    assert chosen(session).series_sha256 is None
    with pytest.raises(DatasetError):
        series(session)


def test_a_file_without_a_table_changes_nothing(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, daily())
    before = project(session)
    with pytest.raises(DatasetError):
        upload(session, tmp_path, b"%PDF-1.7 nothing", "report.pdf")
    assert project(session) == before
    assert series(session).target == "level"


def test_a_dataset_without_a_licence_has_to_be_decided_on_before_it_goes_out(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, daily())
    assert "no licence" in session.snapshot.project(1).sharing_question
    asked = [finding for finding in session.snapshot.findings if "until you have decided" in finding.what]
    assert [(finding.project, finding.step) for finding in asked] == [(1, "dataset")]
    assert dataset_status(session.snapshot.project(1)).state is State.UNDECIDED
    package = packaged_with_a_link(session)
    assert package.bundle.manifest.file("dataset", 1) is None
    assert "project 1: dataset" in package.missing
    share(session, "file")
    assert not [finding for finding in session.snapshot.findings if "until you have decided" in finding.what]
    share(session, None)
    describe(session, "CC BY 4.0", "")
    assert session.snapshot.project(1).sharing_question == ""
    assert series(session).source.licence == "CC BY 4.0"


def test_columns_with_personal_data_have_to_be_decided_on_too(session: Session, tmp_path: Path) -> None:
    rows = [f"{line},p{n}@example.org" for n, line in enumerate(daily().splitlines()[1:])]
    upload(session, tmp_path, "\n".join(["day,level,email", *rows]))
    describe(session, "CC0", "")
    assert "personal data" in session.snapshot.project(1).sharing_question


def test_the_link_and_the_digest_go_out_instead_of_the_file(session: Session, tmp_path: Path) -> None:
    upload(session, tmp_path, daily())
    share(session, "link")
    assert any("there is none" in finding.what for finding in session.snapshot.findings)
    describe(session, "", "example.org/table.csv")
    assert not any("there is none" in finding.what for finding in session.snapshot.findings)
    handed = session.snapshot.submission.projects[0]
    assert handed.by_link
    assert handed.source is not None
    bundle = make_package(session).bundle
    assert bundle.manifest.file("dataset", 1) is None
    assert "project 1: dataset" not in bundle.manifest.missing
    with zipfile.ZipFile(bundle.path) as archive:
        links = archive.read("LINKS.txt").decode()
    assert f"https://example.org/table.csv (not in this bundle; SHA-256 {handed.source.sha256})" in links
    share(session, "file")
    assert make_package(session).bundle.manifest.file("dataset", 1) is not None


def test_a_link_is_fetched_while_the_page_may_be_closed(session: Session, host: Loopback) -> None:
    host.add("example.org", "/levels.csv", daily().encode())
    downloads.start_download(session, 1, "https://example.org/levels.csv")
    assert ended(session) is None
    assert chosen(session).source.url == "https://example.org/levels.csv"
    assert series(session).target == "level"


def test_the_key_in_a_link_is_written_down_nowhere(session: Session, host: Loopback) -> None:
    host.add(
        "example.org", "/levels.csv", lambda request: Reply(body=daily().encode() if "s3cret" in request.path else b"")
    )
    link = "https://example.org/levels.csv?token=s3cret-of-one-person"
    session.apply(RememberSearch(project=1, way="Link", link=link))
    downloads.start_download(session, 1, link)
    assert ended(session) is None
    assert "will not work for others" in str(session.snapshot.project(1).required_overview.inspection.findings)
    root = session.services.settings.workspace
    assert not [path for path in root.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_a_download_tells_its_bytes_and_stops_when_it_is_cancelled(session: Session, host: Loopback) -> None:
    content = daily(20_000).encode()

    def drip(stream) -> None:
        for place in range(0, len(content), 2_000):
            stream.write(content[place : place + 2_000])
            stream.flush()
            time.sleep(0.01)

    host.add("example.org", "/long.csv", Reply(length=len(content), pieces=drip))
    downloads.start_download(session, 1, "https://example.org/long.csv")
    until = time.monotonic() + 10
    while (state := state_of(session)) is None or not state.received:
        assert time.monotonic() < until
    assert state.total == len(content)
    with pytest.raises(DatasetError, match="running already"):
        downloads.start_download(session, 1, "https://example.org/long.csv")
    downloads.cancel_download(session, 1)
    state = ended(session)
    assert state is not None
    assert state.state == "cancelled"
    assert project(session).dataset is None
    downloads.cancel_download(session, 1)
    assert state_of(session) is None


def test_a_download_that_fails_says_why_and_keeps_the_dataset_before(session: Session) -> None:
    dataset.choose_ready(session, 1, "sunspots")
    downloads.start_download(session, 1, "https://example.org/gone.csv")
    state = ended(session)
    assert state is not None
    assert (state.state, state.what) == ("failed", "There is nothing under this link.")
    assert chosen(session).ready == "sunspots"


def test_what_was_typed_while_looking_is_kept(session: Session) -> None:
    session.apply(RememberSearch(project=1, way="Link", link="https://example.org/le"))
    session.apply(RememberSearch(project=1, link="https://example.org/levels.csv"))
    looking = project(Session(session.services, session.owner)).looking
    assert (looking.way, looking.link, looking.kaggle) == ("Link", "https://example.org/levels.csv", "")


@pytest.mark.parametrize(
    ("reference", "said"), [("", "no link"), ("what is this", "neither a link"), ("ftp://a.org/x", "https")]
)
def test_what_is_no_link_is_refused_at_once(session: Session, reference: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        downloads.start_download(session, 1, reference)
    assert state_of(session) is None


def test_a_repository_offers_its_tables_with_their_sizes(session: Session, host: Loopback) -> None:
    tree = [{"path": name, "type": "blob", "size": 1_234} for name in ("a.csv", "b.csv")]
    host.add("api.github.com", "/repos/ada/sea", json_reply({"default_branch": "main"}))
    host.add("api.github.com", "/repos/ada/sea/git/trees/main", json_reply({"tree": tree}))
    host.add("github.com", "/ada/sea/raw/main/b.csv", daily().encode())
    downloads.start_download(session, 1, "https://github.com/ada/sea")
    assert ended(session) is None
    offered = project(session).offered
    assert offered is not None
    assert (offered.names, offered.sizes) == (("a.csv", "b.csv"), (1_234, 1_234))
    with pytest.raises(DatasetError, match="picked"):
        downloads.start_download_offered(session, 1, "c.csv")
    downloads.start_download_offered(session, 1, "b.csv")
    assert ended(session) is None
    assert project(session).offered is None
    assert chosen(session).source.file_name == "b.csv"


def test_a_search_on_kaggle_keeps_its_page_and_turns_it(session: Session, host: Loopback) -> None:
    found = [
        {
            "ref": f"ada/tides-{n}",
            "title": "Tides",
            "totalBytes": 9,
            "voteCount": 3,
            "lastUpdated": "2021-02-03T00:00:00Z",
        }
        for n in range(20)
    ]
    host.add(KAGGLE, f"{SERVICE}/ListDatasets", json_reply({"datasets": found}))
    downloads.search_kaggle(session, 1, " tides ", token="KGAT_own")
    downloads.turn_page(session, 1, 1, token="KGAT_own")
    last = project(session).kaggle_search
    assert last is not None
    assert (last.text, last.page, last.more, len(last.datasets)) == ("tides", 2, True, 20)
    assert (last.datasets[0].updated, last.datasets[0].votes) == ("2021-02-03", 3)
    assert json.loads(host.seen[-1].body)["page"] == 2
    assert {request.headers["authorization"] for request in host.seen} == {"Bearer KGAT_own"}
    written = [path for path in session.services.settings.workspace.rglob("*") if path.is_file()]
    assert written
    assert not any(b"KGAT_own" in path.read_bytes() for path in written)


def test_searching_without_an_account_says_how_to_get_a_token(session: Session, host: Loopback) -> None:
    host.add(KAGGLE, f"{SERVICE}/ListDatasets", json_reply({"code": 401, "message": "Unauthenticated"}, 401))
    with pytest.raises(DatasetError, match="wants an account") as caught:
        downloads.search_kaggle(session, 1, "tides")
    assert "kaggle.com/settings" in caught.value.fix
    with pytest.raises(DatasetError, match="nothing to search"):
        downloads.search_kaggle(session, 1, " ")


def test_on_a_shared_server_nobodys_own_token_is_used(session: Session, host: Loopback) -> None:
    host.add(KAGGLE, f"{SERVICE}/ListDatasets", json_reply({"datasets": []}))
    hosted = replace(session.services, settings=session.services.settings.model_copy(update={"hosted": True}))
    downloads.search_kaggle(Session(hosted, session.owner), 1, "tides", token="KGAT_own")
    assert "authorization" not in host.seen[-1].headers


def test_all_files_of_a_kaggle_dataset_can_be_taken_as_one(session: Session, host: Loopback) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", daily(300))
        archive.writestr("b.csv", daily(100, "day,height"))
    files = [{"name": name, "totalBytes": 20} for name in ("a.csv", "b.csv")]
    host.add(KAGGLE, f"{SERVICE}/ListDatasetFiles", json_reply({"datasetFiles": files}))
    host.add(KAGGLE, f"{SERVICE}/GetDataset", json_reply({"title": "Tides", "licenseName": "CC0-1.0"}))
    host.add(
        KAGGLE, f"{SERVICE}/DownloadDataset", Reply(body=out.getvalue(), headers={"Content-Type": "application/zip"})
    )
    downloads.start_download(session, 1, "ada/tides")
    assert ended(session) is None
    offered = project(session).offered
    assert offered is not None
    assert offered.names == ("a.csv", "b.csv", "*")
    downloads.start_download_offered(session, 1, "*")
    assert ended(session) is None
    assert overview(session).inspection.reader.members
    assert chosen(session).source.licence == "CC0-1.0"
