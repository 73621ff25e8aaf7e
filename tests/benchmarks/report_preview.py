"""How long the pages of a report take after an edit, in the server's own child process.

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
from assistant.submission import report_building as report
from assistant.submission import training_runs as training
from assistant.submission.jobs.worker_pool import WorkerPool
from assistant.submission.report_texts import sections, set_section
from assistant.submission.session import Desk
from assistant.submission.workspace import new_owner
from assistant.web.pages.report_page import PAUSE
from tests.test_submission import services_in

EDITS = 10


def measure(desk: Desk, title: str, words: str) -> list[float]:
    """Return the seconds of each edit of a section."""
    taken = []
    for number in range(EDITS):
        start = time.perf_counter()
        set_section(desk, 1, title, f"{words} {'more ' * (number + 1)}.", typed=True)
        built = report.build(desk, 1)
        for page in range(1, built.pages + 1):
            assert report.page_picture(desk, 1, page)
        taken.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Time edits of the first section in Latin and in Chinese letters."""
    pool = WorkerPool({"report": 1})
    try:
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(replace(services_in(Path(folder)), pool=pool), new_owner())
            desk.change(lambda draft: draft.with_student(name="Asha Rao", email="asha@example.org"))
            dataset.choose_ready(desk, 1, "sunspots")
            training.set_training(desk, 1, epochs=2, members=1, units=6)
            training.start(desk, 1)
            training.poll(desk, 1)
            start = time.perf_counter()
            report.build(desk, 1)
            print(f"first pages, with the child's start: {time.perf_counter() - start:.2f} s")
            title = next(iter(sections(desk, 1)))
            for name, words in (("Latin", "Some words of the student"), ("Chinese", "本报告研究太阳黑子的预测。")):
                taken = measure(desk, title, words)
                print(
                    f"{name}: median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s of {EDITS}, "
                    f"after a pause of {PAUSE} s"
                )
    finally:
        pool.close()


if __name__ == "__main__":
    main()
