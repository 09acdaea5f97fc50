"""`python -m bulk.adapters.<id>`: one option per parameter, or --csv F row by row, or --csv F
--bulk.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from bulk.cli.options import read_profile, read_token
from bulk.cli.output import failed, never_fail_on_a_letter, say_json, unexpected
from bulk.cli.spanish import in_spanish
from bulk.core.action import Action
from bulk.errors import BulkError, UsageError

OPTION_HELP = {
    "force_pstn": "Alta de números aunque no haya PSTN propia.",
    "allow_calling_removal": "Permite quitar licencias de Webex Calling.",
}


class _Parser(argparse.ArgumentParser):
    """One that speaks Spanish, and whose errors are reported like all others."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(in_spanish(message))

    def format_help(self) -> str:
        return (
            super().format_help().replace("usage: ", "Uso: ", 1).replace("options:", "Opciones:", 1)
        )


def main(action: Action, arguments: list[str] | None = None) -> None:
    """Run the action as asked for on the command line; prints one JSON document and ends the
    process.
    """
    never_fail_on_a_letter()
    try:
        code = _run(action, vars(parser(action).parse_args(arguments)))
    except BulkError as error:
        code = failed(error.code, error.message, error.exit_code, as_json=True)
    except KeyboardInterrupt:
        code = failed("interrumpida", "Interrumpido.", 3, as_json=True)
    except BrokenPipeError:
        code = 0
    except Exception as error:
        code = unexpected(error, as_json=True)
    sys.exit(code)


def parser(action: Action) -> argparse.ArgumentParser:
    """The options that the command of this action takes."""
    made = _Parser(
        prog=f"python -m bulk.adapters.{action.id}",
        usage=f"python -m bulk.adapters.{action.id} [OPCIONES]",
        description=action.summary,
        add_help=False,
    )
    for param in action.parameters:
        made.add_argument(
            f"--{param.name}",
            metavar="VALOR",
            help="lista separada por ; o |" if param.many else None,
        )
    for option in action.options:
        flag = option.replace("_", "-")
        if option == "profile":
            made.add_argument(f"--{flag}", type=Path, metavar="FICHERO", help="Perfil JSON")
        else:
            made.add_argument(
                f"--{flag}", dest=option, action="store_true", help=OPTION_HELP[option]
            )
    made.add_argument("--csv", metavar="FICHERO", help="fichero con una fila por elemento")
    made.add_argument("--global", dest="global_csv", metavar="FICHERO", help="GLOBAL.CSV")
    made.add_argument("--bulk", action="store_true", help="por lotes, con --csv")
    made.add_argument(
        "--chunk-size", type=int, default=200, metavar="N", help="filas por lote, con --bulk (200)"
    )
    made.add_argument(
        "--token", metavar="TOKEN", help="token de Webex; mejor WEBEX_ACCESS_TOKEN o --token-file"
    )
    made.add_argument("--token-file", type=Path, metavar="FICHERO", help="fichero con el token")
    made.add_argument("-h", "--help", action="help", help="muestra esta ayuda")
    return made


def _run(action: Action, given: dict[str, object]) -> int:
    token = read_token(_text(given.pop("token")), _path(given.pop("token_file")))
    profile = _path(given.pop("profile", None))
    if profile:
        given["profile"] = read_profile(profile)
    wanted = {name: value for name, value in given.items() if value not in (None, False)}
    found = action.call(token=token, **wanted)  # type: ignore[arg-type]  # argparse gives each option its type
    say_json(found)
    state = found["run_state"] if "run_state" in found else found["state"]
    if state not in ("completed", "completed_with_errors"):
        return 3
    return 0 if state == "completed" else 1


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None
