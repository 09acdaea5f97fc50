"""export, template, fill-ids: files made from what Webex has and from what an action expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulk.cli import options as o
from bulk.cli.files import Reading, reading, refuse_input, write_out
from bulk.cli.output import counted, in_rows, say
from bulk.cli.preparing import tell_choices

if TYPE_CHECKING:
    from bulk.files.dataset import Dataset
    from bulk.runs.connection import Connection
    from bulk.runs.context import Context
    from bulk.webex.client import Api


@o.command()
@click.argument("kind", metavar="LISTA", help="people, locations, licenses, numbers o routes.")
@o.file_option("--out", required=True, help="Fichero .csv o .xlsx.")
@o.connection
def export(kind: str, out: Path, **given: Any) -> int:
    """Trae de Webex usuarios, ubicaciones, licencias, numeraciones o rutas, con nombres e
    identificadores. Solo lee.
    """
    from bulk.planning.org_export import write_export

    _, _, api = _connected(given)
    rows = write_export(api, kind, out)
    say(f"{in_rows(rows)} en {out}.")
    return 0


@o.command()
@o.action
@o.file_option("--out", required=True, help="Libro de Excel (.xlsx).")
def template(action: str, out: Path) -> int:
    """Escribe la plantilla de una acción: cabeceras, una fila de ejemplo y una hoja de ayuda;
    celdas en texto.
    """
    import io

    from bulk.errors import UsageError
    from bulk.planning.templates import write_template

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"«{out.name}» debe acabar en .xlsx.")
    book = io.BytesIO()
    # whole before the file is touched: an unknown action leaves it alone
    write_template(action, book)
    write_out(out, book.getvalue())
    say(f"Plantilla en {out}.")
    return 0


@o.command()
@click.argument(
    "file", metavar="FICHERO", type=o.PATH, help="USUARIOS.CSV o UBICACIONES.CSV; no se modifica."
)
@o.file_option(
    "--out", required=True, help="El mismo fichero con los identificadores (.csv o .xlsx)."
)
@click.option(
    "--dataset",
    metavar="NOMBRE",
    help="usuarios o ubicaciones, si el nombre del fichero no lo dice.",
)
@o.reading
@o.choose
@o.connection
def fill_ids(
    file: Path, out: Path, dataset: str | None, choose: tuple[str, ...], **given: Any
) -> int:
    """Completa person_id y location_id vacíos de un fichero por correo y por nombre. Sale con 1 si
    alguno no se encuentra.
    """
    from bulk.planning.fill_ids import fill_ids as fill
    from bulk.planning.name_lookup import names_of

    refuse_input(out, [file])
    loaded = _table(file, dataset, reading(given))
    context, connection, api = _connected(given)
    names = names_of(api, context.journal, connection.org_id, choose)
    filled, problems, cells = fill(names, loaded)
    write_out(out, _as_file(filled, out))
    tell_choices(names)
    for problem in problems:
        say(problem.text())
    say(
        f"{counted(cells, 'identificador completado', 'identificadores completados')} en {out};"
        f" {len(problems)} sin encontrar."
    )
    return 1 if problems else 0


def _table(file: Path, name: str | None, how: Reading) -> Dataset:
    """The file to fill in. Raises InputError, also for rows that lost cells when they were read:
    they cannot be put back.
    """
    from bulk.errors import InputError, UsageError
    from bulk.files.csv_rows import RAGGED
    from bulk.files.dataset import guess_name, is_csv, read_all

    if name not in (None, "usuarios", "ubicaciones"):
        raise UsageError(f"--dataset «{name}»: se espera usuarios o ubicaciones.")
    name = name or (guess_name(file.name) if is_csv(file) else None)
    found = [
        each
        for each in read_all(file, name=name, **how.of_any(name or "")).datasets
        if each.name != "global"
    ]
    if len(found) != 1:
        raise InputError(
            f"«{file.name}» tiene más de una hoja que completar. Di cuál con --dataset usuarios o"
            " ubicaciones."
        )
    for problem in found[0].problems:
        if problem.rule == RAGGED:
            raise InputError(
                f"{problem.text()} Hasta entonces no se puede escribir el fichero sin perder"
                " celdas."
            )
        say(problem.text())
    return found[0]


def _as_file(dataset: Dataset, out: Path) -> bytes:
    """A CSV, or a workbook when that is what `out` is called."""
    import io

    from bulk.files.corrections import to_csv
    from bulk.files.xlsx_writer import text_book

    if out.suffix.lower() != ".xlsx":
        return to_csv(dataset)
    book = io.BytesIO()
    text_book(
        book,
        dataset.name.upper(),
        list(map(str, dataset.frame.columns)),
        dataset.frame.itertuples(index=False, name=None),
    )
    return book.getvalue()


def _connected(given: o.Given) -> tuple[Context, Connection, Api]:
    """Raises MissingToken, UsageError, WebexError."""
    from bulk.runs.connection import api_for, connect, known
    from bulk.runs.context import open_context

    context = open_context(given["home"])
    connection = connect(
        context.home,
        token=o.read_token(given),
        base_url=given["base_url"],
        sandbox=given["sandbox"],
    )
    connection = known(connection, context.settings, context.journal)
    return context, connection, api_for(connection, context.settings, context.journal)
