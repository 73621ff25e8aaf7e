"""What an open page shows already, so that an answer carries only what is new."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import gradio as gr
from gradio.blocks import Block

# What only the server changes. What a student types, ticks or opens is sent whenever a handler says so.
_OURS = (gr.HTML, gr.Tab, gr.Group, gr.Column, gr.Row, gr.Button, gr.Timer)
_LOCK = threading.Lock()


class Shown:
    """The last update of each component of one open page.

    A browser redraws what it is sent, and for a tab or a group all that lies inside: after some charts that takes
    seconds. Answers come in the order in which they are noted here, so what is the same as noted is shown already.
    """

    def __init__(self) -> None:
        self._digests: dict[int, bytes] = {}

    def new(self, updates: dict[Any, Any]) -> dict[Any, Any]:
        """Return the updates that change the page, and note them."""
        with _LOCK:
            return {component: update for component, update in updates.items() if self._note(component, update)}

    def _note(self, component: Any, update: Any) -> bool:
        if not isinstance(component, _OURS):
            return True
        said = update.constructor_args if isinstance(update, Block) else update
        digest = hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
        if self._digests.get(component._id) == digest:
            return False
        self._digests[component._id] = digest
        return True
