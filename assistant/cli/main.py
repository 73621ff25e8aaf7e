"""All commands together."""

from __future__ import annotations

import typer

from assistant.cli import bundle_commands as bundle
from assistant.cli import dataset_commands as dataset
from assistant.cli import lecture_commands as lecture
from assistant.cli import run_command as whole
from assistant.cli import serve_command as wizard
from assistant.cli import train_command as training

app = typer.Typer(
    name="assistant",
    help="From a raw dataset to a sent, receipted submission.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(wizard.serve)
app.command("run")(whole.run)
app.command("train")(training.train)
app.command("inspect")(dataset.inspect)
app.command("fetch")(dataset.fetch)
app.command("send")(bundle.send)
app.command("deliveries")(bundle.deliveries)
app.command("verify")(bundle.verify)
app.add_typer(lecture.app, name="lecture")
app.command("gates")(lecture.gates)


def main() -> None:
    """Run the command that was typed."""
    app()
