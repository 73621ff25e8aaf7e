"""The command line as it is typed: its output, its exit codes, its clear errors."""

from __future__ import annotations

import email
import email.policy
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.brief import load_brief
from assistant.bundle.pack import pack
from tests import bundle_material

ROOT = Path(__file__).resolve().parent.parent
LINKS = (
    "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
    "https://colab.research.google.com/drive/1zYxWvUtSrQpOnMlKjIhGfEdCbA543210",
)


def assistant(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("demo")
    done = assistant(
        "run", "--name", "Asha Rao", "--email", "asha@example.org", "--registration", "AI-7",
        "--colab", LINKS[0], "--colab", LINKS[1], "--out", out, "--json",
    )  # fmt: skip
    return out, done


def test_the_whole_way_ends_with_every_file_and_one_json_object(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, done = demo
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["files"] == [
        "bundle.zip", "message.eml", "notebook-1.ipynb", "notebook-2.ipynb", "report-1.pdf", "report-2.pdf",
    ]  # fmt: skip
    assert data["missing"] == []
    assert data["bundle"]["holds"]
    assert all(pages <= 2 for pages in data["pages"].values())
    assert all((out / name).stat().st_size for name in data["files"])
    assert "gave the report's scores" in done.stderr


def test_the_notebooks_scores_are_the_reports(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    from assistant.notebook.provenance import read_notebook

    out, done = demo
    for project in json.loads(done.stdout)["projects"]:
        content = read_notebook((out / f"notebook-{project['number']}.ipynb").read_bytes())
        assert content.scores is not None
        for method, score in project["run"]["scores"].items():
            assert content.scores[method]["mae"] == pytest.approx(score["mae"], rel=1e-6)


def test_verify_accepts_the_bundle_and_refuses_it_after_one_byte_changed(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    out, _ = demo
    good = assistant("verify", out / "bundle.zip", "--json")
    assert good.returncode == 0
    assert json.loads(good.stdout)["ok"]
    mailed = assistant("verify", out / "message.eml", "--json")
    assert (mailed.returncode, mailed.stderr) == (0, "")
    data = json.loads(mailed.stdout)
    assert data["sha256"] == json.loads(good.stdout)["sha256"]
    assert data["mail"]["attached"] == ["bundle.zip", "report-1.pdf", "report-2.pdf"]
    content = bytearray((out / "bundle.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "bundle.zip").write_bytes(content)
    bad = assistant("verify", tmp_path / "bundle.zip", "--json")
    assert bad.returncode == 1
    assert not json.loads(bad.stdout)["ok"]
    assert bad.stderr.strip() == "bundle.zip does not pass the check."


def test_verify_holds_a_bundle_against_the_course_s_own_rules(tmp_path: Path) -> None:
    shipped = load_brief()
    generous = shipped.model_copy(update={"report": shipped.report.model_copy(update={"page_limit": 9})})
    whole = bundle_material.submission(tmp_path, generous)
    parts = replace(whole, projects=(bundle_material.project(1, tmp_path, pages=3), whole.projects[1]))
    bundle = pack(parts, tmp_path / "out").path
    done = assistant("verify", bundle, "--json")
    data = json.loads(done.stdout)
    assert (done.returncode, data["rules"]["page_limit"]) == (1, 2)
    said = {finding["what"]: finding for finding in data["findings"]}
    assert said["report-1.pdf is too long."]["evidence"] == "It has 3 pages; the course allows 2."
    assert "ask the student to shorten" in said["report-1.pdf is too long."]["fix"]
    assert said["The bundle was made under other rules than these."]["level"] == "warn"
    # Without the course's rules the file's own word is all that there is.
    alone = assistant("verify", bundle, ASSISTANT_BRIEF=str(tmp_path / "none.toml"))
    assert alone.returncode == 0
    assert "COULD NOT CHECK: Whether it follows the course's rules" in alone.stdout
    assert "none.toml" in alone.stdout
    assert alone.stdout.endswith("Everything holds that the file says about itself.\n")


def test_the_message_goes_to_both_recipients_with_bundle_reports_and_links(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, _ = demo
    message = email.message_from_bytes((out / "message.eml").read_bytes(), policy=email.policy.default)
    assert [address.addr_spec for address in message["To"].addresses] == [
        "support@internselite.com",
        "akghsh.ece@gmail.com",
    ]
    assert message["Cc"].addresses[0].addr_spec == "asha@example.org"
    assert message["Reply-To"].addresses[0].addr_spec == "asha@example.org"
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert list(attached) == ["bundle.zip", "report-1.pdf", "report-2.pdf"]
    for name, content in attached.items():
        assert content == (out / name).read_bytes()
    body = message.get_body(("plain",)).get_content()
    for link in LINKS:
        assert link in body


def test_sending_without_an_account_fills_the_outbox_and_stands_in_the_ledger(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    out, _ = demo
    sent = assistant("send", out / "bundle.zip", "--json", ASSISTANT_WORKSPACE=str(tmp_path))
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["status"] == "outbox"
    assert list((tmp_path / "outbox").glob("*.eml"))
    listed = assistant("deliveries", "--json", ASSISTANT_WORKSPACE=str(tmp_path))
    [row] = json.loads(listed.stdout)["deliveries"]
    assert row["status"] == "outbox"


def test_an_unreachable_server_is_one_sentence_and_the_ledger_says_refused(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    out, _ = demo
    sent = assistant(
        "send", out / "bundle.zip", ASSISTANT_WORKSPACE=str(tmp_path), ASSISTANT_SMTP_HOST="127.0.0.1",
        ASSISTANT_SMTP_PORT="9", ASSISTANT_SMTP_USER="a@example.org", ASSISTANT_SMTP_PASSWORD="not-for-logs",
    )  # fmt: skip
    assert sent.returncode == 1
    assert "Traceback" not in sent.stderr
    assert "not-for-logs" not in sent.stderr + sent.stdout
    assert "refused" in assistant("deliveries", ASSISTANT_WORKSPACE=str(tmp_path)).stdout


def test_sending_again_after_a_refusal_says_how(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    out, _ = demo
    unreachable = {
        "ASSISTANT_WORKSPACE": str(tmp_path),
        "ASSISTANT_SMTP_HOST": "127.0.0.1",
        "ASSISTANT_SMTP_PORT": "9",
        "ASSISTANT_SMTP_USER": "a@example.org",
        "ASSISTANT_SMTP_PASSWORD": "x",
    }
    assistant("send", out / "bundle.zip", **unreachable)
    again = assistant("send", out / "bundle.zip", **unreachable)
    assert again.returncode == 1
    assert "Nothing was sent now" in again.stderr
    assert "--again" in again.stderr


def test_train_prints_scores_beside_the_simple_forecasts(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "day,level\n" + "".join(f"2020-{1 + i // 28:02}-{1 + i % 28:02},{i % 7 + 0.01 * i}\n" for i in range(336))
    )
    done = assistant(
        "train", table, "--target", "level", "--time", "day", "--horizon", 7, "--split", "200,60,76", "--json",
        "--out", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    for method in ("lstm", "naive", "seasonal_naive", "drift"):
        assert {"mae", "rmse", "mase", "scaled"} <= data["scores"][method].keys()
        assert {"mse", "mae"} <= data["scores"][method]["scaled"].keys()
    assert data["verdict"] in {"beats", "ties", "loses"}
    assert {"seconds", "settings", "epochs"} <= data.keys()
    assert (tmp_path / "run" / "weights.pt").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "no-such-table.csv"], "no such table"),
        (["train", "sunspots", "--target", "SUNACTIVTY"], "SUNACTIVITY"),
        (["train", "sunspots", "--horizon", "500"], ""),
        (["train", "sunspots", "--split", "1,2"], "split"),
        (["train", "sunspots", "--target", "SUNACTIVITY", "--features", "SUNACTIVITY"], "as the target too"),
        (["verify", "no-such-bundle.zip"], "cannot be opened"),
        (["send", "no-such-bundle.zip"], "cannot be opened"),
        (["run", "--name", "A", "--email", "a@b", "--out", "x"], "not a mail address"),
        (["run", "--name", " ", "--email", "a@b.org", "--out", "x"], "name is missing"),
        (["run", "--name", "A\nBcc: x", "--email", "a@b.org", "--out", "x"], "line break"),
        (
            ["run", "--name", "A", "--email", "a@b.org", "--colab", LINKS[0], "--colab", LINKS[0], "--out", "x"],
            "same Colab",
        ),
        (["run", "--name", "A", "--email", "a@b.org\nBcc: x@y.org", "--out", "x"], "line break"),
        (
            ["run", "--name", "A", "--email", "a@b.org", "--colab", "https://colab.research.google.com/", "--out", "x"],
            "Colab",
        ),
    ],
    ids=lambda value: " ".join(value).replace("\n", " ")[:40] if isinstance(value, list) else None,
)
def test_a_mistake_is_one_clear_message_and_exit_code_one(arguments: list[str], said: str, tmp_path: Path) -> None:
    arguments = [str(tmp_path / "x") if argument == "x" else argument for argument in arguments]
    done = assistant(*arguments, ASSISTANT_WORKSPACE=str(tmp_path))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["nonsense"],
        ["verify", "--json"],
        ["run", "--name", "A"],
        ["train", "sunspots", "--preset", "slow"],
        ["train", "sunspots", "--cell", "brain"],
        ["train", "sunspots", "--horizon", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    assert assistant(*arguments).returncode == 2


def test_a_wrong_setting_is_named_with_its_value(tmp_path: Path) -> None:
    done = assistant("deliveries", ASSISTANT_WORKSPACE=str(tmp_path), PORT="many")
    assert done.returncode == 1
    assert "PORT" in done.stderr
    assert "many" in done.stderr


def test_a_workspace_that_cannot_be_used_is_one_sentence_for_the_wizard_and_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "x")
    typed = assistant("deliveries", ASSISTANT_WORKSPACE=place)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "ASSISTANT_WORKSPACE": place, "PORT": str(port)},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
    )  # fmt: skip
    for done in (typed, started):
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            f"The workspace cannot be used. ASSISTANT_WORKSPACE = {place!r}: Not a directory. "
            "Set it to a folder that you may write to."
        )


def test_a_wrong_brief_is_refused_at_start_with_key_and_value(tmp_path: Path) -> None:
    brief = tmp_path / "brief.toml"
    shipped = (ROOT / "templates" / "brief.toml").read_text("utf-8")
    brief.write_text(shipped.replace("Asia/Kolkata", "Asia/Nowhere"))
    done = assistant("deliveries", ASSISTANT_WORKSPACE=str(tmp_path), ASSISTANT_BRIEF=str(brief))
    assert done.returncode == 1
    assert "submission.deadline" in done.stderr
    assert "Asia/Nowhere" in done.stderr


def test_an_error_is_the_same_in_json(tmp_path: Path) -> None:
    done = assistant("train", "no-such-table.csv", "--json", ASSISTANT_WORKSPACE=str(tmp_path))
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"what", "evidence", "fix"}
    assert error["what"] in done.stderr
