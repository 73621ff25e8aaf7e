"""How long the pages of a report take after an edit, in the server's own worker.

`python -m tests.benchmarks.report_preview` prints the median and the slowest of ten edits, from the stored word to the
last page's picture; the page waits PAUSE seconds more for the next key before it asks for that.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from assistant.submission import dataset_choice as dataset
from assistant.submission import report_building
from assistant.submission.draft import TrainingChoice
from assistant.submission.jobs.worker_pool import WorkerPool
from assistant.submission.report_commands import WriteSection
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from assistant.submission.workspace import new_owner
from assistant.web.pages.report_page import PAUSE
from tests.sessions import services_in

EDITS = 10


def measure(session: Session, title: str, words: str) -> list[float]:
    """Return the seconds of each edit of a section."""
    taken = []
    for number in range(EDITS):
        start = time.perf_counter()
        session.apply(WriteSection(project=1, title=title, text=f"{words} {'more ' * (number + 1)}."))
        project = session.snapshot.project(1)
        for page in range(1, report_building.keep(project).pages + 1):
            assert report_building.page_picture(project, page)
        taken.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Time edits of the first section in Latin and in Chinese letters."""
    pool = WorkerPool({"report": 1})
    try:
        with tempfile.TemporaryDirectory() as folder:
            session = Session(replace(services_in(Path(folder)), pool=pool), new_owner())
            session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
            dataset.choose_ready(session, 1, "sunspots")
            session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=6)))
            start_training(session, 1)
            start = time.perf_counter()
            session.snapshot.project(1).report()
            print(f"first pages, with the child's start: {time.perf_counter() - start:.2f} s")
            title = next(iter(session.snapshot.project(1).sections))
            for name, words in (("Latin", "Some words of the student"), ("Chinese", "本报告研究太阳黑子的预测。")):
                taken = measure(session, title, words)
                print(
                    f"{name}: median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s of {EDITS}, "
                    f"after a pause of {PAUSE} s"
                )
    finally:
        pool.close()


if __name__ == "__main__":
    main()
