"""The host's settings: read from the environment, refused with the variable's name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.brief import SHIPPED_BRIEF
from assistant.errors import BriefError
from assistant.settings import MailAccount, Settings, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ASSISTANT_") or name in {"PORT", "SPACE_ID"}:
            monkeypatch.delenv(name)


def test_without_any_variable_the_settings_are_those_of_a_local_run() -> None:
    settings, account = load_settings()
    assert settings.brief == SHIPPED_BRIEF
    assert (settings.hosted, settings.address, settings.port) == (False, "127.0.0.1", 7860)
    assert settings.database_url == f"sqlite:///{settings.workspace / 'assistant.sqlite3'}"
    assert not account.configured


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.touch()
    values = {
        "ASSISTANT_WORKSPACE": str(tmp_path),
        "ASSISTANT_BRIEF": "other.toml",
        "ASSISTANT_DATABASE": "postgresql://host/name",
        "PORT": "8000",
        "ASSISTANT_SMTP_HOST": "smtp.example.org",
        "ASSISTANT_SMTP_SECURITY": "ssl",
        "ASSISTANT_SMTP_USER": "asha@example.org",
        "ASSISTANT_SMTP_PASSWORD": "very secret",
        "ASSISTANT_SMTP_FROM": "hand-in@example.org",
        "ASSISTANT_SMTP_CA_FILE": str(certificates),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings, account = load_settings()
    assert (settings.workspace, settings.brief, settings.port) == (tmp_path, Path("other.toml"), 8000)
    assert settings.database_url == "postgresql://host/name"
    assert account.configured
    assert (account.host, account.port_number, account.address) == ("smtp.example.org", 465, "hand-in@example.org")
    assert account.password.get_secret_value() == "very secret"
    assert account.ca_file == certificates


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("ssl", 465)])
def test_the_port_follows_from_the_kind_of_encryption_unless_it_is_given(security: str, port: int) -> None:
    assert MailAccount(host="x", security=security).port_number == port  # type: ignore[arg-type]
    assert MailAccount(host="x", security=security, port=2525).port_number == 2525  # type: ignore[arg-type]


def test_mails_come_from_the_user_unless_a_sender_is_given() -> None:
    assert MailAccount(user="a@example.org").address == "a@example.org"
    assert MailAccount(user="a@example.org", sender="b@example.org").address == "b@example.org"


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "ASSISTANT_SMTP_PORT", "ASSISTANT_DATABASE", "ASSISTANT_SMTP_CA_FILE"):
        monkeypatch.setenv(name, "")
    settings, account = load_settings()
    assert settings.port == 7860
    assert account.port is None


def test_on_a_space_the_wizard_is_hosted_and_listens_on_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/assistant")
    assert Settings().hosted
    assert Settings().address == "0.0.0.0"
    monkeypatch.setenv("ASSISTANT_HOST", "127.0.0.2")
    assert Settings().address == "127.0.0.2"


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("PORT", "many", "whole number"),
        ("PORT", "99999", "there is no such port"),
        ("ASSISTANT_JOBS", "0", "1 or more"),
        ("ASSISTANT_HOSTED", "perhaps", "true or false"),
        ("ASSISTANT_UPLOAD_MB", "-1", "1 or more"),
        ("ASSISTANT_SMTP_SECURITY", "none", "'starttls' or 'ssl'"),
        ("ASSISTANT_SMTP_PORT", "0", "a port is a number from 1 to 65535"),
        ("ASSISTANT_SMTP_PORT", "99999999", "there is no such port"),
        ("ASSISTANT_SMTP_PORT", "smtp", "whole number"),
        ("ASSISTANT_SMTP_FROM", "Asha", "name@example.org"),
        ("ASSISTANT_SMTP_CA_FILE", "no-such-file.pem", "does not point to a file"),
    ],
)
def test_a_wrong_variable_is_refused_with_its_name_its_value_and_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, right: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BriefError) as caught:
        load_settings()
    assert f"{name} = '{value}'" in str(caught.value) or f"{name} = {value}" in str(caught.value)
    assert right in str(caught.value)


def test_secrets_show_neither_in_a_repr_nor_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_SECRET", "cookie-key")
    monkeypatch.setenv("ASSISTANT_DATABASE", "postgresql://user:database-key@host/name")
    account = MailAccount(user="a@example.org", password=SecretStr("mail-key"))
    shown = repr(Settings()) + str(Settings()) + repr(account) + str(account) + account.model_dump_json()
    monkeypatch.setenv("ASSISTANT_SMTP_PASSWORD", "mail-key")
    monkeypatch.setenv("ASSISTANT_SMTP_PORT", "x")
    with pytest.raises(BriefError) as caught:
        load_settings()
    shown += str(caught.value)
    for secret in ("cookie-key", "database-key", "mail-key"):
        assert secret not in shown
