"""The rules about who may import whom, held by reading the imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"
FILES = sorted(PACKAGE.rglob("*.py"))

# A step may import itself and what stands before it; the submission holds the types of every step.
ORDER = ["brief", "dataset", "training", "charts", "report", "notebook", "bundle", "delivery"]
COMMON = {
    "brief",
    "child_environment",
    "clock",
    "errors",
    "facts",
    "files",
    "findings",
    "frozen",
    "resources",
    "settings",
    "validation",
    "wording",
}
# Which library may be imported where.
HOMES = {
    "torch": ("training", "lecture"),
    "kaggle": ("dataset/fetching/kaggle_source",),
    "kagglesdk": ("dataset/fetching/kaggle_source", "dataset/fetching/kaggle_client"),
    "yagmail": ("delivery",),
    "reportlab": ("report",),
    "gradio": ("web",),
    "sqlalchemy": ("submission",),
    "babel": ("wording",),
}


def module_name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix().removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path.name} imports relatively; write the whole name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("assistant.")}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    for library in {name.split(".")[0] for name in imports_of(path)} & HOMES.keys():
        homes = HOMES[library]
        assert any(module_name(path).startswith(home) for home in homes), f"{library} belongs in {homes}"


@pytest.mark.parametrize("step", ORDER)
def test_a_step_imports_nothing_that_comes_after_it(step: str) -> None:
    allowed = COMMON | set(ORDER[: ORDER.index(step) + 1])
    for path in [file for file in FILES if module_name(file).split("/")[0] == step]:
        assert own_imports(path) <= allowed | {"__init__"}, module_name(path)


@pytest.mark.parametrize("path", [path for path in FILES if module_name(path).split("/")[0] != "web"], ids=module_name)
def test_nothing_below_the_pages_imports_the_pages(path: Path) -> None:
    if module_name(path) in ("__main__", "cli/serve_command"):  # these start the wizard
        return
    assert "web" not in own_imports(path)


def test_the_library_never_prints_and_never_prompts() -> None:
    for path in FILES:
        if module_name(path).startswith("cli/"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"print", "input"}, f"{module_name(path)}:{node.lineno}"


@pytest.mark.parametrize("module", ["assistant.web.app", "assistant.cli.main"])
def test_the_server_and_the_command_line_start_without_the_heavy_libraries(module: str) -> None:
    heavy = ["torch", "kaggle", "yagmail", "reportlab"]
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
