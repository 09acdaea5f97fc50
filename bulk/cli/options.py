"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bulk.errors import InputError, UsageError, os_error_text

Json = Annotated[bool, typer.Option("--json", help="Un único documento JSON en la salida.")]
Home = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIRECTORIO", help="Directorio de datos (BULK_HOME)."),
]
GlobalFile = Annotated[Path | None, typer.Option("--global", metavar="FICHERO", help="GLOBAL.CSV")]
LocationsFile = Annotated[
    Path | None, typer.Option("--ubicaciones", metavar="FICHERO", help="UBICACIONES.CSV")
]
UsersFile = Annotated[
    Path | None, typer.Option("--usuarios", metavar="FICHERO", help="USUARIOS.CSV")
]
Encoding = Annotated[
    list[str] | None,
    typer.Option(
        "--encoding",
        metavar="CODIFICACIÓN",
        help="Codificación si no se detecta bien: cp1252, o usuarios=cp1252.",
    ),
]
Delimiter = Annotated[
    list[str] | None,
    typer.Option(
        "--delimiter",
        metavar="SEPARADOR",
        help="Separador si no se detecta bien: ; o tab, o usuarios=tab.",
    ),
]
Sheet = Annotated[
    list[str] | None,
    typer.Option(
        "--sheet", metavar="HOJA", help="Hoja del libro de Excel: Hoja1, o usuarios=Hoja1."
    ),
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="DATO=ORIGEN",
        help="parámetro=columna; parámetro==texto para una constante; parámetro=GLOBAL.columna.",
    ),
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", metavar="FICHERO", help="Mapeo exportado (JSON).")
]
AcceptSuggestions = Annotated[
    bool,
    typer.Option("--accept-suggestions", help="Usa las columnas que se parecen a lo que falta."),
]
AcceptRepairs = Annotated[
    bool,
    typer.Option(
        "--accept-repairs",
        help="Acepta las reparaciones propuestas (teléfonos sin +, .0 de Excel …).",
    ),
]
Country = Annotated[
    str | None,
    typer.Option(
        "--country",
        metavar="PAÍS",
        help=(
            "País de los teléfonos sin prefijo (ES); si no, el de GLOBAL o el de"
            " BULK_DEFAULT_COUNTRY."
        ),
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDICIÓN",
        help="columna=valor, columna=valor1|valor2 o columna!=valor (se puede repetir).",
    ),
]
Lines = Annotated[
    str | None,
    typer.Option("--lines", metavar="FILAS", help="Solo esas filas del fichero: 2-200,305."),
]
OnlyOpenOf = Annotated[
    str | None,
    typer.Option(
        "--only-open-of",
        metavar="EJECUCIÓN",
        help="Solo lo pendiente y fallido de esa ejecución, aunque el fichero sea otro.",
    ),
]
OnlyOpen = Annotated[
    bool,
    typer.Option(
        "--only-open", help="De un fichero de ida y vuelta, solo las filas pendientes y fallidas."
    ),
]
Profile = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FICHERO", help="Perfil de permisos salientes (JSON)."),
]
ForcePstn = Annotated[
    bool, typer.Option("--force-pstn", help="Alta de números aunque no haya PSTN propia.")
]
CallingRemoval = Annotated[
    bool, typer.Option("--allow-calling-removal", help="Permite quitar licencias de Webex Calling.")
]
TokenText = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        help="Token; mejor WEBEX_ACCESS_TOKEN o --token-file: este queda a la vista.",
    ),
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FICHERO", help="Fichero con el token.")
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="URL base (WEBEX_BASE_URL).")
]
Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Usa el sandbox: datos inventados, en esta máquina.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="HORA", help="Empieza a esa hora (22:30); mientras, queda programada."
    ),
]
NotAfter = Annotated[
    str | None,
    typer.Option("--not-after", metavar="HORA", help="Se pausa sola a esa hora (06:00)."),
]
Canary = Annotated[
    int,
    typer.Option(
        "--canary",
        metavar="N",
        min=0,
        help="Para tras N filas repartidas por ubicaciones, para mirarlas; se sigue con resume.",
    ),
]
WaitTimeout = Annotated[
    float | None,
    typer.Option(
        "--wait-timeout",
        metavar="N",
        min=0,
        help="Deja de esperar a los N segundos y pausa; se sigue con resume.",
    ),
]
Note = Annotated[str, typer.Option("--note", metavar="TEXTO", help="Nota: petición, fase.")]
ChunkSize = Annotated[
    int, typer.Option("--chunk-size", metavar="N", help="Filas por lote; se recomienda 100-300.")
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", help="Peticiones a la vez como mucho (1-64).")
]
RateCeiling = Annotated[
    float | None,
    typer.Option(
        "--rate-ceiling",
        metavar="N",
        min=0,
        help="Peticiones por segundo que no se pasan nunca; 0 = lo que se aprenda.",
    ),
]
ResolveNames = Annotated[
    bool,
    typer.Option(
        "--resolve-names",
        help="Correos y nombres en lugar de identificadores: se buscan en Webex, sin adivinar.",
    ),
]
Choose = Annotated[
    list[str] | None,
    typer.Option(
        "--choose",
        metavar="NOMBRE=ID",
        help="nombre=identificador (o su final), para un nombre que tienen varios; se recuerda.",
    ),
]
RunId = Annotated[str, typer.Argument(metavar="EJECUCIÓN", help="Ejecución, o «última».")]
Action = Annotated[str, typer.Argument(metavar="ACCIÓN", help="Acción (bulk actions).")]


def explicit_map(entries: list[str] | None) -> dict[str, str]:
    """`--map param=column` as a dict. Raises UsageError."""
    pairs = [entry.partition("=") for entry in entries or ()]
    for name, equals, column in pairs:
        if not (name.strip() and equals and column.strip()):
            raise UsageError(f"--map «{name}{equals}{column}»: se espera parámetro=columna.")
    return {name.strip(): column.strip() for name, _, column in pairs}


def run_options(
    profile: Path | None, force_pstn: bool, allow_calling_removal: bool
) -> dict[str, Any]:
    """Options of the run that adapters decide with. Raises InputError for a profile that is
    none.
    """
    options: dict[str, Any] = {
        "force_pstn": force_pstn,
        "allow_calling_removal": allow_calling_removal,
    }
    if profile:
        options["profile"] = read_profile(profile)
    return {name: value for name, value in options.items() if value}


def read_profile(path: Path) -> dict[str, Any]:
    """The profile of docs/webex.md 2.4. Raises InputError."""
    from bulk.adapters import call_permissions

    try:
        return call_permissions.read_profile(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(f"No se puede leer el perfil «{path}»: {os_error_text(error)}.") from None


def read_token(token: str | None, token_file: Path | None) -> str | None:
    """The token given by file or text. Raises UsageError for a file that cannot be read."""
    if token:
        sys.stderr.write(
            "Aviso: --token queda a la vista en el sistema. Mejor WEBEX_ACCESS_TOKEN o"
            " --token-file.\n"
        )
        return token
    if token_file is None:
        return None
    try:
        return token_file.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError):
        raise UsageError(f"No se puede leer el token de «{token_file}».") from None
