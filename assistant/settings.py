"""The host's settings, read from environment variables that start with ASSISTANT_."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.brief import SHIPPED_BRIEF, checked_address
from assistant.errors import BriefError
from assistant.validation import reason


def _workspace() -> Path:
    return Path(platformdirs.user_data_dir("submission-assistant", appauthor=False))


def _address_or_nothing(text: str) -> str:
    return checked_address(text) if text.strip() else ""


def _port(number: int) -> int:
    if not 1 <= number <= 65535:
        raise ValueError("there is no such port; a port is a number from 1 to 65535")
    return number


class MailAccount(BaseSettings):
    """The account that mails go out from; without a host, finished mails go to the outbox."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_SMTP_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
    )

    host: str = Field("", description="name of the mail server; empty means the outbox")
    port: Annotated[int, AfterValidator(_port)] | None = Field(
        None, description="its port; 587 for starttls, 465 for ssl"
    )
    security: Literal["starttls", "ssl"] = Field("starttls", description="how the line is encrypted")
    user: str = Field("", description="the account's name")
    password: SecretStr = Field(SecretStr(""), description="its password (for Gmail an app password)")
    sender: Annotated[str, AfterValidator(_address_or_nothing)] = Field(
        "", alias="ASSISTANT_SMTP_FROM", description="the address in From; the user when empty"
    )
    ca_file: FilePath | None = Field(None, description="certificates to trust instead of the system's")

    @property
    def configured(self) -> bool:
        """Tell whether there is a server to send through."""
        return bool(self.host)

    @property
    def port_number(self) -> int:
        """Return the port, or the usual one for the kind of encryption."""
        return self.port or (465 if self.security == "ssl" else 587)

    @property
    def address(self) -> str:
        """Return the address that mails come from."""
        return self.sender or self.user


class Settings(BaseSettings):
    """What the one who hosts decides."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_", frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    brief: Path = Field(SHIPPED_BRIEF, description="the course's rules")
    workspace: Path = Field(default_factory=_workspace, description="folder for drafts, datasets, runs and the outbox")
    # The URL may hold a password.
    database: str = Field("", repr=False, description="SQLAlchemy URL; a SQLite file in the workspace when empty")
    secret: SecretStr = Field(
        SecretStr(""), description="signs the cookies; made once and kept in the workspace when empty"
    )
    hosted: bool = Field(
        default_factory=lambda: bool(os.environ.get("SPACE_ID")),
        description="many students on one server: mail accounts, deadline and recipients come from the host alone",
    )
    host: str = Field("", description="address to listen on; 127.0.0.1, or 0.0.0.0 when hosted")
    port: Annotated[int, AfterValidator(_port)] = Field(7860, alias="PORT", description="port to listen on")
    root_path: str = Field("", description="path or address under which a proxy shows the wizard")
    jobs: int = Field(1, ge=1, le=64, description="trainings that run at once; others wait in line")
    kaggle: SecretStr = Field(SecretStr(""), description="the host's own Kaggle token, or name:key, for every student")
    upload_mb: int = Field(50, ge=1, le=2000, description="largest upload or download in megabytes")
    unpacked_mb: int = Field(200, ge=1, le=8000, description="largest size that an archive may unpack to in megabytes")

    @property
    def database_url(self) -> str:
        """Return the database's URL."""
        return self.database or f"sqlite:///{self.workspace / 'assistant.sqlite3'}"

    @property
    def address(self) -> str:
        """Return the address to listen on."""
        return self.host or ("0.0.0.0" if self.hosted else "127.0.0.1")  # noqa: S104 - a host's container


def load_settings() -> tuple[Settings, MailAccount]:
    """Read the environment; raise BriefError naming the variable, its value and what would be right."""
    try:
        return Settings(), MailAccount()
    except ValidationError as error:
        raise BriefError("The settings are wrong.", _explain(error), "Mend the variable and start again.") from error


def _explain(error: ValidationError) -> str:
    model = MailAccount if error.title == MailAccount.__name__ else Settings
    prefix = model.model_config.get("env_prefix", "")
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        variable = name if name.isupper() else f"{prefix}{name.upper()}"
        shown = "the value given" if "password" in name.lower() or "secret" in name.lower() else repr(problem["input"])
        lines.append(f"{variable} = {shown}: {reason(problem)}.")
    return " ".join(lines)
