"""The ready projects that ship, and the reading of such folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.dataset.reading.read_table import read_table
from assistant.dataset.ready_projects import ReadyProject, list_ready, load_ready
from assistant.errors import DatasetError
from assistant.resources import PROJECTS

SHIPPED = list_ready()


def write_project(folder: Path, **changes: str) -> Path:
    keys = {
        "title": '"Tides"',
        "question": '"How high?"',
        "table": '"tides.csv"',
        "target": '"level"',
        "horizon": "2",
        "citation": '"Nobody"',
        "licence": '"Public domain"',
        "url": '"https://example.org/"',
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(f"{key} = {value}" for key, value in {**keys, **changes}.items() if value)
    (folder / "project.toml").write_text(text, "utf-8")
    (folder / "tides.csv").write_text("level\n1\n", "utf-8")
    return folder


def test_the_projects_that_the_shipped_brief_names_are_there() -> None:
    assert {"co2", "seattle-weather", "sunspots", "el-nino", "seattle-temperature"} <= {ready.name for ready in SHIPPED}


@pytest.mark.parametrize("ready", SHIPPED, ids=lambda ready: ready.name)
def test_a_shipped_project_names_its_licence_citation_and_source(ready: ReadyProject) -> None:
    source = ready.source()
    assert source.licence == "Public domain"
    assert source.citation
    assert source.url
    assert source.url.startswith("http")
    assert source.size == ready.path.stat().st_size > 1000
    assert len(source.sha256) == 64


def test_every_key_of_a_project_is_described_in_the_readme_and_no_other() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", (PROJECTS / "README.md").read_text("utf-8"), re.MULTILINE))
    described -= {ready.name for ready in SHIPPED}
    known = set(ReadyProject.model_fields) - {"name", "folder"}
    assert described == known


def test_the_readme_lists_every_shipped_folder_with_its_rows() -> None:
    text = (PROJECTS / "README.md").read_text("utf-8")
    assert all(f"| `{ready.name}` | {read_table(ready.path).rows:,} |" in text for ready in SHIPPED)


def test_a_project_loads_by_its_folder(tmp_path: Path) -> None:
    ready = load_ready(write_project(tmp_path / "tides"))
    assert (ready.name, ready.roles.target, ready.roles.time) == ("tides", "level", ())


@pytest.mark.parametrize("name", ["nothing", "../projects/co2", "", ".."])
def test_an_unknown_name_is_refused_with_those_that_exist(name: str) -> None:
    with pytest.raises(DatasetError, match="seattle-weather"):
        load_ready(name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": '"red"'}, "the key colour is not known"),
        ({"target": ""}, "the key target is missing"),
        ({"horizon": "0"}, "horizon = 0"),
        ({"table": '"../secret.csv"'}, "table = "),
        ({"title": '"un"closed"'}, "project.toml"),
    ],
)
def test_a_wrong_description_is_refused_with_its_key(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        load_ready(write_project(tmp_path / "tides", **changes))


def test_a_project_without_its_table_is_refused(tmp_path: Path) -> None:
    ready = load_ready(write_project(tmp_path / "tides"))
    ready.path.unlink()
    with pytest.raises(DatasetError, match=r"tides\.csv"):
        ready.source()
