"""Numbers and extensions that are taken, elsewhere or nowhere; people who cannot leave as the file
has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bulk.adapters import title_of_provider
from bulk.core.action import Action
from bulk.core.demand import Need
from bulk.core.text import thousands
from bulk.runs.forecast import org_state
from bulk.runs.forecast.demand import Want, Wants
from bulk.runs.forecast.finding import Finding, finding
from bulk.runs.forecast.org_state import Held
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.client import Api

Found = Mapping[str | None, Mapping[str, Held]]  # location -> number or extension -> who has it


def add_first() -> str:
    """The remedy for a number that is not in Webex."""
    return f"Dalo de alta antes con «{title_of_provider('numbers')}», o corrige la fila."


def _extension_column(action: Action) -> str:
    """Where another extension is asked for."""
    return next((param.name for param in action.params if param.kind == "extension"), "")


def unknown_places(api: Api, wants: Wants) -> list[Finding]:
    """People sent to a location that has no Webex Calling; nothing more is asked about it. Raises
    WebexError.
    """
    targets = wants.of(Need.CALLING_PLACE)
    if not targets:
        return []
    known = org_state.known(api, "location", targets)
    lost = {want.place for want in targets if id_tail(str(want.place)) not in known}
    wants.without_places(lost)
    return finding(
        "ubicacion_desconocida",
        "La ubicación pedida no existe o no tiene Webex Calling",
        "Comprueba que es de esta organización; con el nombre se busca sola.",
        [want.line for want in targets if want.place in lost],
    )


def unknown_routes(api: Api, wanted: Sequence[Want]) -> list[Finding]:
    """Trunks and route groups that have to exist first (docs/webex.md 2.3). Raises WebexError."""
    known = org_state.known(api, "route", wanted) if wanted else frozenset()
    return finding(
        "ruta_desconocida",
        "Webex no conoce el enlace troncal o grupo de rutas que se pide",
        "Créalo antes en Control Hub, o comprueba que es de esta organización; con el nombre se"
        " busca solo.",
        [want.line for want in wanted if id_tail(want.value) not in known],
    )


# -- numbers ---------------------------------------------------------------------------------------


def new_numbers(api: Api, wanted: Sequence[Want]) -> list[Finding]:
    """Numbers to be added that another location has already (docs/webex.md 2.1). Raises
    WebexError.
    """
    if not wanted:
        return []
    there = org_state.numbers(api, [want._replace(place=None) for want in wanted])[None]
    elsewhere = [
        w
        for w in wanted
        if w.value in there and there[w.value].place not in ("", id_tail(str(w.place)))
    ]
    return finding(
        "numero_en_otra_ubicacion",
        "El número ya está en otra ubicación",
        "Quítalo antes de allí, o quítalo de la fila.",
        [want.line for want in elsewhere],
        example=_elsewhere(elsewhere[0], there[elsewhere[0].value]) if elsewhere else "",
    )


def _elsewhere(want: Want, held: Held) -> str:
    return (
        f"El {want.value} de la fila {thousands(want.line)} está en {held.place_name}."
        if held.place_name
        else ""
    )


def numbers(api: Api, action: Action, wants: Wants) -> list[Finding]:
    """Numbers that are not where they have to be, or that are in use; extensions that others
    have there.

    Of each location one list of numbers and, for extensions, one of people. Raises WebexError.
    """
    at_home = wants.of(Need.HOME_NUMBER)
    free = [*wants.of(Need.NUMBER), *(org_state.at_home(api, at_home) if at_home else ())]
    wanted, extensions = [*free, *wants.of(Need.SHOWN_NUMBER)], wants.of(Need.EXTENSION)
    there = org_state.numbers(api, [*wanted, *extensions])
    missing = [want for want in wanted if want.value not in there[want.place]]
    taken = [want for want in free if _anothers(there[want.place].get(want.value), want)]
    occupied = finding(
        "numero_ocupado",
        "El número ya está en uso",
        "Elige otro o libéralo, y corrige la fila.",
        [want.line for want in taken],
        example=_holder(taken, there, "El {} de la fila {} lo tiene {}."),
    )
    return [
        *_missing(api, action, missing),
        *occupied,
        *_taken_extensions(api, action, extensions, there),
    ]


def _missing(api: Api, action: Action, missing: Sequence[Want]) -> list[Finding]:
    """Where the first of them is instead takes one call more, and tells most of the time what went
    wrong with all.
    """
    if not missing:
        return []
    first, hint = missing[0], action.numbers_remedy
    if "{location}" in hint:
        hint = hint.format(location=title_of_provider("location"))
    held = (
        org_state.numbers(api, [first._replace(place=None)])[None].get(first.value)
        if first.place
        else None
    )
    # then it is certain that it is nowhere else either
    nowhere = len(missing) == 1 and not held and first.place
    return finding(
        "numero_no_esta",
        f"El número no está {action.numbers_in}",
        add_first() if nowhere else f"{add_first()} {hint}".rstrip(),
        [want.line for want in missing],
        example=(
            _elsewhere(first, held)
            if held
            else f"El {first.value} de la fila {thousands(first.line)} no existe en Webex."
        ),
    )


# -- extensions ------------------------------------------------------------------------------------


def repeated_extensions(action: Action, wanted: Sequence[Want]) -> list[Finding]:
    """Asked for several people of one location, by the file alone."""
    asked: dict[tuple[str | None, str], list[Want]] = defaultdict(list)
    for want in wanted:
        asked[want.place, want.value].append(want)
    twice = [
        want for group in asked.values() if len({w.person for w in group}) > 1 for want in group
    ]
    return finding(
        "extension_repetida",
        "La misma extensión quedaría para varios usuarios de una ubicación",
        f"Cambia la extensión de unas u otras (columna {_extension_column(action)})."
        if twice
        else "",
        [want.line for want in twice],
    )


def _taken_extensions(
    api: Api, action: Action, wanted: Sequence[Want], features: Found
) -> list[Finding]:
    """Held by another person of that location, or by whatever its list of numbers shows with that
    extension.
    """
    if not wanted:
        return []
    people = org_state.extensions(api, wanted)
    there = {place: {**features[place], **people[place]} for place in people}
    taken = [want for want in wanted if _anothers(there[want.place].get(want.value), want)]
    return finding(
        "extension_ocupada",
        "La extensión ya la tiene otro en esa ubicación",
        f"Pon otra extensión (columna {_extension_column(action)}) o libérala antes.",
        [want.line for want in taken],
        example=_holder(taken, there, "La {} de la fila {} la tiene {}."),
    )


# -- people who leave ------------------------------------------------------------------------------


def own_numbers(api: Api, wants: Wants) -> list[Finding]:
    """Numbers that hold their people back: the header of the location, or local PSTN
    (docs/webex.md 3.2). Raises WebexError.
    """
    leaving = wants.of(Need.LEFT_NUMBER)
    if not leaving:
        return []
    homes = org_state.details(api, leaving)
    header = {want.line for want in leaving if _header_of(homes[want.place]) == want.value}
    stuck = [
        want.line
        for want in wants.of(Need.CARRIED_NUMBER)
        if homes[want.place].get("connection") and want.line not in header
    ]
    return finding(
        "numero_es_cabecera",
        "El número del usuario es la cabecera de su ubicación y no se puede mover",
        f"Cambia antes la cabecera con «{title_of_provider('header')}».",
        header,
    ) + finding(
        "numero_no_se_mueve",
        "El usuario no se puede mover con su número",
        "Las numeraciones de PSTN propia no cambian de ubicación. Indica en target_phone_number un"
        " número del destino, o quita antes al usuario el que tiene.",
        stuck,
    )


def _header_of(location: Mapping[str, object]) -> object:
    line = location.get("callingLineId")
    return line.get("phoneNumber") if isinstance(line, dict) else None


def _anothers(held: Held | None, want: Want) -> bool:
    return held is not None and held.owner not in (None, id_tail(want.person or ""))


def _holder(taken: Sequence[Want], there: Found, message: str) -> str:
    """Who has what the first of these rows asks for."""
    if not taken:
        return ""
    first = taken[0]
    name = there[first.place][first.value].name
    return message.format(first.value, thousands(first.line), name) if name else ""
