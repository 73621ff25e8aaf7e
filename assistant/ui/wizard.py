"""What the pages share: how a handler finds its student, shows errors, and refreshes the marks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import gradio as gr
from anyio import to_thread

from assistant.desk.desk import Desk
from assistant.desk.services import Services
from assistant.errors import AssistantError
from assistant.ui.html import error_note, mark_label
from assistant.ui.identity import Identity
from assistant.ui.marks import STEP_TITLES, all_states
from assistant.ui.shown import Shown

Updates = dict[Any, Any]


def without(updates: Updates, components: Iterable[Any]) -> Updates:
    """Return the updates but those of some components."""
    left_out = set(components)
    return {component: update for component, update in updates.items() if component not in left_out}


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
        refill: Iterable[str] = (),
        **options: Any,
    ) -> Any:
        """On `event`, call `do(desk, *values)` and show the page and the marks anew; what it returns is the message.

        What the student types in is shown anew only with `retype`: an answer that is under way while somebody types
        must not put back what stood there before. `refill` names other pages (by the id of their message) whose fields
        follow from what was done: they are filled anew when they are next shown.
        """
        stale = frozenset(refill)

        def change(desk: Desk, *values: Any) -> Updates:
            try:
                return {page.message: do(desk, *values) or ""}
            except AssistantError as error:
                return {page.message: error_note(error)}

        def look(desk: Desk, shown: Shown, *_values: Any) -> Updates:
            shown.refill(stale)
            if retype:
                shown.must_fill(_name(page), desk.stored.revision)
            updates = page.render(desk)
            return updates if retype else without(updates, page.typed)

        return self._connect(event, page, look, inputs, [*page.outputs], change=change, **options)

    def save(self, event: Callable[..., Any], page: Page, do: Callable[..., Any], inputs: Iterable[Any] = ()) -> Any:
        """On `event`, call `do(desk, *values)` for what is being typed; only the marks and the message are shown anew.

        For text the event is `change`: `input` misses what a browser fills in by itself.
        """

        fields = list(inputs)

        def change(desk: Desk, *values: Any) -> Updates:
            # A text box that is not on the page sends None: nothing was typed there.
            if any(value is None and isinstance(box, gr.Textbox) for box, value in zip(fields, values, strict=True)):
                return {}
            return {page.message: do(desk, *values) or ""}

        options: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "always_last"}
        return self._connect(event, page, _look_nowhere, fields, [], change=change, **options)

    def show(self, event: Callable[..., Any], page: Page) -> Any:
        """On `event`, show the page as it is stored; its fields too, unless they were filled before and nobody else
        changed the draft since.
        """

        def look(desk: Desk, shown: Shown) -> Updates:
            fill = shown.must_fill(_name(page), desk.stored.revision)
            updates = page.render(desk)
            return updates if fill else without(updates, page.typed)

        return self._connect(event, page, look, (), [*page.outputs], show_progress="hidden")

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

        def look(desk: Desk, _shown: Shown) -> Updates:
            return without(page.render(desk), page.typed)

        return self._connect(event, page, look, (), [*page.outputs], show_progress="hidden")

    def follow(
        self,
        event: Callable[..., Any],
        page: Page,
        show: Callable[..., Updates],
        inputs: Iterable[Any],
        outputs: Sequence[Any],
        seconds: float = 0.0,
        trigger_mode: str = "always_last",
    ) -> Any:
        """Some seconds after `event`, show what `show(desk, *values)` returns; of many events only the last counts.

        It is for what follows from text while it is being typed, where `show` returns nothing when `values` are old
        already, and for a timer's ticks.
        """

        def look(desk: Desk, _shown: Shown, *values: Any) -> Updates:
            return show(desk, *values)

        options: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": trigger_mode}
        return self._connect(event, page, look, inputs, [*outputs], wait=seconds, **options)

    def _connect(
        self,
        event: Callable[..., Any],
        page: Page,
        look: Callable[..., Updates],
        inputs: Iterable[Any],
        outputs: list[Any],
        *,
        change: Callable[..., Updates] | None = None,
        wait: float = 0.0,
        **options: Any,
    ) -> Any:
        """On `event`, `change` what is stored, then `look` at it; both return what the page is to show."""
        assert self.shown is not None

        def handle(request: gr.Request, shown: Shown, *values: Any) -> tuple[Updates, int]:
            try:
                desk = self.desk(request)
                before = desk.stored.revision
                changed = change(desk, *values) if change is not None else {}
                turn = shown.turn()
                updates = {**look(desk, shown, *values), **changed, **self.tabs.render(desk)}
            except AssistantError as error:
                return {page.message: error_note(error)}, shown.turn()
            shown.changed_here(before, desk.stored.revision)
            return updates, turn

        async def answer(request: gr.Request, shown: Shown, *values: Any) -> Updates:
            if wait:
                await asyncio.sleep(wait)
            updates, turn = await to_thread.run_sync(handle, request, shown, *values)
            # Not in the other thread: answers leave in the order in which they are noted.
            return shown.new(updates, turn)

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


def _look_nowhere(_desk: Desk, _shown: Shown, *_values: Any) -> Updates:
    return {}


def _name(page: Page) -> str:
    return str(page.message.elem_id)
