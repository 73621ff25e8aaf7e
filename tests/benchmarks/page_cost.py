"""What opening a page costs the server: processor time, and how often the draft is loaded.

`python -m tests.benchmarks.page_cost` trains one project for an instant, packages it, opens each page as a browser does
and prints the median of twenty events: the handler with all that it shows and every tab's mark, without gradio's own work.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from assistant.submission import dataset_choice as dataset
from assistant.submission.draft import TrainingChoice
from assistant.submission.draft_store import DraftStore
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.session import Session
from assistant.submission.status import PROJECT_STEPS
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from tests.sessions import new_session
from tests.web_pages import OpenPages

EVENTS = 20
PLACES = [(None, "start"), *((1, step) for step in PROJECT_STEPS), (None, "submit")]


def prepared(folder: Path) -> Session:
    """Return a session with one project that is trained and packaged."""
    session = new_session(folder)
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(session, 1, "sunspots")
    session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=6)))
    start_training(session, 1)
    start_notebook(session, 1)
    make_package(session)
    return session


def main() -> None:
    """Print a line for each page."""
    loads: list[str] = []
    load = DraftStore.load

    def counted(store: DraftStore, owner: str):
        loads.append(owner)
        return load(store, owner)

    DraftStore.load = counted  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        pages = OpenPages(prepared(Path(folder)))
        print(f"{'page':<12}{'CPU ms':>9}{'wall ms':>9}{'loads':>7}")
        for project, step in PLACES:
            pages.open(project, step)  # what is drawn or set once is not an event's cost
            loads.clear()
            cpu, wall = [], []
            for _ in range(EVENTS):
                began = time.process_time(), time.perf_counter()
                pages.open(project, step)
                cpu.append(time.process_time() - began[0])
                wall.append(time.perf_counter() - began[1])
            print(
                f"{step:<12}{1000 * statistics.median(cpu):>9.1f}{1000 * statistics.median(wall):>9.1f}"
                f"{len(loads) / EVENTS:>7.1f}"
            )


if __name__ == "__main__":
    main()
