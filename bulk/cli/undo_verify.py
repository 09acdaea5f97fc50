"""undo, verify: runs made out of the journal of another one."""

from __future__ import annotations

from typing import Annotated

import typer

from bulk.cli import options as o
from bulk.cli.follow import to_the_end

Preview = Annotated[
    bool, typer.Option("--dry-run", help="Solo dice qué desharía cada fila; no se escribe nada.")
]


def undo(
    run_id: o.RunId,
    dry_run: Preview = False,
    allow_calling_removal: o.CallingRemoval = False,
    note: o.Note = "",
    wait_timeout: o.WaitTimeout = None,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Deshace una ejecución: vuelve a poner lo que había, salvo donde alguien lo ha cambiado
    después.
    """
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.status import find_run
    from bulk.runs.undo import undo as undo_run

    context = open_context(home)
    record = find_run(context, run_id)
    connection = connect_again(context.home, record.target, token=o.read_token(token, token_file))
    options = {"allow_calling_removal": True} if allow_calling_removal else {}
    live = undo_run(context, record.run_id, connection, dry_run=dry_run, note=note, options=options)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


def verify(
    run_id: o.RunId,
    wait_timeout: o.WaitTimeout = None,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Vuelve a leer lo que hizo una ejecución y dice qué está como se pidió. No escribe nada. Sale
    con 1 si algo no lo está.
    """
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.status import find_run
    from bulk.runs.verify import verify as verify_run

    context = open_context(home)
    record = find_run(context, run_id)
    connection = connect_again(context.home, record.target, token=o.read_token(token, token_file))
    live = verify_run(context, record.run_id, connection)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)
