"""`inspect` and `fetch` as they are typed, and what the commands take for a table: a file, a project, a link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import table_arguments as tables
from assistant.cli.dataset_commands import inspection_data, inspection_text, source_text
from assistant.cli.main import app
from assistant.dataset.inspection import examine
from assistant.errors import DatasetError
from tests.loopback import Loopback, json_reply

ROOT = Path(__file__).resolve().parent.parent
AWKWARD = "Datum;Wert (mm)\n" + "".join(
    f"{date(2021, 1, 1) + timedelta(days=n):%d.%m.%Y};{n % 7 + n // 10},{n % 10}\n" for n in range(200)
)
KEYS = {
    "reader", "rows", "columns", "time", "target", "features", "season", "horizon", "repairs", "findings", "verdict",
}  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Iterator[Loopback]:
    running = Loopback()
    running.add("example.org", "/werte.csv", AWKWARD.encode())
    files = [{"path": name, "type": "blob", "size": 9} for name in ("a.csv", "b.csv")]
    running.add("api.github.com", "/repos/ada/sea", json_reply({"default_branch": "main"}))
    running.add("api.github.com", "/repos/ada/sea/git/trees/main", json_reply({"tree": files}))
    running.add("github.com", "/ada/sea/raw/main/b.csv", AWKWARD.encode())
    yield running
    running.close()


def typed(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "werte.csv"
    path.write_text(AWKWARD, "utf-8")
    return path


def test_inspect_says_everything_of_a_table_as_json(table: Path) -> None:
    done = typed("inspect", table, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data.keys() >= KEYS
    assert data["reader"].items() >= {"separator": ";", "header": True, "decimal_comma": True}.items()
    assert data["rows"] == 200
    assert [(column["name"], column["kind"]) for column in data["columns"]] == [
        ("Datum", "text"),
        ("Wert (mm)", "number"),
    ]
    assert data["time"].items() >= {"columns": ["Datum"], "first": "2021-01-01", "frequency": "D"}.items()
    assert (data["target"], data["features"], data["season"], data["horizon"]) == ("Wert (mm)", [], 7, 7)
    assert data["verdict"].startswith("Good for forecasting")
    assert len(data["source"]["sha256"]) == 64


def test_inspect_says_it_to_a_person_too(table: Path) -> None:
    done = typed("inspect", table)
    assert done.exit_code == 0
    assert done.stdout.startswith("Good for forecasting: 200 values of Wert (mm), one for each day")
    assert "semicolons" in done.stdout


def test_what_is_ambiguous_is_settled_by_an_option(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{day:02d}/{month:02d}/2021,{day + month}.{day:03d}" for month in range(1, 13) for day in (3, 7, 11)]
    path.write_text("\n".join(["date,level", *rows[::5], *rows[1::5], *rows[2::5], *rows[3::5], *rows[4::5]]), "utf-8")
    found = json.loads(typed("inspect", path, "--dates", "month-first", "--json").stdout)
    assert found["time"]["order"] == "month first"
    found = json.loads(typed("inspect", path, "--dates", "day-first", "--decimal", "comma", "--json").stdout)
    assert found["time"]["order"] == "day first"
    assert found["columns"][1]["high"] > 1000


def test_one_of_several_series_is_named_by_an_option(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [
        f"{date(2021, 1, 1) + timedelta(days=n)},{place},{n % 7 + 10 * k}"
        for k, place in enumerate(("north", "south")) for n in range(90)
    ]  # fmt: skip
    path.write_text("\n".join(["day,place,level", *rows]), "utf-8")
    for asked in ("south", "place=south"):
        found = json.loads(typed("inspect", path, "--series", asked, "--json").stdout)
        assert next(repair for repair in found["repairs"] if repair["key"] == "series")["what"].endswith(
            "south was taken."
        )
    found = json.loads(typed("inspect", path, "--series", "sum", "--json").stdout)
    assert any(repair["key"] == "same moment" and "sum" in repair["what"] for repair in found["repairs"])
    done = typed("inspect", path, "--series", "west")
    assert "No row has 'west'" in done.output


def test_a_repair_is_undone_by_its_key(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{date(2021, 1, 1) + timedelta(days=n)},{'?' if n == 5 else n % 7}" for n in range(90)]
    path.write_text("\n".join(["day,level", *rows]), "utf-8")
    assert "[--undo marks:level]" in typed("inspect", path).stdout
    found = json.loads(typed("inspect", path, "--undo", "marks:level", "--json").stdout)
    assert {repair["key"]: repair["applied"] for repair in found["repairs"]} == {"marks:level": False}


def test_a_ready_project_is_inspected_with_its_own_roles() -> None:
    done = typed("inspect", "sunspots", "--json")
    data = json.loads(done.stdout)
    assert (data["target"], data["source"]["kind"]) == ("SUNACTIVITY", "ready")
    assert data["source"]["licence"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["inspect", "nothing.csv"], 1, "neither a file nor a ready project"),
        (["inspect", "folder/nothing.csv"], 1, "neither a file nor a ready project"),
        (["inspect"], 2, "Missing argument"),
        (["fetch", "ada/tides"], 2, "--out"),
        (["fetch", "https://127.0.0.1/x.csv", "--out", "out"], 1, "does not lead to the open internet"),
        (["inspect", "https://[::1]/x.csv"], 1, "does not lead to the open internet"),
        (["fetch", "what is this", "--out", "out"], 1, "neither a link nor a Kaggle reference"),
        (["train", "ftp://example.org/x.csv"], 1, "Only https links"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = typed(*arguments)
    assert done.exit_code == code
    assert said in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_an_object_too_when_json_is_wanted() -> None:
    done = typed("inspect", "https://127.0.0.1/x.csv", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"].keys() == {"what", "evidence", "fix"}


def test_a_file_without_a_table_ends_with_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\n%nothing of a table")
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "inspect", str(path)], cwd=ROOT, env=dict(os.environ), capture_output=True,
        text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "PDF" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "fetched"),
    [
        ("https://example.org/a.csv", True), ("www.kaggle.com/datasets/ada/tides", True), ("ada/tides", True),
        ("kaggle datasets download -d ada/tides", True), ("data/table.csv", False), ("./ada/tides", False),
        ("sunspots", False), ("table.csv", False), ("", False),
    ],
)  # fmt: skip
def test_a_link_is_told_from_a_file(text: str, fetched: bool) -> None:
    assert tables.is_reference(text) is fetched


def test_a_folder_that_is_there_is_no_kaggle_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ada" / "tides").mkdir(parents=True)
    assert not tables.is_reference("ada/tides")


def test_a_link_is_opened_with_its_source(host: Loopback, tmp_path: Path) -> None:
    opened = tables.open_table("https://example.org/werte.csv", tmp_path, network=host.network())
    assert opened.source.url == "https://example.org/werte.csv"
    found = examine(opened.path, source=opened.source).inspection
    data = inspection_data(found, opened)
    assert data.keys() >= KEYS
    assert "No licence was found" in inspection_text(found)
    json.dumps(data, allow_nan=False)


def test_of_several_files_one_has_to_be_named(host: Loopback, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"a\.csv, b\.csv") as caught:
        tables.fetch_table("https://github.com/ada/sea", tmp_path, network=host.network())
    assert "--file" in caught.value.fix
    path, source = tables.fetch_table("https://github.com/ada/sea", tmp_path, file="b.csv", network=host.network())
    assert path.name == "b.csv"
    assert "https://github.com/ada/sea" in source_text(path, source)


def test_a_fetched_file_replaces_no_other_of_its_name(tmp_path: Path) -> None:
    new, out = tmp_path / "table.csv", tmp_path / "out"
    for content, name in (("1", "table.csv"), ("2", "table-2.csv"), ("2", "table-2.csv"), ("1", "table.csv")):
        new.write_text(content)
        assert tables.put_beside(new, out).name == name
    assert sorted(path.name for path in out.iterdir()) == ["table-2.csv", "table.csv"]
