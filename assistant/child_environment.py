"""The environment of child processes: nothing in it that is secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

# The host's own settings hold accounts too: the mail server's, Kaggle's, the database's.
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|CREDENTIAL|^ASSISTANT_|^KAGGLE_", re.IGNORECASE)


def without_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables whose names do not tell of a secret or of the host's settings."""
    return {name: value for name, value in environment.items() if not _SECRET.search(name)}
