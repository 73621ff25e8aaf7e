"""Archives: the member that is wanted comes out, and nothing that an archive tries can do harm."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.archive import list_members, unpack_member
from assistant.dataset.reading.read_table import read_table
from assistant.errors import DatasetError

TABLE = b"date,level\n2020-01-01,1\n2020-01-02,2\n"


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_the_likeliest_table_comes_first_and_others_can_be_picked(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        ("readme.txt", b"x" * 900),
        ("small.csv", TABLE),
        ("big.csv", TABLE * 3),
        (".hidden.csv", TABLE),
        ("picture.png", b"x"),
    )
    assert [name for name, _ in list_members(path)] == ["big.csv", "small.csv", "readme.txt"]
    table = read_table(path, ReadingRequest(member="small.csv"))
    assert (table.reader.member, table.rows) == ("small.csv", 2)
    assert table.reader.members == ("big.csv", "small.csv", "readme.txt")


def test_a_packed_tar_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("data/levels.csv")
        info.size = len(TABLE)
        archive.addfile(info, io.BytesIO(TABLE))
    assert read_table(path).reader.member == "data/levels.csv"


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv", "a/../../evil.csv"]
)
def test_a_member_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", (name, TABLE))
    with pytest.raises(DatasetError, match="not safe to unpack"):
        read_table(path)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("evil.csv")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DatasetError, match="is a link"):
        read_table(zipped(tmp_path / "a.zip", (info, b"/etc/passwd")))


def test_an_encrypted_member_is_said_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("t.csv", TABLE))
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.index(mark) + offset
        raw[place] |= 1
    path.write_bytes(raw)
    with pytest.raises(DatasetError, match="encrypted"):
        read_table(path)


def test_a_bomb_is_refused_by_its_announced_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("t.csv", b"0" * 3_000_000))
    with pytest.raises(DatasetError, match="more than is allowed"):
        unpack_member(path, None, tmp_path / "out", limit=1_000_000)
    assert not list((tmp_path / "out").glob("*"))


def test_a_bomb_that_announces_a_small_size_is_stopped_by_the_bytes_written(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("t.csv", b"0" * 3_000_000))
    raw = path.read_bytes().replace(struct.pack("<I", 3_000_000), struct.pack("<I", 1000))
    path.write_bytes(raw)
    with pytest.raises(DatasetError):
        unpack_member(path, None, tmp_path / "out", limit=1_000_000)
    assert not list((tmp_path / "out").glob("*"))


def test_a_gzip_bomb_is_stopped_by_the_bytes_written(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 3_000_000))
    with pytest.raises(DatasetError, match="more than is allowed"):
        read_table(path, ReadingRequest(unpacked_limit=1_000_000))


def test_archives_inside_archives_end_somewhere(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "0.zip", ("t.csv", TABLE)).read_bytes()
    for depth in range(1, 5):
        path = tmp_path / f"{depth}.csv"
        zipped(path, (f"{depth - 1}.csv", inner))
        inner = path.read_bytes()
    with pytest.raises(DatasetError, match="too deep"):
        read_table(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\x1f\x8bnothing", b"BZhnothing", b"\xfd7zXZ nothing"])
def test_a_damaged_archive_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_table(path)


def test_an_archive_without_a_table_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds cat\.png"):
        read_table(zipped(tmp_path / "a.zip", ("cat.png", b"x")))


@pytest.mark.parametrize(
    ("start", "said"),
    [(b"\x89PNG\r\n\x1a\n\0", "a picture"), (b"%PDF-1.7", "a PDF"), (b"<!DOCTYPE html><html>", "a web page"), (b"SQLite format 3\0", "a database"), (b"\x80\x04\x95\0\0", "a Python pickle"), (b"version https://git-lfs.github.com/spec/v1\n", "a pointer"), (b'{"cells": [], "nbformat": 4}', "a notebook"), (b"", "empty"), (b"   \n\n", "empty"), (b"a,b\n", "no rows")],
)  # fmt: skip
def test_what_is_no_table_is_named(tmp_path: Path, start: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(start)
    with pytest.raises(DatasetError, match=said):
        read_table(path)


def test_a_damaged_workbook_or_parquet_file_is_said_so(tmp_path: Path) -> None:
    for content in (b"PAR1nothing", b"\xd0\xcf\x11\xe0nothing"):
        path = tmp_path / "t.bin"
        path.write_bytes(content)
        with pytest.raises(DatasetError, match="cannot be read"):
            read_table(path)


def test_only_the_columns_of_interest_are_loaded(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"date,a,b,c\n" + b"2020-01-01,1,2,3\n" * 5)
    assert read_table(path, ReadingRequest(columns=["date", "b"])).columns == ("date", "b")


def test_a_large_table_whose_later_rows_differ_is_read_all_the_same(tmp_path: Path) -> None:
    rows = [b"2020-01-01 00:00:00,1,2.5,abcdefghijklmnopqrstuvwxyz"] * 400_000
    rows[250_000] = "2020-01-01 00:00:00,x,2.5,Tür".encode("cp1252")
    path = tmp_path / "t.csv"
    path.write_bytes(b"date,count,value,text\n" + b"\n".join(rows))
    assert path.stat().st_size > 20_000_000
    table = read_table(path)
    assert table.rows == 400_000
    assert table.frame["text"].iloc[250_000] == "Tür"
    assert table.frame["count"].iloc[250_000] == "x"


def test_a_separator_beyond_ascii_is_taken_at_its_word(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=«\ndate«level\n2020-01-01«1\n2020-01-02«2\nodd row\n", "utf-8")
    assert list(read_table(path).frame["level"].dropna()) == [1, 2]


def test_a_marked_file_with_a_broken_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfdate,level\n2020-01-01,1\n,,,2020-0\xab-02,7\n2020-01-03,3\n")
    assert read_table(path).frame["level"].iloc[0] == 1
