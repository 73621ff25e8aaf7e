"""What the documents promise is there: every setting, every key of the brief, every command."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.main import app
from assistant.settings import MailAccount, Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def variables() -> list[str]:
    names = []
    for model in (Settings, MailAccount):
        prefix = model.model_config.get("env_prefix", "")
        for name, field in model.model_fields.items():
            names.append(str(field.alias) if field.alias else f"{prefix}{name.upper()}")
    return names


@pytest.mark.parametrize("name", variables())
def test_every_environment_variable_is_documented(name: str) -> None:
    assert f"`{name}`" in README


def test_no_variable_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"`(ASSISTANT_\w+)`", README)) <= set(variables())


def keys_of(table: dict[str, object], above: str = "") -> list[str]:
    keys = []
    for key, value in table.items():
        if isinstance(value, dict):
            keys += keys_of(value, f"{above}{key}.")
        else:
            keys.append(f"{above}{key}")
    return keys


@pytest.mark.parametrize("key", keys_of(tomllib.loads((ROOT / "templates" / "brief.toml").read_text("utf-8"))))
def test_every_key_of_the_brief_is_documented(key: str) -> None:
    assert f"`{key}`" in README


@pytest.mark.parametrize(
    "command", ["serve", "run", "inspect", "fetch", "train", "send", "deliveries", "verify", "lecture", "gates"]
)
def test_every_command_is_documented_and_explains_itself(command: str) -> None:
    assert command in README
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_the_readme_starts_with_what_hugging_face_spaces_reads() -> None:
    front = README.split("---")[1]
    settings = dict(line.split(": ", 1) for line in front.strip().splitlines())
    assert settings["sdk"] == "gradio"
    assert (ROOT / settings["app_file"]).is_file()
    assert f"gradio=={settings['sdk_version']}" in (ROOT / "requirements.txt").read_text("utf-8")


def test_every_requirement_is_pinned_and_says_why_it_is_there() -> None:
    for name in ("requirements.txt", "tests/requirements.txt"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if line.startswith(("#", "-r")) or not line.strip():
                continue
            assert re.fullmatch(r"[\w.-]+(\[\w+\])?==\S+\s+# .+", line), f"{name}: {line}"
