"""The server that the wizard runs in: where it listens, how it says so, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn

from assistant.errors import BriefError
from assistant.settings import load_settings
from assistant.submission.services import open_pool, open_services
from assistant.web.app import build_app
from assistant.web.gradio_internals import stay_small


class _ServerEnds(logging.Filter):
    """Leaves out that a page was open when the server ended: whoever ended it knows, and it is no error."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be written."""
        cut_off = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
        return not cut_off and "graceful shutdown exceeded" not in str(record.msg)


class _Server(uvicorn.Server):
    """Tells where it is once it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, then tell."""
        await super().startup(sockets)
        if self.started:
            self._announce()


def serve(announce: Callable[[str], None]) -> None:
    """Start the wizard with the settings of the environment; `announce` is told its address once it answers.

    Raises BriefError when a setting is wrong or the port is taken.
    """
    stay_small()
    settings, account = load_settings()
    listening = _listen(settings.address, settings.port)
    app = build_app(open_services(settings, account, pool=open_pool()))
    shown = "127.0.0.1" if settings.address in ("0.0.0.0", "::") else settings.address  # noqa: S104 - shown, not bound
    # Open pages hold a stream that never ends by itself.
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
    logging.getLogger("uvicorn.error").addFilter(_ServerEnds())
    _Server(config, lambda: announce(f"http://{shown}:{settings.port}")).run(sockets=[listening])


def _listen(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port))
    except OSError as error:
        raise BriefError(
            f"The wizard cannot listen on {address}:{port}.", f"{error.strerror or error}.",
            "Another program, perhaps another wizard, has this port: set PORT to another number.",
        ) from error  # fmt: skip
