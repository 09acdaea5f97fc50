"""undo, verify: runs made from the journal of another one."""

from __future__ import annotations

from typing import Any

from bulk.cli import options as o
from bulk.cli.follow import reconnected, to_the_end


@o.command()
@o.run_id
@o.flag("--dry-run", help="Solo dice qué desharía cada fila; no se escribe nada.")
@o.calling_removal
@o.note
@o.wait_timeout
@o.home
@o.token
@o.as_json
def undo(
    run_id: str,
    dry_run: bool,
    allow_calling_removal: bool,
    note: str,
    wait_timeout: float | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Deshace una ejecución: vuelve a poner lo que había, salvo donde alguien lo ha cambiado
    después.
    """
    from bulk.runs.undo import undo as undo_run

    context, record, connection = reconnected(run_id, given)
    options = {"allow_calling_removal": True} if allow_calling_removal else {}
    live = undo_run(context, record.run_id, connection, dry_run=dry_run, note=note, options=options)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


@o.command()
@o.run_id
@o.wait_timeout
@o.home
@o.token
@o.as_json
def verify(run_id: str, wait_timeout: float | None, as_json: bool, **given: Any) -> int:
    """Vuelve a leer lo que hizo una ejecución y dice qué está como se pidió. No escribe nada. Sale
    con 1 si algo no lo está.
    """
    from bulk.runs.verify import verify as verify_run

    context, record, connection = reconnected(run_id, given)
    live = verify_run(context, record.run_id, connection)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)
