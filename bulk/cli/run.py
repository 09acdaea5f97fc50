"""plan, run."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from bulk.cli import options as o
from bulk.cli.files import reading
from bulk.cli.follow import to_the_end
from bulk.cli.output import tell
from bulk.cli.preparing import DataOptions, prepare_asked, resolving

# What a launch of a reviewed plan may be reported; its rows, data, options and organisation are
# those of the plan.
WITH_PLAN = frozenset(
    {
        "plan",
        "bulk",
        "chunk_size",
        "workers",
        "canary",
        "at",
        "not_after",
        "rate_ceiling",
        "wait_timeout",
        "note",
        "home",
        "token",
        "token_file",
        "as_json",
    }
)
_FLAGS = {"global_": "global", "maps": "map"}  # where the option is not called as its parameter
DryRun = Annotated[bool, typer.Option("--dry-run", help="Ensayo: no se escribe nada en Webex.")]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan",
        metavar="ENSAYO",
        help="Aplica justo lo que mostró ese ensayo: filas, datos y opciones.",
    ),
]
Bulk = Annotated[bool, typer.Option("--bulk", help="Por lotes y a la vez; sin esto, fila a fila.")]


def plan(
    action: o.Action,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    sheet: o.Sheet = None,
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
    action: Annotated[
        str | None, typer.Argument(metavar="ACCIÓN", help="Acción (bulk actions).")
    ] = None,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    sheet: o.Sheet = None,
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
    from bulk.adapters import get_action
    from bulk.errors import UsageError
    from bulk.runs.connection import connect, connect_again
    from bulk.runs.context import open_context
    from bulk.runs.launch import Launch, launch, launch_plan
    from bulk.runs.schedule import window
    from bulk.runs.status import find_run

    if (action is None) == (plan is None):
        raise UsageError("Indica una acción, o un ensayo terminado con --plan.")
    if plan:
        _fits_plan(given)
    if action:
        get_action(action)  # what cannot be run is refused before anything is read
    run_options = o.run_options(profile, force_pstn, allow_calling_removal)
    begin, stop = window(at or "", not_after or "")
    how = Launch(
        bulk or dry_run,
        dry_run,
        chunk_size,
        workers,
        run_options,
        note,
        None,
        begin,
        stop,
        canary,
        rate_ceiling,
    )
    paths = {"global": global_, "ubicaciones": ubicaciones, "usuarios": usuarios}
    asked = DataOptions(
        paths,
        maps,
        mapping,
        where,
        lines,
        only_open_of,
        accept_repairs,
        accept_suggestions,
        country,
        run_options,
        only_open,
        reading(encoding, delimiter, sheet),
    )
    context = open_context(home)
    secret = o.read_token(token, token_file)
    if plan:
        record = find_run(context, plan)
        connection = connect_again(context.home, record.target, token=secret)
        live = launch_plan(
            context, record.run_id, connection, replace(how, bulk=True), advise=_advise
        )
    else:
        connection = connect(context.home, token=secret, base_url=base_url, sandbox=sandbox)
        connection, names = resolving(context, connection, choose, wanted=resolve_names)
        prepared = prepare_asked(str(action), asked, context, names)
        live = launch(context, prepared, connection, how, advise=_advise)
        if not dry_run:
            tell(
                "Aviso: lanzada sin ensayo. Con bulk plan se ve antes qué cambiaría cada fila, y"
                " --plan aplica justo eso."
            )
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


def _fits_plan(given: set[str]) -> None:
    """Nothing that would be dropped in silence comes with --plan. Raises UsageError."""
    from bulk.errors import UsageError

    odd = ", ".join(
        f"--{_FLAGS.get(name, name).replace('_', '-')}" for name in sorted(given - WITH_PLAN)
    )
    if odd:
        raise UsageError(
            f"Con --plan no se admite {odd}: se aplica justo lo que mostró el ensayo, con sus"
            " filas, datos y opciones. Quita lo que sobra, o haz otro ensayo con bulk plan."
        )


def _advise(text: str) -> None:
    tell(f"Aviso: {text}")
