"""The upper part of the Dataset page: where a table is looked for, and how it is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.dataset.ready_projects import ReadyProject
from assistant.submission import dataset_choice as steps
from assistant.submission import dataset_download as fetching
from assistant.submission.session import Desk
from assistant.web.events import Page, Updates, Wizard
from assistant.web.pages import dataset_cards as cards

READY, UPLOAD, LINK, KAGGLE = "Ready project", "Upload a file", "Link", "Kaggle"
KAGGLE_ACCOUNT = """
Searching needs a Kaggle token; fetching a public dataset mostly does not. To get one:
1. Open [kaggle.com/settings](https://www.kaggle.com/settings) and sign in.
2. Under *API*, press *Generate new token* (or *Create legacy API key*).
3. Copy what it shows, or the contents of `kaggle.json`, into the field below.
"""


@dataclass
class Finder:
    """Where a table is looked for and fetched."""

    number: int
    way: gr.Radio
    boxes: dict[str, gr.Group]
    ready: gr.Dropdown
    about: gr.HTML
    use_ready: gr.Button
    upload: gr.File
    link: gr.Textbox
    fetch_link: gr.Button
    link_searches: gr.HTML
    text: gr.Textbox
    search: gr.Button
    searches: gr.HTML
    found_line: gr.HTML
    found: gr.Radio
    found_row: gr.Row
    earlier: gr.Button
    later: gr.Button
    fetch_found: gr.Button
    kaggle: gr.Textbox
    token: gr.Textbox | None
    fetch_kaggle: gr.Button
    fetched: gr.HTML
    cancel: gr.Button
    picker: gr.Group
    file: gr.Dropdown
    fetch_file: gr.Button
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [
            *self.typed, *self.boxes.values(), self.ready, self.about, self.use_ready, self.link_searches, self.found_line, self.found, self.found_row,
            self.earlier, self.later, self.fetched, self.cancel, self.picker, self.file, self.timer,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in or picks."""
        return [self.way, self.link, self.kaggle]

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        project = desk.project(self.number)
        looking = project.looking
        chosen = (project.dataset.ready if project.dataset else None) or steps.default_ready(desk, self.number)
        search = fetching.last_search(desk, self.number)
        found = cards.found_choices(search)
        return {
            **self.open_box(looking.way),
            self.way: gr.Radio(value=looking.way or READY),
            self.link: gr.Textbox(value=looking.link),
            self.kaggle: gr.Textbox(value=looking.kaggle),
            **self.render_fetch(desk),
            self.ready: gr.Dropdown(value=chosen, interactive=True),
            self.about: cards.about_ready(chosen),
            self.use_ready: gr.Button(interactive=True),
            self.link_searches: cards.web_searches(project.title),
            self.found_line: cards.search_line(search),
            self.found: gr.Radio(choices=found, value=None, visible=bool(found)),
            self.found_row: gr.Row(visible=search is not None),
            self.earlier: gr.Button(interactive=search is not None and search.page > 1),
            self.later: gr.Button(interactive=search is not None and search.more),
        }

    def open_box(self, way: str) -> Updates:
        """Return the boxes with the one that belongs to a way of looking."""
        return {box: gr.Group(visible=name == (way or READY)) for name, box in self.boxes.items()}

    def render_fetch(self, desk: Desk) -> Updates:
        """Return what is shown of a download while it runs and when it has ended."""
        state, offered = fetching.poll_fetch(desk, self.number), desk.project(self.number).offered
        busy = state is not None and state.under_way
        return {
            self.fetched: cards.fetch_card(state),
            self.cancel: gr.Button(value="Cancel the download" if busy else "All right", visible=state is not None),
            self.timer: gr.Timer(active=busy),
            self.picker: gr.Group(visible=offered is not None and not busy),
            self.file: gr.Dropdown(choices=cards.offered_choices(offered), value=None),
        }


def build_finder(number: int, ready: Sequence[ReadyProject], *, local: bool) -> Finder:
    """Lay the finder out; the field for a token of one's own is there in a local run alone."""
    prefix = f"p{number}-dataset"
    way = gr.Radio(
        [READY, UPLOAD, LINK, KAGGLE], value=READY, label="Where the data comes from", elem_id=f"{prefix}-way",
    )  # fmt: skip
    boxes: dict[str, gr.Group] = {}
    with gr.Group(visible=True) as boxes[READY]:
        ready_choice = gr.Dropdown(
            [(project.title, project.name) for project in ready], label="Ready project", elem_id=f"{prefix}-ready",
            interactive=False, filterable=False,
        )  # fmt: skip
        about = gr.HTML(elem_id=f"{prefix}-about", padding=True, elem_classes="panel")
        use_ready = gr.Button("Use this dataset", variant="primary", elem_id=f"{prefix}-use-ready", interactive=False)
    with gr.Group(visible=False) as boxes[UPLOAD]:
        upload = gr.File(
            label="CSV, TSV, Excel, Parquet, JSON, or a zip of one of these", elem_id=f"{prefix}-upload", height=140,
        )  # fmt: skip
    with gr.Group(visible=False) as boxes[LINK]:
        link = gr.Textbox(
            label="Link to a file or a repository", placeholder="https://github.com/owner/repository/blob/main/data.csv",
            info="GitHub, Google Sheets or Drive, Hugging Face, UCI, Zenodo, or any https file.", elem_id=f"{prefix}-link",
            max_length=2000,
        )  # fmt: skip
        fetch_link = gr.Button("Fetch", variant="primary", elem_id=f"{prefix}-fetch-link")
        link_searches = gr.HTML(elem_id=f"{prefix}-link-searches", padding=True, elem_classes="panel")
    with gr.Group(visible=False) as boxes[KAGGLE]:
        with gr.Row(equal_height=True):
            text = gr.Textbox(label="Search Kaggle", placeholder="river level", elem_id=f"{prefix}-search", scale=4,
                max_length=200)  # fmt: skip
            search = gr.Button("Search", elem_id=f"{prefix}-search-go", scale=1)
        token = None
        if local:
            with gr.Accordion("Your Kaggle token", open=False, elem_id=f"{prefix}-token-help"):
                gr.Markdown(KAGGLE_ACCOUNT)
                token = gr.Textbox(
                    label="Kaggle token – used now, never stored", type="password", elem_id=f"{prefix}-kaggle-token",
                )  # fmt: skip
        searches = gr.HTML(cards.web_searches(""), elem_id=f"{prefix}-searches", padding=True, elem_classes="panel")
        found_line = gr.HTML(elem_id=f"{prefix}-found-line", padding=True, elem_classes="panel")
        found = gr.Radio(
            [], label="Datasets found", visible=False, elem_id=f"{prefix}-found", elem_classes="one-a-line"
        )
        with gr.Row(visible=False) as found_row:
            earlier = gr.Button("Page before", elem_id=f"{prefix}-earlier")
            later = gr.Button("Next page", elem_id=f"{prefix}-later")
            fetch_found = gr.Button("Fetch the chosen one", variant="primary", elem_id=f"{prefix}-fetch-found")
        kaggle = gr.Textbox(
            label="Or a Kaggle dataset by its name", info="Its address, or owner/name.", placeholder="owner/dataset-name",
            elem_id=f"{prefix}-kaggle", max_length=500,
        )  # fmt: skip
        fetch_kaggle = gr.Button("Fetch", variant="primary", elem_id=f"{prefix}-fetch-kaggle")
    fetched = gr.HTML(elem_id=f"{prefix}-fetched")
    cancel = gr.Button("Cancel the download", visible=False, elem_id=f"{prefix}-cancel", size="sm")
    with gr.Group(visible=False) as picker:
        file = gr.Dropdown([], label="This link leads to several files: which one?", elem_id=f"{prefix}-file")
        fetch_file = gr.Button("Fetch this file", variant="primary", elem_id=f"{prefix}-fetch-file")
    timer = gr.Timer(1, active=False)
    return Finder(
        number, way, boxes, ready_choice, about, use_ready, upload, link, fetch_link, link_searches, text, search, searches,
        found_line, found, found_row, earlier, later, fetch_found, kaggle, token, fetch_kaggle, fetched, cancel, picker,
        file, fetch_file, timer,
    )  # fmt: skip


def wire_finder(finder: Finder, page: Page, wizard: Wizard) -> None:
    """Connect the finder's events."""
    number = finder.number
    quiet: dict[str, Any] = {
        "concurrency_limit": None, "api_visibility": "private", "show_progress": "hidden", "show_progress_on": [],
    }  # fmt: skip

    def open_box(desk: Desk, way: str) -> Updates:
        fetching.keep_looking(desk, number, way=way)
        return finder.open_box(way)

    wizard.follow(finder.way.input, page, open_box, [finder.way], list(finder.boxes.values()))
    wizard.follow(
        finder.ready.input,
        page,
        lambda _desk, name: {finder.about: cards.about_ready(name)},
        [finder.ready],
        [finder.about],
    )
    finder.text.change(cards.web_searches, finder.text, finder.searches, trigger_mode="always_last", **quiet)

    def choose_ready(desk: Desk, name: str) -> None:
        fetching.cancel_fetch(desk, number)
        steps.choose_ready(desk, number, name)

    def take_upload(desk: Desk, path: str | None) -> None:
        fetching.cancel_fetch(desk, number)
        steps.take_upload(desk, number, path)

    wizard.act(finder.use_ready.click, page, choose_ready, [finder.ready], retype=True)
    wizard.act(finder.upload.upload, page, take_upload, [finder.upload], retype=True)
    token = [finder.token] if finder.token is not None else []

    # A field that was never opened sends None.
    def fetch(desk: Desk, text: str | None, token: str | None = None) -> None:
        fetching.start_fetch(desk, number, text or "", token or "")

    def fetch_offered(desk: Desk, name: str | None, token: str | None = None) -> None:
        fetching.start_fetch_offered(desk, number, name, token or "")

    def keep(name: str) -> Any:
        return lambda desk, text: fetching.keep_looking(desk, number, **{name: text})

    wizard.save(finder.link.change, page, keep("link"), [finder.link])
    wizard.save(finder.kaggle.change, page, keep("kaggle"), [finder.kaggle])
    wizard.act(finder.fetch_link.click, page, fetch, [finder.link])
    wizard.act(finder.link.submit, page, fetch, [finder.link])
    wizard.act(finder.fetch_kaggle.click, page, fetch, [finder.kaggle, *token])
    wizard.act(finder.fetch_found.click, page, fetch, [finder.found, *token])
    wizard.act(finder.fetch_file.click, page, fetch_offered, [finder.file, *token])
    wizard.act(finder.cancel.click, page, lambda desk: fetching.cancel_fetch(desk, number))

    def search(desk: Desk, text: str, token: str | None = None) -> None:
        fetching.search_kaggle(desk, number, text, 1, token or "")

    def turn(by: int) -> Any:
        return lambda desk, token=None: fetching.turn_page(desk, number, by, token or "")

    wizard.act(finder.search.click, page, search, [finder.text, *token])
    wizard.act(finder.text.submit, page, search, [finder.text, *token])
    wizard.act(finder.earlier.click, page, turn(-1), token)
    wizard.act(finder.later.click, page, turn(1), token)

    def tick(desk: Desk) -> Updates:
        state = fetching.poll_fetch(desk, number)
        if state is not None and state.under_way:
            return finder.render_fetch(desk)
        return page.render(desk)

    wizard.follow(finder.timer.tick, page, tick, (), page.outputs, trigger_mode="once")
