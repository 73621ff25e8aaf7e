"""What docs/recipes-dataset.md promises: the steps it names are enough to add a host, a format or a repair."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.fetching.download import Transfer
from assistant.dataset.fetching.fetch import fetch, list_files
from assistant.dataset.fetching.hosts import known_hosts
from assistant.dataset.fetching.hosts.host import Address, Host, Link
from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile
from assistant.dataset.inspection import examine
from assistant.dataset.reading import formats
from assistant.dataset.reading.archive import list_members
from assistant.dataset.reading.formats import Format
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Table
from assistant.dataset.reading.text_table import read_rows
from assistant.dataset.repairs import RepairKind, can_undo, known_keys, why_fixed
from tests.dataset_tables import lines, wave
from tests.loopback import Loopback
from tests.test_dataset_archive import zipped

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant" / "dataset"
RECIPES = (ROOT / "docs" / "recipes-dataset.md").read_text("utf-8")
ROWS = [f"{day},{value}" for day, value in enumerate(wave(60, 7), start=1)]


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    running = Loopback()
    yield running
    running.close()


class TideTables(Host):
    """A made-up host: its pages list the tables of a harbour."""

    domains = ("tides.example",)
    title = "Tide Tables"

    def link(self, address: Address) -> Link | None:
        match address.segments:
            case ["harbour", name]:
                page = address.text
                return Link(
                    host=self, form="harbour", kind="link", reference=page, page=page, title=name.title(), name=name
                )
        return None

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:
        return tuple(
            RemoteFile(name=name, url=f"https://tides.example/files/{link.name}/{name}")
            for name in ("levels.csv", "about.md")
        )

    def facts(self, link: Link, network: Network) -> RemoteFacts:
        return RemoteFacts(title=f"Tides of {link.title}", licence="CC0-1.0", author="The harbour master")


def test_a_class_and_a_line_in_the_table_are_a_host(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "https://www.tides.example/harbour/whitby"
    assert parse_reference(page).form == "file"
    monkeypatch.setattr(known_hosts, "HOSTS", (*known_hosts.HOSTS, TideTables()))
    server.add("tides.example", "/files/whitby/levels.csv", lines("day,level", ROWS).encode())
    transfer = Transfer(server.network())
    assert parse_reference(page).form == "harbour"
    assert [file.name for file in list_files(page, transfer)] == ["levels.csv", "about.md"]
    path, source = fetch(page, tmp_path, transfer)
    assert path.name == "levels.csv"
    assert (source.title, source.licence, source.url) == ("Tides of Whitby", "CC0-1.0", page)
    assert source.citation is not None
    assert source.citation.startswith('The harbour master, "Tides of Whitby," Tide Tables.')


def test_a_link_of_a_known_host_that_it_does_not_know_is_a_link_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_hosts, "HOSTS", (*known_hosts.HOSTS, TideTables()))
    link = parse_reference("https://tides.example/files/whitby/levels.csv")
    assert (link.form, link.title) == ("file", "levels.csv")


def test_no_domain_belongs_to_two_hosts() -> None:
    domains = [domain for host in known_hosts.HOSTS for domain in host.domains]
    assert len(domains) == len(set(domains))


def is_tide_file(file: RawFile) -> bool:
    return file.head.startswith(b"TIDE\x00")


def read_tide_file(file: RawFile, request: ReadingRequest) -> Table:
    rows = file.path.read_bytes().removeprefix(b"TIDE\x00").decode().split("\x1e")
    return read_rows([row.split("\x1f") for row in rows], file.name, request)


TIDE_FILE = b"TIDE\x00" + "\x1e".join(["day\x1flevel", *(row.replace(",", "\x1f") for row in ROWS)]).encode()


def test_a_reader_and_a_line_in_the_table_are_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "levels.tide"
    path.write_bytes(TIDE_FILE)
    packed = zipped(tmp_path / "all.zip", ("levels.tide", TIDE_FILE), ("read.me", b"x"))
    assert list_members(packed) == ()
    added = Format("tide", is_tide_file, read_tide_file, (".tide",))
    monkeypatch.setattr(formats, "FORMATS", (added, *formats.FORMATS))
    assert [name for name, _ in list_members(packed)] == ["levels.tide"]
    for source in (path, packed):
        found = examine(source).inspection
        assert (found.target, found.rows) == ("level", 60)


def test_every_end_of_a_name_belongs_to_one_format() -> None:
    suffixes = [suffix for known in formats.FORMATS for suffix in known.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)


def test_a_repair_knows_its_words_and_its_switch() -> None:
    kind = RepairKind("rounded", "{rows} of {column} {were} rounded to {step}.", "So they are written elsewhere.",
                      undone="{rows} of {column} {were} left as found.", of_column=True)  # fmt: skip
    made = kind.made(1200, column="level", step="tenths")
    assert (made.what, made.key, made.applied) == (
        "1,200 rows of level were rounded to tenths.", "rounded:level", True
    )  # fmt: skip
    assert kind.is_kind_of(made)
    assert kind.is_kind_of(made, "level")
    assert not kind.is_kind_of(made, "rain")
    undone = kind.made(1200, frozenset({"rounded:level"}), column="level", step="tenths")
    assert (undone.what, undone.applied) == ("1,200 rows of level were left as found.", False)
    assert kind.made(1, frozenset({"rounded:rain"}), column="level", step="tenths").applied
    assert can_undo(made)


def test_a_repair_that_is_fixed_is_made_whatever_is_switched_off() -> None:
    kind = RepairKind("sorted", "The rows were sorted.", "They were not.", fixed="there is no other way")
    assert kind.made(3, frozenset({"sorted"})).applied


def test_no_repair_is_made_and_no_key_is_written_beside_the_registry() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name in ("repairs.py", "series.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "Repair", f"{path.name}:{node.lineno}"
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant | ast.JoinedStr):
                compared = [ast.unparse(other) for other in node.comparators]
                assert not any(text.endswith("undo") for text in compared), f"{path.name}:{node.lineno}"


def test_the_repairs_of_an_inspection_are_known_to_the_registry(tmp_path: Path) -> None:
    path = tmp_path / "levels.csv"
    path.write_text(lines("day,level", [row for place, row in enumerate(ROWS) if place != 30]) + "1,x\n", "utf-8")
    repairs = examine(path, ReadingRequest(Choices())).inspection.repairs
    assert repairs
    assert {repair.key.partition(":")[0] for repair in repairs} <= set(known_keys())


def test_why_a_repair_has_no_switch_is_told_by_the_registry_alone() -> None:
    assert any(why_fixed(RepairKind(key, "", "").made(1)) for key in known_keys())


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:assistant|tests|docs|projects)/[\w./-]+)`", RECIPES))))
def test_each_file_that_the_recipes_name_is_there(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("room", sorted(path.name for path in PACKAGE.iterdir() if not path.name.startswith("__")))
def test_each_room_has_its_line(room: str) -> None:
    assert f"`{room}`" in RECIPES or f"`{room}/`" in RECIPES
