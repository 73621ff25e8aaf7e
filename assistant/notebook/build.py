"""From a series and a run to the notebook that repeats the run: its texts are in `templates/notebook/`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2

from assistant import wording
from assistant.charts.palette import LIGHT
from assistant.dataset.series import Repair, Series
from assistant.errors import NotebookError
from assistant.notebook.embedded_data import COMFORTABLE, LARGEST, pack_table, reads_plainly, too_large
from assistant.notebook.embedded_modules import module_sources, summary
from assistant.notebook.markdown_cells import cells_of, markdown
from assistant.notebook.provenance import METADATA_KEY
from assistant.resources import TEMPLATES
from assistant.training.run import Run, Start

TEXTS = TEMPLATES / "notebook"
_FALLBACK = "### 3.<<number>> <<title>>\n\n```python\n<<source>>\n```\n"


def build_notebook(
    series: Series,
    run: Run,
    *,
    title: str,
    student_name: str = "",
    course: str = "",
    dataset: Path | None = None,
    data_limit: int = COMFORTABLE,
    texts: Path = TEXTS,
) -> bytes:
    """Return a notebook (.ipynb, format 4.5) that repeats the run and compares its scores; same content, same bytes.

    The prepared table lies inside, with every digit. When its packed form has more than `data_limit` characters and
    the original file, given as `dataset`, can simply be read, the notebook takes that file from beside it or from
    where it was published. Raises NotebookError when the run was cancelled or the table is too large.
    """
    if run.cancelled:
        raise NotebookError(
            "A training that was stopped cannot be repeated.",
            "It depends on the moment at which it was stopped, and a notebook has to give the same scores each time.",
            "Train once more and let it end.",
        )
    import nbformat

    words = _words(series, run)
    words |= {"title": markdown(title), "student_name": markdown(student_name), "course": markdown(course)}
    words["data"] = _data(series, dataset, data_limit)
    language = _language(texts)
    words["modules"] = "\n\n".join(
        _module_text(language, texts, name, source, number, words)
        for number, (name, source) in enumerate(module_sources().items(), 1)
    )
    text = language.get_template("notebook.md").render(words)
    document: Any = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=cells_of(text),
        metadata={
            "colab": {"name": f"{_file_stem(title)}.ipynb", "provenance": [], "toc_visible": True},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            METADATA_KEY: {"run": run.id, "scores": _scores(run)},
        },
    )
    nbformat.validate(document)
    text = nbformat.writes(document, sort_keys=True)  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


def _language(texts: Path) -> jinja2.Environment:
    """Return Jinja with signs that neither Python nor TeX nor Markdown uses."""
    return jinja2.Environment(  # noqa: S701 - the result is no HTML; what a student typed goes through `markdown` or repr
        loader=jinja2.FileSystemLoader(texts),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<##",
        comment_end_string="##>",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _module_text(
    language: jinja2.Environment, texts: Path, name: str, source: str, number: int, words: dict[str, Any]
) -> str:
    """Return a module's text with its source; one that nobody has written a text for is introduced by its docstring."""
    here = words | {"number": number, "source": source}
    if (texts / "modules" / f"{name}.md").is_file():
        return language.get_template(f"modules/{name}.md").render(here).strip()
    return language.from_string(_FALLBACK).render(here | {"title": markdown(summary(source))}).strip()


def _data(series: Series, dataset: Path | None, limit: int) -> dict[str, Any]:
    packed = pack_table(series)
    characters = len(packed.text)
    if characters > limit and reads_from_address(series, dataset):
        return {
            "inside": False,
            "file": repr(series.source.file_name),
            "url": repr(series.source.url),
            "sha256": series.source.sha256,
            "time": repr(series.roles.time[0]) if series.dated else "",
            "columns": repr(list(series.frame.columns)),
        }
    if characters > LARGEST:
        raise too_large(series, characters)
    return {"inside": True, "lines": packed.lines(), "sha256": packed.sha256}


def reads_from_address(series: Series, dataset: Path | None) -> bool:
    """Tell whether a notebook can take the original file from its address and read it as it is."""
    url = series.source.url or ""
    return dataset is not None and url.startswith("https://") and reads_plainly(series, dataset)


def _words(series: Series, run: Run) -> dict[str, Any]:
    """Return what the texts may name: texts ready for Markdown, and literals ready for Python."""
    frequency, source, settings = series.frequency, series.source, run.settings
    unit, cell, against = series.unit, settings.cell, run.verdict.against
    index = series.frame.index
    return {
        "question": markdown(series.question),
        "target": markdown(series.target),
        "unit": markdown(unit),
        "unit_literal": repr(unit),
        "features": markdown(wording.listed(list(series.frame.columns[1:]))),
        "step": frequency.step,
        "horizon": frequency.count(settings.horizon),
        "rows": wording.counted("row", len(series.frame)),
        "first": wording.row_name(index[0], frequency.step),
        "last": wording.row_name(index[-1], frequency.step),
        "dated": series.dated,
        "time_axis": "time" if series.dated else "row",
        "frequency_literal": repr(frequency.alias),
        "split": series.split,
        "source_title": markdown(source.title),
        "citation": markdown(source.citation or ""),
        "licence": markdown((source.licence or "").rstrip(".")),
        "url": _safe_url(source.url),
        "url_shown": markdown(urlsplit(_safe_url(source.url)).hostname or ""),
        "repairs": [markdown(_told(repair)) for repair in series.repairs if repair.applied],
        "settings": settings,
        "setting_lines": [(name, repr(value)) for name, value in dataclasses.asdict(settings).items()],
        "network": wording.method_name(cell),
        "against": wording.method_name(against),
        "lstm_mae": wording.quantity(run.scores[cell].mae, markdown(unit)),
        "against_mae": wording.quantity(run.scores[against].mae, markdown(unit)),
        "verdict": markdown(run.verdict.sentence),
        "log": run.start.transform == "log" if run.start else None,
        "anchor": _anchor(run.start) if run.start else "",
        "profile_cycles": list(run.start.calendar) if run.start else [],
        "trust": wording.percent(run.start.trust) if run.start else None,
        "windows": f"{run.windows:,}" if run.windows else "test",
        "method_names": _literal({name: wording.method_name(name) for name in run.scores}),
        "report_scores": _literal(_scores(run)),
        "versions": _literal(run.versions),
        "palette": LIGHT,
    }


def _anchor(start: Start) -> str:
    """Return in words what the network corrects: one simple forecast, or the mean of several with their weights."""
    named = sorted(start.weights.items(), key=lambda pair: -pair[1])
    large = [(name, weight) for name, weight in named if weight >= 0.05]
    if len(large) < 2:
        return wording.method_name(large[0][0] if large else start.anchor, "sentence")
    return "the weighted mean of " + wording.listed(
        [f"{wording.method_name(name, 'sentence')} ({wording.percent(weight)})" for name, weight in large]
    )


def _told(repair: Repair) -> str:
    """Return a repair in words, with its count unless it says that itself."""
    count = f"{repair.count:,}"
    counts = f" ({count} in all)" if repair.count > 1 and count not in repair.what else ""
    return f"{repair.what.rstrip('.')}{counts}. {repair.why}"


def _scores(run: Run) -> dict[str, Any]:
    return {name: score.model_dump(mode="json") for name, score in run.scores.items()}


def _literal(value: Mapping[str, object]) -> str:
    """Return a dictionary as Python, an entry a line."""
    return "{\n" + "".join(f"    {name!r}: {part!r},\n" for name, part in value.items()) + "}"


def _safe_url(url: str | None) -> str:
    """Return an address in a form that cannot break out of a Markdown link, or nothing."""
    if not url or not url.startswith(("https://", "http://")):
        return ""
    return quote(url, safe="/:?#&=%+,;@~.-_")


def _file_stem(title: str) -> str:
    kept = "".join(character if character.isalnum() or character in " -_" else " " for character in title)
    return " ".join(kept.split())[:80] or "notebook"
