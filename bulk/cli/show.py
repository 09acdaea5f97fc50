"""actions, status, runs, report: they only look."""

from __future__ import annotations

from pathlib import Path

import click

from bulk.cli import options as o
from bulk.cli.follow import child_run_members, say_child_run
from bulk.cli.output import in_rows, say, say_json, say_orders, say_run


@o.command()
@o.as_json
def actions(as_json: bool) -> int:
    """Acciones que hay, con sus parámetros, y las que están en desarrollo."""
    from bulk.adapters import IN_DEVELOPMENT, UNSUPPORTED, all_actions

    found = [
        {
            "id": action.id,
            "dataset": action.dataset,
            "title": action.title,
            "status": "disponible",
            "params": [
                {"name": p.name, "required": p.required, "list": p.many} for p in action.parameters
            ],
        }
        for action in all_actions()
    ]
    found += [
        {
            "id": a.id,
            "dataset": a.dataset,
            "title": a.title,
            "status": "en desarrollo",
            "params": [],
        }
        for a in UNSUPPORTED
    ]
    if as_json:
        say_json(found)
        return 0
    for entry in found:
        say(
            f"{entry['id']:<50}"
            f" {entry['title'] if entry['status'] == 'disponible' else IN_DEVELOPMENT}"
        )
    return 0


@o.command()
@o.run_id
@o.home
@o.as_json
def status(run_id: str, home: Path | None, as_json: bool) -> int:
    """Cómo va una ejecución."""
    from bulk.runs.context import open_context
    from bulk.runs.status import document, find_run, phone_line

    context = open_context(home)
    record = find_run(context, run_id)
    found = document(context, record)
    if as_json:
        say_json(found | child_run_members(context, record))
    else:
        say_run(found, phone_line(context, record))
        say_child_run(context, record)
        say_orders(found)
    return 0


@o.command()
@o.home
@o.as_json
@o.number("--limit", type=int, default=50, help="Cuántas, las más nuevas primero.")
def runs(home: Path | None, as_json: bool, limit: int) -> int:
    """Ejecuciones de este directorio de datos, las más nuevas primero."""
    from bulk.journal.runs import list_runs
    from bulk.runs.context import open_context
    from bulk.runs.status import document, phone_line

    context = open_context(home)
    records = list_runs(context.journal, limit=limit)
    if as_json:
        say_json([document(context, record) for record in records])
        return 0
    for record in records:
        say(
            f"{record.run_id}  {'ensayo · ' if record.dry_run else ''}{phone_line(context, record)}"
        )
    if not records:
        say("Todavía no se ha lanzado nada.")
    return 0


@o.command()
@click.argument(
    "run_ids",
    metavar="EJECUCIÓN...",
    nargs=-1,
    required=True,
    help="Ejecución, o «última»; con --acta, varias.",
)
@o.file_option("--out", help="Fichero .csv, .xlsx, .json o .html; el formato sale de su extensión.")
@o.flag(
    "--roundtrip",
    help="El fichero de entrada con el resultado de cada fila al lado (.csv o .xlsx).",
)
@o.flag("--acta", help="Acta para imprimir y firmar (.html), de una o varias ejecuciones.")
@click.option(
    "--parts",
    metavar="CARPETA",
    type=o.PATH,
    help="Carpeta para correctas, fallidas y sin procesar, cada una en su fichero.",
)
@o.home
@o.as_json
def report(
    run_ids: tuple[str, ...],
    out: Path | None,
    roundtrip: bool,
    acta: bool,
    parts: Path | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Informe de una ejecución, fila a fila."""
    from bulk.errors import UsageError
    from bulk.report import write_acta, write_parts, write_report
    from bulk.runs.context import open_context
    from bulk.runs.status import find_run

    if (out is None and parts is None) or (out is None and (acta or roundtrip)):
        raise UsageError("Di dónde escribirlo: --out FICHERO, o --parts CARPETA.")
    if acta and roundtrip:
        raise UsageError("--acta y --roundtrip son dos ficheros distintos: pide uno cada vez.")
    if len(run_ids) > 1 and not (acta and parts is None):
        raise UsageError("Varias ejecuciones a la vez solo caben en un acta (--acta).")
    context = open_context(home)
    records = [find_run(context, run_id) for run_id in run_ids]
    found: dict[str, object] = {
        "run_id": records[0].run_id,
        "run_ids": [record.run_id for record in records],
    }
    message = []
    if out:
        written = (
            write_acta(context, records, out)
            if acta
            else write_report(context, records[0], out, roundtrip=roundtrip)
        )
        found |= {"file": str(out), "rows": written}
        message.append(f"{out}: {in_rows(written)}.")
    if parts:
        files = write_parts(context, records[0], parts)
        found["parts"] = {name: str(path) for name, path in files.items()}
        message += [str(path) for path in files.values()]
    if as_json:
        say_json(found)
    for line in () if as_json else message:
        say(line)
    return 0
