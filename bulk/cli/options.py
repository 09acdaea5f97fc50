"""Options that several commands share, each defined once, in groups that a command takes as one
decorator; and what they turn into.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from bulk.errors import InputError, UsageError, os_error_text

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]
Given = dict[str, Any]  # parameter name -> value, as click hands the options of a command over

PATH = click.Path(path_type=Path)
command = partial(click.command, options_metavar="[OPCIONES]")
file_option = partial(click.option, metavar="FICHERO", type=PATH)
flag = partial(click.option, is_flag=True)
number = partial(click.option, metavar="N", show_default=True)


def group(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator; `--help` lists them in this order."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


action = click.argument("action", metavar="ACCIÓN", help="Acción (bulk actions).")
optional_action = partial(click.argument, "action", metavar="[ACCIÓN]", required=False)
run_id = click.argument("run_id", metavar="EJECUCIÓN", help="Ejecución, o «última».")

as_json = flag("--json", "as_json", help="Un único documento JSON en la salida.")
home = click.option(
    "--home", metavar="DIRECTORIO", type=PATH, help="Directorio de datos (BULK_HOME)."
)
note = click.option("--note", metavar="TEXTO", default="", help="Nota: petición, fase.")
wait_timeout = click.option(
    "--wait-timeout",
    metavar="N",
    type=click.FloatRange(min=0),
    help="Deja de esperar a los N segundos y pausa; se sigue con resume.",
)
calling_removal = flag("--allow-calling-removal", help="Permite quitar licencias de Webex Calling.")
choose = click.option(
    "--choose",
    metavar="NOMBRE=ID",
    multiple=True,
    help="nombre=identificador (o su final), para un nombre que tienen varios; se recuerda.",
)

# The files, and how they are read where it is not detected well.
reading = group(
    click.option(
        "--encoding",
        metavar="CODIFICACIÓN",
        multiple=True,
        help="Codificación si no se detecta bien: cp1252, o usuarios=cp1252.",
    ),
    click.option(
        "--delimiter",
        metavar="SEPARADOR",
        multiple=True,
        help="Separador si no se detecta bien: ; o tab, o usuarios=tab.",
    ),
    click.option(
        "--sheet",
        metavar="HOJA",
        multiple=True,
        help="Hoja del libro de Excel: Hoja1, o usuarios=Hoja1.",
    ),
)
files = group(
    file_option("--global", "global_", help="GLOBAL.CSV"),
    file_option("--ubicaciones", help="UBICACIONES.CSV"),
    file_option("--usuarios", help="USUARIOS.CSV"),
    reading,
)

# From columns to parameters, cells and rows.
mapping = group(
    click.option(
        "--map",
        "maps",
        metavar="DATO=ORIGEN",
        multiple=True,
        help="parámetro=columna; parámetro==texto para una constante; parámetro=GLOBAL.columna.",
    ),
    file_option("--mapping", help="Mapeo exportado (JSON)."),
    flag("--accept-suggestions", help="Usa las columnas que se parecen a lo que falta."),
    flag(
        "--accept-repairs",
        help="Acepta las reparaciones propuestas (teléfonos sin +, .0 de Excel …).",
    ),
    click.option(
        "--country",
        metavar="PAÍS",
        help=(
            "País de los teléfonos sin prefijo (ES); si no, el de GLOBAL o el de"
            " BULK_DEFAULT_COUNTRY."
        ),
    ),
)
scope = group(
    click.option(
        "--where",
        metavar="CONDICIÓN",
        multiple=True,
        help="columna=valor, columna=valor1|valor2 o columna!=valor (se puede repetir).",
    ),
    click.option("--lines", metavar="FILAS", help="Solo esas filas del fichero: 2-200,305."),
    click.option(
        "--only-open-of",
        metavar="EJECUCIÓN",
        help="Solo lo pendiente y fallido de esa ejecución, aunque el fichero sea otro.",
    ),
    flag(
        "--only-open", help="De un fichero de ida y vuelta, solo las filas pendientes y fallidas."
    ),
    flag(
        "--resolve-names",
        help="Correos y nombres en lugar de identificadores: se buscan en Webex, sin adivinar.",
    ),
    choose,
)
data = group(files, mapping, scope)

# How a run works.
chunk_size = number(
    "--chunk-size", type=int, default=200, help="Filas por lote; se recomienda 100-300."
)
workers = number("--workers", type=int, default=32, help="Peticiones a la vez como mucho (1-64).")
canary = number(
    "--canary",
    type=click.IntRange(min=0),
    default=0,
    help="Para tras N filas repartidas por ubicaciones, para mirarlas; se sigue con resume.",
)
window = group(
    click.option(
        "--at", metavar="HORA", help="Empieza a esa hora (22:30); mientras, queda programada."
    ),
    click.option("--not-after", metavar="HORA", help="Se pausa sola a esa hora (06:00)."),
)
rate_ceiling = click.option(
    "--rate-ceiling",
    metavar="N",
    type=click.FloatRange(min=0),
    help="Peticiones por segundo que no se pasan nunca; 0 = lo que se aprenda.",
)

# What adapters decide with.
adapter = group(
    file_option("--profile", help="Perfil de permisos salientes (JSON)."),
    flag("--force-pstn", help="Alta de números aunque no haya PSTN propia."),
    calling_removal,
)

# Where calls go, and as whom.
token = group(
    click.option(
        "--token",
        metavar="TOKEN",
        help="Token; mejor WEBEX_ACCESS_TOKEN o --token-file: este queda a la vista.",
    ),
    file_option("--token-file", help="Fichero con el token."),
)
target = group(
    click.option("--base-url", metavar="URL", help="URL base (WEBEX_BASE_URL)."),
    flag("--sandbox", help="Usa el sandbox: datos inventados, en esta máquina."),
)
connection = group(target, home, token)


def explicit_map(entries: tuple[str, ...]) -> dict[str, str]:
    """`--map param=column` as a dict. Raises UsageError."""
    pairs = [entry.partition("=") for entry in entries]
    for name, equals, column in pairs:
        if not (name.strip() and equals and column.strip()):
            raise UsageError(f"--map «{name}{equals}{column}»: se espera parámetro=columna.")
    return {name.strip(): column.strip() for name, _, column in pairs}


def adapter_options(given: Mapping[str, Any]) -> Given:
    """Options of the run that adapters decide with. Raises InputError for an invalid profile."""
    options = {name: given[name] for name in ("force_pstn", "allow_calling_removal")}
    if given["profile"]:
        options["profile"] = read_profile(given["profile"])
    return {name: value for name, value in options.items() if value}


def read_profile(path: Path) -> dict[str, Any]:
    """The profile of docs/webex.md 2.4. Raises InputError."""
    from bulk.adapters import call_permissions

    try:
        return call_permissions.read_profile(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(f"No se puede leer el perfil «{path}»: {os_error_text(error)}.") from None


def read_token(given: Mapping[str, Any]) -> str | None:
    """The token of --token or --token-file. Raises UsageError for a file that cannot be read."""
    if given["token"]:
        sys.stderr.write(
            "Aviso: --token queda a la vista en el sistema. Mejor WEBEX_ACCESS_TOKEN o"
            " --token-file.\n"
        )
        return str(given["token"])
    file: Path | None = given["token_file"]
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError):
        raise UsageError(f"No se puede leer el token de «{file}».") from None
