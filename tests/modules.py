"""Every module of the package, and every class that is defined in it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import assistant


def modules() -> Iterator[ModuleType]:
    """Import and yield every module of assistant but those that start a program when they are imported."""
    for found in pkgutil.walk_packages(assistant.__path__, "assistant."):
        if not found.name.endswith(".__main__"):
            yield importlib.import_module(found.name)


def classes() -> list[type]:
    """Return every class that the package defines, each once."""
    found = {
        f"{module.__name__}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__
    }
    return list(found.values())
