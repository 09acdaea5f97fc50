"""validate, plan, run, resume, pause, cancel."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bulk.cli import options as o
from bulk.cli.output import say, say_json, say_run

if TYPE_CHECKING:
    from bulk.context import Context
    from bulk.engine import LiveRun

MOST_PROBLEMS = 1_000


def validate(
    action: Annotated[str | None, typer.Argument(help="Acción; sin ella se revisan los ficheros por sí solos.")] = None,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    home: o.Home = None,
    as_json: o.Json = False,
) -> int:
    """Revisa los ficheros sin enviar nada. Sale con 0 sin filas no válidas, 1 con alguna, 2 si no se pueden leer."""
    from bulk.plan import prepare, require_sources
    from bulk.validation import totals, validate_file

    files = o.read_files(global_=global_, ubicaciones=ubicaciones, usuarios=usuarios)
    if not files:
        raise typer.BadParameter("Indica al menos un fichero: --global, --ubicaciones o --usuarios.")
    if action:
        run_options = o.run_options(profile, force_pstn, allow_calling_removal)
        prepared = prepare(action, files, explicit=o.explicit_map(maps), options=run_options)
        require_sources(prepared)
        problems, total = prepared.problems, prepared.total
    else:
        problems = [problem for dataset in files.values() for problem in (*dataset.problems, *validate_file(dataset))]
        total = sum(len(dataset.frame) for dataset in files.values())
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
        say(f"{document['valid']} filas válidas, {len(invalid)} no válidas.")
    return 1 if invalid else 0


def plan(
    action: o.Action,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    chunk_size: Annotated[int, typer.Option("--chunk-size")] = 200,
    workers: Annotated[int, typer.Option("--workers")] = 32,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    note: Annotated[str, typer.Option("--note")] = "",
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Ensayo: lee Webex y dice qué cambiaría cada fila. No se escribe nada en Webex."""
    return run(
        action, global_, ubicaciones, usuarios, maps, True, chunk_size, workers, True, profile, force_pstn,
        allow_calling_removal, note, base_url, sandbox, home, token, token_file, as_json,
    )  # fmt: skip


def run(
    action: o.Action,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    maps: o.Maps = None,
    bulk: Annotated[bool, typer.Option("--bulk", help="Por lotes y a la vez; sin esto, fila a fila.")] = False,
    chunk_size: Annotated[int, typer.Option("--chunk-size", help="Filas por lote; se recomienda 100-300.")] = 200,
    workers: Annotated[int, typer.Option("--workers", help="Peticiones a la vez como mucho (1-64).")] = 32,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ensayo: no se escribe nada en Webex.")] = False,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    note: Annotated[str, typer.Option("--note", help="Nota: petición, fase.")] = "",
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Aplica una acción a todas las filas del fichero."""
    from bulk.actions import get_action
    from bulk.connection import connect
    from bulk.context import open_context
    from bulk.launch import Launch, launch
    from bulk.plan import prepare

    get_action(action)  # what cannot be run is refused before anything is read
    run_options = o.run_options(profile, force_pstn, allow_calling_removal)
    how = Launch(bulk or dry_run, dry_run, chunk_size, workers, run_options, note)
    files = o.read_files(global_=global_, ubicaciones=ubicaciones, usuarios=usuarios)
    prepared = prepare(action, files, explicit=o.explicit_map(maps), options=run_options)
    context = open_context(home)
    connection = connect(context.home, token=o.read_token(token, token_file), base_url=base_url, sandbox=sandbox)
    live = launch(context, prepared, connection, how, advise=_warn)
    return to_the_end(context, live, as_json=as_json)


def _warn(text: str) -> None:
    sys.stderr.write(f"Aviso: {text}\n")


def resume(
    run_id: o.RunId,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Sigue una ejecución detenida o interrumpida, hasta el final. No necesita los ficheros."""
    from bulk.connection import connect_again
    from bulk.context import open_context
    from bulk.launch import resume as resume_run
    from bulk.records import ENDED_RUNS
    from bulk.status import find_run

    context = open_context(home)
    record = find_run(context, run_id)
    if record.state in ENDED_RUNS:
        return report(context, record.run_id, as_json=as_json)
    connection = connect_again(context.home, record.target, token=o.read_token(token, token_file))
    live = resume_run(context, record.run_id, connection)
    return to_the_end(context, live, as_json=as_json) if live else report(context, record.run_id, as_json=as_json)


def pause(run_id: o.RunId, home: o.Home = None, as_json: o.Json = False) -> int:
    """Pausa una ejecución: ninguna fila nueva empieza, las que están en curso acaban. No necesita token."""
    return _stop("pause", run_id, home, as_json)


def cancel(run_id: o.RunId, home: o.Home = None, as_json: o.Json = False) -> int:
    """Cancela lo pendiente de una ejecución. Lo ya hecho no se deshace. No necesita token."""
    return _stop("cancel", run_id, home, as_json)


def _stop(command: str, run_id: str, home: Path | None, as_json: bool) -> int:
    import getpass

    from bulk.context import open_context
    from bulk.launch import request_stop

    context = open_context(home)
    record = request_stop(context, run_id, command, getpass.getuser())
    report(context, record.run_id, as_json=as_json)
    return 0


# -- in the foreground ------------------------------------------------------------------------------------------------


def to_the_end(context: Context, live: LiveRun, *, as_json: bool) -> int:
    """Wait for the run with a progress bar; Ctrl-C pauses it cleanly and says how to go on."""
    from bulk.launch import wait

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with progress(context, live, shown=not as_json and sys.stderr.isatty()) as tell:
            wait(live, tell=tell)
    except KeyboardInterrupt:
        live.halt("paused")
        wait(live, every=0.2)
    code = report(context, live.run_id, as_json=as_json)
    if code == 3:
        sys.stderr.write(f"Para seguir: bulk resume {live.run_id}\n")
    return code


def report(context: Context, run_id: str, *, as_json: bool) -> int:
    from bulk.status import document, exit_code, find_run, phone_line

    record = find_run(context, run_id)
    found = document(context, record)
    if as_json:
        say_json(found)
    else:
        say_run(found, phone_line(context, record))
    return exit_code(found)


@contextlib.contextmanager
def progress(context: Context, live: LiveRun, *, shown: bool) -> Iterator[Any]:
    """A rich bar on stderr; yields the function that brings it up to date."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bulk.journal import runs

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(live.action.title)

        def tell() -> None:
            counts = runs.run_counts(context.journal, live.run_id)
            total = sum(counts.values())
            bar.update(task, total=total, completed=total - counts["pending"] - counts["running"])

        yield tell
