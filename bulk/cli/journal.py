"""journal check, export, prune: upkeep of the data directory."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from bulk.cli import options as o
from bulk.cli.output import counted, in_rows, say, say_json
from bulk.errors import UsageError


@click.group(
    options_metavar="[OPCIONES]", subcommand_metavar="ORDEN [ARGUMENTOS]...", no_args_is_help=True
)
def journal() -> None:
    """Cuidado del diario: comprobar, exportar, retirar lo antiguo."""


command = partial(journal.command, options_metavar="[OPCIONES]")


@command()
@o.home
@o.as_json
def check(home: Path | None, as_json: bool) -> int:
    """Comprueba el diario sin tocarlo: fichero, contadores y versión. Sale con 0 si está bien, 1 si
    no.
    """
    from bulk.core import settings
    from bulk.journal import check

    directory = settings.home_directory(home)
    url = settings.load().journal_url
    if url:
        from bulk.runs.context import open_context

        found = check.check(open_context(directory).journal)
    else:
        found = check.check_file(directory / "journal.db")
    if as_json:
        say_json({**asdict(found), "sound": found.sound})
    else:
        for text in found.findings:
            say(text)
        verdict = "El diario está bien" if found.sound else "El diario tiene problemas"
        say(f"{verdict}: {_in_runs(found.runs)}, {in_rows(found.rows)}, versión {found.version}.")
        if not found.sound:
            say(
                "Guarda una copia del directorio de datos y exporta lo que se lea: bulk journal"
                " export --out diario.zip"
            )
    return 0 if found.sound else 1


@command()
@o.file_option(
    "--out",
    required=True,
    help="diario.jsonl (solo el diario) o diario.zip (más ficheros y registros).",
)
@o.home
@o.as_json
def export(out: Path, home: Path | None, as_json: bool) -> int:
    """Escribe todo lo que hay en el directorio de datos, sin secretos. Lleva datos personales:
    guárdalo como tal.
    """
    from bulk.journal import export
    from bulk.runs.context import open_context

    context = open_context(home)
    done = export.export(context.journal, context.home, out)
    if as_json:
        say_json({**asdict(done), "file": str(out)})
    else:
        say(f"{out}: {done.lines} registros.")
        for name in done.damaged:
            say(f"La tabla «{name}» no se ha podido leer hasta el final: el diario está dañado.")
    return 1 if done.damaged else 0


@command()
@click.option("--before", metavar="DÍA", help="Día (AAAA-MM-DD): retira las anteriores.")
@click.option("--keep", metavar="N", type=int, help="Deja las N últimas ejecuciones acabadas.")
@o.flag("--yes", help="Hazlo; sin esto solo dice qué retiraría.")
@o.home
@o.as_json
def prune(before: str | None, keep: int | None, yes: bool, home: Path | None, as_json: bool) -> int:
    """Retira ejecuciones acabadas y los ficheros de entrada que ya nadie usa. No se puede deshacer:
    exporta antes.
    """
    from bulk.journal import prune
    from bulk.runs.context import open_context

    if before is None and keep is None:
        raise UsageError("Di qué retirar: --before AAAA-MM-DD, --keep N, o los dos.")
    if keep is not None and keep < 0:
        raise UsageError("--keep: se espera un número de ejecuciones, 0 o más.")
    context = open_context(home)
    found = prune.prunable(context.journal, before=_utc(before), keep=keep)
    if yes:
        found = prune.prune(context.journal, context.home, found)
    if as_json:
        say_json({**asdict(found), "done": yes})
        return 0
    say(
        f"{'Retiradas' if yes else 'Se retirarían'}: {_in_runs(len(found.runs))},"
        f" {in_rows(found.rows)}."
    )
    if found.held:
        say(f"Se quedan, porque otra ejecución se refiere a ellas: {', '.join(found.held)}.")
    if yes and found.files:
        say(f"Ficheros de entrada retirados: {found.files}.")
    if not yes and found.runs:
        say(
            "No se ha tocado nada. Para hacerlo, repite la orden con --yes; lo retirado no se puede"
            " recuperar."
        )
    return 0


def _utc(day: str | None) -> str | None:
    """Start of that local day, as the journal writes times. Raises UsageError."""
    if day is None:
        return None
    try:
        return (
            datetime.strptime(day, "%Y-%m-%d")
            .astimezone()
            .astimezone(UTC)
            .isoformat(timespec="milliseconds")
        )
    except ValueError:
        raise UsageError(f"--before «{day}» no es un día: se espera AAAA-MM-DD.") from None


def _in_runs(number: int) -> str:
    return counted(number, "ejecución", "ejecuciones")
