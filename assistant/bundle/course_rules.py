"""Whether a bundle follows the rules that its receiver knows."""

from __future__ import annotations

from assistant import wording
from assistant.brief import Brief
from assistant.bundle.archive_reader import ASK_AGAIN
from assistant.bundle.manifest import FileEntry, Manifest, Rules
from assistant.findings import Finding, Level

# What was packed like this comes again when it is asked for again.
MEND_AND_PACK = "The same would come again: ask the student to mend it, package anew and send it once more."
_SHORTEN = (
    "The same would come again: ask the student to shorten a section or take out a chart in the Report step, package "
    "anew and send it once more."
)


def check_rules(manifest: Manifest, brief: Brief) -> list[Finding]:
    """Hold a bundle against a course's rules: other rules are a warning, a broken one of these is not."""
    own, course = manifest.brief, Rules.of(brief)
    if own == course:
        return []
    if own.digest == course.digest:
        what = "The manifest tells the course's rules wrongly."
        return [_finding(Level.BLOCK, what, "They do not fit the digest that it names.", ASK_AGAIN)]
    findings = [
        _finding(
            Level.WARN,
            "The bundle was made under other rules than these.",
            f"Its own are {_in_short(own)}; these are {_in_short(course)}.",
            "A student who set an own deadline or own recipients has other rules; compare what matters to you. Where "
            "these are not your course's rules, set ASSISTANT_BRIEF to its brief.",
        )
    ]
    findings += [
        too_long(entry, entry.pages, course.page_limit)
        for entry in manifest.files
        # What is too long under its own rules has been said.
        if entry.pages is not None and course.page_limit < entry.pages <= own.page_limit
    ]
    if own.projects < course.projects:
        findings.append(
            _finding(
                Level.BLOCK,
                "The bundle was made for fewer projects.",
                f"{own.projects} instead of {course.projects}.",
                "The same would come again: ask the student to set ASSISTANT_BRIEF to the course's brief, add what is "
                "missing, package anew and send it once more.",
            )
        )
    return findings


def too_long(entry: FileEntry, pages: int, limit: int) -> Finding:
    """Say that a report has more pages than it may have."""
    evidence = f"It has {wording.counted('page', pages)}; the course allows {limit}."
    return _finding(Level.BLOCK, f"{entry.name} is too long.", evidence, _SHORTEN, entry.project)


def _in_short(rules: Rules) -> str:
    projects = wording.counted("project", rules.projects)
    pages = wording.counted("page", rules.page_limit)
    return f"“{rules.title}”, {projects}, {pages} at most, digest {rules.digest[:12]}"


def _finding(level: Level, what: str, evidence: str, fix: str, project: int | None = None) -> Finding:
    return Finding(level=level, what=what, evidence=evidence, fix=fix, project=project)
