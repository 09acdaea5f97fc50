"""pause, cancel, resume, retry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bulk.cli import options as o
from bulk.cli.follow import reconnected, report, to_the_end

orders = click.option(
    "--order",
    "orders",
    metavar="LOTE",
    multiple=True,
    help="Solo ese lote (se puede repetir). Sin esto, todos.",
)


@o.command()
@o.run_id
@orders
@o.home
@o.as_json
def pause(run_id: str, orders: tuple[str, ...], home: Path | None, as_json: bool) -> int:
    """Pausa una ejecución, o un lote: ninguna fila nueva empieza, las que están en curso acaban. No
    necesita token.
    """
    return _stop("pause", run_id, orders, home, as_json)


@o.command()
@o.run_id
@orders
@o.home
@o.as_json
def cancel(run_id: str, orders: tuple[str, ...], home: Path | None, as_json: bool) -> int:
    """Cancela lo pendiente de una ejecución, o de un lote. Lo ya hecho no se deshace. No necesita
    token.
    """
    return _stop("cancel", run_id, orders, home, as_json)


def _stop(
    command: str, run_id: str, orders: tuple[str, ...], home: Path | None, as_json: bool
) -> int:
    import getpass

    from bulk.runs.context import open_context
    from bulk.runs.stop import request_stop, stop_orders

    context, who = open_context(home), getpass.getuser()
    stopped = (
        stop_orders(context, run_id, command, list(orders), who)
        if orders
        else request_stop(context, run_id, command, who)
    )
    report(context, stopped.run_id, as_json=as_json)
    return 0


@o.command()
@o.run_id
@orders
@o.wait_timeout
@o.home
@o.token
@o.as_json
def resume(
    run_id: str,
    orders: tuple[str, ...],
    wait_timeout: float | None,
    home: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Sigue una ejecución detenida o interrumpida, hasta el final; o solo un lote. No necesita los
    ficheros.
    """
    import getpass

    from bulk.core.states import ENDED_RUNS
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.resume import resume as resume_run
    from bulk.runs.resume import resume_orders
    from bulk.runs.status import find_run

    context = open_context(home)
    record = find_run(context, run_id)
    if record.state in ENDED_RUNS:
        return report(context, record.run_id, as_json=as_json)
    # a run in progress takes its orders up without a token
    if orders and resume_orders(context, record.run_id, list(orders), getpass.getuser()):
        return report(context, record.run_id, as_json=as_json)
    connection = connect_again(context.home, record.target, token=o.read_token(given))
    live = resume_run(context, record.run_id, connection, order_ids=orders)
    if live is None:
        return report(context, record.run_id, as_json=as_json)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)


@o.command()
@o.run_id
@orders
@click.option("--lines", metavar="FILAS", help="Solo esas filas: 12,40-60.")
@o.wait_timeout
@o.home
@o.token
@o.as_json
def retry(
    run_id: str,
    orders: tuple[str, ...],
    lines: str | None,
    wait_timeout: float | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Repite lo que falló, quedó sin confirmar o en conflicto, o se canceló, hasta el final. Lo ya
    hecho no se toca.
    """
    from bulk.errors import UsageError
    from bulk.journal.rows import retryable_lines
    from bulk.planning.scope import parse_lines
    from bulk.runs.resume import retry as retry_run

    context, record, connection = reconnected(run_id, given)
    ranges = parse_lines(lines) if lines else ()
    chosen = [
        line
        for line in retryable_lines(context.journal, record.run_id)
        if any(first <= line <= last for first, last in ranges)
    ]
    if lines and not chosen:
        raise UsageError(
            f"Ninguna de las filas {lines} se puede repetir: no fallaron, o no son de esta"
            " ejecución."
        )
    live = retry_run(context, record.run_id, connection, order_ids=orders, lines=chosen)
    if live is None:
        return report(context, record.run_id, as_json=as_json)
    return to_the_end(context, live, as_json=as_json, timeout=wait_timeout)
