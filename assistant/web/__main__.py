"""Starts the wizard and says where it is."""

from __future__ import annotations

import sys

from assistant.errors import AssistantError


def main() -> None:
    """Start the wizard; a wrong setting is one sentence and exit code 1."""
    sys.stderr.write("Starting the submission assistant …\n")
    try:
        from assistant.web.server import serve

        serve(_announce)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")


def _announce(address: str) -> None:
    sys.stderr.write(f"The wizard is on {address}  (Ctrl-C stops it)\n")
    sys.stderr.flush()
