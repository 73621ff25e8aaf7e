"""What a student does next, wherever they are: the one button of the wizard's footer, and its words.

Each function looks at one step of a snapshot and at how far that step is; a step that is done leads to the next one that
is not, in the student's order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.findings import STEP_TITLES, State, StepName, StepStatus
from assistant.frozen import Frozen
from assistant.submission.colab_link import current_check
from assistant.submission.draft import KAGGLE, LINK, UPLOAD
from assistant.submission.sending import send_state, sends_itself, way_ahead
from assistant.submission.status import unchecked_charts
from assistant.wording import one_line

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot

_OPENS: dict[StepName, str] = {
    "start": "Say who you are",
    "dataset": "Choose the data",
    "train": "Train",
    "charts": "Check the charts",
    "report": "Write the report",
    "colab": "Make the notebook",
    "submit": "See what you hand in",
}


class NextStep(Frozen):
    """What the button says, the step that it leads to, the control there that it presses or puts the cursor in, and why.

    `project` is None for Start and Submit; without a `control` the step is opened and nothing is pressed.
    """

    words: str
    step: StepName
    project: int | None = None
    control: str = ""
    why: str = ""


def next_step(snapshot: Snapshot, step: StepName, project: int | None) -> NextStep:
    """Return what to do next for somebody who looks at a step."""
    status = snapshot.statuses[project, step]
    if step == "start":
        return _from_start(snapshot, status)
    if step == "submit" or project is None:
        return _from_submit(snapshot)
    found = _FROM[step](snapshot.project(project), status)
    return found or _after(snapshot, step, project)


def _from_start(snapshot: Snapshot, status: StepStatus) -> NextStep:
    student = snapshot.draft.student
    if not status.state.is_done:
        control = "name" if not student.name.strip() else "email"
        words = "Type your name" if control == "name" else "Type your e-mail address"
        if status.state is State.UNDECIDED:
            words = "Look at the address"
        return NextStep(words=words, step="start", control=control, why=status.sentence)
    return _after(snapshot, "start", None)


def _after(snapshot: Snapshot, step: StepName, project: int | None) -> NextStep:
    """Return the way to the step after this one that is not done yet, of this project first, then of the others."""
    order = list(snapshot.statuses.values())
    here = next(place for place, one in enumerate(order) if (one.project, one.step) == (project, step))
    rest = [one for one in (*order[here + 1 :], *order[:here]) if one.step != "submit"]
    rest.sort(key=lambda one: one.project != project)  # this project first, each in its order
    waiting = next((one for one in rest if _waits(snapshot, one)), None)
    if waiting is None:
        return NextStep(words=_OPENS["submit"], step="submit")
    words = _OPENS[waiting.step] if waiting.state is State.OPEN else f"See to {STEP_TITLES[waiting.step]}"
    if waiting.project not in (None, project) and len(snapshot.projects) > 1:
        words = f"Project {waiting.project}: {words[:1].lower()}{words[1:]}"
    # A training and a notebook are begun by the press that leads to them: nothing is left to choose before.
    begins = {"train": "start", "colab": "make"} if waiting.state is State.OPEN and waiting.project == project else {}
    control = begins.get(waiting.step, "")
    if waiting.step == "report" and waiting.project is not None:
        # What is to be written or read again there is opened at once.
        there = _from_report(snapshot.project(waiting.project), waiting)
        control = there.control if there is not None and there.step == "report" else ""
    return NextStep(
        words=words, step=waiting.step, project=waiting.project, control=control, why=waiting.sentence
    )  # fmt: skip


def _waits(snapshot: Snapshot, status: StepStatus) -> bool:
    """Tell whether the student can do something about a step now."""
    if status.step == "colab" and status.project is not None and status.state is State.UNCHECKED:
        # A link that was asked for, and about which nobody could tell, is all that can be done here.
        return current_check(snapshot.project(status.project)) is None
    return not status.state.is_done and status.state is not State.WORKING


def _from_dataset(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    here, draft = project.number, project.draft
    if status.state is State.WORKING:
        return NextStep(words="Stop fetching", step="dataset", project=here, control="cancel", why=status.sentence)
    if draft.dataset is None:
        words, control = _look(project)
        return NextStep(words=words, step="dataset", project=here, control=control)
    if not draft.dataset.is_ready:
        return NextStep(
            words="See what is missing", step="dataset", project=here, control="verdict", why=status.sentence
        )
    if status.state is State.UNDECIDED:
        return NextStep(
            words="Decide what goes out", step="dataset", project=here, control="share", why=status.sentence
        )
    if status.state is State.WRONG:
        control = "url" if project.sharing == "link" else "verdict"
        return NextStep(words="Mend this first", step="dataset", project=here, control=control, why=status.sentence)
    return None


def _look(project: ProjectSnapshot) -> tuple[str, str]:
    """Return what to do on the way that the student looks for a table: the button's words, and the control."""
    looking = project.draft.looking
    if looking.way == UPLOAD:
        return "Choose a file", "upload"
    if looking.way == LINK:
        return ("Fetch it", "fetch-link") if looking.link.strip() else ("Type a link", "link")
    if looking.way == KAGGLE:
        return ("Fetch it", "fetch-kaggle") if looking.kaggle.strip() else ("Name a dataset", "kaggle")
    return "Use these data", "use-ready"


def _from_train(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    here, draft = project.number, project.draft
    if draft.dataset is None or not draft.dataset.is_ready:
        return NextStep(words=_OPENS["dataset"], step="dataset", project=here, why=status.sentence)
    if status.state is State.WORKING:
        return NextStep(words="Stop", step="train", project=here, control="cancel", why=status.sentence)
    if project.run is None or not draft.run_is_current:
        words = "Train" if draft.run is None and draft.failed is None else "Train again"
        return NextStep(words=words, step="train", project=here, control="start", why=status.sentence)
    return None


def _without_run(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    """Return the way to Train for a step that shows a training which is not there, or is of other data."""
    if project.run is not None and project.draft.run_is_current:
        return None
    if project.draft.dataset is None:
        return NextStep(words=_OPENS["dataset"], step="dataset", project=project.number, why=status.sentence)
    return NextStep(words=_OPENS["train"], step="train", project=project.number, why=status.sentence)


def _from_charts(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    if (first := _without_run(project, status)) is not None:
        return first
    missing = unchecked_charts(project.charts)
    if not missing:
        return None
    title = one_line(missing[0].chart.title, 40)
    return NextStep(
        words=f"I have checked “{title}”",
        step="charts",
        project=project.number,
        control=f"{project.charts.index(missing[0])}-checked",
        why=status.sentence,
    )


def _from_report(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    if (first := _without_run(project, status)) is not None:
        return first
    if status.state is State.WRONG:
        return NextStep(
            words="Shorten it", step="report", project=project.number, control="status", why=status.sentence
        )
    # Pages that nobody looked at since the last key are built as soon as the page is open: nothing is to be pressed.
    sections = [(index, title, text) for index, (title, text) in enumerate(project.sections.items())]
    todo = [(f"section-{index}", f"Read {title} again") for index, title, text in sections if text.is_stale]
    todo += [(f"section-{index}", f"Write {title}") for index, title, text in sections if not text.is_own]
    if not todo:
        return None
    control, words = todo[0]
    return NextStep(words=words, step="report", project=project.number, control=control, why=status.sentence)


def _from_colab(project: ProjectSnapshot, status: StepStatus) -> NextStep | None:
    if (first := _without_run(project, status)) is not None:
        return first
    here, draft = project.number, project.draft
    if status.state is State.WORKING:
        return NextStep(words="Stop making it", step="colab", project=here, control="cancel", why=status.sentence)
    if draft.notebook is None or not project.notebook_is_current or project.notebook_file is None:
        words = _OPENS["colab"] if draft.notebook is None else "Make the notebook again"
        return NextStep(words=words, step="colab", project=here, control="make", why=status.sentence)
    if not draft.colab_link.strip():
        return NextStep(words="Paste the link", step="colab", project=here, control="link", why=status.sentence)
    if status.state in (State.WRONG, State.OUTDATED):
        return NextStep(words="Correct the link", step="colab", project=here, control="link", why=status.sentence)
    if status.state is State.UNCHECKED and current_check(project) is None:
        return NextStep(words="Check the link", step="colab", project=here, control="check", why=status.sentence)
    return None


def _from_submit(snapshot: Snapshot) -> NextStep:
    package, state = snapshot.package, send_state(snapshot)
    if package is None:
        return NextStep(
            words="Package", step="submit", control="package", why=snapshot.statuses[None, "submit"].sentence
        )
    if state.may_send:
        if sends_itself(snapshot):
            return NextStep(words=state.button, step="submit", control="send")
        return NextStep(words="Hand it in", step="submit", control="ways", why=way_ahead(snapshot))
    if state.may_repeat or state.waits:
        return NextStep(words="Read what is known", step="submit", control="deliveries", why=state.sentence)
    return NextStep(words="See the receipt", step="submit", control="deliveries", why=state.sentence)


_FROM: dict[StepName, Callable[[ProjectSnapshot, StepStatus], NextStep | None]] = {
    "dataset": _from_dataset,
    "train": _from_train,
    "charts": _from_charts,
    "report": _from_report,
    "colab": _from_colab,
}
