"""`serve`: starts the wizard."""

from __future__ import annotations


def serve() -> None:
    """Start the wizard and say where it is; the host's settings are environment variables, PORT among them."""
    from assistant.web.__main__ import main  # gradio takes seconds, and no other command needs it

    main()
