"""The commands, by name."""

from __future__ import annotations

import typer

from bulk.cli import looking, running, world

app = typer.Typer(
    name="bulk",
    help="Operaciones masivas de Webex Calling desde CSV.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    looking.actions,
    world.sandbox,
    world.examples,
    running.validate,
    running.plan,
    running.run,
    looking.status,
    looking.runs,
    running.pause,
    running.resume,
    running.cancel,
    looking.report,
):
    app.command(command.__name__)(command)
