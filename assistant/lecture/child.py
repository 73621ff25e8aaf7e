"""The child process that computes: one request a line on standard input, one answer a line on standard output.

A request is `{"id": 1, "operation": "gate", "arguments": {…}}`; its answer `{"id": 1, "result": {…}}`, or
`{"id": 1, "error": {"what": …, "evidence": …, "fix": …}}`. The child ends when its input ends, so it never outlives the
page's process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import torch

from assistant.errors import AssistantError
from assistant.frozen import Frozen
from assistant.lecture import gate, gradient, recurrence
from assistant.lecture.pipes import claim_output, lower_priority


def _window(**arguments: Any) -> Frozen:
    # Only those who look into their own network wait for what reads tables and trainings.
    from assistant.lecture.network import network_window

    return network_window(**arguments)


def _memory(**arguments: Any) -> Frozen:
    from assistant.lecture.network import network_memory

    return network_memory(**arguments)


OPERATIONS: Mapping[str, Callable[..., Frozen]] = {
    "recurrence": recurrence.unroll,
    "gradient": gradient.gradient_curves,
    "gate": gate.forget_gate,
    "window": _window,
    "memory": _memory,
}


def answer(line: str) -> str:
    """Return the answer to one request line; what goes wrong becomes an error in it."""
    identity: Any = None
    try:
        request = json.loads(line)
        identity = request["id"]
        result = OPERATIONS[request["operation"]](**request["arguments"])
        reply: dict[str, Any] = {"id": identity, "result": result.model_dump(mode="python")}
    except AssistantError as error:
        reply = {"id": identity, "error": error.as_dict()}
    except Exception as error:
        # One bad request must not take the pictures of every other student down.
        what = {
            "what": "This picture could not be computed.",
            "evidence": f"{type(error).__name__}: {error}",
            "fix": "",
        }
        reply = {"id": identity, "error": what}
    return json.dumps(reply)


def main() -> None:
    """Answer requests until standard input ends."""
    answers = claim_output()
    # Before the trainings (10), since somebody waits for the answer, and after the page.
    lower_priority(5)
    torch.set_num_threads(1)
    for line in sys.stdin:
        answers.write(answer(line) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
