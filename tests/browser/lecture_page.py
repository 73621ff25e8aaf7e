"""Serves the lecture's page alone; the port is the argument. Its runs have limits that a test can wait for."""

from __future__ import annotations

import os
import sys


def main(port: int) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from assistant.lecture.process import LectureProcess
    from assistant.lecture.trials import AddingTrials
    from assistant.web.lecture import lecture_page as lecture
    from assistant.web.theme import STYLE, theme

    process, trials = LectureProcess(), AddingTrials(at_once=1, cpu_limits={20: 3.0, 100: 600.0, 400: 600.0})
    with gr.Blocks() as blocks:
        with gr.Tabs() as outer:
            with gr.Tab("Start", id="start"):
                gr.Markdown("Start")
            with gr.Tab("Understand", id="understand", elem_id="tab-understand") as tab:
                view = lecture.build()
        lecture.wire(view, tab, process, trials, lambda request: "student", blocks)
        blocks.load(lambda: gr.Tabs(selected="understand"), None, outer)
    blocks.launch(
        server_name="127.0.0.1", server_port=port, quiet=True, theme=theme(), css=STYLE + lecture.STYLE,
        footer_links=[], ssr_mode=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
