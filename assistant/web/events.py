"""How a page's events become commands and answers: who asks, what is changed, what is shown anew, and errors in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, Protocol

import gradio as gr
from anyio import to_thread

from assistant.errors import AssistantError
from assistant.submission.services import Services
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.web.frame import Frame
from assistant.web.gradio_internals import Component, Dependency, Event, Updates, is_told
from assistant.web.html import error_note
from assistant.web.identity import Identity
from assistant.web.page_state import PageState
from assistant.web.typed_words import is_unseen

# What a handler does: it is given the session and the values of its inputs, and returns what is to be said, if anything.
Action = Callable[..., str | None]
# What a handler shows: it is given the snapshot and the values of its inputs.
Look = Callable[..., Updates]


def without(updates: Updates, components: Iterable[Component]) -> Updates:
    """Return the updates but those of some components."""
    left_out = set(components)
    return {component: update for component, update in updates.items() if component not in left_out}


class Fill(Enum):
    """Which of a page's fields an answer may fill: all, those that need it, or none."""

    ALL = auto()
    UNSETTLED = auto()
    NONE = auto()


class Refusal(dict[Component, object]):
    """What is said of a wish that was refused: what was typed for it stays, to be corrected."""


class Page(Protocol):
    """One page: the components its handlers may change, and what they show of a snapshot."""

    message: gr.HTML

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows."""


@dataclass(frozen=True)
class Timing:
    """When an event's handler runs, and what the browser shows meanwhile.

    It waits some `seconds` first; of several events at once `trigger` says which count. `only_news` runs it only when
    the page's fields hold something else than they were known to hold.
    """

    seconds: float = 0.0
    trigger: Literal["once", "multiple", "always_last"] | None = None
    quiet: bool = True
    only_news: bool = False


_PRESSED = Timing(quiet=False)
_SHOWN = Timing()
_TYPED = Timing(trigger="always_last", only_news=True)


class Events:
    """Connects events to functions that take a student's session or snapshot."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self.services = services
        self.identity = identity
        self.frame = Frame()
        self.page_state: gr.State | None = None

    def lay_out(self) -> None:
        """Lay out what the handlers keep of each open page."""
        self.page_state = gr.State(PageState())

    def session(self, request: gr.Request) -> Session:
        """Return the session of the student who asks; raise UnknownStudentError when there is no valid cookie."""
        return Session(self.services, self.identity.require(dict(request.cookies)))

    def act(
        self,
        event: Event,
        page: Page,
        do: Action,
        inputs: Iterable[Component] = (),
        *,
        retype: bool = False,
        timing: Timing = _PRESSED,
    ) -> Dependency:
        """On `event`, call `do(session, *values)` and show the page, rail and footer anew; what it returns is the message.

        What the student types in is shown anew only with `retype`: an answer that is under way while somebody types
        must not put back what stood there before. Nor is it when `do` refuses.
        """

        def change(session: Session, *values: object) -> Updates:
            try:
                return {page.message: do(session, *values) or ""}
            except AssistantError as error:
                return Refusal({page.message: error_note(error)})

        def look(snapshot: Snapshot, *_values: object) -> Updates:
            return page.render(snapshot)

        fill = Fill.ALL if retype else Fill.NONE
        handler = _Handler(page, look, page.outputs, change, fill, timing)
        return self._connect(event, handler, inputs)

    def save(self, event: Event, page: Page, do: Action, inputs: Iterable[Component] = ()) -> Dependency:
        """On `event`, call `do(session, *values)` for what is being typed; only rail, footer and the message are shown anew.

        For text the event is `change`: `input` misses what a browser fills in by itself. What the fields were filled
        with is not stored again.
        """

        def change(session: Session, *values: object) -> Updates:
            return {page.message: do(session, *values) or ""}

        return self._connect(event, _Handler(page, _look_nowhere, (), change, timing=_TYPED), inputs)

    def show(
        self, event: Event, page: Page, opened: Callable[[Snapshot], object] = lambda _snapshot: None
    ) -> Dependency:
        """On `event`, show the page as it is stored; of its fields those that hold something else, and by no fault of
        somebody who types there. `opened` is called first, for what is begun when somebody comes to the page.
        """

        def look(snapshot: Snapshot) -> Updates:
            opened(snapshot)
            return page.render(snapshot)

        return self._connect(event, _Handler(page, look, page.outputs, fill=Fill.UNSETTLED), ())

    def refresh(
        self, event: Event, page: Page, do: Action | None = None, inputs: Iterable[Component] = ()
    ) -> Dependency:
        """On `event`, as when a field is left, show anew what follows from what was typed.

        With `do` it is kept once more before: the last key may still be on its way. Without, a message stays.
        """
        if do is not None:
            return self.act(event, page, do, inputs, timing=_SHOWN)
        return self._connect(event, _Handler(page, page.render, page.outputs, fill=Fill.NONE), ())

    def keep_up(self, event: Event, page: Page) -> Dependency:
        """On `event`, show rail and footer anew, as when words were stored past a page's own events."""
        return self._connect(event, _Handler(page, _look_nowhere, (), timing=Timing(trigger="always_last")), ())

    def follow(
        self,
        event: Event,
        page: Page,
        show: Look,
        inputs: Iterable[Component],
        outputs: Sequence[Component],
        *,
        keep: Action | None = None,
        timing: Timing = Timing(trigger="always_last"),
    ) -> Dependency:
        """Some seconds after `event`, show what `show(snapshot, *values)` returns; of many events only the last counts.

        It is for what follows from text while it is being typed, where `show` returns nothing when `values` are old
        already, and for a timer's ticks. With `keep` the values are kept before; a message stays.
        """

        def change(session: Session, *values: object) -> Updates:
            if keep is not None:
                keep(session, *values)
            return {}

        handler = _Handler(page, show, outputs, change if keep is not None else None, timing=timing)
        return self._connect(event, handler, inputs)

    def _connect(self, event: Event, handler: _Handler, given: Iterable[Component]) -> Dependency:
        """On `event`, change what is stored, then look at it; both say what the page is to show."""
        assert self.page_state is not None
        inputs, page, timing = list(given), handler.page, handler.timing

        def handle(request: gr.Request, state: PageState, told: Updates, *values: object) -> tuple[Updates, int, Fill]:
            changed: Updates = {}
            try:
                session = self.session(request)
                if handler.change is not None and _has_news(session, state, told, only_news=timing.only_news):
                    changed = handler.change(session, *values)
                    if timing.only_news:
                        state.fields.stored(told)
                    state.changed_to(session.snapshot.revision)
                turn, snapshot = state.turn(), session.snapshot
                if snapshot.revision < state.newest_revision:
                    snapshot = session.refresh()  # another event of this page stored something after this one
                shown = handler.look(snapshot, *values)
                fill = Fill.NONE if isinstance(changed, Refusal) else handler.fill
                return {**shown, **changed, **self.frame.render(snapshot)}, turn, fill
            except AssistantError as error:
                return {page.message: error_note(error)}, state.turn(), Fill.NONE

        async def answer(request: gr.Request, state: PageState, *values: object) -> Updates:
            # Not in the other thread: in the order in which it was sent.
            told = {box: value for box, value in zip(inputs, values, strict=True) if is_told(box, value)}
            arrived = state.turn()
            state.fields.tell(told, arrived)
            if timing.seconds:
                await asyncio.sleep(timing.seconds)
            updates, turn, fill = await to_thread.run_sync(handle, request, state, told, *values)
            # Not in the other thread: answers leave in the order in which they are noted.
            if fill is Fill.ALL:
                updates = state.fields.untouched(updates, page.typed, arrived)
            else:
                updates = state.fields.unsettled(updates, page.typed, turn)
            new = state.new(without(updates, page.typed) if fill is Fill.NONE else updates, turn)
            return new or {page.message: gr.skip()}  # gradio takes no answer at all for an error

        options = {"show_progress": "hidden"} if timing.quiet else {}
        if timing.trigger is not None:
            options["trigger_mode"] = timing.trigger
        return event(
            answer,
            inputs=[self.page_state, *inputs],
            outputs=[page.message, *handler.outputs, *self.frame.outputs],
            # The browser goes through each of these, and all that lies in it, at every stage of every answer.
            show_progress_on=[] if timing.quiet else [page.message],
            # Answered by its own request: through the queue's stream, which closes between events, answers can get lost.
            queue=False,
            api_visibility="private",
            **options,
        )


def _has_news(session: Session, state: PageState, told: Updates, *, only_news: bool) -> bool:
    """Tell whether what a page told is to be acted on: not what it was filled with, nor over words that it never saw.

    Those another tab stored meanwhile; the page's script asks which of the two texts stays.
    """
    if only_news and not state.fields.news(told):
        return False
    agreed = state.fields.agreed
    return not any(is_unseen(session.snapshot, box.elem_id, agreed(box), value) for box, value in told.items())


@dataclass(frozen=True)
class _Handler:
    """What an event of a page does: what it changes, what it looks at, and which of the fields it may fill."""

    page: Page
    look: Look
    outputs: Sequence[Component]
    change: Callable[..., Updates] | None = None
    fill: Fill = Fill.ALL
    timing: Timing = _SHOWN


def _look_nowhere(_snapshot: Snapshot, *_values: object) -> Updates:
    return {}
