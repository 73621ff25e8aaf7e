"""The report's tables: three rules, numbers to the right, the best row in bold."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Table

from assistant.facts import Facts
from assistant.report.fonts import FAMILY
from assistant.report.markdown import Piece
from assistant.report.paragraphs import Words, styled
from assistant.report.style import INK, RULE, Styles

TABLES = ("data", "scores")


def table_numbers(placeholders: list[str]) -> dict[str, str]:
    """Return what `{tab_…}` stands for: the tables numbered in the order in which they stand."""
    known = [name.removeprefix("table_") for name in placeholders if name.removeprefix("table_") in TABLES]
    return {f"tab_{name}": f"Table {number}" for number, name in enumerate(dict.fromkeys(known), 1)}


def table_caption(name: str, facts: Facts) -> str:
    """Return the words above a table, without its number."""
    if name == "data":
        return "The data and how they were cut."
    unit = facts.texts.get("unit", "")
    return f"Errors on the {facts.texts.get('test_rows', '')} rows of the test part (MAE and RMSE in {unit}); the lowest MAE in bold."


def build_table(name: str, words: Words, styles: Styles, width: float) -> Table:
    """Return a table of the given width: `data` describes the dataset, `scores` compares the methods."""
    return _data_table(words, styles, width) if name == "data" else _score_table(words, styles, width)


def _rules(rows: int) -> list[tuple[Any, ...]]:
    return [
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK),
        ("LINEBELOW", (0, rows - 1), (-1, rows - 1), 0.9, INK),
        ("FONTNAME", (0, 0), (-1, -1), FAMILY),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 0.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]


def _data_table(words: Words, styles: Styles, width: float) -> Table:
    facts = words.facts.texts
    entries = [
        ("Target", facts["target_with_unit"]),
        ("Rows", f"{facts['rows']}, one for each {facts['step']}"),
        ("Period", f"{facts['first_time']} – {facts['last_time']}"),
        ("Mean ± deviation", f"{facts['mean']} ± {facts['deviation']}"),
        ("Training part", f"{facts['train_rows']} rows, to {facts['train_end']}"),
        ("Validation part", f"{facts['validation_rows']} rows, to {facts['validation_end']}"),
        ("Test part", f"{facts['test_rows']} rows, to {facts['test_end']}"),
        ("Licence", facts["licence"]),
    ]
    style = styles.small()
    rows = [
        [words.paragraph("", style, lead=styled(key)), words.paragraph("", style, lead=styled(value))]
        for key, value in entries
    ]
    return Table(rows, colWidths=[width * 0.32, width * 0.68], style=_rules(len(rows)))


def _score_table(words: Words, styles: Styles, width: float) -> Table:
    facts = words.facts.texts
    left, right = styles.small(), styles.small()
    right.alignment = 2
    names = [name.strip() for name in facts["methods"].split(",")]
    header = ["Method", "MAE", "RMSE", "MASE"]
    cells = [[words.paragraph("", left if n == 0 else right, lead=styled(text)) for n, text in enumerate(header)]]
    for name in names:
        best = name == facts["best_method"]
        texts = [facts[f"{name}_name"], facts[f"{name}_mae"], facts[f"{name}_rmse"], facts[f"{name}_mase"]]
        cells.append(
            [
                words.paragraph("", left if n == 0 else right, lead=styled(text, Piece("text", text, bold=best)))
                for n, text in enumerate(texts)
            ]
        )
    rules = [*_rules(len(cells)), ("LINEBELOW", (0, 0), (-1, 0), 0.5, RULE)]
    return Table(cells, colWidths=[width * 0.4, width * 0.2, width * 0.2, width * 0.2], style=rules)
