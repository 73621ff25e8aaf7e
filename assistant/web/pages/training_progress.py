"""How far a training is: what happens now, one bar over all of it, the time left, and the losses so far."""

from __future__ import annotations

from html import escape

from assistant import wording
from assistant.errors import AssistantError
from assistant.training.run import Phase, Progress
from assistant.web.html import bar, error_note, note
from assistant.web.pages.loss_curve import loss_curve

PHASES: tuple[tuple[Phase, str], ...] = (
    ("loading", "Loading"),
    ("measuring", "Measuring this computer"),
    ("comparing", "Simple forecasts"),
    ("training", "Epochs"),
    ("testing", "Test"),
)


def live_card(progress: Progress | None) -> str:
    """Return how far a training is, with its losses so far, or how long it took."""
    if progress is None:
        return ""
    if progress.state == "failed":
        return error_note(AssistantError("The training did not end well.", progress.message, progress.fix))
    if progress.state == "cancelled" and not progress.history:
        return note(f"{progress.message} {progress.fix}".strip(), "warn")
    if progress.state == "waiting":
        return note(progress.message)
    if progress.state == "running":
        return (
            f'<div class="live">{phase_list(progress.phase)}{bar(progress.share, "Training")}{_line(progress)}'
            f"<p>{escape(progress.message)}</p>{loss_curve(progress.history, progress.epochs)}</div>"
        )
    ended = "Stopped; the best weights so far were kept." if progress.state == "cancelled" else "Trained."
    epochs = wording.counted("epoch", len(progress.history))
    line = f'<div class="live-line"><span>{ended} {epochs} in {wording.short_span(progress.seconds)}.</span></div>'
    return f'<div class="live">{line}</div>'


def phase_list(phase: Phase | None) -> str:
    """Return the phases of a training in their order, the one that goes on marked."""
    names = [name for name, _ in PHASES]
    here = -1 if phase is None else names.index(phase)
    items = []
    for place, (_, title) in enumerate(PHASES):
        mark = ' class="done"' if place < here else ' aria-current="step"' if place == here else ""
        items.append(f"<li{mark}>{title}</li>")
    return f'<ol class="phases">{"".join(items)}</ol>'


def _line(progress: Progress) -> str:
    told = [f"since <b>{wording.short_span(progress.seconds)}</b>"]
    if progress.phase in ("training", "testing"):
        told.insert(0, f"epoch <b>{progress.epoch}</b> of {progress.epochs or '…'}")
    # The time left covers what follows the last epoch too: the forecasts, and the test on earlier moments.
    if progress.seconds_left is not None and not progress.stopping:
        told.append(f"time left <b>about {wording.estimate(progress.seconds_left)}</b>")
    return f'<div class="live-line">{"".join(f"<span>{part}</span>" for part in told)}</div>'
