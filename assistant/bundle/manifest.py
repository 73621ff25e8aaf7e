"""The manifest: what a bundle says about itself, and the two texts that are written from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from assistant.brief import Brief
from assistant.bundle.hand_in import Student
from assistant.dataset.series import Source
from assistant.errors import BundleError
from assistant.findings import StepStatus
from assistant.frozen import Frozen
from assistant.notebook.link_answer import LinkNote
from assistant.training.run import Score, Verdict
from assistant.training.settings import TrainingSettings

MANIFEST = "manifest.json"
LINKS = "LINKS.txt"

Role = Literal["report", "notebook", "dataset", "links"]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Rules(Frozen):
    """The course's rules that a bundle was made under, as far as a receiver needs them."""

    title: str
    digest: Digest
    projects: int
    page_limit: int

    @classmethod
    def of(cls, brief: Brief) -> Rules:
        """Return what a bundle made under a brief says of it."""
        limit = brief.report.page_limit
        return cls(title=brief.title, digest=brief.digest, projects=len(brief.projects), page_limit=limit)


class RunEntry(Frozen):
    """What a training came to, errors in the data's unit; how long it took is this computer's affair and stays here."""

    id: str
    settings: TrainingSettings
    scores: dict[str, Score]
    verdict: Verdict
    best_epoch: int
    parameters: int
    series_sha256: str
    versions: dict[str, str]
    cancelled: bool = False


class ProjectEntry(Frozen):
    """One project as it was handed in; a part that is not there is None, `by_link` a dataset given by its address.

    `undecided` says that the student has not said whether the dataset may be passed on: it is then given by its address.
    `link` says where the Colab link led when it was asked last; it is left out where nobody asked, as before there was one.
    """

    number: int
    title: str
    unit: str = ""
    source: Source | None = None
    run: RunEntry | None = None
    colab_url: str | None = None
    by_link: bool = False
    undecided: bool = Field(default=False, exclude_if=lambda undecided: not undecided)
    link: LinkNote | None = Field(default=None, exclude_if=lambda note: note is None)


class Deflated(Frozen):
    """The packed form of a member that is not stored as it is."""

    size: int
    sha256: Digest


class FileEntry(Frozen):
    """One member beside the manifest: its size in bytes and SHA-256 when unpacked, and a report's number of pages."""

    name: str
    role: Role
    project: int | None = None
    size: Annotated[int, Field(ge=0)]
    sha256: Digest
    pages: int | None = None
    deflated: Deflated | None = None

    def has_usual_name(self) -> bool:
        """Tell whether the member is called as a file of its role and project is."""
        if self.role == "dataset":
            return self.name.startswith(f"dataset-{self.project}/")
        usual = {"report": f"report-{self.project}.pdf", "notebook": f"notebook-{self.project}.ipynb", "links": LINKS}
        return self.name == usual[self.role]


class Manifest(Frozen):
    """Everything a bundle says about itself.

    `missing` names in words each part that is not there; `statuses` say how far each step was when it was packed.
    """

    format: Literal["submission-bundle/1"] = "submission-bundle/1"
    brief: Rules
    student: Student
    projects: tuple[ProjectEntry, ...]
    files: tuple[FileEntry, ...]
    missing: tuple[str, ...]
    statuses: tuple[StepStatus, ...] = ()
    versions: dict[str, str]

    def file(self, role: Role, project: int | None) -> FileEntry | None:
        """Return the member that plays a role in a project, or None."""
        return next((entry for entry in self.files if (entry.role, entry.project) == (role, project)), None)


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the manifest as it lies in the archive: the same manifest always gives the same bytes."""
    return manifest.model_dump_json(indent=2).encode() + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest; raise BundleError when it is none or not in the one form that `manifest_bytes` writes."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BundleError(
            "The manifest cannot be read.",
            f"manifest.json{f', {place}' if place else ''}: {first['msg']}.",
            "Ask the sender for the bundle as the assistant packed it.",
        ) from error
    if manifest_bytes(manifest) != content:
        raise BundleError(
            "The manifest was written by another program or changed by hand.",
            "manifest.json does not have the form in which the assistant writes it.",
            "Ask the sender for the bundle as the assistant packed it.",
        )
    return manifest


def missing_parts(manifest: Manifest) -> tuple[str, ...]:
    """Return in words what a whole hand-in under these rules would hold and this one does not."""
    lines = [f"the student's {part}" for part in ("name", "email") if not getattr(manifest.student, part)]
    for number in range(1, manifest.brief.projects + 1):
        project = next((entry for entry in manifest.projects if entry.number == number), None)
        if project is None:
            lines.append(f"project {number}: everything")
            continue
        present = {
            "dataset": manifest.file("dataset", number) or (project.by_link or None),
            "training": project.run,
            "report": manifest.file("report", number),
            "notebook": manifest.file("notebook", number),
            "Colab link": project.colab_url,
        }
        lines += [f"project {number}: {part}" for part, value in present.items() if value is None]
    return tuple(lines)


def links_text(manifest: Manifest) -> str:
    """Return the content of LINKS.txt: who hands in, and each project's Colab link on a line of its own."""
    student = manifest.student
    who = [_collapsed(text) for text in (student.name, student.email, student.registration) if text.strip()]
    lines = [_collapsed(manifest.brief.title), " · ".join(who) or "no name given", ""]
    for project in manifest.projects:
        lines.append(f"Project {project.number}: {_collapsed(project.title) or 'no title given'}")
        lines.append(project.colab_url or "no Colab link was handed in")
        if project.source and project.source.url:
            digest = f" (not in this bundle; SHA-256 {project.source.sha256})" if project.by_link else ""
            lines.append(f"Dataset: {_collapsed(project.source.url)}{digest}")
        lines.append("")
    if manifest.missing:
        lines += ["Not in this hand-in:", *(f"- {part}" for part in manifest.missing), ""]
    return "\n".join(lines)


def _collapsed(text: str) -> str:
    # A part of the format that `verify` holds a bundle against: it stays as it is when words change elsewhere.
    return " ".join(text.split())
