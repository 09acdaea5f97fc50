"""What the whole file will run into, told by a finished rehearsal: things that no row by itself can show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk.actions import get_action
from bulk.context import Context
from bulk.journal import rows
from bulk.records import RowResult, RunRecord

if TYPE_CHECKING:
    from bulk.webex.client import Api

LICENCES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
# action -> (parameter of the extension, parameter of its location); contracts 3.2 and 3.5
EXTENSIONS = {LICENCES: ("extension", "location_id"), MOVE: ("target_extension", "target_location_id")}
# What has to be done before, when rows of these actions are refused (contracts 4).
BEFORE = {
    "ubicacion_actualizar_cabecera": "ubicacion_alta_numeraciones_desactivadas",
    "usuarios_anadir_intercom_legacy": "ubicacion_alta_numeraciones_desactivadas",
    MOVE: "ubicacion_alta_numeraciones_desactivadas",
    "usuarios_configurar_desvio_prefijo53": LICENCES,
    "usuarios_configurar_perfil_saliente_custom": LICENCES,
}
# rule of validation -> (what the file asks, what to change)
TWICE = {
    "numero_repetido": ("El fichero pide el mismo número para varios", "el número"),
    "extension_repetida": ("El fichero pide la misma extensión para varios usuarios de una ubicación", "la extensión"),
}
WILL_WRITE = ("create", "change")
MOST_LINES = 20


@dataclass(frozen=True)
class Finding:
    """One thing to know before launching."""

    code: str  # licencias_agotadas, numero_repetido, extension_repetida, extension_ocupada, sin_webex_calling or antes
    title: str  # what will happen, with the row where it begins
    remedy: str  # what to do
    count: int  # rows concerned
    lines: tuple[int, ...]  # the first of them, at most MOST_LINES


def foresee(context: Context, run: RunRecord, api: Api | None = None) -> tuple[Finding, ...]:
    """Findings for a finished dry run, the gravest first. With `api`: licences left, extensions taken in Webex (one list per
    location). Only reads. Raises WebexError.
    """
    if not run.dry_run:
        return ()
    found: list[Finding] = []
    if run.action_id == LICENCES and api:
        found += _licences(_writing(context, run), _free_units(api))
    if run.action_id in EXTENSIONS:
        found += _extensions(_writing(context, run), *EXTENSIONS[run.action_id], api)
    return (*found, *_asked_twice(context, run), *_refused(context, run))


def _writing(context: Context, run: RunRecord) -> Iterator[RowResult]:
    return rows.read_rows(context.journal, run.run_id, states=WILL_WRITE)


# -- licences -----------------------------------------------------------------------------------------------------------


def _free_units(api: Api) -> dict[str, tuple[str, int]]:
    """licence -> (name, free units); those without a limit (-1, or not told) are left out. Contract 1.8."""
    free: dict[str, tuple[str, int]] = {}
    for item in api.pages("licenses", "items"):
        total, used = item.get("totalUnits"), item.get("consumedUnits")
        if isinstance(total, int) and isinstance(used, int) and total >= 0:
            free[str(item.get("id"))] = str(item.get("name") or item.get("id")), total - used
    return free


def _licences(planned: Iterable[RowResult], free: dict[str, tuple[str, int]]) -> list[Finding]:
    """Row by row in file order: what one row gives back, a later one may take."""
    balance, asked, short = Counter[str](), Counter[str](), defaultdict[str, list[int]](list)
    for row in planned:
        for licence, (_, wanted) in (row.change or {}).items():
            if licence not in free:
                continue
            balance[licence] += 1 if wanted else -1
            asked[licence] += int(bool(wanted))
            if wanted and balance[licence] > free[licence][1]:
                short[licence].append(row.line)
    return [
        Finding(
            "licencias_agotadas",
            f"Se agotan las licencias «{free[licence][0]}» en la fila {_figure(lines[0])}",
            f"Hay {_figure(max(0, free[licence][1]))} libres y se piden {_figure(asked[licence])}. "
            "Amplía la suscripción o reduce el alcance.",
            len(lines),
            tuple(lines[:MOST_LINES]),
        )
        for licence, lines in short.items()
    ]


# -- extensions ---------------------------------------------------------------------------------------------------------


def _extensions(planned: Iterable[RowResult], extension: str, location: str, api: Api | None) -> list[Finding]:
    asked: dict[tuple[str, str], list[RowResult]] = defaultdict(list)
    for row in planned:
        number, place = row.params.get(extension), row.params.get(location)
        if number and place:
            asked[str(place), str(number)].append(row)
    twice = [each for group in asked.values() if len({r.params.get("person_id") for r in group}) > 1 for each in group]
    found = _finding("extension_repetida", "La misma extensión se pide para varios usuarios de una ubicación", twice)
    if api is None:
        return found
    owners = {place: _owners(api, place) for place in dict.fromkeys(place for place, _ in asked)}
    taken = [
        row
        for (place, number), group in asked.items()
        for row in group
        if owners[place].get(number, row.params.get("person_id")) != row.params.get("person_id")
    ]
    return found + _finding("extension_ocupada", "La extensión ya la tiene otro en esa ubicación de Webex", taken)


def _owners(api: Api, location_id: str) -> dict[str, str]:
    """extension -> id of the person who has it, from the location's list of people (contracts 1.8)."""
    people = api.pages("people", "items", locationId=location_id, callingData=True, max=50)
    return {str(person["extension"]): str(person.get("id")) for person in people if person.get("extension")}


def _finding(code: str, title: str, concerned: list[RowResult], what: str = "la extensión") -> list[Finding]:
    if not concerned:
        return []
    lines = sorted(row.line for row in concerned)
    told = f"Filas {', '.join(map(_figure, lines[:5]))}{' …' if len(lines) > 5 else ''}. Cambia {what} de unas u otras."
    return [Finding(code, f"{title} (desde la fila {_figure(lines[0])})", told, len(lines), tuple(lines[:MOST_LINES]))]


def _asked_twice(context: Context, run: RunRecord) -> list[Finding]:
    """What validation has set aside because other rows of the file want the same."""
    invalid = list(rows.read_rows(context.journal, run.run_id, states=("invalid",)))
    return [
        finding
        for code, (title, what) in TWICE.items()
        for finding in _finding(code, title, [row for row in invalid if row.code == code], what)
    ]


# -- what the rehearsal was refused --------------------------------------------------------------------------------------


def _refused(context: Context, run: RunRecord) -> list[Finding]:
    """People without Webex Calling, and the action that has to come first (contracts 4)."""
    action, earlier = get_action(run.action_id), BEFORE.get(run.action_id)
    blocked = list(rows.read_rows(context.journal, run.run_id, states=("blocked",)))
    if not earlier or not blocked:
        return []
    lines, title = tuple(row.line for row in blocked[:MOST_LINES]), get_action(earlier).title
    if action.needs_calling:
        without = [row for row in blocked if row.code in ("400", "404")]
        if not without:
            return []
        lines = tuple(row.line for row in without[:MOST_LINES])
        told = f"{_figure(len(without))} usuarios no tienen Webex Calling (el primero, en la fila {_figure(lines[0])})"
        return [Finding("sin_webex_calling", told, f"Lanza antes «{title}» para ellos, o déjalos fuera.", len(without), lines)]
    told = f"{_figure(len(blocked))} filas no se pueden hacer todavía (la primera, la {_figure(lines[0])})"
    return [Finding("antes", told, f"Si les falta un número, lanza antes «{title}» y ensaya de nuevo.", len(blocked), lines)]


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")
