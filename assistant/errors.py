"""The errors of every step.

All of them say what happened, the evidence, and what to do, so that the page, the command line and the JSON can show
the same thing. Those that belong to one step alone stand in its folder; this is the whole tree::

    AssistantError
    ├── BriefError                    the course's rules or the host's settings are wrong
    ├── DatasetError                  a table could not be fetched, read or made ready
    │   ├── SeveralFiles              a link stands for several files, one of which has to be chosen
    │   ├── FetchCancelled            a download was cancelled by the one who started it
    │   └── Interrupted               a connection ended too early; another try may go on from there
    ├── TrainingError                 a training could not start or did not end well
    │   └── TrainingCancelledError    it was stopped before its first epoch had ended
    ├── ReportError                   charts or the report could not be made
    ├── NotebookError                 the notebook could not be made or run, or a Colab link is not one
    │   └── _UnclearAnswerError       a host's answer does not say whether a notebook is open; never leaves its module
    ├── BundleError                   the bundle could not be packed or read
    │   └── BrokenBundleError         a part of an archive is unreadable or dangerous to read
    ├── DeliveryError                 the mail could not be made or handed over
    │   ├── NotSentError              nobody got the mail
    │   └── UncertainError            it may have arrived or not
    ├── LectureError                  a picture of the lecture could not be computed
    ├── _OtherTextError               another window wrote in a field meanwhile; never leaves its module
    ├── CallTimeoutError              a short call had no answer within its time
    ├── JobCancelledError             a piece of work stopped because it was asked to
    └── UnknownStudentError           a request came without a valid cookie

Only what another library has to carry through its own code is derived from that library's errors, and turned into one
of these where it comes out.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Something a person has to know: `what` happened, the `evidence` for it, and the `fix` to try."""

    def __init__(self, what: str, evidence: str = "", fix: str = "") -> None:
        super().__init__(what, evidence, fix)
        self.what = what
        self.evidence = evidence
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.evidence, self.fix) if part)

    def as_dict(self) -> dict[str, str]:
        """Return the three parts under the keys the JSON output uses."""
        return {"what": self.what, "evidence": self.evidence, "fix": self.fix}


class BriefError(AssistantError):
    """The course's rules or the host's settings are wrong."""


class DatasetError(AssistantError):
    """A table could not be fetched, read or made ready."""


class TrainingError(AssistantError):
    """A training could not start or did not end well."""


class ReportError(AssistantError):
    """Charts or the report could not be made."""


class NotebookError(AssistantError):
    """The notebook could not be made or run, or a Colab link is not one."""


class BundleError(AssistantError):
    """The bundle could not be packed or read."""


class DeliveryError(AssistantError):
    """The mail could not be made or handed over."""


class LectureError(AssistantError):
    """A picture of the lecture could not be computed."""
