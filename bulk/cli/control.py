"""pause, cancel, resume, retry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulk.cli import options as o
from bulk.cli.follow import report, to_the_end

Orders = Annotated[
    list[str] | None,
    typer.Option(
        "--order", metavar="LOTE", help="Solo ese lote (se puede repetir). Sin esto, todos."
    ),
]
Lines = Annotated[
    str | None, typer.Option("--lines", metavar="FILAS", help="Solo esas filas: 12,40-60.")
]


def pause(
    run_id: o.RunId, order: Orders = None, home: o.Home = None, as_json: o.Json = False
) -> int:
    """Pausa una ejecución, o un lote: ninguna fila nueva empieza, las que están en curso acaban. No
    necesita token.
    """
    return _stop("pause", run_id, order, home, as_json)


def cancel(
    run_id: o.RunId, order: Orders = None, home: o.Home = None, as_json: o.Json = False
) -> int:
    """Cancela lo pendiente de una ejecución, o de un lote. Lo ya hecho no se deshace. No necesita
    token.
    """
    return _stop("cancel", run_id, order, home, as_json)


def _stop(
    command: str, run_id: str, order: list[str] | None, home: Path | None, as_json: bool
) -> int:
    import getpass

    from bulk.runs.context import open_context
    from bulk.runs.stop import request_stop, stop_orders

    context, who = open_context(home), getpass.getuser()
    stopped = (
        stop_orders(context, run_id, command, order, who)
        if order
        else request_stop(context, run_id, command, who)
    )
    report(context, stopped.run_id, as_json=as_json)
    return 0


def resume(
    run_id: o.RunId,
    order: Orders = None,
    wait_timeout: o.WaitTimeout = None,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Sigue una ejecución detenida o interrumpida, hasta el final; o solo un lote. No necesita los
    ficheros.
    """
    import getpass

    from bulk.core.records import ENDED_RUNS
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.resume import resume as resume_run
    from bulk.runs.resume import resume_orders
    from bulk.runs.status import find_run

    context = open_context(home)
    record = find_run(context, run_id)
    if record.state in ENDED_RUNS:
        return report(context, record.run_id, as_json=as_json)
    if order and resume_orders(context, record.run_id, order, getpass.getuser()):
        return report(context, record.run_id, as_json=as_json)
    connection = connect_again(context.home, record.target, token=o.read_token(token, token_file))
    live = resume_run(context, record.run_id, connection, order_ids=order or ())
    if live is None:
        return report(context, record.run_id, as_json=as_json)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


def retry(
    run_id: o.RunId,
    order: Orders = None,
    lines: Lines = None,
    wait_timeout: o.WaitTimeout = None,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Repite lo que falló, quedó sin confirmar o en conflicto, o se canceló, hasta el final. Lo ya
    hecho no se toca.
    """
    from bulk.errors import UsageError
    from bulk.journal.rows import retryable_lines
    from bulk.planning.scope import parse_lines
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.resume import retry as retry_run
    from bulk.runs.status import find_run

    context = open_context(home)
    record = find_run(context, run_id)
    connection = connect_again(context.home, record.target, token=o.read_token(token, token_file))
    ranges = parse_lines(lines) if lines else ()
    chosen = [
        line
        for line in retryable_lines(context.journal, record.run_id)
        if any(a <= line <= b for a, b in ranges)
    ]
    if lines and not chosen:
        raise UsageError(
            f"Ninguna de las filas {lines} se puede repetir: no fallaron, o no son de esta"
            " ejecución."
        )
    live = retry_run(context, record.run_id, connection, order_ids=order or (), lines=chosen)
    if live is None:
        return report(context, record.run_id, as_json=as_json)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)
