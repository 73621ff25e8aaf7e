"""The upper part of the Dataset page: where a table is looked for, and how it is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant.dataset.ready_projects import ReadyProject
from assistant.submission import dataset_choice as steps
from assistant.submission import dataset_download as downloads
from assistant.submission.dataset_commands import RememberSearch
from assistant.submission.draft import KAGGLE, LINK, READY, UPLOAD
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.web.events import Action, Events, Page, Timing
from assistant.web.gradio_internals import Component, Updates
from assistant.web.pages import dataset_cards as cards

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
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            *self.typed, *self.boxes.values(), self.ready, self.about, self.use_ready, self.link_searches, self.found_line, self.found, self.found_row,
            self.earlier, self.later, self.fetched, self.cancel, self.picker, self.file, self.timer,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in or picks."""
        return [self.way, self.link, self.kaggle]

    def render(self, whole: ProjectSnapshot) -> Updates:
        """Return what each component shows for this student now."""
        project = whole.draft
        looking, search = project.looking, project.kaggle_search
        chosen = (project.dataset.ready if project.dataset else None) or steps.default_ready(whole.whole, self.number)
        found = cards.found_choices(search)
        return {
            **self.open_box(looking.way),
            self.way: gr.update(value=looking.way or READY),
            self.link: gr.update(value=looking.link),
            self.kaggle: gr.update(value=looking.kaggle),
            **self.render_fetch(whole),
            self.ready: gr.update(value=chosen, interactive=True),
            self.about: cards.about_ready(chosen),
            self.use_ready: gr.update(interactive=True),
            self.link_searches: cards.web_searches(project.title),
            self.found_line: cards.search_line(search),
            self.found: gr.update(choices=found, value=None, visible=bool(found)),
            self.found_row: gr.update(visible=search is not None),
            self.earlier: gr.update(interactive=search is not None and search.page > 1),
            self.later: gr.update(interactive=search is not None and search.more),
        }

    def open_box(self, way: str) -> Updates:
        """Return the boxes with the one that belongs to a way of looking."""
        return {box: gr.update(visible=name == (way or READY)) for name, box in self.boxes.items()}

    def render_fetch(self, project: ProjectSnapshot) -> Updates:
        """Return what is shown of a download while it runs and when it has ended."""
        state, offered = downloads.download_state(project), project.draft.offered
        busy = state is not None and state.under_way
        return {
            self.fetched: cards.fetch_card(state),
            self.cancel: gr.update(value="Cancel the download" if busy else "All right", visible=state is not None),
            self.timer: gr.update(active=busy),
            self.picker: gr.update(visible=offered is not None and not busy),
            self.file: gr.update(choices=cards.offered_choices(offered), value=None),
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
        use_ready = gr.Button("Use this dataset", elem_id=f"{prefix}-use-ready", interactive=False)
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
        fetch_link = gr.Button("Fetch", elem_id=f"{prefix}-fetch-link")
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
            fetch_found = gr.Button("Fetch the chosen one", elem_id=f"{prefix}-fetch-found")
        kaggle = gr.Textbox(
            label="Or a Kaggle dataset by its name", info="Its address, or owner/name.", placeholder="owner/dataset-name",
            elem_id=f"{prefix}-kaggle", max_length=500,
        )  # fmt: skip
        fetch_kaggle = gr.Button("Fetch", elem_id=f"{prefix}-fetch-kaggle")
    fetched = gr.HTML(elem_id=f"{prefix}-fetched")
    cancel = gr.Button("Cancel the download", visible=False, elem_id=f"{prefix}-cancel", size="sm")
    with gr.Group(visible=False) as picker:
        file = gr.Dropdown([], label="This link leads to several files: which one?", elem_id=f"{prefix}-file")
        fetch_file = gr.Button("Fetch this file", elem_id=f"{prefix}-fetch-file")
    timer = gr.Timer(1, active=False)
    return Finder(
        number, way, boxes, ready_choice, about, use_ready, upload, link, fetch_link, link_searches, text, search, searches,
        found_line, found, found_row, earlier, later, fetch_found, kaggle, token, fetch_kaggle, fetched, cancel, picker,
        file, fetch_file, timer,
    )  # fmt: skip


def wire_finder(finder: Finder, page: Page, events: Events) -> None:
    """Connect the finder's events."""
    number = finder.number

    def open_box(_snapshot: Snapshot, way: str) -> Updates:
        return finder.open_box(way)

    def keep_way(session: Session, way: str) -> None:
        session.apply(RememberSearch(project=number, way=way))

    def keep_link(session: Session, text: str | None) -> None:
        session.apply(RememberSearch(project=number, link=text))

    def keep_kaggle(session: Session, text: str | None) -> None:
        session.apply(RememberSearch(project=number, kaggle=text))

    def about(_snapshot: Snapshot, name: str) -> Updates:
        return {finder.about: cards.about_ready(name)}

    events.follow(finder.way.input, page, open_box, [finder.way], list(finder.boxes.values()), keep=keep_way)
    events.follow(finder.ready.input, page, about, [finder.ready], [finder.about])
    finder.text.change(
        cards.web_searches, finder.text, finder.searches, trigger_mode="always_last", concurrency_limit=None,
        api_visibility="private", show_progress="hidden", show_progress_on=[],
    )  # fmt: skip
    events.save(finder.link.change, page, keep_link, [finder.link])
    events.save(finder.kaggle.change, page, keep_kaggle, [finder.kaggle])

    def choose_ready(session: Session, name: str) -> None:
        downloads.cancel_download(session, number)
        steps.choose_ready(session, number, name)

    def take_upload(session: Session, path: str | None) -> None:
        downloads.cancel_download(session, number)
        steps.take_upload(session, number, path)

    events.act(finder.use_ready.click, page, choose_ready, [finder.ready], retype=True)
    events.act(finder.upload.upload, page, take_upload, [finder.upload], retype=True)
    _wire_downloads(finder, page, events)


def _wire_downloads(finder: Finder, page: Page, events: Events) -> None:
    number = finder.number
    token = [finder.token] if finder.token is not None else []

    # A field that was never opened sends None.
    def fetch(session: Session, text: str | None, token: str | None = None) -> None:
        downloads.start_download(session, number, text or "", token or "")

    def fetch_offered(session: Session, name: str | None, token: str | None = None) -> None:
        downloads.start_download_offered(session, number, name, token or "")

    events.act(finder.fetch_link.click, page, fetch, [finder.link])
    events.act(finder.link.submit, page, fetch, [finder.link])
    events.act(finder.fetch_kaggle.click, page, fetch, [finder.kaggle, *token])
    events.act(finder.fetch_found.click, page, fetch, [finder.found, *token])
    events.act(finder.fetch_file.click, page, fetch_offered, [finder.file, *token])
    events.act(finder.cancel.click, page, lambda session: downloads.cancel_download(session, number))

    def search(session: Session, text: str, token: str | None = None) -> None:
        downloads.search_kaggle(session, number, text, 1, token or "")

    def turn(by: int) -> Action:
        def turn_page(session: Session, token: str | None = None) -> None:
            downloads.turn_page(session, number, by, token or "")

        return turn_page

    events.act(finder.search.click, page, search, [finder.text, *token])
    events.act(finder.text.submit, page, search, [finder.text, *token])
    events.act(finder.earlier.click, page, turn(-1), token)
    events.act(finder.later.click, page, turn(1), token)

    def tick(snapshot: Snapshot) -> Updates:
        project = snapshot.project(number)
        state = downloads.download_state(project)
        if state is not None and state.under_way:
            return finder.render_fetch(project)
        return page.render(snapshot)

    events.follow(finder.timer.tick, page, tick, (), page.outputs, timing=Timing(trigger="once"))
