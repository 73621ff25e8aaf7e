"""The draft: everything a student has typed, chosen and made so far, as one document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from assistant.bundle.hand_in import Student
from assistant.dataset.choices import Choices
from assistant.dataset.series import Roles, Source
from assistant.findings import Finding
from assistant.frozen import Frozen
from assistant.notebook.link_answer import LinkState
from assistant.training.run import Progress


class _Document(Frozen):
    # Unknown keys are ignored, so that an older server can open what a newer one wrote.
    model_config = ConfigDict(extra="ignore")


class DatasetChoice(_Document):
    """The table a student chose and what its columns are for.

    `table` and `prepared` name the folders of the table as it came and of what was made of it; `series_sha256` is of the
    prepared series, None when the table is not ready for training.
    """

    source: Source
    table: str = ""
    prepared: str = ""
    ready: str | None = None
    roles: Roles | None = None
    horizon: int | None = None
    season: int | None = None
    split: tuple[int, int, int] | tuple[float, float, float] | None = None
    unit: str = ""
    units: dict[str, str] = {}
    choices: Choices = Choices()
    member: str | None = None  # the file inside an archive, and the sheet of a workbook, where there are several
    sheet: str | None = None
    share: Literal["file", "link"] | None = None  # what goes out in the mail; None: the student has not said
    series_sha256: str | None = None

    @property
    def is_ready(self) -> bool:
        """Tell whether a training can begin."""
        return self.series_sha256 is not None


class OfferedFiles(_Document):
    """A link that leads to several tables, and their names: the student still has to pick one."""

    reference: str
    names: tuple[str, ...]
    sizes: tuple[int | None, ...] = ()  # in bytes, where they are told


class FoundDataset(_Document):
    """One dataset that a search found; `size` in bytes, `updated` a date."""

    reference: str
    title: str
    size: int = 0
    licence: str | None = None
    votes: int = 0
    updated: str = ""
    url: str = ""


class KaggleSearch(_Document):
    """The search on Kaggle that a student made last, and the page of it that is shown."""

    text: str
    page: int = 1
    more: bool = False
    datasets: tuple[FoundDataset, ...] = ()


# The ways to a table, by their labels.
READY, UPLOAD, LINK, KAGGLE = "Ready project", "Upload a file", "Link", "Kaggle"


class Looking(_Document):
    """Where the student looks for a table, and what was typed there: the way by its label, the link, the reference."""

    way: str = ""
    link: str = ""
    kaggle: str = ""


class Download(_Document):
    """The job that fetches a table, and what it fetches."""

    job: str
    reference: str


class TrainingChoice(_Document):
    """How to train; None leaves a setting to the rules."""

    preset: str = "quick"
    seed: int = 0
    cell: str = "lstm"
    units: int | None = None
    context: int | None = None
    epochs: int | None = None
    members: int | None = None


class RunSummary(_Document):
    """What the draft keeps of a finished run; `stopped` when it was cancelled and its best so far was kept."""

    id: str
    series_sha256: str
    outcome: Literal["beats", "ties", "loses"]
    sentence: str
    label: str = ""
    stopped: bool = False
    epochs: int = 0
    planned_epochs: int = 0


class ChartChoice(_Document):
    """What the student said about one chart; `checked_run` is the run whose chart was looked at."""

    checked_run: str | None = None
    in_report: bool | None = None
    caption: str | None = None


class NotebookSummary(_Document):
    """The notebook that was made last: of which run, from exactly what, and whether it gave the report's scores."""

    run_id: str
    inputs_sha256: str
    sha256: str = ""
    revision: int = 0
    reproduced: bool
    holds_values: bool = False  # values of a dataset that is not to be passed on lie inside


class LinkCheck(_Document):
    """What came out when somebody asked where a Colab link leads; it holds for that link and that training alone.

    Earlier versions kept neither the state nor the moment; `run_id` is None when nothing was there to compare with.
    """

    link: str
    finding: Finding
    state: LinkState | None = None
    asked: datetime | None = None
    run_id: str | None = None


class PackageSummary(_Document):
    """The package that was made last: the revision and the digest of exactly what it was made from."""

    revision: int
    inputs_sha256: str
    sha256: str
    size: int


class ProjectDraft(_Document):
    """One project slot of a draft."""

    title: str = ""
    question: str = ""
    dataset: DatasetChoice | None = None
    offered: OfferedFiles | None = None
    looking: Looking = Looking()
    kaggle_search: KaggleSearch | None = None
    training: TrainingChoice = TrainingChoice()
    running: str | None = None  # the run that is being trained
    failed: Progress | None = None  # how the last training ended, when nothing came of it
    making_notebook: str | None = None  # the job that makes the notebook
    downloading: Download | None = None
    run: RunSummary | None = None
    runs: tuple[RunSummary, ...] = ()
    charts: dict[str, ChartChoice] = {}
    chart_order: tuple[str, ...] = ()  # of the charts in the report, once the student changed it
    sections: dict[str, str] = {}
    cited_runs: dict[str, str] = {}  # section → the run its own text was last edited or confirmed under
    cited_texts: dict[
        str, str
    ] = {}  # section → its text of that run, while sentences of it still have to be read again
    notebook: NotebookSummary | None = None
    colab_link: str = ""
    linked_run: str | None = None  # the run that was chosen when the link was typed
    link_check: LinkCheck | None = None

    @property
    def run_is_current(self) -> bool:
        """Tell whether the chosen run was trained on the dataset as it is now."""
        return (
            self.run is not None and self.dataset is not None and self.run.series_sha256 == self.dataset.series_sha256
        )


class Draft(_Document):
    """One student's draft under one brief."""

    student: Student = Student()
    sure_address: str = ""  # the address that the student was asked about and said is right
    own_deadline: str = ""
    own_recipients: str = ""
    projects: tuple[ProjectDraft, ...] = ()
    package: PackageSummary | None = None

    def project(self, number: int) -> ProjectDraft:
        """Return a project by its number, counted from 1."""
        return self.projects[number - 1]

    def with_project(self, number: int, project: ProjectDraft) -> Draft:
        """Return the draft with one project in the place of the one of that number."""
        projects = (*self.projects[: number - 1], project, *self.projects[number:])
        return self.model_copy(update={"projects": projects})
