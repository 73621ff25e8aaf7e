"""The lecture's texts, read from `templates/lecture` so that a course can change them without touching code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import LectureError
from assistant.frozen import Frozen
from assistant.resources import TEMPLATES

FOLDER = TEMPLATES / "lecture"
IDEAS = ("memory", "gradient", "forget-gate", "adding", "words")


class Question(Frozen):
    """One question with the answer that explains."""

    question: str
    answer: str


class Part(Frozen):
    """One part of a cell's drawing: its name, equation, the shape of its values, and what it does."""

    name: str
    equation: str
    shape: str
    does: str


class Word(Frozen):
    """One term: a slug for links, its name, two sentences, the name of its picture, and the idea that shows it."""

    slug: str
    name: str
    text: str
    picture: str
    idea: str


class Texts(Frozen):
    """Everything the page says: prose by idea, the drawings' parts, questions by idea, and the words."""

    titles: dict[str, str]
    prose: dict[str, str]
    parts: dict[str, Part]
    questions: dict[str, tuple[Question, ...]]
    words: tuple[Word, ...]

    def word(self, slug: str) -> Word | None:
        """Return the word with this slug, or None."""
        return next((word for word in self.words if word.slug == slug), None)


@cache
def load_texts(folder: Path = FOLDER) -> Texts:
    """Read the texts; raise LectureError naming the file when one is missing or wrong."""
    name = ""
    try:
        prose, titles = {}, {}
        for idea in IDEAS:
            name = f"{idea}.md"
            first, _, rest = (folder / name).read_text(encoding="utf-8").partition("\n")
            titles[idea], prose[idea] = first.removeprefix("# ").strip(), rest.strip()
        tables = {}
        for name in ("parts.toml", "questions.toml", "words.toml"):
            tables[name] = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        return Texts(
            titles=titles,
            prose=prose,
            parts=tables["parts.toml"],
            questions=tables["questions.toml"],
            words=tables["words.toml"]["word"],
        )
    except (OSError, tomllib.TOMLDecodeError, ValidationError, KeyError) as error:
        raise LectureError(
            "The lecture's texts could not be read.", f"{name}: {error}", "Compare the file with the one that ships."
        ) from error
