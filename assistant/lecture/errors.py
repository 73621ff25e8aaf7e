"""The error of the lecture."""

from __future__ import annotations

from assistant.errors import AssistantError


class LectureError(AssistantError):
    """A picture of the lecture could not be computed."""
