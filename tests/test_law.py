"""The law of the house, held by reading the source: a snapshot in, a command out, and one home for each rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.submission.command import Command, ProjectChange, ProjectCommand
from tests.modules import classes

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"
FILES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix().removesuffix(".py")


def attributes(path: Path) -> Iterator[str]:
    """Return every dotted name of a file, such as `self.services.drafts`."""
    yield from re.findall(r"[a-z_]\w*(?:\.[a-z_]\w*)+", path.read_text("utf-8"))


def places(pattern: str) -> set[str]:
    """Return the modules in which a dotted name matches."""
    return {module_name(path) for path in FILES for name in attributes(path) if re.search(pattern, name)}


def test_only_a_session_loads_a_draft_or_changes_it() -> None:
    assert places(r"drafts\.(load|apply)$") == {"submission/session"}


def test_the_store_is_made_in_one_place() -> None:
    makers = {module_name(path) for path in FILES if re.search(r"\bDraftStore\(", path.read_text("utf-8"))}
    assert makers == {"submission/services"}


def test_the_pages_ask_the_store_for_nothing_but_whose_a_code_is() -> None:
    asked = {
        name
        for path in FILES
        if module_name(path).startswith(("web/", "cli/"))
        for name in attributes(path)
        if ".drafts." in name
    }
    assert asked == {"services.drafts.owner_of"}


def test_statuses_are_computed_in_one_place_and_read_from_the_snapshot() -> None:
    makers = {module_name(path) for path in FILES if "StepStatus(" in path.read_text("utf-8")}
    assert makers == {"findings", "submission/status"}


def test_nothing_is_made_or_copied_without_being_checked() -> None:
    for path in FILES:
        text = path.read_text("utf-8")
        assert "model_construct" not in text, module_name(path)
        assert not re.search(r"\*\*changes: (object|Any)", text), module_name(path)


@pytest.mark.parametrize("private", [r"from gradio\.", r"import gradio\.", r"\b\w+\._id\b", r"\.constructor_args\b"])
def test_one_module_alone_knows_gradios_inner_life(private: str) -> None:
    knowing = {module_name(path) for path in FILES if re.search(private, path.read_text("utf-8"))}
    assert knowing <= {"web/gradio_internals"}


def builders_of_components_in_answers(source: str) -> list[str]:
    """Return the functions that answer an event and build a component to say a change."""
    return [
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and function.returns is not None
        and "Updates" in ast.unparse(function.returns)
        and any(
            isinstance(node, ast.Call) and re.fullmatch(r"gr\.[A-Z]\w*", ast.unparse(node.func))
            for node in ast.walk(function)
        )
    ]


def test_an_answer_says_what_changes_and_builds_no_component() -> None:
    # To build one costs more than all else that an answer does.
    assert builders_of_components_in_answers("def f() -> Updates:\n    return {a: gr.Tab(label='x')}") == ["f"]
    for path in sorted((PACKAGE / "web").rglob("*.py")):
        assert builders_of_components_in_answers(path.read_text("utf-8")) == [], module_name(path)


def test_only_the_jobs_and_the_notebooks_kernel_start_processes() -> None:
    starters = {
        module_name(path)
        for path in FILES
        if re.search(r"^(import|from) (subprocess|multiprocessing)", path.read_text("utf-8"), re.M)
    }
    assert starters <= {
        "submission/jobs/local_runner", "submission/jobs/process_tree", "submission/jobs/ready_worker",
        "submission/jobs/worker_pool", "notebook/execute",
    }  # fmt: skip


COMMANDS = [
    found for found in classes() if issubclass(found, Command) and found not in (Command, ProjectCommand, ProjectChange)
]


def test_there_are_commands_and_each_says_what_it_does() -> None:
    assert len(COMMANDS) > 20
    assert all((found.__doc__ or "").strip() for found in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda found: found.__name__)
def test_a_command_is_frozen_and_refuses_fields_that_it_does_not_have(command: type[Command]) -> None:
    assert command.model_config.get("frozen")
    assert command.model_config.get("extra") == "forbid"


def test_every_room_that_the_architecture_page_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = text[text.index("## Rooms") : text.index("## Add")]
    for row in re.findall(r"^\| (.+?) \|", rooms, re.M):
        for name in re.findall(r"`([\w/*.]+)`", row):
            # Names after the first of a row lie in the same folder.
            folder = re.match(r"`(\w+)/", row)
            candidates = [name, f"{folder[1]}/{name}" if folder else name]
            assert any(list(PACKAGE.glob(one.rstrip("/"))) for one in candidates), name
