"""Whether a bundle is what it says it is, from the file alone.

Every byte of the archive is accounted for: the members' contents by the SHA-256 in the manifest, the manifest by the
CRC-32 of the archive and by being in its one canonical form, and everything between by comparing it with the one form
of archive that the assistant writes. What a check like this cannot do is to tell a forged bundle, made anew with the
same program, from the one that was sent: for that the receiver compares the SHA-256 of the whole file with the mail's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assistant import wording
from assistant.brief import Brief
from assistant.bundle.archive import DEFLATED, first_difference
from assistant.bundle.archive_reader import ASK_AGAIN, BrokenBundleError, Reader, list_members
from assistant.bundle.course_rules import MEND_AND_PACK, check_rules, too_long
from assistant.bundle.manifest import LINKS, MANIFEST, FileEntry, Manifest, links_text, missing_parts, read_manifest
from assistant.bundle.pack import LARGEST_BUNDLE
from assistant.bundle.pdf_pages import page_count
from assistant.errors import BundleError, NotebookError
from assistant.findings import STEP_TITLES, Finding, Level, State
from assistant.notebook.colab_links import check_colab_link, twin_links
from assistant.notebook.provenance import read_notebook, same_scores

_LARGEST_MANIFEST = 2_000_000
_LARGEST_IN_MEMORY = 50_000_000  # a report, a notebook or LINKS.txt


@dataclass(frozen=True)
class Verification:
    """What was found, the manifest when it could be read, and the SHA-256 and size in bytes of the whole file."""

    findings: tuple[Finding, ...]
    manifest: Manifest | None
    sha256: str
    size: int

    @property
    def ok(self) -> bool:
        """Tell whether everything holds that the bundle says about itself."""
        return all(finding.level is not Level.BLOCK for finding in self.findings)


def verify(path: Path, brief: Brief | None = None) -> Verification:
    """Recompute every hash, size and page count of a bundle and say what does not hold.

    With a `brief` the bundle is held against its rules too. Raises BundleError only when the file cannot be opened at
    all; everything else is a finding.
    """
    try:
        with path.open("rb") as stream:
            return verify_stream(stream, path.stat().st_size, brief)
    except OSError as error:
        raise BundleError(
            "The bundle cannot be opened.", f"{path.name}: {error.strerror}.", "Give the path of a bundle.zip."
        ) from error


def verify_stream(stream: BinaryIO, size: int, brief: Brief | None = None) -> Verification:
    """Do what `verify` does with a bundle of `size` bytes that can be read and sought; raises OSError."""
    if size > LARGEST_BUNDLE * 1.01:
        finding = _block("The file is too large to be a bundle.", f"It has {wording.size(size)}.", "Do not open it.")
        return Verification((finding,), None, "", size)
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    manifest, findings = _check(stream, size, brief)
    return Verification(tuple(findings), manifest, digest.hexdigest(), size)


def _check(stream: BinaryIO, size: int, brief: Brief | None) -> tuple[Manifest | None, list[Finding]]:
    manifest = None
    findings: list[Finding] = []
    try:
        members = list_members(stream, size)
        if (place := first_difference(stream, size, members)) is not None:
            findings.append(
                _block(
                    "The archive was changed or packed by another program.",
                    f"Byte {wording.grouped(place)} is not as it must be.",
                )
            )
        archive = Reader(stream, members)
        manifest = _manifest_of(archive)
        findings += _check_contents(archive, manifest)
    except BundleError as broken:
        # In an archive of another form the members are not where they are looked for; then that is what is wrong.
        return manifest, findings or [_block(broken.what, broken.evidence, broken.fix)]
    findings += _check_projects(manifest)
    findings += _statuses_told(manifest)
    if brief is not None:
        findings += check_rules(manifest, brief)
    if all(finding.level is not Level.BLOCK for finding in findings):
        count = len(manifest.files)
        findings.append(
            Finding(
                level=Level.FINE, what="Every byte of the archive is accounted for.", evidence=f"{count + 1} members."
            )
        )
    return manifest, findings


def _manifest_of(archive: Reader) -> Manifest:
    if MANIFEST not in archive.members:
        raise BrokenBundleError("The archive has no manifest.", "A bundle holds a manifest.json that lists its files.")
    if next(iter(archive.members)) != MANIFEST:
        raise BrokenBundleError("The archive was packed by another program.", "The manifest is not its first member.")
    return read_manifest(archive.read(MANIFEST, _LARGEST_MANIFEST))


def _check_contents(archive: Reader, manifest: Manifest) -> list[Finding]:
    """Hold every member against its entry in the manifest."""
    findings = []
    listed = [entry.name for entry in manifest.files]
    present = [name for name in archive.members if name != MANIFEST]
    for name in present:
        if name not in listed:
            findings.append(
                _block("The archive has a member that the manifest does not list.", f"It is called {name}.")
            )
    for name in listed:
        if name not in present:
            findings.append(_block(f"{name} is not in the archive.", "The manifest lists it."))
    if len(set(listed)) != len(listed):
        findings.append(
            _block("The manifest lists a file twice.", ", ".join(sorted({x for x in listed if listed.count(x) > 1})))
        )
    findings += [
        _block(
            f"{entry.name} is not what the manifest says.",
            f"It stands there as the {entry.role} of project {entry.project}.",
        )
        for entry in manifest.files
        if not entry.has_usual_name()
    ]
    if not findings and present != listed:
        findings.append(
            _block("The members are not in the manifest's order.", "The archive was packed by another program.")
        )
    for entry in manifest.files:
        if entry.name not in archive.members:
            continue
        try:
            findings += _check_file(archive, manifest, entry)
        except BrokenBundleError as broken:
            findings.append(_block(broken.what, broken.evidence, broken.fix))
    return findings


def _check_file(archive: Reader, manifest: Manifest, entry: FileEntry) -> list[Finding]:
    member, name = archive.members[entry.name], entry.name
    if member.size != entry.size:
        return [
            _block(
                f"{name} was changed.",
                f"It has {wording.counted('byte', member.size)}; the manifest says {wording.grouped(entry.size)}.",
            )
        ]
    content, packed = archive.digest(name)
    if content != entry.sha256:
        return [_block(f"{name} was changed.", f"Its SHA-256 is {content}; the manifest says {entry.sha256}.")]
    if (member.method == DEFLATED) != (entry.deflated is not None):
        return [_block(f"{name} was packed by another program.", "The manifest says otherwise how it is packed.")]
    if entry.deflated and (member.packed, packed) != (entry.deflated.size, entry.deflated.sha256):
        return [
            _block(f"{name} was packed by another program.", "Its packed form is not the one that the manifest names.")
        ]
    match entry.role:
        case "report":
            return _check_report(archive, manifest, entry)
        case "notebook":
            return _check_notebook(archive, manifest, entry)
        case "links" if archive.read(name, _LARGEST_IN_MEMORY) != links_text(manifest).encode():
            return [_block(f"{LINKS} does not agree with the manifest.", "It would read otherwise if written from it.")]
    return []


def _check_report(archive: Reader, manifest: Manifest, entry: FileEntry) -> list[Finding]:
    try:
        pages = page_count(archive.read(entry.name, _LARGEST_IN_MEMORY), entry.name)
    except BundleError as error:
        return [_block(error.what, error.evidence, error.fix, entry.project)]
    limit = manifest.brief.page_limit
    if pages != entry.pages:
        return [
            _block(
                f"{entry.name} has {wording.counted('page', pages)}.",
                f"The manifest says {entry.pages}.",
                project=entry.project,
            )
        ]
    if pages > limit:
        return [too_long(entry, pages, limit)]
    return []


def _check_notebook(archive: Reader, manifest: Manifest, entry: FileEntry) -> list[Finding]:
    """Hold a notebook's form and the scores that it carries against the manifest."""
    try:
        notebook = read_notebook(archive.read(entry.name, _LARGEST_IN_MEMORY))
    except NotebookError as error:
        evidence = f"{error.what} {error.evidence}"
        return [_block(f"{entry.name} is no valid notebook.", evidence, MEND_AND_PACK, entry.project)]
    run = next((project.run for project in manifest.projects if project.number == entry.project), None)
    if run is None or notebook.run_id is None:
        return []
    expected = {name: score.model_dump(mode="json") for name, score in run.scores.items()}
    if notebook.run_id != run.id or not same_scores(notebook.expected or {}, expected, tolerance=1e-12):
        return [
            Finding(
                level=Level.WARN,
                what=f"{entry.name} belongs to another training than the one that the manifest names.",
                evidence=f"It was made for the run {notebook.run_id}; the manifest names {run.id}.",
                project=entry.project,
            )
        ]
    return []


def _check_projects(manifest: Manifest) -> list[Finding]:
    findings = []
    links = [project.colab_url or "" for project in manifest.projects]
    for earlier, later in twin_links(links):
        numbers = f"Projects {manifest.projects[earlier].number} and {manifest.projects[later].number}"
        findings.append(_block(f"{numbers} have the same Colab link.", links[later], MEND_AND_PACK))
    for project in manifest.projects:
        if project.colab_url is not None:
            try:
                link = check_colab_link(project.colab_url)
            except NotebookError as error:
                findings.append(
                    _block(f"The Colab link of project {project.number} is none. {error.what}", error.evidence)
                )
                continue
            if link.url != project.colab_url:
                findings.append(
                    _block(f"The Colab link of project {project.number} is not in its usual form.", link.url)
                )
        dataset = manifest.file("dataset", project.number)
        if dataset and project.source and dataset.sha256 != project.source.sha256:
            findings.append(
                _block(
                    f"The dataset of project {project.number} is not the one it was trained on.",
                    f"{dataset.name} has another SHA-256 than its source.",
                )
            )
    if manifest.missing != missing_parts(manifest):
        findings.append(
            _block(
                "The manifest's list of what is missing is not true.",
                ", ".join(missing_parts(manifest)) or "Nothing is.",
            )
        )
    elif manifest.missing:
        findings.append(
            Finding(
                level=Level.WARN,
                what="The hand-in is not complete, and says so.",
                evidence=f"Missing: {', '.join(manifest.missing)}.",
            )
        )
    return findings


def _statuses_told(manifest: Manifest) -> list[Finding]:
    """Return what the bundle itself says was not done, not decided or not checked when it was packed."""
    return [
        Finding(
            level=Level.UNCHECKED if status.state is State.UNCHECKED else Level.WARN,
            what=f"When it was packed, the step {STEP_TITLES[status.step]} was {status.state.value}.",
            evidence=status.evidence,
            project=status.project,
        )
        for status in manifest.statuses
        # What is not there at all is told by the list of what is missing.
        if status.state not in (State.DONE, State.OPEN, State.WORKING) and status.step != "submit"
    ]


def _block(what: str, evidence: str = "", fix: str = ASK_AGAIN, project: int | None = None) -> Finding:
    return Finding(level=Level.BLOCK, what=what, evidence=evidence, fix=fix, project=project)
