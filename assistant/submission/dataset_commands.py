"""Commands about a project's dataset: which it is, how it is read, where it came from, and what of it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from assistant.dataset.fetching.shared_address import public_text
from assistant.errors import DatasetError
from assistant.submission.command import ProjectChange
from assistant.submission.draft import DatasetChoice, Download, KaggleSearch, OfferedFiles, ProjectDraft

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot

# What a preparation decides of a choice; all else of it (source, licence, share) may be changed meanwhile and stays.
_PREPARED_FIELDS = (
    "prepared", "series_sha256", "roles", "horizon", "season", "split", "unit", "units", "choices", "member", "sheet",
)  # fmt: skip


class ChooseDataset(ProjectChange):
    """Take a table, made ready as far as it can be, as the project's dataset.

    `title` and `question` come with it, unless the student typed a title of their own.
    """

    choice: DatasetChoice
    title: str = ""
    question: str = ""

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with the dataset."""
        return with_dataset(project.draft, self.choice, self.title, self.question)


def with_dataset(draft: ProjectDraft, choice: DatasetChoice, title: str = "", question: str = "") -> ProjectDraft:
    """Return a project with another dataset, and its title where the one before came with the dataset before."""
    came_along = not draft.title or (draft.dataset is not None and draft.title == draft.dataset.source.title)
    update: dict[str, object] = {"dataset": choice, "offered": None}
    if came_along:
        update |= {"title": title or choice.source.title, "question": question}
    return draft.model_copy(update=update)


class ReadDatasetAnew(ProjectChange):
    """Keep how the table is read now: its roles, its horizon, the choices, and what was prepared with them."""

    choice: DatasetChoice

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it; raise DatasetError when another table was chosen meanwhile."""
        present = project.draft.dataset
        if present is None or present.table != self.choice.table:
            raise DatasetError(
                "Another dataset was chosen meanwhile.",
                f"What was asked for is about {self.choice.source.file_name}.",
                "Look at the dataset that is there now, and change it again.",
            )
        update = {name: getattr(self.choice, name) for name in _PREPARED_FIELDS}
        return project.draft.model_copy(update={"dataset": present.model_copy(update=update)})


class DescribeProject(ProjectChange):
    """Keep the project's title or its question; what is None stays as it is."""

    title: str | None = None
    question: str | None = None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with them."""
        return project.draft.model_copy(update=self.model_dump(exclude_none=True, exclude={"project"}))


class DescribeSource(ProjectChange):
    """Keep the licence or the address that the student found for the dataset; what is None stays as it is."""

    licence: str | None = None
    url: str | None = None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with them; raise DatasetError when there is no dataset."""
        choice = project.chosen_dataset
        found: dict[str, str | None] = {}
        if self.licence is not None:
            found["licence"] = self.licence.strip() or None
        if self.url is not None:
            found["url"] = _address(self.url)
        source = choice.source.model_copy(update=found)
        return project.draft.model_copy(update={"dataset": choice.model_copy(update={"source": source})})


def _address(text: str) -> str | None:
    """Return a typed web address as it can be opened; what is no address is kept as typed, so that nothing is lost."""
    typed = text.strip()
    bare = typed and " " not in typed and "." in typed and "://" not in typed
    return (f"https://{typed}" if bare else typed) or None


class ShareDataset(ProjectChange):
    """Keep whether the file itself goes out in the mail, or its link and SHA-256; None takes the decision back."""

    share: Literal["file", "link"] | None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with the decision; raise DatasetError when there is no dataset."""
        choice = project.chosen_dataset.model_copy(update={"share": self.share})
        return project.draft.model_copy(update={"dataset": choice})


class RememberSearch(ProjectChange):
    """Keep where the student looks for a table and what was typed there; what is None stays as it is."""

    way: str | None = None
    link: str | None = None
    kaggle: str | None = None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        told = self.model_dump(exclude_none=True, exclude={"project"})
        if self.link is not None:
            told["link"] = public_text(self.link)  # a key in it is handed to the download alone
        return project.draft.model_copy(update={"looking": project.draft.looking.model_copy(update=told)})


class KeepSearch(ProjectChange):
    """Keep what a search on Kaggle found."""

    found: KaggleSearch

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"kaggle_search": self.found})


class OfferFiles(ProjectChange):
    """Keep the files that a link leads to, of which the student has to pick one; None forgets them."""

    offered: OfferedFiles | None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with them."""
        return project.draft.model_copy(update={"offered": self.offered})


class FollowDownload(ProjectChange):
    """Keep which job fetches a table for the project; None when none does."""

    download: Download | None

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"downloading": self.download})
