"""The child process that computes: one request a line on standard input, one answer a line on standard output.

A request is `{"id": 1, "operation": "gate", "arguments": {…}}`; its answer `{"id": 1, "result": {…}}`, or
`{"id": 1, "error": {"what": …, "evidence": …, "fix": …}}`. The child ends when its input ends, so it never outlives the
page's process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import torch

from assistant.errors import AssistantError
from assistant.lecture import gate, gradient, network, recurrence
from assistant.lecture.results import Result

OPERATIONS: Mapping[str, Callable[..., Result]] = {
    "recurrence": recurrence.unroll,
    "gradient": gradient.gradient_curves,
    "gate": gate.forget_gate,
    "window": network.network_window,
    "memory": network.network_memory,
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


def lower_priority() -> None:
    """Give way to the page's process, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(5)


def claim_output() -> TextIO:
    """Return standard output for answers alone; whatever else is printed in this process goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr
    return answers


def main() -> None:
    """Answer requests until standard input ends."""
    answers = claim_output()
    lower_priority()
    torch.set_num_threads(1)
    for line in sys.stdin:
        answers.write(answer(line) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
