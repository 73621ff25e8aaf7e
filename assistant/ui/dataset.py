"""The Dataset page: choose a table, see what was understood, and correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.dataset.ready import ReadyProject
from assistant.dataset.series import Series
from assistant.desk import dataset as steps
from assistant.desk import dataset_fetch as fetching
from assistant.desk.dataset import Overview
from assistant.desk.desk import Desk
from assistant.errors import AssistantError
from assistant.state.draft import DatasetChoice
from assistant.ui import dataset_cards as cards
from assistant.ui.html import error_note, heading, table
from assistant.ui.wizard import Updates, Wizard

READY, UPLOAD, LINK, KAGGLE = "Ready project", "Upload a file", "Link", "Kaggle"
KAGGLE_ACCOUNT = """
Searching needs a Kaggle token; fetching a public dataset mostly does not. To get one:
1. Open [kaggle.com/settings](https://www.kaggle.com/settings) and sign in.
2. Under *API*, press *Generate new token* (or *Create legacy API key*).
3. Copy what it shows, or the contents of `kaggle.json`, into the field below.
"""
DECIMALS = [("A comma: 1,5 is one and a half", ","), ("A point: 1.5 is one and a half", ".")]


@dataclass
class Finder:
    """Where a table is looked for and fetched."""

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
            self.ready, self.about, self.use_ready, self.link_searches, self.found_line, self.found, self.found_row,
            self.earlier, self.later, self.fetched, self.cancel, self.picker, self.file, self.timer,
        ]  # fmt: skip


@dataclass
class Ways:
    """The ways in which a table can be read, where there are several."""

    box: gr.Group
    member: gr.Dropdown
    sheet: gr.Dropdown
    order: gr.Radio
    decimal: gr.Radio
    series: gr.Dropdown
    same_time: gr.Radio
    frequency: gr.Dropdown

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [
            self.box, self.member, self.sheet, self.order, self.decimal, self.series, self.same_time, self.frequency,
        ]  # fmt: skip


@dataclass
class DatasetPage:
    """The page's components."""

    number: int
    message: gr.HTML
    finder: Finder
    understood: gr.Column
    verdict: gr.HTML
    result: gr.HTML
    findings: gr.HTML
    ways: Ways
    repairs: gr.CheckboxGroup
    read: gr.HTML
    title: gr.Textbox
    question: gr.Textbox
    time: gr.Dropdown
    target: gr.Dropdown
    features: gr.Dropdown
    horizon: gr.Number
    unit: gr.Textbox
    apply: gr.Button
    preview: gr.HTML
    source: gr.HTML
    licence: gr.Textbox
    url: gr.Textbox
    share_why: gr.HTML
    share: gr.Radio

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [
            *self.finder.outputs, *self.ways.outputs, self.understood, self.verdict, self.result, self.findings, self.repairs,
            self.read, self.title, self.question, self.time, self.target, self.features, self.horizon, self.unit,
            self.preview, self.source, self.licence, self.url, self.share_why, self.share,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return [
            self.title, self.question, self.time, self.target, self.features, self.horizon, self.unit, self.licence, self.url,
        ]  # fmt: skip

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        choice = desk.project(self.number).dataset
        updates = {**self._render_finder(desk), **self.render_fetch(desk)}
        updates[self.understood] = gr.Column(visible=choice is not None)
        if choice is None:
            return updates
        overview = steps.overview(desk, self.number)
        series: Series | None = None
        if overview.problem is None:
            try:
                series = steps.series(desk, self.number)
            except AssistantError as error:
                updates[self.verdict] = error_note(error)
        inspection, profile = overview.inspection, overview.profile
        repairs, kept = cards.repair_choices(overview.repairs)
        return {
            self.verdict: cards.verdict_card(overview),
            **updates,
            self.result: cards.glance(series, overview, steps.series_chart(desk, series) if series is not None else ""),
            self.findings: cards.findings_card(inspection.findings, overview.problem),
            **render_ways(self.ways, overview, choice),
            self.repairs: gr.CheckboxGroup(choices=repairs, value=kept, visible=bool(repairs)),
            self.read: cards.fixed_repairs(overview.repairs),
            **self._render_roles(desk, overview, choice),
            self.preview: table(profile.columns, profile.preview, f"The first of {inspection.rows:,} rows"),
            **self._render_source(desk, choice),
        }

    def _render_finder(self, desk: Desk) -> Updates:
        finder, project = self.finder, desk.project(self.number)
        chosen = (project.dataset.ready if project.dataset else None) or steps.default_ready(desk, self.number)
        search = fetching.last_search(desk, self.number)
        found = cards.found_choices(search)
        return {
            finder.ready: gr.Dropdown(value=chosen, interactive=True),
            finder.about: cards.about_ready(chosen),
            finder.use_ready: gr.Button(interactive=True),
            finder.link_searches: cards.web_searches(project.title),
            finder.found_line: cards.search_line(search),
            finder.found: gr.Radio(choices=found, value=None, visible=bool(found)),
            finder.found_row: gr.Row(visible=search is not None),
            finder.earlier: gr.Button(interactive=search is not None and search.page > 1),
            finder.later: gr.Button(interactive=search is not None and search.more),
        }

    def render_fetch(self, desk: Desk) -> Updates:
        """Return what is shown of a download while it runs and when it has ended."""
        state, offered = fetching.poll_fetch(desk, self.number), desk.project(self.number).offered
        busy = state is not None and state.under_way
        return {
            self.finder.fetched: cards.fetch_card(state),
            self.finder.cancel: gr.Button(
                value="Cancel the download" if busy else "All right", visible=state is not None
            ),
            self.finder.timer: gr.Timer(active=busy),
            self.finder.picker: gr.Group(visible=offered is not None and not busy),
            self.finder.file: gr.Dropdown(choices=cards.offered_choices(offered), value=None),
        }

    def _render_roles(self, desk: Desk, overview: Overview, choice: DatasetChoice) -> Updates:
        columns, roles, project = list(overview.columns), choice.roles, desk.project(self.number)
        reasons = overview.inspection.reasons
        return {
            self.title: gr.Textbox(value=project.title),
            self.question: gr.Textbox(value=project.question),
            self.time: gr.Dropdown(
                choices=columns, value=list(roles.time) if roles else [],
                info=reasons.get("time", "") or "Several columns when year, month … stand apart; none to count rows.",
            ),
            self.target: gr.Dropdown(
                choices=columns, value=roles.target if roles else None,
                info=reasons.get("target", "") or "The column to forecast.",
            ),
            self.features: gr.Dropdown(
                choices=columns, value=list(roles.features) if roles else [],
                info=reasons.get("features", "") or "Columns that may help; none is fine.",
            ),
            self.horizon: gr.Number(value=choice.horizon),
            self.unit: gr.Textbox(value=choice.unit),
        }  # fmt: skip

    def _render_source(self, desk: Desk, choice: DatasetChoice) -> Updates:
        source = choice.source
        question = steps.sharing_question(desk, self.number)
        own = choice.ready is None
        return {
            self.source: cards.source_card(source),
            self.licence: gr.Textbox(value=source.licence or "", visible=own),
            self.url: gr.Textbox(value=source.url or "", visible=own),
            self.share_why: cards.share_card(question, choice.share is not None),
            self.share: gr.Radio(value=choice.share or (None if question else "file")),
        }


def render_ways(ways: Ways, overview: Overview, choice: DatasetChoice) -> Updates:
    """Return the choices that this table leaves open; those that it does not are hidden."""
    inspection, choices = overview.inspection, choice.choices
    reader, orders = inspection.reader, cards.reading_choices(overview)
    first = overview.readings[0].order if overview.readings else None
    several = any(
        repair.key == "same moment" or (repair.key == "grid" and "irregular" in repair.what)
        for repair in overview.repairs
    )
    dated = inspection.time is not None and inspection.time.first is not None
    shown = {
        ways.member: len(reader.members) > 1,
        ways.sheet: len(reader.sheets) > 1,
        ways.order: len(orders) > 1,
        ways.decimal: bool(overview.unsure_decimals),
        ways.series: inspection.series is not None,
        ways.same_time: several or choices.same_time is not None,
        ways.frequency: dated and (several or choices.frequency is not None),
    }
    return {
        ways.box: gr.Group(visible=any(shown.values())),
        ways.member: gr.Dropdown(choices=list(reader.members), value=reader.member, visible=shown[ways.member]),
        ways.sheet: gr.Dropdown(choices=list(reader.sheets), value=reader.sheet, visible=shown[ways.sheet]),
        ways.order: gr.Radio(choices=orders, value=choices.date_order or first, visible=shown[ways.order]),
        ways.decimal: gr.Radio(
            value=choices.decimal, label=f"Which sign parts whole and decimals in {', '.join(overview.unsure_decimals[:5])}?",
            visible=shown[ways.decimal],
        ),
        ways.series: gr.Dropdown(
            choices=cards.series_choices(inspection), value=cards.chosen_series(inspection, choices),
            label=f"Several series in one table, one for each {inspection.series.column}: which one?" if inspection.series else "",
            visible=shown[ways.series],
        ),
        ways.same_time: gr.Radio(value=choices.same_time or "", visible=shown[ways.same_time]),
        ways.frequency: gr.Dropdown(value=choices.frequency or "", visible=shown[ways.frequency]),
    }  # fmt: skip


def build(number: int, ready: Sequence[ReadyProject], *, local: bool) -> DatasetPage:
    """Lay the page out."""
    prefix = f"p{number}-dataset"
    gr.HTML(
        heading(
            "Dataset", "Choose what to forecast. Any table with one row per moment and a column of numbers will do."
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    finder = _build_finder(prefix, ready, local=local)
    with gr.Column(visible=False) as understood:
        gr.Markdown("### What was understood")
        verdict = gr.HTML(elem_id=f"{prefix}-verdict")
        result = gr.HTML(elem_id=f"{prefix}-result")
        findings = gr.HTML(elem_id=f"{prefix}-findings")
        ways = _build_ways(prefix)
        repairs = gr.CheckboxGroup(
            [], label="What was repaired – take a tick away to undo it", elem_id=f"{prefix}-repairs",
            elem_classes="one-a-line",
        )  # fmt: skip
        read = gr.HTML(elem_id=f"{prefix}-read")
        gr.Markdown("### What the columns are for")
        with gr.Row():
            time = gr.Dropdown([], label="Time", multiselect=True, elem_id=f"{prefix}-time")
            target = gr.Dropdown([], label="Target: the column to forecast", elem_id=f"{prefix}-target")
            features = gr.Dropdown([], label="Features", multiselect=True, elem_id=f"{prefix}-features")
        with gr.Row():
            horizon = gr.Number(label="Steps to forecast", precision=0, minimum=1, elem_id=f"{prefix}-horizon")
            unit = gr.Textbox(
                label="Unit of the target", placeholder="°C, ppm, …", elem_id=f"{prefix}-unit", max_length=40
            )
        apply = gr.Button("Prepare again with these", elem_id=f"{prefix}-apply")
        preview = gr.HTML(elem_id=f"{prefix}-preview")
        gr.Markdown("### The project")
        with gr.Row():
            title = gr.Textbox(label="Title of the project", elem_id=f"{prefix}-title", max_length=120)
            question = gr.Textbox(label="The question it answers", elem_id=f"{prefix}-question", max_length=300)
        gr.Markdown("### Where it came from, and what goes out")
        source = gr.HTML(elem_id=f"{prefix}-source")
        with gr.Row():
            licence = gr.Textbox(label="Licence", placeholder="CC BY 4.0, public domain, …", max_length=200,
                elem_id=f"{prefix}-licence")  # fmt: skip
            url = gr.Textbox(label="Address where it can be found", placeholder="https://…", max_length=500,
                elem_id=f"{prefix}-url")  # fmt: skip
        share_why = gr.HTML(elem_id=f"{prefix}-share-why")
        share = gr.Radio(cards.SHARES, label="What the mail carries of this dataset", elem_id=f"{prefix}-share")
    return DatasetPage(
        number, message, finder, understood, verdict, result, findings, ways, repairs, read, title, question, time, target,
        features, horizon, unit, apply, preview, source, licence, url, share_why, share,
    )  # fmt: skip


def _build_finder(prefix: str, ready: Sequence[ReadyProject], *, local: bool) -> Finder:
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
            elem_id=f"{prefix}-kaggle",
        )  # fmt: skip
        fetch_kaggle = gr.Button("Fetch", variant="primary", elem_id=f"{prefix}-fetch-kaggle")
    fetched = gr.HTML(elem_id=f"{prefix}-fetched")
    cancel = gr.Button("Cancel the download", visible=False, elem_id=f"{prefix}-cancel", size="sm")
    with gr.Group(visible=False) as picker:
        file = gr.Dropdown([], label="This link leads to several files: which one?", elem_id=f"{prefix}-file")
        fetch_file = gr.Button("Fetch this file", variant="primary", elem_id=f"{prefix}-fetch-file")
    timer = gr.Timer(1, active=False)
    return Finder(
        way, boxes, ready_choice, about, use_ready, upload, link, fetch_link, link_searches, text, search, searches,
        found_line, found, found_row, earlier, later, fetch_found, kaggle, token, fetch_kaggle, fetched, cancel, picker,
        file, fetch_file, timer,
    )  # fmt: skip


def _build_ways(prefix: str) -> Ways:
    with gr.Group(visible=False) as box:
        member = gr.Dropdown([], label="The file in the archive", visible=False, elem_id=f"{prefix}-member")
        sheet = gr.Dropdown([], label="The sheet", visible=False, elem_id=f"{prefix}-sheet")
        order = gr.Radio(
            [], label="The dates can be read in two ways: which is right?", visible=False, elem_id=f"{prefix}-order",
            elem_classes="one-a-line",
        )  # fmt: skip
        decimal = gr.Radio(DECIMALS, label="Which sign parts whole and decimals?", visible=False, elem_id=f"{prefix}-decimal",
            elem_classes="one-a-line")  # fmt: skip
        series = gr.Dropdown([], label="Which series", visible=False, elem_id=f"{prefix}-series")
        with gr.Row():
            same_time = gr.Radio(
                [("as suggested", ""), ("their mean", "mean"), ("their sum", "sum"), ("the last", "last")],
                label="Several rows of one moment become", visible=False, elem_id=f"{prefix}-same-time",
            )  # fmt: skip
            frequency = gr.Dropdown(cards.STEPS, label="One row for each", visible=False, elem_id=f"{prefix}-frequency",
                filterable=False)  # fmt: skip
    return Ways(box, member, sheet, order, decimal, series, same_time, frequency)


def wire(page: DatasetPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    _wire_finder(page, wizard)
    _wire_ways(page, wizard)
    number = page.number
    wizard.save(
        page.title.change, page, lambda desk, text: desk.change_project(number, title=text) and None, [page.title]
    )
    wizard.save(
        page.question.change,
        page,
        lambda desk, text: desk.change_project(number, question=text) and None,
        [page.question],
    )
    wizard.act(
        page.apply.click, page,
        lambda desk, *values: steps.set_roles(desk, number, *values),
        [page.time, page.target, page.features, page.horizon, page.unit], retype=True,
    )  # fmt: skip

    def set_source(desk: Desk, *values: str | None) -> None:
        steps.set_source(desk, number, *values)

    for box in (page.licence, page.url):
        wizard.save(box.change, page, set_source, [page.licence, page.url])
        wizard.refresh(box.blur, page, set_source, [page.licence, page.url])
    wizard.act(page.share.input, page, lambda desk, share: steps.set_share(desk, number, share), [page.share])


def _wire_finder(page: DatasetPage, wizard: Wizard) -> None:
    number, finder = page.number, page.finder
    quiet: dict[str, Any] = {
        "concurrency_limit": None, "api_visibility": "private", "show_progress": "hidden", "show_progress_on": [],
    }  # fmt: skip
    finder.way.change(
        lambda way: {box: gr.Group(visible=name == way) for name, box in finder.boxes.items()},
        finder.way, list(finder.boxes.values()), **quiet,
    )  # fmt: skip
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
            return page.render_fetch(desk)
        return page.render(desk)

    wizard.follow(finder.timer.tick, page, tick, (), page.outputs, trigger_mode="once")


def _wire_ways(page: DatasetPage, wizard: Wizard) -> None:
    number, ways = page.number, page.ways

    def part(name: str) -> Any:
        return lambda desk, value: steps.set_part(desk, number, **{name: value})

    def choice(name: str) -> Any:
        return lambda desk, value: steps.set_choices(desk, number, **{name: value or None})

    def series(desk: Desk, picked: str | None) -> None:
        inspection = steps.overview(desk, number).inspection
        steps.set_choices(desk, number, series=cards.picked_series(inspection, picked))

    for component, do in (
        (ways.member, part("member")),
        (ways.sheet, part("sheet")),
        (ways.order, choice("date_order")),
        (ways.decimal, choice("decimal")),
        (ways.series, series),
        (ways.same_time, choice("same_time")),
        (ways.frequency, choice("frequency")),
    ):
        wizard.act(component.input, page, do, [component], retype=True)
    wizard.act(
        page.repairs.input, page, lambda desk, kept: steps.set_repairs(desk, number, kept or []), [page.repairs],
        retype=True,
    )  # fmt: skip
