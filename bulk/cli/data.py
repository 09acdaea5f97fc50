"""export, template, fill-ids: files made from what Webex has and from what an action expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk.cli import options as o
from bulk.cli.files import Reading, reading
from bulk.cli.output import counted, in_rows, say
from bulk.cli.preparing import tell_choices
from bulk.cli.writing import refuse_input, write_out

if TYPE_CHECKING:
    from bulk.files.dataset import Dataset
    from bulk.runs.connection import Connection
    from bulk.runs.context import Context
    from bulk.webex.client import Api

Out = Annotated[Path, typer.Option("--out", metavar="FICHERO", help="Fichero .csv o .xlsx.")]
DatasetName = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NOMBRE",
        help="usuarios o ubicaciones, si el nombre del fichero no lo dice.",
    ),
]
Kind = Annotated[
    str, typer.Argument(metavar="LISTA", help="people, locations, licenses, numbers o routes.")
]


def export(
    kind: Kind,
    out: Out,
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
) -> int:
    """Trae de Webex usuarios, ubicaciones, licencias, numeraciones o rutas, con nombres e
    identificadores. Solo lee.
    """
    from bulk.planning.org_export import write_export
    from bulk.runs.context import open_context

    context = open_context(home)
    _, api = _reach(context, o.read_token(token, token_file), base_url, sandbox)
    rows = write_export(api, kind, out)
    say(f"{in_rows(rows)} en {out}.")
    return 0


def template(
    action: o.Action,
    out: Annotated[Path, typer.Option("--out", metavar="FICHERO", help="Libro de Excel (.xlsx).")],
) -> int:
    """Escribe la plantilla de una acción: cabeceras, una fila de ejemplo y una hoja de ayuda;
    celdas en texto.
    """
    import io

    from bulk.errors import UsageError
    from bulk.planning.templates import write_template

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"«{out.name}» debe acabar en .xlsx.")
    book = io.BytesIO()
    write_template(
        action, book
    )  # whole before the file is touched: an action that there is not leaves it alone
    write_out(out, book.getvalue())
    say(f"Plantilla en {out}.")
    return 0


def fill_ids(
    file: Annotated[
        Path,
        typer.Argument(metavar="FICHERO", help="USUARIOS.CSV o UBICACIONES.CSV; no se modifica."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FICHERO",
            help="El mismo fichero con los identificadores (.csv o .xlsx).",
        ),
    ],
    dataset: DatasetName = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    sheet: o.Sheet = None,
    choose: o.Choose = None,
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
) -> int:
    """Completa person_id y location_id vacíos de un fichero por correo y por nombre. Sale con 1 si
    alguno no se encuentra.
    """
    from bulk.planning.fill_ids import fill_ids as fill
    from bulk.planning.name_lookup import names_of
    from bulk.runs.context import open_context

    refuse_input(out, [file])
    loaded = _table(file, dataset, reading(encoding, delimiter, sheet))
    context = open_context(home)
    reached, api = _reach(context, o.read_token(token, token_file), base_url, sandbox)
    names = names_of(api, context.journal, reached.org_id, choose or ())
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
    from bulk.report.excel import text_book

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


def _reach(
    context: Context, token: str | None, base_url: str | None, sandbox: bool
) -> tuple[Connection, Api]:
    from bulk.runs.connection import api_for, connect, known

    reached = connect(context.home, token=token, base_url=base_url, sandbox=sandbox)
    reached = known(reached, context.settings, context.journal)
    return reached, api_for(reached, context.settings, context.journal)
