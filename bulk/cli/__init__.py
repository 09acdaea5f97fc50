"""`bulk …`: the same power as the app, from a terminal. Light commands import neither pandas nor
pandera.
"""

from __future__ import annotations

import sys

import typer

from bulk.cli.output import failed, never_fail_on_a_letter, unexpected
from bulk.cli.spanish import usage_text
from bulk.core.logs import configure
from bulk.errors import BulkError


def main(arguments: list[str] | None = None) -> None:
    """Entry point; ends the process with the exit code of the contract (0, 1, 2 or 3)."""
    from bulk.cli.app import app

    configure()
    never_fail_on_a_letter()
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=arguments, standalone_mode=False)
    except BulkError as error:
        code = failed(error.code, error.message, error.exit_code, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        code = failed("interrumpida", "Interrumpido.", 3, as_json=as_json)
    except BrokenPipeError:
        code = 0
    except Exception as error:
        # Typer brings its own copy of click or uses the real one, by version: a usage error is
        # known by its method.
        if type(error).__name__ == "NoArgsIsHelpError":
            code = failed("uso", error.format_message(), 2, as_json=as_json)  # type: ignore[attr-defined]
        elif hasattr(error, "format_message"):
            code = failed("uso", usage_text(error), 2, as_json=as_json)
        else:
            code = unexpected(error, as_json=as_json)
    sys.exit(int(code or 0))
