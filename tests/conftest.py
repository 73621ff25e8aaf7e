"""What several tests share."""

from __future__ import annotations

import os

import pytest

from tests.postgres import postgres, postgres_url  # noqa: F401 - fixtures for every test

# Nothing of the host's own settings may reach a test.
for name in [name for name in os.environ if name.startswith(("ASSISTANT_", "KAGGLE_"))]:
    del os.environ[name]
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")
