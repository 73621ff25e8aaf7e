"""How commands speak: progress on stderr, one JSON object or a short text on stdout, clear errors and exit codes."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, Literal, ParamSpec

import typer

from assistant.errors import AssistantError

Parameters = ParamSpec("Parameters")
PresetName = Literal["quick", "balanced", "thorough"]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def progress(text: str) -> None:
    """Tell on stderr what is being done."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def result(data: Any, text: str, *, as_json: bool) -> None:
    """Print what a command found: the data as JSON, or the text."""
    content = json.dumps(data, ensure_ascii=False, indent=2, default=str, allow_nan=False) if as_json else text
    # A console that cannot show a sign (Windows, LANG=C) must not turn a result into a traceback.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(f"{content}\n".encode(encoding, "replace").decode(encoding))


def command(function: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Turn what goes wrong in a command into one or two sentences on stderr and exit code 1."""

    @functools.wraps(function)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            function(*args, **kwargs)
            return
        except AssistantError as error:
            wrong = error
        except (typer.Exit, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            wrong = AssistantError("Stopped by Ctrl-C.")
        except BrokenPipeError:
            # Whoever read the output has enough of it, and can be told nothing more.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - it stays to the end
            raise typer.Exit(1) from None
        except OSError as error:
            wrong = AssistantError("A file could not be read or written.", f"{error}.")
        except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
            wrong = AssistantError(
                "Something went wrong that the assistant did not expect.", f"{type(error).__name__}: {error}"
            )
        if kwargs.get("as_json"):
            result({"error": wrong.as_dict()}, "", as_json=True)
        fail(str(wrong))

    return wrapped


def fail(text: str) -> None:
    """Print one or two sentences on stderr and end with exit code 1."""
    progress(" ".join(text.split()))
    raise typer.Exit(1)
