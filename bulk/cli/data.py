"""export, template, fill-ids: files made from what Webex has and from what an action expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk.cli import options as o
from bulk.cli.output import say
from bulk.cli.writing import refuse_input, write_out

if TYPE_CHECKING:
    from bulk.connection import Connection
    from bulk.context import Context
    from bulk.webex.client import Api

Out = Annotated[Path, typer.Option("--out", help="Fichero .csv o .xlsx.")]
Kind = Annotated[str, typer.Argument(help="people, locations, licenses, numbers o routes.")]


def export(
    kind: Kind,
    out: Out,
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
) -> int:
    """Trae de Webex usuarios, ubicaciones, licencias, numeraciones o rutas, con nombres e identificadores. Solo lee."""
    from bulk.context import open_context
    from bulk.export import write_export

    context = open_context(home)
    _, api = _reach(context, o.read_token(token, token_file), base_url, sandbox)
    rows = write_export(api, kind, out)
    say(f"{rows} filas en {out}.")
    return 0


def template(action: o.Action, out: Annotated[Path, typer.Option("--out", help="Libro de Excel (.xlsx).")]) -> int:
    """Escribe la plantilla de una acción: cabeceras, una fila de ejemplo y una hoja de ayuda; celdas en texto."""
    import io

    from bulk.errors import UsageError
    from bulk.templates import write_template

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"«{out.name}» debe acabar en .xlsx.")
    book = io.BytesIO()
    write_template(action, book)  # whole before the file is touched: an action that there is not leaves it alone
    write_out(out, book.getvalue())
    say(f"Plantilla en {out}.")
    return 0


def fill_ids(
    file: Annotated[Path, typer.Argument(help="USUARIOS.CSV o UBICACIONES.CSV; no se modifica.")],
    out: Annotated[Path, typer.Option("--out", help="El mismo fichero con los identificadores (.csv).")],
    choose: o.Choose = None,
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
) -> int:
    """Completa person_id y location_id vacíos de un fichero por correo y por nombre. Sale con 1 si alguno no se encuentra."""
    from bulk.context import open_context
    from bulk.dataset import read_any
    from bulk.filling import fill_ids as fill
    from bulk.fixes import to_csv
    from bulk.names import names_of

    refuse_input(out, [file])
    dataset = read_any(file)[0]
    context = open_context(home)
    reached, api = _reach(context, o.read_token(token, token_file), base_url, sandbox)
    filled, problems, cells = fill(names_of(api, context.journal, reached.org_id, choose or ()), dataset)
    write_out(out, to_csv(filled))
    for problem in problems:
        say(problem.text())
    say(f"{cells} identificadores completados en {out}; {len(problems)} sin encontrar.")
    return 1 if problems else 0


def _reach(context: Context, token: str | None, base_url: str | None, sandbox: bool) -> tuple[Connection, Api]:
    from bulk.connection import api_for, connect, known

    reached = connect(context.home, token=token, base_url=base_url, sandbox=sandbox)
    reached = known(reached, context.settings, context.journal)
    return reached, api_for(reached, context.settings, context.journal)
