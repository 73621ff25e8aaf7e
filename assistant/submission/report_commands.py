"""Commands about the report's texts: writing, confirming, undoing, and bringing an older version back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.errors import ReportError
from assistant.submission.command import Change, ProjectChange, ProjectCommand
from assistant.submission.draft import ProjectDraft
from assistant.submission.report_texts import cited_run, marked_sentences, versions

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot


class WriteSection(ProjectCommand):
    """Keep a section's text and the version before it; one that is the draft again counts as the draft.

    `typed` tells that it is being typed, so that it goes on a version. `edition` is that of the text which the box held
    when typing began: what was still on its way when a button put another text there does not undo that, it becomes a
    version before it. `cited` is the run that the text was written under, when it is not the chosen one.
    """

    title: str
    text: str
    typed: bool = True
    edition: int | None = None
    cited: str = ""

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with the text, and the section's history."""
        project = self.project_of(snapshot)
        _known(project, self.title)
        known, now = snapshot.histories, snapshot.moment
        history = known.of(self.project, self.title)
        if self.edition is not None and history.is_late(self.edition, now):
            late = history.with_late(self.text, now, cited_run(project, self.title))
            return Change(snapshot.draft, known.having(self.project, self.title, late))
        before = project.section_texts[self.title]
        if self.text == before:
            return Change(snapshot.draft)  # a box that was filled is no edit
        changed = _stored(project, self.title, self.text, self.cited)
        runs = cited_run(project, self.title), changed.cited_runs[self.title]
        grown = history.with_text(before, self.text, now, typed=self.typed, runs=runs)
        return Change(snapshot.draft.with_project(self.project, changed), known.having(self.project, self.title, grown))


class ConfirmSection(ProjectChange):
    """Keep that the student read a section again after another training, and that it is still right."""

    title: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with the section citing the chosen run."""
        _known(project, self.title)
        draft = project.draft
        return draft.model_copy(
            update={
                "cited_runs": {**draft.cited_runs, self.title: project.required_material.run.id},
                "cited_texts": _without(draft.cited_texts, self.title),
            }
        )


class RestoreDraft(ProjectCommand):
    """Give up a section's own text for the draft; it stays among the versions."""

    title: str

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with the section as its template gives it."""
        project = self.project_of(snapshot)
        _known(project, self.title)
        text = project.section_drafts[self.title]
        return WriteSection(project=self.project, title=self.title, text=text, typed=False).apply(snapshot)


class StepThroughVersions(ProjectCommand):
    """Show the version of a section before the present one (by −1), or the one after it (by 1)."""

    title: str
    by: int

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with that version; unchanged where there is none."""
        project = self.project_of(snapshot)
        _known(project, self.title)
        history = snapshot.histories.of(self.project, self.title)
        version = history.earlier if self.by < 0 else history.later
        if version is None:
            return Change(snapshot.draft)
        changed = _stored(project, self.title, version.text, version.run_id)
        moved = history.moved(self.by, snapshot.moment)
        return Change(
            snapshot.draft.with_project(self.project, changed),
            snapshot.histories.having(self.project, self.title, moved),
        )


class BringBackVersion(ProjectCommand):
    """Make a kept version, named by its key, the present text of its section."""

    key: str

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with it; raise ReportError if it is gone."""
        version = version_of(self.project_of(snapshot), self.key)
        return WriteSection(
            project=self.project, title=version[0], text=version[1], typed=False, cited=version[2]
        ).apply(snapshot)


def version_of(project: ProjectSnapshot, key: str) -> tuple[str, str, str]:
    """Return section, text and run of a kept version; raise ReportError if it is gone."""
    for version in versions(project):
        if version.key == key:
            return version.title, version.text, version.run_id
    raise ReportError(
        "This version is not there any more.", "Only the newest versions are kept.", "Choose another one."
    )


def _known(project: ProjectSnapshot, title: str) -> None:
    if title not in project.section_drafts:
        raise ReportError(
            "The report has no such section.",
            f"It is called “{title}”.",
            "Reload the page: the course’s rules changed.",
        )


def _stored(project: ProjectSnapshot, title: str, text: str, cited: str) -> ProjectDraft:
    """Return a project with the text of a section, and the run whose facts it cites."""
    draft, found = project.draft, project.required_material
    is_draft = text.strip() == project.section_drafts[title].strip()
    run_id, before = cited or found.run.id, None
    if not cited and not is_draft and title in draft.sections:
        # An edit is no second reading of the sentences that it leaves as they were.
        older = cited_run(project, title)
        text_then = draft.cited_texts.get(title, draft.sections[title])
        if any(sentence.text in text_then for sentence in marked_sentences(project, text, older)):
            run_id, before = older, text_then
    texts = _without(draft.cited_texts, title)
    return draft.model_copy(
        update={
            "sections": _without(draft.sections, title) if is_draft else {**draft.sections, title: text},
            "cited_runs": {**draft.cited_runs, title: found.run.id if is_draft else run_id},
            "cited_texts": texts if before is None else {**texts, title: before},
        }
    )


def _without(mapping: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in mapping.items() if name != key}
