"""validate, plan, run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk.cli import options as o
from bulk.cli.following import to_the_end
from bulk.cli.output import say, say_json
from bulk.cli.preparing import Asked, prepare_asked, read_files, resolving, tell
from bulk.cli.writing import refuse_input, write_out

if TYPE_CHECKING:
    from bulk.records import Problem

MOST_PROBLEMS = 1_000
# What a launch of a reviewed plan may be told; its rows, data, options and organisation are those of the plan.
WITH_PLAN = frozenset({
    "plan", "bulk", "chunk_size", "workers", "canary", "at", "not_after", "rate_ceiling", "wait_timeout", "note", "home", "token",
    "token_file", "as_json",
})  # fmt: skip
_FLAGS = {"global_": "global", "maps": "map"}  # where the option is not called as its parameter
Out = Annotated[Path | None, typer.Option("--out", help="CSV con todos los problemas.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Ensayo: no se escribe nada en Webex.")]
Plan = Annotated[str | None, typer.Option("--plan", help="Aplica justo lo que mostró ese ensayo: filas, datos y opciones.")]
Bulk = Annotated[bool, typer.Option("--bulk", help="Por lotes y a la vez; sin esto, fila a fila.")]


def validate(
    action: Annotated[str | None, typer.Argument(help="Acción; sin ella se revisan los ficheros por sí solos.")] = None,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    mapping: o.MappingFile = None,
    accept_suggestions: o.AcceptSuggestions = False,
    accept_repairs: o.AcceptRepairs = False,
    country: o.Country = None,
    where: o.Where = None,
    lines: o.Lines = None,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    out: Out = None,
    home: o.Home = None,
    as_json: o.Json = False,
) -> int:
    """Revisa los ficheros sin enviar nada. Sale con 0 sin filas no válidas, 1 con alguna, 2 si no se pueden leer."""
    paths = {"global": global_, "ubicaciones": ubicaciones, "usuarios": usuarios}
    if not any(paths.values()):
        raise typer.BadParameter("Indica al menos un fichero: --global, --ubicaciones o --usuarios.")
    refuse_input(out, [*paths.values(), mapping])
    asked = Asked(
        paths, maps, mapping, where, lines, None, accept_repairs, accept_suggestions, country,
        o.run_options(profile, force_pstn, allow_calling_removal),
    )  # fmt: skip
    problems, total = _of_action(action, asked) if action else _of_files(asked)
    if out:
        _write_problems(problems, out)
    return _tell_problems(action, problems, total, as_json=as_json)


def _of_action(action: str, asked: Asked) -> tuple[Sequence[Problem], int]:
    from bulk.plan import require_sources

    prepared = prepare_asked(action, asked)
    require_sources(prepared)
    return prepared.problems, prepared.total


def _of_files(asked: Asked) -> tuple[Sequence[Problem], int]:
    from bulk.across import validate_across
    from bulk.validation import validate_file

    files = read_files(asked.files)
    problems = [problem for dataset in files.values() for problem in (*dataset.problems, *validate_file(dataset))]
    return [*problems, *validate_across(files)], sum(len(dataset.frame) for dataset in files.values())


def _write_problems(problems: Sequence[Problem], out: Path) -> None:
    from bulk.problem_files import to_csv

    write_out(out, b"".join(to_csv(problems)))


def _tell_problems(action: str | None, problems: Sequence[Problem], total: int, *, as_json: bool) -> int:
    from bulk.validation import totals

    invalid = {(problem.file, problem.line) for problem in problems if problem.severity == "error"}
    document = {
        "action_id": action,
        "total": total,
        "valid": total - len(invalid),
        "invalid": len(invalid),
        "totals": totals(problems),
        "problems": [vars(problem) for problem in problems[:MOST_PROBLEMS]],
    }
    if as_json:
        say_json(document)
    else:
        for problem in problems[:MOST_PROBLEMS]:
            say(f"{problem.severity}: {problem.text()}")
        if len(problems) > MOST_PROBLEMS:
            say(f"… y {len(problems) - MOST_PROBLEMS} más (--out F.csv los escribe todos).")
        say(f"{document['valid']} filas válidas, {len(invalid)} no válidas.")
    return 1 if invalid else 0


def plan(
    action: o.Action,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    mapping: o.MappingFile = None,
    accept_suggestions: o.AcceptSuggestions = False,
    accept_repairs: o.AcceptRepairs = False,
    country: o.Country = None,
    where: o.Where = None,
    lines: o.Lines = None,
    only_open_of: o.OnlyOpenOf = None,
    only_open: o.OnlyOpen = False,
    resolve_names: o.ResolveNames = False,
    choose: o.Choose = None,
    chunk_size: o.ChunkSize = 200,
    workers: o.Workers = 32,
    canary: o.Canary = 0,
    rate_ceiling: o.RateCeiling = None,
    wait_timeout: o.WaitTimeout = None,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    note: o.Note = "",
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Ensayo: lee Webex y dice qué cambiaría cada fila. No se escribe nada en Webex."""
    return run(**{**locals(), "bulk": True, "dry_run": True})


def run(
    action: Annotated[str | None, typer.Argument(help="Acción (bulk actions).")] = None,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    mapping: o.MappingFile = None,
    accept_suggestions: o.AcceptSuggestions = False,
    accept_repairs: o.AcceptRepairs = False,
    country: o.Country = None,
    where: o.Where = None,
    lines: o.Lines = None,
    only_open_of: o.OnlyOpenOf = None,
    only_open: o.OnlyOpen = False,
    resolve_names: o.ResolveNames = False,
    choose: o.Choose = None,
    plan: Plan = None,
    bulk: Bulk = False,
    chunk_size: o.ChunkSize = 200,
    workers: o.Workers = 32,
    dry_run: DryRun = False,
    canary: o.Canary = 0,
    at: o.At = None,
    not_after: o.NotAfter = None,
    rate_ceiling: o.RateCeiling = None,
    wait_timeout: o.WaitTimeout = None,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    note: o.Note = "",
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Aplica una acción a las filas del fichero que entran en el alcance."""
    given = {name for name, value in locals().items() if value}
    from bulk.actions import get_action
    from bulk.connection import connect, connect_again
    from bulk.context import open_context
    from bulk.errors import UsageError
    from bulk.launch import Launch, launch, launch_plan
    from bulk.schedule import next_time
    from bulk.status import find_run

    if (action is None) == (plan is None):
        raise UsageError("Indica una acción, o un ensayo terminado con --plan.")
    if plan:
        _fits_plan(given)
    if action:
        get_action(action)  # what cannot be run is refused before anything is read
    run_options = o.run_options(profile, force_pstn, allow_calling_removal)
    begin = next_time(at) if at else None
    stop = next_time(not_after, after=begin) if not_after else None
    how = Launch(bulk or dry_run, dry_run, chunk_size, workers, run_options, note, None, begin, stop, canary, rate_ceiling)
    paths = {"global": global_, "ubicaciones": ubicaciones, "usuarios": usuarios}
    asked = Asked(
        paths, maps, mapping, where, lines, only_open_of, accept_repairs, accept_suggestions, country, run_options, only_open
    )
    context = open_context(home)
    secret = o.read_token(token, token_file)
    if plan:
        record = find_run(context, plan)
        connection = connect_again(context.home, record.target, token=secret)
        live = launch_plan(context, record.run_id, connection, replace(how, bulk=True), advise=_advise)
    else:
        connection = connect(context.home, token=secret, base_url=base_url, sandbox=sandbox)
        connection, resolve = resolving(context, connection, choose, wanted=resolve_names)
        prepared = prepare_asked(str(action), asked, context, resolve)
        live = launch(context, prepared, connection, how, advise=_advise)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


def _fits_plan(given: set[str]) -> None:
    """Nothing that would be dropped in silence comes with --plan. Raises UsageError."""
    from bulk.errors import UsageError

    odd = ", ".join(f"--{_FLAGS.get(name, name).replace('_', '-')}" for name in sorted(given - WITH_PLAN))
    if odd:
        raise UsageError(
            f"Con --plan no se admite {odd}: se aplica justo lo que mostró el ensayo, con sus filas, datos y opciones. "
            "Quita lo que sobra, o haz otro ensayo con bulk plan."
        )


def _advise(text: str) -> None:
    tell(f"Aviso: {text}")
