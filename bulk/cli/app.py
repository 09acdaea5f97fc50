"""The commands, by name."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bulk.cli import checking, data, derived, looking, running, stopping, upkeep, world
from bulk.cli.spanish import Command, Group

app = typer.Typer(
    name="bulk",
    help="Operaciones masivas de Webex Calling desde CSV.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=Group,
)
for command in (
    looking.actions,
    world.sandbox,
    world.examples,
    checking.validate,
    running.plan,
    running.run,
    looking.status,
    looking.runs,
    stopping.pause,
    stopping.resume,
    stopping.retry,
    stopping.cancel,
    derived.undo,
    derived.verify,
    looking.report,
    data.export,
    data.template,
    data.fill_ids,
):
    app.command(command.__name__.replace("_", "-"), cls=Command)(command)
app.add_typer(upkeep.app)


@app.callback()
def everywhere(
    log_full: Annotated[bool, typer.Option("--log-full", help="Registros con correos y teléfonos a la vista.")] = False,
) -> None:
    """Operaciones masivas de Webex Calling desde CSV."""
    if log_full:
        os.environ["BULK_LOG_FULL"] = "1"
