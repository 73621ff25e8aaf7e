"""What the Report page shows beside the boxes: the state of a section, the pages, and the names that a text may use."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from assistant import wording
from assistant.report.own_words import OwnWords
from assistant.report.result import Suggestion, allowed
from assistant.report.stale_sentences import StaleSentence
from assistant.submission.report_building import BuiltReport
from assistant.submission.report_texts import SectionText
from assistant.web.html import download, findings_list, note

_LONGEST_VALUE = 90


def section_state(text: SectionText) -> str:
    """Return whether a section is still the draft, how much of it is own words, and what has to be read again."""
    again = other_dataset_note() if text.other_dataset else stale_list(text.stale)
    if text.words is None:
        return again
    if not text.changed:
        line = '<span class="draft-tag">Still the draft from your numbers: say it in your own words.</span>'
    else:
        line = '<span class="own-tag">Changed by you.</span>'
    return f'<div class="section-state">{line}{words_meter(text.words)}</div>{again}'


def other_dataset_note() -> str:
    """Return what is said of a section that was written about another dataset."""
    return note("This was written about another dataset. Is every sentence still right? If so, say it below.", "warn")


def words_meter(words: OwnWords) -> str:
    """Return how many words are the student's own, in words and as a bar."""
    if not words.words:
        return '<span class="words">No words yet.</span>'
    return (
        f'<span class="words"><span class="meter" aria-hidden="true"><span style="width: {words.share:.0%}"></span></span>'
        f"{words.own} of {wording.counted('word', words.words)} {wording.agree(words.own, 'is', 'are')} your own "
        f"({wording.percent(words.share)})</span>"
    )


def stale_list(stale: Iterable[StaleSentence]) -> str:
    """Return the sentences that cite an older training, each with what changed; nothing when there are none."""
    items = []
    for sentence in stale:
        changes = "; ".join(
            f"{{{change.name}}}: {change.then or 'nothing'} → {change.now or 'nothing'}" for change in sentence.changes
        )
        typed = " You typed the number: change it, or write the name in braces." if sentence.typed else ""
        items.append(f"<li>“{escape(sentence.text)}”<p>{escape(changes)}{typed}</p></li>")
    if not items:
        return ""
    return (
        '<div class="note note-warn stale"><p><strong>Another training changed what these sentences cite. Is each still '
        f"right?</strong></p><ul>{''.join(items)}</ul></div>"
    )


def status_card(built: BuiltReport, number: int) -> str:
    """Return the page count, what to cut when it is over, the findings, and the download."""
    kind = "warn" if built.over else "fine"
    sentence = built.over or f"The report has {wording.counted('page', built.pages)}; {allowed(built.limit)}."
    link = download(f"files/project-{number}/report.pdf", "Download the report (PDF)")
    return note(sentence, kind) + findings_list(built.findings) + link


def pages_card(built: BuiltReport, number: int) -> str:
    """Return the pages as pictures."""
    figures = "".join(
        f'<figure><a href="files/project-{number}/page-{page}.png?v={built.sha256[:12]}" target="_blank" rel="noopener">'
        f'<img src="files/project-{number}/page-{page}.png?v={built.sha256[:12]}" '
        f'alt="Page {page} of the report, opens in full size" width="910" height="1287"></a>'
        f"<figcaption>Page {page} of {built.pages}</figcaption></figure>"
        for page in range(1, built.pages + 1)
    )
    return f'<div class="pages">{figures}</div>'


def hints_card(advice: Iterable[Suggestion]) -> str:
    """Return the advice that no click can follow: what only the student can write."""
    items = "".join(f"<li>{escape(change.sentence)}</li>" for change in advice if change.kind == "extend")
    return f'<p class="quiet">Worth a few more words:</p><ul class="hints">{items}</ul>' if items else ""


def names_card(facts: Iterable[tuple[str, str]], keys: Iterable[tuple[str, str]]) -> str:
    """Return the names that a text may use, each with its present value, folded away until asked for."""
    named = "".join(
        f"<tr><th scope='row'><code>{{{escape(name)}}}</code></th><td>{_short(text)}</td></tr>" for name, text in facts
    )
    cited = "".join(
        f"<tr><th scope='row'><code>[@{escape(key)}]</code></th><td>{_short(text)}</td></tr>" for key, text in keys
    )
    tables = "".join(
        f"<tr><th scope='row'><code>{{{name}}}</code></th><td>{text}</td></tr>"
        for name, text in (
            ("table_data", "The table of the data, in a paragraph of its own"),
            ("table_scores", "The table of the scores, in a paragraph of its own"),
            ("tab_data", "The number of the table of the data"),
            ("tab_scores", "The number of the table of the scores"),
        )
    )
    return (
        '<details class="names"><summary>Names you can use, and what they say now</summary>'
        '<div class="names-list" tabindex="0" role="region" aria-label="Names you can use"><table>'
        '<thead><tr><th scope="col">Write</th><th scope="col">It becomes</th></tr></thead>'
        f"<tbody>{named}{tables}{cited}</tbody></table></div></details>"
    )


def _short(text: str) -> str:
    return escape(text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1].rstrip()}…")
