"""The Dataset page: choose a table, see what was understood, and correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.dataset.credentials import TOKEN_HELP
from assistant.dataset.ready import ReadyProject
from assistant.dataset.series import Series
from assistant.desk import dataset as steps
from assistant.desk.desk import Desk
from assistant.errors import AssistantError
from assistant.ui.charts import figure
from assistant.ui.html import definition_list, error_note, findings_list, heading, note, size_text, table
from assistant.ui.wizard import Updates, Wizard

READY, UPLOAD, LINK, KAGGLE = "Ready project", "Upload a file", "Link", "Kaggle"


@dataclass
class DatasetPage:
    """The page's components."""

    number: int
    message: gr.HTML
    way: gr.Radio
    ready: gr.Dropdown
    about: gr.HTML
    use_ready: gr.Button
    upload: gr.File
    link: gr.Textbox
    fetch_link: gr.Button
    kaggle: gr.Textbox
    token: gr.Textbox | None
    fetch_kaggle: gr.Button
    picker: gr.Group
    file: gr.Dropdown
    fetch_file: gr.Button
    boxes: dict[str, gr.Group]
    understood: gr.Column
    source: gr.HTML
    preview: gr.HTML
    title: gr.Textbox
    question: gr.Textbox
    time: gr.Dropdown
    target: gr.Dropdown
    features: gr.Dropdown
    horizon: gr.Number
    unit: gr.Textbox
    apply: gr.Button
    result: gr.HTML

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [
            self.ready, self.about, self.use_ready, self.picker, self.file, self.understood, self.source, self.preview, self.title, self.question,
            self.time, self.target, self.features, self.horizon, self.unit, self.result,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return [self.title, self.question, self.time, self.target, self.features, self.horizon, self.unit]

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        project = desk.project(self.number)
        choice = project.dataset
        chosen = (choice.ready if choice else None) or steps.default_ready(desk, self.number)
        updates: Updates = {
            self.ready: gr.Dropdown(value=chosen, interactive=True),
            self.about: about_ready(chosen),
            self.use_ready: gr.Button(interactive=True),
            self.picker: gr.Group(visible=project.offered is not None),
            self.file: gr.Dropdown(choices=list(project.offered.names) if project.offered else [], value=None),
            self.understood: gr.Column(visible=choice is not None),
        }
        if choice is None:
            return updates
        overview = steps.overview(desk, self.number)
        columns = list(overview.columns)
        roles = choice.roles
        updates |= {
            self.source: source_card(choice.source),
            self.preview: table(overview.columns, overview.preview, f"The first rows of {overview.rows:,}"),
            self.title: gr.Textbox(value=project.title),
            self.question: gr.Textbox(value=project.question),
            self.time: gr.Dropdown(choices=columns, value=list(roles.time) if roles else []),
            self.target: gr.Dropdown(choices=columns, value=roles.target if roles else None),
            self.features: gr.Dropdown(choices=columns, value=list(roles.features) if roles else []),
            self.horizon: gr.Number(value=choice.horizon),
            self.unit: gr.Textbox(value=choice.unit),
        }
        try:
            series = steps.series(desk, self.number)
        except AssistantError as error:
            updates[self.result] = error_note(error)
        else:
            updates[self.result] = series_card(series) + findings_list(overview.findings)
        return updates


def about_ready(name: str | None) -> str:
    """Return what a ready project is about."""
    project = steps.ready_project(name) if name else None
    if project is None:
        return ""
    return f"<p><strong>{escape(project.title)}</strong> – {escape(project.question)}</p>{_ready_facts(project)}"


def _ready_facts(project: ReadyProject) -> str:
    return definition_list([("Licence", project.licence), ("Source", project.citation)])


def source_card(source: Any) -> str:
    """Return where the table came from."""
    return definition_list(
        [
            ("File", f"{source.file_name} ({size_text(source.size)})"),
            ("From", source.url or source.reference),
            ("Licence", source.licence or "none found – check the page you took it from before you mail the data"),
            ("Cited as", source.citation or ""),
        ]
    )


def series_card(series: Series) -> str:
    """Return what was made of the table: its span, its parts, its repairs, and a picture."""
    frequency, split = series.frequency, series.split
    first, last = series.frame.index[0], series.frame.index[-1]
    span = f"{first:%d %b %Y} to {last:%d %b %Y}" if series.dated else f"rows {first} to {last}"
    unit = f" in {series.unit}" if series.unit else ""
    pairs = [
        ("Series", f"{series.target}{unit}"),
        ("Rows", f"{len(series.frame):,}, one a {frequency.step}, {span}"),
        ("Pattern repeats after", frequency.count(frequency.season) if frequency.season > 1 else "no season assumed"),
        ("Forecast", f"{frequency.count(series.horizon)} ahead"),
        (
            "Parts",
            f"{split.train:,} to train · {split.validation:,} to validate · {split.test:,} to test, in this order",
        ),
    ]
    repairs = "".join(
        f"<li><strong>{repair.count:,}</strong> {escape(repair.what)} <span>({escape(repair.why)})</span></li>"
        for repair in series.repairs
    )
    mended = (
        f"<h4>What was repaired</h4><ul class='repairs'>{repairs}</ul>"
        if repairs
        else "<p>Nothing had to be repaired.</p>"
    )
    return (
        note("The dataset is ready for training.", "fine")
        + definition_list(pairs)
        + mended
        + figure(steps.series_chart(series))
    )


def build(number: int, ready: Sequence[ReadyProject], *, local: bool) -> DatasetPage:
    """Lay the page out."""
    prefix = f"p{number}-dataset"
    gr.HTML(
        heading(
            "Dataset", "Choose what to forecast. Any table with one row per moment and a column of numbers will do."
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    way = gr.Radio(
        [READY, UPLOAD, LINK, KAGGLE], value=READY, label="Where the data comes from", elem_id=f"{prefix}-way",
    )  # fmt: skip
    boxes: dict[str, gr.Group] = {}
    with gr.Group(visible=True) as boxes[READY]:
        ready_choice = gr.Dropdown(
            [(project.title, project.name) for project in ready], label="Ready project", elem_id=f"{prefix}-ready",
            interactive=False, filterable=False,
        )  # fmt: skip
        about = gr.HTML(elem_id=f"{prefix}-about", padding=True)
        use_ready = gr.Button("Use this dataset", variant="primary", elem_id=f"{prefix}-use-ready", interactive=False)
    with gr.Group(visible=False) as boxes[UPLOAD]:
        upload = gr.File(
            label="CSV, TSV, Excel, Parquet, JSON, or a zip of one of these", elem_id=f"{prefix}-upload", height=140,
        )  # fmt: skip
    with gr.Group(visible=False) as boxes[LINK]:
        link = gr.Textbox(
            label="Link to a file on GitHub or elsewhere", placeholder="https://github.com/owner/repository/blob/main/data.csv",
            elem_id=f"{prefix}-link",
        )  # fmt: skip
        fetch_link = gr.Button("Fetch", variant="primary", elem_id=f"{prefix}-fetch-link")
    token = None
    with gr.Group(visible=False) as boxes[KAGGLE]:
        kaggle = gr.Textbox(
            label="Kaggle dataset", info="Its address, or owner/name.", placeholder="owner/dataset-name",
            elem_id=f"{prefix}-kaggle",
        )  # fmt: skip
        if local:
            token = gr.Textbox(
                label="Your Kaggle token, only if the dataset asks for one – used now, never stored", type="password",
                info=TOKEN_HELP, elem_id=f"{prefix}-kaggle-token",
            )  # fmt: skip
        fetch_kaggle = gr.Button("Fetch", variant="primary", elem_id=f"{prefix}-fetch-kaggle")
    with gr.Group(visible=False) as picker:
        file = gr.Dropdown([], label="This link leads to several files: which one?", elem_id=f"{prefix}-file")
        fetch_file = gr.Button("Fetch this file", variant="primary", elem_id=f"{prefix}-fetch-file")
    with gr.Column(visible=False) as understood:
        gr.Markdown("### What was understood")
        source = gr.HTML(elem_id=f"{prefix}-source")
        preview = gr.HTML(elem_id=f"{prefix}-preview")
        with gr.Row():
            title = gr.Textbox(label="Title of the project", elem_id=f"{prefix}-title", max_length=120)
            question = gr.Textbox(label="The question it answers", elem_id=f"{prefix}-question", max_length=300)
        with gr.Row():
            time = gr.Dropdown([], label="Time", info="Several columns when year, month … stand apart; none to count rows.",
                multiselect=True, elem_id=f"{prefix}-time")  # fmt: skip
            target = gr.Dropdown([], label="Target", info="The column to forecast.", elem_id=f"{prefix}-target")
            features = gr.Dropdown([], label="Features", info="Columns that may help; none is fine.", multiselect=True,
                elem_id=f"{prefix}-features")  # fmt: skip
        with gr.Row():
            horizon = gr.Number(label="Steps to forecast", precision=0, minimum=1, elem_id=f"{prefix}-horizon")
            unit = gr.Textbox(
                label="Unit of the target", placeholder="°C, ppm, …", elem_id=f"{prefix}-unit", max_length=40
            )
        apply = gr.Button("Prepare again with these", elem_id=f"{prefix}-apply")
        result = gr.HTML(elem_id=f"{prefix}-result")
    return DatasetPage(
        number, message, way, ready_choice, about, use_ready, upload, link, fetch_link, kaggle, token,
        fetch_kaggle, picker, file, fetch_file, boxes, understood, source, preview, title, question, time, target, features, horizon, unit, apply, result,
    )  # fmt: skip


def wire(page: DatasetPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    number = page.number
    page.way.change(
        lambda way: {box: gr.Group(visible=name == way) for name, box in page.boxes.items()},
        page.way, list(page.boxes.values()), concurrency_limit=None, api_visibility="private", show_progress="hidden",
    )  # fmt: skip
    page.ready.input(about_ready, page.ready, page.about, concurrency_limit=None, api_visibility="private",
        show_progress="hidden")  # fmt: skip
    wizard.act(
        page.use_ready.click, page, lambda desk, name: steps.choose_ready(desk, number, name), [page.ready], retype=True
    )
    wizard.act(
        page.upload.upload, page, lambda desk, path: steps.take_upload(desk, number, path), [page.upload], retype=True
    )
    token = [page.token] if page.token is not None else []

    def fetch(desk: Desk, text: str, *token: str) -> str:
        return note(steps.fetch_link(desk, number, text, *token))

    def fetch_file(desk: Desk, name: str | None, *token: str) -> str:
        return note(steps.fetch_offered(desk, number, name, *token))

    wizard.act(page.fetch_link.click, page, fetch, [page.link], retype=True)
    wizard.act(page.fetch_kaggle.click, page, fetch, [page.kaggle, *token], retype=True)
    wizard.act(page.fetch_file.click, page, fetch_file, [page.file, *token], retype=True)
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
