"""What an adapter is as a program of its own: `run(token=..., ...)` in a script, and
`python -m bulk.adapters.<id>` in a terminal.

An adapter imports this module; what stands above the adapters is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bulk.core.action import Action

if TYPE_CHECKING:
    import click

OPTION_HELP = {
    "force_pstn": "Alta de números aunque no haya PSTN propia.",
    "allow_calling_removal": "Permite quitar licencias de Webex Calling.",
}


class Run(Protocol):
    """`run` of an adapter."""

    def __call__(
        self,
        *,
        token: str | None,
        bulk: bool = False,
        chunk_size: int = 200,
        csv: str | None = None,
        global_csv: str | None = None,
        **params: Any,
    ) -> dict[str, Any]: ...


def runner(action: Action) -> Run:
    """The function `run` of an adapter."""

    def run(
        *,
        token: str | None,
        bulk: bool = False,
        chunk_size: int = 200,
        csv: str | None = None,
        global_csv: str | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        """Run this action: one row from `params`, or the rows of the file `csv` (one by one, or in
        bulk).

        Returns the row's result (one row) or the run's document (a file), both as in `bulk run
        --json`. Raises InputError, UsageError, MissingToken, TokenRejected, OwnedElsewhere.
        """
        from bulk.runs.call import call_action

        return call_action(
            action.id,
            token=token,
            bulk=bulk,
            chunk_size=chunk_size,
            csv=csv,
            global_csv=global_csv,
            params=params,
        )

    return run


def main(action: Action, arguments: list[str] | None = None) -> None:
    """`python -m bulk.adapters.<id>`: prints one JSON document and ends the process."""
    from bulk.cli import end_with

    end_with(lambda: command(action).main(arguments, standalone_mode=False), as_json=True)


def command(action: Action) -> click.Command:
    """One option per parameter, or --csv F row by row, or --csv F --bulk."""
    import click

    from bulk.cli import options as o

    def run(**given: Any) -> int:
        return _run(action, given)

    taken = [
        click.option(
            f"--{param.name}",
            param.name,
            metavar="VALOR",
            help="lista separada por ; o |" if param.many else None,
        )
        for param in action.parameters
    ]
    for option in action.options:
        name = f"--{option.replace('_', '-')}"
        if option == "profile":
            taken.append(o.file_option(name, help="Perfil de permisos salientes (JSON)."))
        else:
            taken.append(o.flag(name, option, help=OPTION_HELP[option]))
    taken += [
        click.option("--csv", metavar="FICHERO", help="Fichero con una fila por elemento."),
        click.option("--global", "global_csv", metavar="FICHERO", help="GLOBAL.CSV"),
        o.flag("--bulk", help="Por lotes, con --csv."),
        o.number("--chunk-size", type=int, default=200, help="Filas por lote, con --bulk."),
        o.token,
    ]
    name = f"python -m bulk.adapters.{action.id}"
    made: click.Command = o.command(
        name, help=action.summary, context_settings={"help_option_names": ["-h", "--help"]}
    )(o.group(*taken)(run))
    return made


def _run(action: Action, given: dict[str, Any]) -> int:
    from bulk.cli.options import read_profile, read_token
    from bulk.cli.output import say_json

    given["token"] = read_token({name: given[name] for name in ("token", "token_file")})
    del given["token_file"]
    if given.get("profile"):
        given["profile"] = read_profile(given["profile"])
    wanted = {name: value for name, value in given.items() if value not in (None, False)}
    found = runner(action)(**{"token": None, **wanted})
    say_json(found)
    state = found["run_state"] if "run_state" in found else found["state"]
    if state not in ("completed", "completed_with_errors"):
        return 3
    return 0 if state == "completed" else 1
