"""From a submission to the bundle: one archive that holds everything and says what it holds."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import assistant
from assistant import wording
from assistant.bundle.archive import DEFLATED, Member, deflate, measure, write_archive
from assistant.bundle.hand_in import FinishedProject, Submission
from assistant.bundle.manifest import (
    LINKS,
    MANIFEST,
    Deflated,
    FileEntry,
    Manifest,
    ProjectEntry,
    Role,
    Rules,
    RunEntry,
    links_text,
    manifest_bytes,
    missing_parts,
)
from assistant.bundle.member_names import safe_file_name
from assistant.bundle.pdf_pages import page_count
from assistant.errors import BundleError, NotebookError
from assistant.files import sha256_of
from assistant.notebook.colab_links import check_colab_link

BUNDLE = "bundle.zip"
LARGEST_BUNDLE = 500_000_000
# A mail is 1.3685 times its files; a little room is left for its text.
MAIL_FACTOR = 1.38


@dataclass(frozen=True)
class Bundle:
    """A packed bundle: where it lies, its SHA-256 and size in bytes, and its manifest."""

    path: Path
    sha256: str
    size: int
    manifest: Manifest


@dataclass(frozen=True)
class _File:
    """One file on its way into the archive; `packed` is its packed form when it has one."""

    entry: FileEntry
    crc: int
    content: bytes | Path
    packed: Path | None = None


def pack(submission: Submission, folder: Path) -> Bundle:
    """Write `bundle.zip` to `folder` from what the student has; the manifest lists what is missing.

    The same content gives the same bytes. Members are stored as they are; only when the mail would otherwise be too
    large for the brief's limit are datasets packed, which depends on the zlib of the machine. Raises BundleError when a
    file cannot be read, a report is no whole PDF, or there is nothing at all to pack.
    """
    files = [file for project in submission.projects for file in _files_of(project)]
    links = {project.number: _colab_url(project) for project in submission.projects}
    if not files and not any(links.values()) and not any(map(_is_by_link, submission.projects)):
        raise BundleError(
            "There is nothing to pack yet.",
            "No project has a dataset, a report, a notebook or a Colab link.",
            "Begin with the Dataset step of Project 1.",
        )
    total = sum(file.entry.size for file in files)
    if total > LARGEST_BUNDLE:
        raise BundleError(
            "The files are too large for one bundle.",
            f"Together they have {wording.size(total)}; a bundle holds {wording.size(LARGEST_BUNDLE)}.",
            "Choose a smaller dataset.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=folder) as scratch:
        if total * MAIL_FACTOR > submission.brief.submission.mail_limit:
            files = [_deflated(file, Path(scratch)) if file.entry.role == "dataset" else file for file in files]
        manifest, members = _members(submission, links, files)
        finished = Path(scratch) / BUNDLE
        with finished.open("wb") as stream:
            write_archive(stream, members)
        finished.replace(folder / BUNDLE)
    path = folder / BUNDLE
    return Bundle(path=path, sha256=sha256_of(path), size=path.stat().st_size, manifest=manifest)


def _members(
    submission: Submission, links: dict[int, str | None], files: list[_File]
) -> tuple[Manifest, list[tuple[Member, bytes | Path]]]:
    brief = submission.brief
    entries = tuple(file.entry for file in files)
    manifest = Manifest(
        brief=Rules.of(brief),
        student=submission.student,
        projects=tuple(_project_entry(project, links[project.number]) for project in submission.projects),
        files=entries,
        missing=(),
        versions={"assistant": assistant.__version__},
        statuses=submission.statuses,
    )
    manifest = manifest.model_copy(update={"missing": missing_parts(manifest)})
    text = links_text(manifest).encode()
    crc, size, digest = measure(text)
    links_entry = FileEntry(name=LINKS, role="links", size=size, sha256=digest)
    files = [*files, _File(links_entry, crc, text)]
    manifest = manifest.model_copy(update={"files": (*entries, links_entry)})
    head = manifest_bytes(manifest)
    crc, size, _ = measure(head)
    members: list[tuple[Member, bytes | Path]] = [(Member(MANIFEST, crc, size, size), head)]
    for file in files:
        entry = file.entry
        if file.packed and entry.deflated:
            members.append((Member(entry.name, file.crc, entry.size, entry.deflated.size, DEFLATED), file.packed))
        else:
            members.append((Member(entry.name, file.crc, entry.size, entry.size), file.content))
    return manifest, members


def _files_of(project: FinishedProject) -> list[_File]:
    number = project.number
    files = []
    if project.report:
        content = _read(project.report, f"The report of project {number}")
        name = f"report-{number}.pdf"
        files.append(
            _file(name, "report", number, content, pages=page_count(content, f"The report of project {number}"))
        )
    if project.notebook:
        content = _read(project.notebook, f"The notebook of project {number}")
        files.append(_file(f"notebook-{number}.ipynb", "notebook", number, content))
    if project.dataset and not project.by_link:
        given = project.source.file_name if project.source else project.dataset.name
        name = f"dataset-{number}/{safe_file_name(given)}"
        files.append(_file(name, "dataset", number, project.dataset))
    return files


def _file(name: str, role: Role, project: int, content: bytes | Path, pages: int | None = None) -> _File:
    try:
        crc, size, digest = measure(content)
    except OSError as error:
        raise _unreadable(f"The dataset of project {project}", error) from error
    return _File(FileEntry(name=name, role=role, project=project, size=size, sha256=digest, pages=pages), crc, content)


def _deflated(file: _File, scratch: Path) -> _File:
    if not isinstance(file.content, Path):
        return file
    target = scratch / f"{file.entry.project}.deflated"
    deflate(file.content, target)
    _, size, digest = measure(target)
    if size >= file.entry.size:
        return file
    entry = file.entry.model_copy(update={"deflated": Deflated(size=size, sha256=digest)})
    return _File(entry, file.crc, file.content, target)


def _project_entry(project: FinishedProject, colab_url: str | None) -> ProjectEntry:
    run = project.run
    summary = None if run is None else RunEntry(**{name: getattr(run, name) for name in RunEntry.model_fields})
    return ProjectEntry(
        number=project.number,
        title=project.title,
        unit=project.unit,
        source=project.source,
        run=summary,
        colab_url=colab_url,
        by_link=_is_by_link(project),
        undecided=project.undecided,
        link=project.link if colab_url is not None else None,
    )


def _is_by_link(project: FinishedProject) -> bool:
    return project.by_link and project.source is not None and bool(project.source.url)


def _colab_url(project: FinishedProject) -> str | None:
    """Return the link in its canonical form; one that is no link counts as missing."""
    with contextlib.suppress(NotebookError):
        return check_colab_link(project.colab_url or "").url
    return None


def _read(path: Path | bytes, what: str) -> bytes:
    if isinstance(path, bytes):
        return path
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(what, error) from error


def _unreadable(what: str, error: OSError) -> BundleError:
    return BundleError(f"{what} cannot be read.", f"{error.strerror}.", "Make it again in its step of the project.")
