"""One student's work at one revision: loaded once, never changed, and everything that follows from it computed on it.

What a page shows, a command answers or a receiver is told is read from here and from nowhere else. Looking at a snapshot
writes nothing: no file and no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from assistant.brief import Brief, Deadline, Timing, checked_address, parse_deadline
from assistant.bundle.hand_in import Submission
from assistant.dataset.series import Series, load_series
from assistant.delivery.delivery_record import Delivery
from assistant.errors import DatasetError, ReportError
from assistant.findings import Finding, StepStatus
from assistant.report.manuscript import Manuscript
from assistant.submission import chart_choices, notebook_making, packaging, report_building, report_texts, status
from assistant.submission import submit_findings as completeness
from assistant.submission.chart_choices import Material, ShownChart
from assistant.submission.dataset_overview import Overview
from assistant.submission.dataset_preparation import OVERVIEW, SERIES
from assistant.submission.draft import DatasetChoice, Draft, ProjectDraft
from assistant.submission.draft_store import StoredDraft
from assistant.submission.ended_jobs import KnownJobs, settled
from assistant.submission.jobs.job import JobRecord
from assistant.submission.packaging import Package
from assistant.submission.report_building import BuiltReport
from assistant.submission.report_texts import SectionText
from assistant.submission.run_store import read_run
from assistant.submission.section_history import Histories
from assistant.submission.services import Services
from assistant.submission.workspace import ProjectFolder
from assistant.training.run import Run


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One student's work at one revision, at one moment.

    `stored` is what the store holds; `draft` is that with the jobs taken up that ended since.
    """

    services: Services
    owner: str
    stored: StoredDraft
    draft: Draft
    moment: datetime
    jobs: KnownJobs

    @classmethod
    def of(cls, services: Services, owner: str, stored: StoredDraft) -> Snapshot:
        """Return the snapshot of what the store holds for a student."""
        jobs = KnownJobs(services.jobs)
        draft = settled(stored.draft, owner, services.workspace, jobs.look)
        return cls(services, owner, stored, draft, services.clock(), jobs)

    @property
    def revision(self) -> int:
        """Return the revision of the draft."""
        return self.stored.revision

    @property
    def resume_code(self) -> str:
        """Return the code that opens this draft elsewhere; empty before anything was stored."""
        return self.stored.resume_code

    @property
    def folder(self) -> Path:
        """Return the student's folder."""
        return self.services.workspace.of(self.owner)

    @property
    def own_rules_allowed(self) -> bool:
        """Tell whether this student may set deadline, recipients and mail account: only in a local run."""
        return not self.services.settings.hosted

    @cached_property
    def brief(self) -> Brief:
        """Return the brief, with the deadline and recipients that the student set where that is allowed."""
        if not self.own_rules_allowed:
            return self.services.brief
        own = self.draft
        return self.services.brief.with_own(
            _deadline_or_none(own.own_deadline), _recipients_or_none(own.own_recipients)
        )

    @property
    def timing(self) -> Timing:
        """Return whether a hand-in at this moment is in time."""
        return self.brief.timing(self.moment)

    @cached_property
    def projects(self) -> tuple[ProjectSnapshot, ...]:
        """Return the projects of the brief, in its order."""
        return tuple(ProjectSnapshot(self, number) for number in range(1, len(self.draft.projects) + 1))

    def project(self, number: int) -> ProjectSnapshot:
        """Return a project by its number, counted from 1."""
        return self.projects[number - 1]

    @cached_property
    def histories(self) -> Histories:
        """Return the versions of all sections."""
        return self.stored.histories

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Return every attempt of this student to hand in, the newest first."""
        return self.services.ledger.deliveries(self.owner)

    @cached_property
    def statuses(self) -> dict[tuple[int | None, str], StepStatus]:
        """Return how far every step is, by project number (None for Start and Submit) and step."""
        return status.statuses(self)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is complete and what is not, each with the step that mends it."""
        return completeness.findings(self)

    @cached_property
    def submission(self) -> Submission:
        """Return what the student would hand in now."""
        return packaging.submission(self)

    @cached_property
    def package_is_current(self) -> bool:
        """Tell whether the package that was made last holds exactly what the student would hand in now."""
        made = self.draft.package
        return made is not None and made.inputs_sha256 == packaging.inputs(self)

    @cached_property
    def package(self) -> Package | None:
        """Return the package that was made last while it still holds what the student would hand in now, else None."""
        return packaging.current(self)


@dataclass(frozen=True, eq=False)
class ProjectSnapshot:
    """One project of a snapshot."""

    whole: Snapshot
    number: int

    @property
    def services(self) -> Services:
        """Return what the server has for all students."""
        return self.whole.services

    @property
    def draft(self) -> ProjectDraft:
        """Return what the student typed and chose."""
        return self.whole.draft.project(self.number)

    @cached_property
    def folder(self) -> ProjectFolder:
        """Return where the project's artefacts lie."""
        return self.services.workspace.project(self.whole.owner, self.number)

    def job(self, key: str | None) -> JobRecord | None:
        """Return what is known of a job; None for no job."""
        return None if key is None else self.whole.jobs.look(key)

    @property
    def title(self) -> str:
        """Return the project's title, or the dataset's own when the student gave none."""
        draft = self.draft
        return draft.title.strip() or (draft.dataset.source.title if draft.dataset else "")

    @property
    def chosen_dataset(self) -> DatasetChoice:
        """Return the dataset; raise DatasetError when none was chosen yet."""
        if self.draft.dataset is None:
            raise DatasetError("There is no table yet.", "", "Choose a dataset.")
        return self.draft.dataset

    @property
    def table(self) -> Path | None:
        """Return the file of the dataset as it came, or None when none was chosen."""
        return None if self.draft.dataset is None else self.folder.table(self.draft.dataset)

    @cached_property
    def overview(self) -> Overview | None:
        """Return what was understood of the table; None when there is none, or an older version wrote it otherwise."""
        choice = self.draft.dataset
        if choice is None or not choice.prepared:
            return None
        try:
            return Overview.model_validate_json((self.folder.prepared / choice.prepared / OVERVIEW).read_bytes())
        except (OSError, ValueError):
            return None

    @property
    def required_overview(self) -> Overview:
        """Return what was understood of the table; raise DatasetError when that is not known."""
        choice = self.chosen_dataset
        if self.overview is None:
            raise DatasetError(
                "The table has to be read again.", f"What was understood of {choice.source.file_name} is not there.",
                "Choose the dataset again.",
            )  # fmt: skip
        return self.overview

    @cached_property
    def series(self) -> Series:
        """Return the prepared series; raise DatasetError saying why there is none."""
        from dataclasses import replace

        overview, choice = self.required_overview, self.chosen_dataset
        if overview.problem is not None:
            raise DatasetError(**overview.problem)
        # Licence and address may have been typed after it was prepared.
        return replace(load_series(self.folder.prepared / choice.prepared / SERIES), source=choice.source)

    @property
    def sharing_question(self) -> str:
        """Return why the student has to decide whether the file may be mailed, or nothing when there is no reason."""
        choice = self.draft.dataset
        if choice is None:
            return ""
        reasons = [] if choice.source.licence else ["no licence was found that allows to pass the data on"]
        found = self.overview.inspection.findings if self.overview is not None else ()
        personal = [finding for finding in found if "personal data" in finding.what]
        if personal:
            reasons.append(f"{len(personal)} column{' looks' if len(personal) == 1 else 's look'} like personal data")
        return " and ".join(reasons)

    @property
    def sharing(self) -> str | None:
        """Return what of the dataset goes out: its file, its link, or None while the student has to decide."""
        choice = self.draft.dataset
        if choice is None:
            return None
        return choice.share or (None if self.sharing_question else "file")

    @cached_property
    def run(self) -> Run | None:
        """Return the chosen run, or None."""
        chosen = self.draft.run
        return None if chosen is None else read_run(self.folder.run(chosen.id))

    @property
    def current_run(self) -> Run | None:
        """Return the chosen run if it was trained on the dataset as it is now, else None."""
        return self.run if self.draft.run_is_current else None

    @cached_property
    def material(self) -> Material | None:
        """Return the chosen run with all that is drawn and said of it, or None when there is no run."""
        return None if self.run is None else chart_choices.material_of(self, self.run.id)

    @property
    def required_material(self) -> Material:
        """Return what a report is made from; raise ReportError when there is no training yet."""
        if self.material is None:
            raise ReportError(
                "The report cites the scores of a training.", "There is none yet.", "Train the LSTM first."
            )
        return self.material

    @cached_property
    def charts(self) -> tuple[ShownChart, ...]:
        """Return the charts of the chosen run in the page's order; none when there is no run yet."""
        return chart_choices.shown_charts(self)

    @cached_property
    def section_drafts(self) -> dict[str, str]:
        """Return the draft of every section by its title, as the facts give it."""
        return report_texts.section_drafts(self)

    @cached_property
    def section_texts(self) -> dict[str, str]:
        """Return the text of every section by its title: the student's own, or the draft."""
        own = self.draft.sections
        return {title: own.get(title, draft) for title, draft in self.section_drafts.items()}

    @cached_property
    def sections(self) -> dict[str, SectionText]:
        """Return every section with what is to be said of it, by its title."""
        return report_texts.sections(self)

    @cached_property
    def figure_numbers(self) -> dict[str, int]:
        """Return the number that each chart of the report has in it, by the chart's name."""
        return chart_choices.figure_numbers(self)

    @cached_property
    def manuscript(self) -> Manuscript:
        """Return all that the report is made from; raise ReportError when there is no training yet."""
        return report_building.manuscript(self)

    def report(self) -> BuiltReport:
        """Return the report of the manuscript, set now where nobody did before; raise ReportError without a training."""
        return report_building.built(self)

    @property
    def report_pdf(self) -> bytes:
        """Return the report of the manuscript as PDF; raise ReportError without a training."""
        return report_building.pdf(self)

    def known_report(self) -> BuiltReport | None:
        """Return the report of the manuscript if it was set before, else None."""
        return None if self.run is None else report_building.known(self)

    @cached_property
    def notebook_inputs(self) -> str:
        """Return a digest of all that the project's notebook is made from."""
        return notebook_making.inputs(self)

    @property
    def notebook_is_current(self) -> bool:
        """Tell whether the notebook that was made last is of exactly what the project is now."""
        made = self.draft.notebook
        return made is not None and made.inputs_sha256 == self.notebook_inputs

    @property
    def notebook_file(self) -> Path | None:
        """Return the file of the notebook that was made last, or None when there is none."""
        made = self.draft.notebook
        path = None if made is None else self.folder.notebook(made.inputs_sha256)
        return path if path is not None and path.is_file() else None

    @property
    def current_link(self) -> str | None:
        """Return the Colab link, unless it leads to the notebook of an earlier training; None without one.

        Of a notebook that was never made here nothing is known: its link is taken as it is.
        """
        made, run = self.draft.notebook, self.draft.run
        if made is not None and (run is None or not self.draft.run_is_current or made.run_id != run.id):
            return None
        return self.draft.colab_link.strip() or None


def _deadline_or_none(text: str) -> Deadline | None:
    try:
        return parse_deadline(text) if text.strip() else None
    except ValueError:
        return None


def _recipients_or_none(text: str) -> tuple[str, ...] | None:
    try:
        return tuple(checked_address(part) for part in text.split(",") if part.strip()) or None
    except ValueError:
        return None
