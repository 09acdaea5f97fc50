"""The commands by name; a command's module is imported when it is asked for."""

from __future__ import annotations

import importlib
import os

import click

from bulk.cli.options import flag

COMMANDS = {  # name -> module:attribute, in the order of --help
    "actions": "show:actions",
    "sandbox": "sandbox:sandbox",
    "examples": "sandbox:examples",
    "validate": "validate:validate",
    "plan": "run:plan",
    "run": "run:run",
    "status": "show:status",
    "runs": "show:runs",
    "pause": "control:pause",
    "resume": "control:resume",
    "retry": "control:retry",
    "cancel": "control:cancel",
    "undo": "undo_verify:undo",
    "verify": "undo_verify:verify",
    "report": "show:report",
    "export": "data:export",
    "template": "data:template",
    "fill-ids": "data:fill_ids",
    "journal": "journal:journal",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is used (click's guide, "Lazily Loading")."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(f"bulk.cli.{module}"), attribute)
        return found


@click.group(
    "bulk", cls=LazyGroup, options_metavar="[OPCIONES]", subcommand_metavar="ORDEN [ARGUMENTOS]..."
)
@flag("--log-full", help="Registros con correos y teléfonos a la vista.")
def app(log_full: bool) -> None:
    """Operaciones masivas de Webex Calling desde CSV."""
    if log_full:
        os.environ["BULK_LOG_FULL"] = "1"
