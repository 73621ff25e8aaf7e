"""Ready projects: folders with a table of real data and a `project.toml` that says what it is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from assistant.dataset.series import Roles, Source
from assistant.errors import DatasetError
from assistant.files import sha256_of
from assistant.frozen import Frozen
from assistant.resources import PROJECTS

DESCRIPTION = "project.toml"

_Text = Annotated[str, Field(min_length=1)]


class _Keys(Frozen):
    """The keys of a `project.toml`."""

    title: _Text
    question: _Text
    about: str = ""
    table: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    time: tuple[str, ...] = ()
    target: _Text
    features: tuple[str, ...] = ()
    horizon: Annotated[int, Field(ge=1)]
    season: Annotated[int | None, Field(ge=1)] = None
    units: dict[str, str] = Field(default_factory=dict)
    citation: _Text
    licence: _Text
    url: _Text
    origin: str = ""


class ReadyProject(_Keys):
    """A ready project: what its `project.toml` says, its name (the folder's) and its folder."""

    name: str
    folder: Path

    @property
    def path(self) -> Path:
        """Return the path of the table."""
        return self.folder / self.table

    @property
    def roles(self) -> Roles:
        """Return what the columns are for."""
        return Roles(target=self.target, time=self.time, features=self.features)

    def source(self) -> Source:
        """Return where the table came from; raise DatasetError when the table is not there."""
        try:
            return Source(
                kind="ready",
                reference=self.name,
                title=self.title,
                file_name=self.table,
                sha256=sha256_of(self.path),
                size=self.path.stat().st_size,
                url=self.url,
                licence=self.licence,
                citation=self.citation,
            )
        except OSError as error:
            raise _damaged(self.folder, f"{self.table}: {error.strerror}.") from error


def list_ready(folder: Path = PROJECTS) -> tuple[ReadyProject, ...]:
    """Return the ready projects below a folder in the order of their names; raise DatasetError when one is wrong."""
    return tuple(load_ready(path.parent) for path in sorted(folder.glob(f"*/{DESCRIPTION}")))


def load_ready(name_or_folder: str | Path, projects: Path = PROJECTS) -> ReadyProject:
    """Return one ready project by its name or its folder; raise DatasetError when there is none or it is wrong."""
    folder = name_or_folder if isinstance(name_or_folder, Path) else projects / name_or_folder
    if isinstance(name_or_folder, str) and (
        Path(name_or_folder).name != name_or_folder or name_or_folder in ("", "..")
    ):
        raise _unknown(name_or_folder, projects)
    path = folder / DESCRIPTION
    try:
        keys = _Keys.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise _unknown(folder.name, projects) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _damaged(folder, f"{error}.") from error
    except ValidationError as error:
        raise _damaged(folder, _explain(error)) from error
    return ReadyProject(**keys.model_dump(), name=folder.resolve().name, folder=folder)


def _unknown(name: str, projects: Path) -> DatasetError:
    names = ", ".join(path.parent.name for path in sorted(projects.glob(f"*/{DESCRIPTION}")))
    return DatasetError(
        f"There is no ready project {name!r}.", f"There are {names}." if names else "", "Choose one of them."
    )


def _damaged(folder: Path, evidence: str) -> DatasetError:
    return DatasetError(
        f"The ready project {folder.name!r} cannot be used.",
        f"{DESCRIPTION}: {evidence}",
        "Mend it; projects/README.md describes every key.",
    )


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        match problem["type"]:
            case "extra_forbidden":
                lines.append(f"the key {key} is not known.")
            case "missing":
                lines.append(f"the key {key} is missing.")
            case _:
                lines.append(f"{key} = {problem['input']!r}: {problem['msg'].lower()}.")
    return " ".join(lines)
