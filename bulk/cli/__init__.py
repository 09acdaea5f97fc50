"""`bulk …`: the same power as the app, from a terminal.

Others use `main`, and `bulk.script` the options of a token and the way errors are printed. Light
commands import neither pandas nor pandera.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from bulk.cli.language import speak_spanish
from bulk.cli.output import failed, never_fail_on_a_letter, unexpected
from bulk.core.logs import configure
from bulk.errors import BulkError


def main(arguments: list[str] | None = None) -> None:
    """Entry point; ends the process with the exit code of docs/cli.md (0, 1, 2 or 3)."""
    from bulk.cli.app import app

    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    end_with(lambda: app.main(args=arguments, standalone_mode=False), as_json=as_json)


def end_with(command: Callable[[], int | None], *, as_json: bool) -> None:
    """Run a click command and end the process with its exit code; no traceback is shown."""
    configure()
    never_fail_on_a_letter()
    speak_spanish()
    try:
        code = command()
    except BulkError as error:
        code = failed(error.code, error.message, error.exit_code, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        code = failed("interrumpida", "Interrumpido.", 3, as_json=as_json)
    except BrokenPipeError:
        code = 0
    except click.ClickException as error:
        code = failed("uso", error.format_message(), 2, as_json=as_json)
    except Exception as error:
        code = unexpected(error, as_json=as_json)
    sys.exit(int(code or 0))
