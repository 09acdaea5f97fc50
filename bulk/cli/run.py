"""plan, run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from bulk.cli import options as o
from bulk.cli.follow import to_the_end
from bulk.cli.output import tell
from bulk.cli.preparing import DataOptions, prepare_asked, resolving

if TYPE_CHECKING:
    from bulk.engine import LiveRun
    from bulk.runs.context import Context
    from bulk.runs.launch import Launch

# What may be given to the launch of a reviewed dry run: rows, data and options are its own.
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


@o.command()
@o.action
@o.data
@o.chunk_size
@o.workers
@o.canary
@o.rate_ceiling
@o.wait_timeout
@o.adapter
@o.note
@o.connection
@o.as_json
def plan(action: str, **given: Any) -> int:
    """Ensayo: lee Webex y dice qué cambiaría cada fila. No se escribe nada en Webex."""
    given |= {"bulk": True, "dry_run": True, "at": None, "not_after": None}
    return _apply(action, given)


@o.command()
@o.optional_action(help="Acción (bulk actions).")
@o.data
@click.option(
    "--plan",
    metavar="ENSAYO",
    help="Aplica justo lo que mostró ese ensayo: filas, datos y opciones.",
)
@o.flag("--bulk", help="Por lotes y a la vez; sin esto, fila a fila.")
@o.chunk_size
@o.workers
@o.flag("--dry-run", help="Ensayo: no se escribe nada en Webex.")
@o.canary
@o.window
@o.rate_ceiling
@o.wait_timeout
@o.adapter
@o.note
@o.connection
@o.as_json
def run(action: str | None, plan: str | None, **given: Any) -> int:
    """Aplica una acción a las filas del fichero que entran en el alcance."""
    from bulk.errors import UsageError

    if action and plan is None:
        return _apply(action, given)
    if plan and action is None:
        _fits_plan(click.get_current_context())
        return _apply_plan(plan, given)
    raise UsageError("Indica una acción, o un ensayo terminado con --plan.")


def _apply(action: str, given: o.Given) -> int:
    from bulk.adapters import get_action
    from bulk.runs.connection import connect
    from bulk.runs.launch import launch

    get_action(action)  # what cannot be run is refused before anything is read
    how, asked = _launch(given), DataOptions.of(given)
    context, secret = _opened(given)
    connection = connect(
        context.home, token=secret, base_url=given["base_url"], sandbox=given["sandbox"]
    )
    connection, names = resolving(
        context, connection, given["choose"], wanted=given["resolve_names"]
    )
    prepared = prepare_asked(action, asked, context, names)
    live = launch(context, prepared, connection, how, advise=_advise)
    if not how.dry_run:
        _advise(
            "lanzada sin ensayo. Con bulk plan se ve antes qué cambiaría cada fila, y --plan"
            " aplica justo eso."
        )
    return _followed(context, live, given)


def _apply_plan(plan: str, given: o.Given) -> int:
    from bulk.runs.connection import connect_again
    from bulk.runs.launch import launch_plan
    from bulk.runs.status import find_run

    how = replace(_launch(given), bulk=True)
    context, secret = _opened(given)
    record = find_run(context, plan)
    connection = connect_again(context.home, record.target, token=secret)
    live = launch_plan(context, record.run_id, connection, how, advise=_advise)
    return _followed(context, live, given)


def _launch(given: o.Given) -> Launch:
    """How the run is to work. Raises InputError, UsageError."""
    from bulk.runs.launch import Launch
    from bulk.runs.schedule import window

    options = o.adapter_options(given)
    begin, stop = window(given["at"] or "", given["not_after"] or "")
    return Launch(
        bulk=given["bulk"] or given["dry_run"],
        dry_run=given["dry_run"],
        chunk_size=given["chunk_size"],
        workers=given["workers"],
        options=options,
        note=given["note"],
        at=begin,
        not_after=stop,
        canary=given["canary"],
        rate_ceiling=given["rate_ceiling"],
    )


def _opened(given: o.Given) -> tuple[Context, str | None]:
    from bulk.runs.context import open_context

    return open_context(given["home"]), o.read_token(given)


def _followed(context: Context, live: LiveRun, given: o.Given) -> int:
    return to_the_end(context, live, as_json=given["as_json"], timeout=given["wait_timeout"])


def _fits_plan(ctx: click.Context) -> None:
    """With --plan no option is silently ignored. Raises UsageError."""
    from bulk.errors import UsageError

    odd = sorted(
        param.opts[0]
        for param in ctx.command.params
        if param.name not in WITH_PLAN and param.name and _is_given(ctx, param.name)
    )
    if odd:
        raise UsageError(
            f"Con --plan no se admite {', '.join(odd)}: se aplica justo lo que mostró el ensayo,"
            " con sus filas, datos y opciones. Quita lo que sobra, o haz otro ensayo con bulk plan."
        )


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _advise(text: str) -> None:
    tell(f"Aviso: {text}")
