"""Facts: every number and name that a text may cite, so that no text retypes one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.frozen import Frozen

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Facts(Frozen):
    """The facts of one project under one run: names such as `lstm_mae`, each with the text that is shown for it."""

    run_id: str
    texts: dict[str, str]

    def fill(self, text: str) -> str:
        """Return `text` with each `{name}` replaced by its fact; unknown names stay as they were typed."""
        return _PLACEHOLDER.sub(lambda match: self.texts.get(match[1], match[0]), text)

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the names in braces that are no facts."""
        return tuple(name for name in _PLACEHOLDER.findall(text) if name not in self.texts)


def merge(run_id: str, *parts: Mapping[str, str]) -> Facts:
    """Return the facts of several parts as one; a later part wins."""
    return Facts(run_id=run_id, texts={name: text for part in parts for name, text in part.items()})
