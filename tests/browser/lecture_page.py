"""Serves the lecture's page alone; the port is the argument. Its runs have limits that a test can wait for."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main(port: int) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from assistant.submission.adding_runs import AddingRuns
    from assistant.submission.database import open_database
    from assistant.submission.jobs.local_runner import LocalJobRunner
    from assistant.submission.lecture_questions import LectureQuestions
    from assistant.submission.services import open_pool
    from assistant.web.lecture import lecture_page as lecture
    from assistant.web.theme import STYLE, theme

    folder = Path(tempfile.mkdtemp(prefix="lecture-"))
    jobs = LocalJobRunner(open_database(f"sqlite:///{folder / 'assistant.sqlite3'}"), folder / "jobs", {})
    runs = AddingRuns(jobs, lambda student: folder / student, cpu_limits={20: 3.0, 100: 600.0, 400: 600.0})
    questions = LectureQuestions(open_pool())
    with gr.Blocks() as blocks:
        with gr.Tabs() as outer:
            with gr.Tab("Start", id="start"):
                gr.Markdown("Start")
            with gr.Tab("Understand", id="understand", elem_id="tab-understand") as tab:
                view = lecture.build()
        lecture.wire(view, tab, questions, runs, lambda request: "student", blocks)
        blocks.load(lambda: gr.Tabs(selected="understand"), None, outer)
    blocks.launch(
        server_name="127.0.0.1", server_port=port, quiet=True, theme=theme(), css=STYLE + lecture.STYLE,
        footer_links=[], ssr_mode=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
