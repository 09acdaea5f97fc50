"""The commands, by name."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bulk.cli import control, data, journal, run, sandbox, show, undo_verify, validate
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
    show.actions,
    sandbox.sandbox,
    sandbox.examples,
    validate.validate,
    run.plan,
    run.run,
    show.status,
    show.runs,
    control.pause,
    control.resume,
    control.retry,
    control.cancel,
    undo_verify.undo,
    undo_verify.verify,
    show.report,
    data.export,
    data.template,
    data.fill_ids,
):
    app.command(command.__name__.replace("_", "-"), cls=Command)(command)
app.add_typer(journal.app)


@app.callback()
def everywhere(
    log_full: Annotated[
        bool, typer.Option("--log-full", help="Registros con correos y teléfonos a la vista.")
    ] = False,
) -> None:
    """Operaciones masivas de Webex Calling desde CSV."""
    if log_full:
        os.environ["BULK_LOG_FULL"] = "1"
