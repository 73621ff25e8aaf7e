"""Where the data lie that come with the program: the course's texts and rules, and the ready projects.

In a checkout they stand beside this package, for people to read and change; in an installed wheel they lie inside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
_HERE = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent

TEMPLATES = _HERE / "templates"
PROJECTS = _HERE / "projects"
