"""actions, status, runs, report: they only look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulk.cli import options as o
from bulk.cli.output import say, say_json, say_orders, say_run


def actions(as_json: o.Json = False) -> int:
    """Acciones que hay, con sus parámetros, y las que están en desarrollo."""
    from bulk.actions import IN_DEVELOPMENT_TEXT, UNSUPPORTED, all_actions

    found = [
        {
            "id": action.id,
            "dataset": action.dataset,
            "title": action.title,
            "status": "disponible",
            "params": [{"name": p.name, "required": p.required, "list": p.many} for p in action.parameters],
        }
        for action in all_actions()
    ]
    found += [{"id": a.id, "dataset": a.dataset, "title": a.title, "status": "en desarrollo", "params": []} for a in UNSUPPORTED]
    if as_json:
        say_json(found)
        return 0
    for entry in found:
        say(f"{entry['id']:<50} {entry['title'] if entry['status'] == 'disponible' else IN_DEVELOPMENT_TEXT}")
    return 0


def status(run_id: o.RunId, home: o.Home = None, as_json: o.Json = False) -> int:
    """Cómo va una ejecución."""
    from bulk.context import open_context
    from bulk.status import document, find_run, phone_line

    context = open_context(home)
    record = find_run(context, run_id)
    found = document(context, record)
    if as_json:
        say_json(found)
    else:
        say_run(found, phone_line(context, record))
        say_orders(found)
    return 0


def runs(
    home: o.Home = None,
    as_json: o.Json = False,
    limit: Annotated[int, typer.Option("--limit", help="Cuántas, las más nuevas primero.")] = 50,
) -> int:
    """Ejecuciones de este directorio de datos, las más nuevas primero."""
    from bulk.context import open_context
    from bulk.journal.runs import list_runs
    from bulk.status import document, phone_line

    context = open_context(home)
    records = list_runs(context.journal, limit=limit)
    if as_json:
        say_json([document(context, record) for record in records])
        return 0
    for record in records:
        say(f"{record.run_id}  {'ensayo · ' if record.dry_run else ''}{phone_line(context, record)}")
    if not records:
        say("Todavía no se ha lanzado nada.")
    return 0


def report(
    run_id: o.RunId,
    out: Annotated[Path, typer.Option("--out", help="Fichero; el formato sale de su extensión.")],
    home: o.Home = None,
    as_json: o.Json = False,
) -> int:
    """Informe de una ejecución, fila a fila."""
    from bulk.context import open_context
    from bulk.report import write_report
    from bulk.status import find_run

    context = open_context(home)
    record = find_run(context, run_id)
    written = write_report(context, record, out)
    if as_json:
        say_json({"run_id": record.run_id, "file": str(out), "rows": written})
    else:
        say(f"{out}: {written} filas.")
    return 0
