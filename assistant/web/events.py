"""What the pages share: how a handler finds its student, shows errors, and refreshes the marks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

import gradio as gr
from anyio import to_thread

from assistant.errors import AssistantError
from assistant.submission.services import Services
from assistant.submission.session import Desk
from assistant.submission.status import STEP_TITLES, all_states
from assistant.web.field_values import is_field, is_told
from assistant.web.html import error_note, mark_label
from assistant.web.identity import Identity, arrival
from assistant.web.last_words import LastWords
from assistant.web.page_state import Shown

Updates = dict[Any, Any]


def without(updates: Updates, components: Iterable[Any]) -> Updates:
    """Return the updates but those of some components."""
    left_out = set(components)
    return {component: update for component, update in updates.items() if component not in left_out}


class Fill(Enum):
    """Which of a page's fields an answer may fill: all, those that need it, or none."""

    ALL = auto()
    UNSETTLED = auto()
    NONE = auto()


class Page(Protocol):
    """One page: the components its handlers may change, and what they show for a student."""

    message: gr.HTML

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""


@dataclass
class Tabs:
    """The tabs whose labels carry the marks, keyed by project (None for Start and Submit) and step."""

    steps: dict[tuple[int | None, str], gr.Tab] = field(default_factory=dict)
    projects: dict[int, gr.Tab] = field(default_factory=dict)

    @property
    def outputs(self) -> list[gr.Tab]:
        """Return every tab with a mark."""
        return [*self.steps.values(), *self.projects.values()]

    def render(self, desk: Desk) -> Updates:
        """Return every tab's label for this student."""
        states = all_states(desk.draft, desk.brief, sent=desk.is_sent())
        updates: Updates = {
            tab: gr.Tab(label=mark_label(STEP_TITLES[step], states[project, step].mark))
            for (project, step), tab in self.steps.items()
        }
        for number, tab in self.projects.items():
            marks = [state.mark for (project, _), state in states.items() if project == number]
            worst = max(marks, key=lambda mark: {"✓": 0, "○": 1, "!": 2}[mark.value])
            updates[tab] = gr.Tab(label=mark_label(f"Project {number}", worst))
        return updates


class Wizard:
    """Connects events to functions that take a student's desk."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self.services = services
        self.identity = identity
        self.last_words = LastWords()
        self.tabs = Tabs()
        self.shown: gr.State | None = None

    def lay_out(self) -> None:
        """Lay out what the handlers keep of each open page."""
        self.shown = gr.State(Shown())

    def desk(self, request: gr.Request) -> Desk:
        """Return the desk of the student who asks; raise UnknownStudentError when there is no valid cookie."""
        return Desk(self.services, self.identity.require(dict(request.cookies)))

    def act(
        self,
        event: Callable[..., Any],
        page: Page,
        do: Callable[..., str | None],
        inputs: Iterable[Any] = (),
        *,
        retype: bool = False,
        **options: Any,
    ) -> Any:
        """On `event`, call `do(desk, *values)` and show the page and the marks anew; what it returns is the message.

        What the student types in is shown anew only with `retype`: an answer that is under way while somebody types
        must not put back what stood there before.
        """

        def change(desk: Desk, *values: Any) -> Updates:
            try:
                return {page.message: do(desk, *values) or ""}
            except AssistantError as error:
                return {page.message: error_note(error)}

        def look(desk: Desk, *_values: Any) -> Updates:
            return page.render(desk)

        fill = Fill.ALL if retype else Fill.NONE
        return self._connect(event, page, look, inputs, [*page.outputs], change=change, fill=fill, **options)

    def save(self, event: Callable[..., Any], page: Page, do: Callable[..., Any], inputs: Iterable[Any] = ()) -> Any:
        """On `event`, call `do(desk, *values)` for what is being typed; only the marks and the message are shown anew.

        For text the event is `change`: `input` misses what a browser fills in by itself. What the fields were filled
        with is not stored again.
        """

        def change(desk: Desk, *values: Any) -> Updates:
            return {page.message: do(desk, *values) or ""}

        options: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "always_last", "only_news": True}
        return self._connect(event, page, _look_nowhere, inputs, [], change=change, **options)

    def show(self, event: Callable[..., Any], page: Page) -> Any:
        """On `event`, show the page as it is stored; of its fields those that hold something else, and by no fault of
        somebody who types there.
        """

        fill = Fill.UNSETTLED
        return self._connect(event, page, page.render, (), [*page.outputs], fill=fill, show_progress="hidden")

    def refresh(
        self,
        event: Callable[..., Any],
        page: Page,
        do: Callable[..., Any] | None = None,
        inputs: Iterable[Any] = (),
    ) -> Any:
        """On `event`, as when a field is left, show anew what follows from what was typed.

        With `do` it is kept once more before: the last key may still be on its way. Without, a message stays.
        """
        if do is not None:
            return self.act(event, page, do, inputs, show_progress="hidden")

        fill = Fill.NONE
        return self._connect(event, page, page.render, (), [*page.outputs], fill=fill, show_progress="hidden")

    def follow(
        self,
        event: Callable[..., Any],
        page: Page,
        show: Callable[..., Updates],
        inputs: Iterable[Any],
        outputs: Sequence[Any],
        *,
        keep: Callable[..., Any] | None = None,
        seconds: float = 0.0,
        trigger_mode: str = "always_last",
    ) -> Any:
        """Some seconds after `event`, show what `show(desk, *values)` returns; of many events only the last counts.

        It is for what follows from text while it is being typed, where `show` returns nothing when `values` are old
        already, and for a timer's ticks. With `keep` the values are kept before; a message stays.
        """

        def change(desk: Desk, *values: Any) -> Updates:
            assert keep is not None
            keep(desk, *values)
            return {}

        options: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": trigger_mode}
        if keep is not None:
            options |= {"change": change, "only_news": True}
        return self._connect(event, page, show, inputs, [*outputs], wait=seconds, **options)

    def _connect(
        self,
        event: Callable[..., Any],
        page: Page,
        look: Callable[..., Updates],
        inputs: Iterable[Any],
        outputs: list[Any],
        *,
        change: Callable[..., Updates] | None = None,
        only_news: bool = False,
        fill: Fill = Fill.ALL,
        wait: float = 0.0,
        **options: Any,
    ) -> Any:
        """On `event`, `change` what is stored, then `look` at it; both return what the page is to show.

        With `only_news` nothing is changed when the page's fields hold what they were known to hold; `fill` says which
        of the page's fields may be filled.
        """
        assert self.shown is not None
        inputs = list(inputs)
        names = [component.elem_id for component in inputs if is_field(component)]

        def handle(request: gr.Request, shown: Shown, told: Updates, *values: Any) -> tuple[Updates, int]:
            changed: Updates = {}
            try:
                desk = self.desk(request)
                with self.last_words.order(desk.owner, names, arrival(request)) as newest:
                    if change is not None and newest and (shown.fields.news(told) or not only_news):
                        changed = change(desk, *values)
                        if only_news:
                            shown.fields.stored(told)
                turn = shown.turn()
                return {**look(desk, *values), **changed, **self.tabs.render(desk)}, turn
            except AssistantError as error:
                return {page.message: error_note(error)}, shown.turn()

        async def answer(request: gr.Request, shown: Shown, *values: Any) -> Updates:
            # Not in the other thread: in the order in which it was sent.
            told = {box: value for box, value in zip(inputs, values, strict=True) if is_told(box, value)}
            shown.fields.tell(told, shown.turn())
            if wait:
                await asyncio.sleep(wait)
            updates, turn = await to_thread.run_sync(handle, request, shown, told, *values)
            # Not in the other thread: answers leave in the order in which they are noted.
            if fill is not Fill.ALL:
                updates = shown.fields.unsettled(updates, page.typed, turn)
            new = shown.new(without(updates, page.typed) if fill is Fill.NONE else updates, turn)
            return new or {page.message: gr.skip()}  # gradio takes no answer at all for an error

        return event(
            answer,
            inputs=[self.shown, *inputs],
            outputs=[page.message, *outputs, *self.tabs.outputs],
            # The browser goes through each of these, and all that lies in it, at every stage of every answer.
            show_progress_on=[] if options.get("show_progress") == "hidden" else [page.message],
            # Answered by its own request: through the queue's stream, which closes between events, answers can get lost.
            queue=False,
            api_visibility="private",
            **options,
        )


def _look_nowhere(_desk: Desk, *_values: Any) -> Updates:
    return {}
