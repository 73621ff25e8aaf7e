from __future__ import annotations

import ast
import builtins
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from assistant.dataset.series import Frequency, Repair, Roles, Series
from assistant.errors import NotebookError
from assistant.notebook.build import TEXTS, build_notebook
from assistant.notebook.embedded_data import pack_table, reads_plainly
from assistant.notebook.embedded_modules import module_source, module_sources
from assistant.notebook.markdown_cells import cells_of, markdown
from assistant.notebook.provenance import read_notebook, same_scores
from assistant.training import NOTEBOOK_MODULES
from tests.factories import made_run, made_series

LIBRARIES = {"numpy", "pandas", "torch", "matplotlib"}


def build(series: Series | None = None, **changes: Any) -> Any:
    series = series or made_series()
    content = build_notebook(series, made_run(series), **{"title": "A title", "student_name": "Asha", **changes})
    return nbformat.reads(content.decode(), as_version=4)


def code_of(document: Any) -> list[str]:
    return [cell.source for cell in document.cells if cell.cell_type == "code"]


def text_of(document: Any) -> str:
    return "\n\n".join(cell.source for cell in document.cells if cell.cell_type == "markdown")


def data_cell(document: Any) -> str:
    return next(code for code in code_of(document) if "The data" in code.splitlines()[0])


def run_data_cell(document: Any) -> pd.DataFrame:
    names: dict[str, Any] = {}
    exec(
        "import base64, gzip, hashlib, io\nimport pandas as pd\n" + data_cell(document).replace("print(", "str("), names
    )
    return names["frame"]


def test_the_same_content_gives_the_same_bytes() -> None:
    series = made_series()
    first = build_notebook(series, made_run(series), title="T", student_name="A", course="C")
    assert first == build_notebook(made_series(), made_run(made_series()), title="T", student_name="A", course="C")
    assert first != build_notebook(series, made_run(series), title="T", student_name="B", course="C")


def test_it_is_a_valid_notebook_that_colab_opens() -> None:
    document = build()
    nbformat.validate(document)
    assert (document.nbformat, document.nbformat_minor) == (4, 5)
    assert document.metadata.colab == {"name": "A title.ipynb", "provenance": [], "toc_visible": True}
    assert document.metadata.kernelspec.name == "python3"
    assert "accelerator" not in document.metadata  # the training gains nothing from a GPU
    assert len({cell.id for cell in document.cells}) == len(document.cells)
    assert document.cells[0].source.startswith("# A title\n")


def test_it_needs_only_what_colab_has() -> None:
    imported = set()
    for code in code_of(build()):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names <= LIBRARIES


def test_it_holds_the_very_modules_that_trained_in_their_order() -> None:
    document = build()
    cells = code_of(document)
    places = []
    for name in NOTEBOOK_MODULES:
        places.append(next(place for place, code in enumerate(cells) if code.endswith(module_source(name))))
    assert places == sorted(places)
    assert len(set(places)) == len(NOTEBOOK_MODULES)


@pytest.mark.parametrize("name", NOTEBOOK_MODULES)
def test_a_module_loses_its_imports_of_this_package_and_nothing_else(name: str) -> None:
    import assistant.training

    whole = ast.parse((Path(assistant.training.__file__).parent / f"{name}.py").read_text("utf-8"))
    kept = ast.parse(module_source(name))

    def imports_us(node: ast.stmt) -> bool:
        return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"assistant", "__future__"}

    assert [ast.dump(node) for node in kept.body] == [ast.dump(node) for node in whole.body if not imports_us(node)]


@pytest.mark.parametrize("name", NOTEBOOK_MODULES)
def test_each_module_is_introduced_for_a_student(name: str) -> None:
    assert (TEXTS / "modules" / f"{name}.md").is_file()


def names_bound_by(code: str) -> Iterator[str]:
    """Yield the names that a cell binds in the notebook's one space; imports of the same thing may repeat."""
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def test_no_cell_takes_a_name_away_from_the_training_code() -> None:
    sources = module_sources()
    owners = Counter(name for source in sources.values() for name in set(names_bound_by(source)))
    assert [name for name, count in owners.items() if count > 1] == []
    own = [code for code in code_of(build()) if not any(code.endswith(source) for source in sources.values())]
    for code in own:
        taken = set(names_bound_by(code)) & (set(owners) | set(dir(builtins)))
        assert not taken, f"{taken} in\n{code[:200]}"


def test_every_code_cell_compiles_whatever_the_series(series_like: Series) -> None:
    for code in code_of(build(series_like)):
        compile(code, "<cell>", "exec")


@pytest.fixture(params=["dated", "undated", "odd names", "one step", "features"])
def series_like(request: pytest.FixtureRequest) -> Series:
    match request.param:
        case "undated":
            return made_series(dated=False)
        case "odd names":
            series = made_series()
            name = "a,\"b' {c} <<d>> \\ ```\n# e"
            return replace(
                series,
                frame=series.frame.set_axis([name], axis=1),
                roles=Roles(target=name),
                units={name: "µg·m⁻³ 'x'"},
            )
        case "one step":
            return made_series(horizon=1)
        case "features":
            series = made_series()
            frame = series.frame.assign(time=np.linspace(0.1, 1 / 3, len(series.frame)), moment=1e-300)
            return replace(series, frame=frame, roles=Roles(target="co2", time=("date",), features=("time", "moment")))
    return made_series()


def test_the_data_inside_have_every_digit(series_like: Series) -> None:
    frame = run_data_cell(build(series_like))
    assert np.array_equal(frame.to_numpy(), series_like.frame.to_numpy())
    assert list(frame.columns) == list(series_like.frame.columns)
    assert np.array_equal(frame.index.to_numpy(), series_like.frame.index.to_numpy())


def test_moments_come_back_whatever_their_step() -> None:
    for step in ("37s", "10min", "h", "D", "W-WED", "MS", "QS", "YS", "250ms"):
        series = made_series(rows=120)
        index = pd.date_range("1999-12-31 22:30", periods=120, freq=step)
        moved = replace(
            series, frame=series.frame.set_axis(index), frequency=Frequency(alias=step, step="step", season=1)
        )
        assert np.array_equal(run_data_cell(build(moved)).index.to_numpy(), index.to_numpy()), step


def test_changed_data_are_noticed() -> None:
    document = build()
    cell = data_cell(document)
    place = cell.index('    "') + 300
    changed = cell[:place] + ("A" if cell[place] != "A" else "B") + cell[place + 1 :]
    names: dict[str, Any] = {}
    with pytest.raises(Exception, match=r"changed|CRC|decompress|bad"):
        exec("import base64, gzip, hashlib, io\nimport pandas as pd\n" + changed, names)


def test_what_a_student_typed_is_shown_and_not_obeyed() -> None:
    title = "<img src=x onerror=alert(1)> **$x_1$** [a](b) `c`\n# d"
    document = build(title=title, student_name="A *B* <b>", course="1. Course & Co")
    head = document.cells[0].source
    assert head.startswith(r"# \<img src=x onerror=alert(1)\> \*\*\$x\_1\$\*\* \[a\](b) \`c\` \# d" + "\n")
    assert r"A \*B\* \<b\>" in head
    assert "Course \\& Co" in head


def test_the_text_names_what_the_run_came_to() -> None:
    repairs = (
        Repair(what="Gaps were filled with the last value.", count=5, why="A value is needed."),
        Repair(what="12 rows were left out.", count=12, why="They have no place in time."),
        Repair(what="Halves were merged.", count=3, why="Never done.", applied=False),
    )
    series = replace(made_series(), repairs=repairs)
    run = made_run(series)
    text = text_of(build(series))
    assert run.verdict.sentence in text
    assert "252 rows" not in text  # the split is told by the code alone
    assert "360 rows" in text
    assert "Licence: Public domain." in text
    assert "Example Observatory" in text
    assert (
        "- Gaps were filled with the last value (5 in all). A value is needed.\n- 12 rows were left out. They" in text
    )
    assert "Halves were merged" not in text
    assert "c_t &= f_t \\odot c_{t-1} + i_t \\odot g_t" in text


def test_no_sign_of_the_template_is_left(series_like: Series) -> None:
    names = [f"column {number}" for number in range(series_like.frame.shape[1])]
    document = build(
        replace(series_like, frame=series_like.frame.set_axis(names, axis=1), roles=Roles(target=names[0]))
    )
    for cell in document.cells:
        own = cell.source == data_cell(document) or any(
            cell.source.endswith(code) for code in module_sources().values()
        )
        if own:  # packed data and the training's code may hold such signs
            continue
        assert not any(sign in cell.source for sign in ("<%", "%>", "<<", ">>", "<##")), cell.source[:300]
        assert "\n\n\n" not in cell.source or cell.cell_type == "code"


def test_the_metadata_carry_the_run_and_the_reports_scores() -> None:
    series = made_series()
    run = made_run(series)
    notebook = read_notebook(build_notebook(series, run, title="T"))
    assert notebook.run_id == run.id
    assert notebook.scores is None
    assert same_scores(notebook.expected, {k: v.model_dump() for k, v in run.scores.items()}, 0.0)  # type: ignore[arg-type]


def test_a_run_that_was_stopped_is_refused() -> None:
    series = made_series()
    stopped = made_run(series).model_copy(update={"cancelled": True})
    with pytest.raises(NotebookError, match="stopped cannot be repeated"):
        build_notebook(series, stopped, title="T")


def test_a_module_without_a_text_is_introduced_by_its_docstring(tmp_path: Path) -> None:
    import shutil

    texts = tmp_path / "notebook"
    shutil.copytree(TEXTS, texts)
    (texts / "modules" / "scores.md").unlink()
    document = build(texts=texts)
    assert "How far forecasts are from what came." in text_of(document)


def plain_file(series: Series, path: Path) -> Series:
    path.write_bytes(series.frame.rename_axis("date").to_csv(lineterminator="\n").encode())
    import hashlib

    source = series.source.model_copy(
        update={"file_name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    )
    return replace(series, source=source)


def test_a_large_table_is_taken_from_where_it_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    series = plain_file(made_series(), path)
    document = build(series, dataset=path, data_limit=100)
    cell = data_cell(document)
    assert "PACKED" not in cell
    assert series.source.url in cell  # type: ignore[operator]
    assert "no account and no GPU" in document.cells[0].source
    monkeypatch.chdir(tmp_path)
    assert np.array_equal(run_data_cell(document).to_numpy(), series.frame.to_numpy())
    path.write_bytes(path.read_bytes().replace(b"3", b"4", 1))
    with pytest.raises(ValueError, match="does not hold the file of the report"):
        run_data_cell(document)


def test_a_large_table_that_had_to_be_repaired_stays_inside(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    series = plain_file(made_series(), path)
    shifted = replace(series, frame=series.frame + 1)
    assert reads_plainly(series, path)
    assert not reads_plainly(shifted, path)
    assert "PACKED" in data_cell(build(shifted, dataset=path, data_limit=100))
    assert "PACKED" in data_cell(build(series, data_limit=100))


def test_a_table_that_no_notebook_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.notebook.build.LARGEST", 1000)
    with pytest.raises(NotebookError, match="too large to lie inside"):
        build()


def test_packing_writes_no_moment_and_no_name() -> None:
    assert pack_table(made_series()) == pack_table(made_series())


def test_fences_become_cells_and_headings_begin_new_ones() -> None:
    text = '# A\n\ntext\n## B\nmore\n```python title="T" hidden\nx = 1\n\n\ny = "# no heading"\n```\nend\n'
    cells = cells_of(text)
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        ("markdown", "# A\n\ntext"),
        ("markdown", "## B\nmore"),
        ("code", '# @title T\nx = 1\n\n\ny = "# no heading"'),
        ("markdown", "end"),
    ]
    assert cells[2].metadata["cellView"] == "form"


@pytest.mark.parametrize("text", ["1. a", "- a", "a_b*c", "$5", "<b>", "a\nb", "#1", "`x`", "1990) x"])
def test_markup_is_escaped(text: str) -> None:
    escaped = markdown(text)
    assert "\n" not in escaped
    assert escaped.replace("\\", "") == " ".join(text.split())
    assert escaped != " ".join(text.split()) or text == "a\nb"


def test_building_loads_neither_torch_nor_a_jupyter_client() -> None:
    code = (
        "import sys; import assistant.notebook.build, assistant.notebook.execute, assistant.bundle.verify\n"
        "from tests.factories import made_run, made_series\n"
        "assistant.notebook.build.build_notebook(made_series(), made_run(), title='T')\n"
        "assert not {'torch', 'jupyter_client', 'nbclient', 'zmq', 'reportlab'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_a_notebook_says_what_it_printed_last() -> None:
    document = json.loads(build_notebook(made_series(), made_run(), title="T"))
    output = {"output_type": "stream", "name": "stdout", "text": 'SCORES {"a": 1}\nSCORES {"lstm": {"mae": 2.5}}\n'}
    last = [cell for cell in document["cells"] if cell["cell_type"] == "code"][-1]
    last["outputs"] = [output]
    assert read_notebook(json.dumps(document).encode()).scores == {"lstm": {"mae": 2.5}}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"nbformat": 4}', b"null", b'{"nbformat": "x"}'])
def test_what_is_no_notebook_is_refused(content: bytes) -> None:
    with pytest.raises(NotebookError, match="not a valid Jupyter notebook"):
        read_notebook(content)
