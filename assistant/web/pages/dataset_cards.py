"""What the Dataset page says in words: verdict, facts, findings, source, download, and the labels of its choices."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from assistant import wording
from assistant.dataset.choices import Choices
from assistant.dataset.fetching.fetch import dataset_searches
from assistant.dataset.fetching.hosts.kaggle import ALL_FILES
from assistant.dataset.inspection import Inspection
from assistant.dataset.preparing.season import season_shows
from assistant.dataset.ready_projects import ReadyProject
from assistant.dataset.repairs import can_undo, why_fixed
from assistant.dataset.series import Repair, Series, Source
from assistant.errors import DatasetError
from assistant.findings import Finding, Level
from assistant.submission import dataset_choice as steps
from assistant.submission.dataset_download import DownloadState
from assistant.submission.dataset_overview import Overview
from assistant.submission.draft import FoundDataset, KaggleSearch, OfferedFiles
from assistant.web.html import definition_list, error_note, findings_list, note
from assistant.web.pages.dataset_profile import profile_pictures

_KINDS = {"good": "fine", "usable": "info", "too short": "warn", "no time order": "warn"}
TOGETHER = {
    "mean": "All of them: their mean",
    "sum": "All of them: their sum",
    "last": "All of them: the last of each moment",
}
STEPS = [
    ("as the rows are", ""), ("hour", "h"), ("day", "D"), ("week", "W"), ("month", "MS"), ("quarter", "QS"), ("year", "YS"),
]  # fmt: skip
SHARES = [("The file itself", "file"), ("Its link and SHA-256 instead of the file", "link")]
# Parted from values that stand in a table: a name of a series is no way to put series together.
_ONE, _ALL = "one:", "all:"


def about_ready(name: str | None) -> str:
    """Return what a ready project is about."""
    project = steps.ready_project(name) if name else None
    if project is None:
        return ""
    return f"<p><strong>{escape(project.title)}</strong> – {escape(project.question)}</p>{_ready_facts(project)}"


def _ready_facts(project: ReadyProject) -> str:
    return definition_list([("Licence", project.licence), ("Source", project.citation)])


def verdict_card(overview: Overview) -> str:
    """Return in one sentence whether the dataset can carry a project."""
    inspection = overview.inspection
    if overview.problem is not None:
        return error_note(DatasetError(**overview.problem))
    return f'<div class="dataset-verdict">{note(inspection.verdict, _KINDS.get(inspection.outcome, "block"))}</div>'


def series_card(series: Series, picture: str) -> str:
    """Return what was made of the table: its picture, its span, its parts."""
    frequency, split = series.frequency, series.split
    first, last = series.frame.index[0], series.frame.index[-1]
    span = f"{first:%d %b %Y} to {last:%d %b %Y}" if series.dated else f"rows {first} to {last}"
    unit = f" in {series.unit}" if series.unit else ""
    parts = f"{split.train:,} to train · {split.validation:,} to validate · {split.test:,} to test, in this order"
    pairs = [
        ("Series", f"{series.target}{unit}"),
        ("Rows", f"{len(series.frame):,}, one a {frequency.step}, {span}"),
        _season(series),
        ("Forecast", f"{frequency.count(series.horizon)} ahead"),
        ("Parts", parts),
    ]
    return f'<figure class="chart">{picture}</figure>{definition_list(pairs)}'


def _season(series: Series) -> tuple[str, str]:
    season = series.frequency.season
    if season <= 1:
        return "Pattern repeats after", "no season assumed"
    shows = season_shows(series.values[: series.split.train], season)
    return "Pattern repeats after" if shows else "Usual pattern, hardly shown", series.frequency.count(season)


def glance(series: Series | None, overview: Overview, picture: str) -> str:
    """Return the profile: the course of the target, what was made of the table, and three small pictures."""
    made = series_card(series, picture) if series is not None else ""
    return made + profile_pictures(overview.profile, overview.inspection)


def findings_card(findings: Iterable[Finding], problem: dict[str, str] | None) -> str:
    """Return what a student should know or decide; what the verdict says already is not said twice."""
    told = problem["what"] if problem else ""
    shown = [
        finding.model_copy(update={"step": "submit"})  # they are mended on this page: a link to it leads nowhere
        for finding in findings
        if not (finding.level is Level.BLOCK and finding.what == told)
    ]
    return f"<h3>Worth knowing</h3>{findings_list(shown)}" if shown else ""


def repair_choices(repairs: Iterable[Repair]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the repairs that can be switched off as (label, key), and the keys of those that are on."""
    some = [repair for repair in repairs if can_undo(repair)]
    labels = {repair.key: f"{repair.what} ({repair.count:,}×) {repair.why}" for repair in some}
    return [(label, key) for key, label in labels.items()], [repair.key for repair in some if repair.applied]


def fixed_repairs(repairs: Iterable[Repair]) -> str:
    """Return the repairs that cannot be switched off as a list."""
    items = "".join(
        f"<li>{escape(repair.what)} <b>{repair.count:,}×</b> <span>{escape(repair.why)} "
        f"No switch: {escape(why_fixed(repair))}.</span></li>"
        for repair in repairs
        if not can_undo(repair)
    )
    return f"<h3>What cannot be undone</h3><ul class='repairs'>{items}</ul>" if items else ""


def reading_choices(overview: Overview) -> list[tuple[str, str]]:
    """Return the ways to read the dates, each with the time that the table then spans."""
    return [
        (f"{reading.form}: from {_moment(reading.first)} to {_moment(reading.last)}", reading.order)
        for reading in overview.readings
    ]


def _moment(text: str) -> str:
    return text.replace("T", " ")


def series_choices(inspection: Inspection) -> list[tuple[str, str]]:
    """Return the series of a table and the ways to put them together."""
    if inspection.series is None:
        return []
    together = [(label, _ALL + how) for how, label in TOGETHER.items()]
    return together + [
        (f"{name} ({wording.counted('row', rows)})", _ONE + name) for name, rows in inspection.series.names.items()
    ]


def chosen_series(inspection: Inspection, choices: Choices) -> str | None:
    """Return which series is taken, as one of the values of `series_choices`."""
    if inspection.series is None:
        return None
    if choices.series is not None and choices.series.value is None and choices.series.together:
        return _ALL + choices.series.together
    if choices.series is not None and choices.series.value is not None:
        return _ONE + choices.series.value
    return _ONE + next(iter(inspection.series.names), "")


def picked_series(inspection: Inspection, picked: str | None) -> dict[str, str | None] | None:
    """Return what was picked among `series_choices` as the fields of a SeriesChoice."""
    if inspection.series is None or not picked:
        return None
    column = inspection.series.column
    if picked.startswith(_ALL):
        return {"column": column, "value": None, "together": picked.removeprefix(_ALL)}
    return {"column": column, "value": picked.removeprefix(_ONE), "together": None}


def source_card(source: Source) -> str:
    """Return where the table came from."""
    return definition_list(
        [
            ("File", f"{source.file_name} ({wording.size(source.size)})"),
            ("SHA-256", source.sha256),
            ("From", source.url or source.reference),
            ("Cited as", source.citation or ""),
            ("Licence", source.licence or "none found"),
        ]
    )


def share_card(question: str, decided: bool) -> str:
    """Return why the student has to say what goes out, before it does."""
    if not question or decided:
        return ""
    return note(
        f"Decide before this is mailed: {question}. If you may not pass the file on, hand in its link and SHA-256.",
        "warn",
    )


def fetch_card(state: DownloadState | None) -> str:
    """Return how a download stands: its bytes and the time left, or how it ended."""
    if state is None:
        return ""
    if state.state == "failed":
        return error_note(DatasetError(state.what, state.evidence, state.fix))
    if state.state == "cancelled":
        return note(f"{state.what} {state.evidence} {state.fix}".strip(), "info")
    if state.state == "waiting":
        return note(f"{state.reference}: waiting for its turn.")
    total, left = state.total, state.seconds_left
    share = min(state.received / total, 1.0) if total else None
    of = f" of <b>{wording.size(total)}</b>" if total else ""
    time_left = f"<span>about <b>{wording.short_span(left)}</b> left</span>" if left is not None else ""
    bar = (
        f'<div class="progress" role="progressbar" aria-label="Download" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share * 100:.0f}"><span style="width:{share:.1%}"></span></div>'
        if share is not None
        else ""
    )
    return (
        f'<div class="live">{bar}<div class="live-line"><span>Fetching {escape(state.reference)}</span>'
        f"<span><b>{wording.size(state.received)}</b>{of}</span>{time_left}</div></div>"
    )


def offered_choices(offered: OfferedFiles | None) -> list[tuple[str, str]]:
    """Return the files that a link leads to, with their sizes."""
    if offered is None:
        return []
    sizes = offered.sizes or (None,) * len(offered.names)
    return [
        (
            f"{'All of them, as a zip' if name == ALL_FILES else name}{f' ({wording.size(count)})' if count else ''}",
            name,
        )
        for name, count in zip(offered.names, sizes, strict=True)
    ]


def found_choices(search: KaggleSearch | None) -> list[tuple[str, str]]:
    """Return what a search found as (label, reference)."""
    return [(_found(entry), entry.reference) for entry in search.datasets] if search else []


def _found(entry: FoundDataset) -> str:
    facts = [
        wording.size(entry.size) if entry.size else "",
        entry.licence or "no licence told",
        wording.counted("vote", entry.votes),
        entry.updated and f"updated {entry.updated}",
        entry.reference,
    ]
    return f"{entry.title} — {' · '.join(fact for fact in facts if fact)}"


def search_line(search: KaggleSearch | None) -> str:
    """Return what was searched for and how much was found."""
    if search is None:
        return ""
    if not search.datasets:
        return note(f"Kaggle found nothing{' more' if search.page > 1 else ''} for {search.text!r}.")
    return f"<p>Kaggle on <strong>{escape(search.text)}</strong>, page {search.page}:</p>"


def web_searches(topic: str) -> str:
    """Return links that search for datasets on a topic in the browser."""
    shown = topic.strip() or "time series"
    links = "".join(
        f'<a class="button-link" href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(name)}</a>'
        for name, url in dataset_searches(topic)
    )
    return f'<p class="searches">Search the web for <strong>{escape(shown)}</strong>: {links}</p>'
