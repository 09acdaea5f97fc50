"""Numbers and extensions that are taken, elsewhere or nowhere; people who cannot leave as the file
has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bulk.adapters import get_action
from bulk.core.figures import thousands
from bulk.runs.forecast import org_state
from bulk.runs.forecast.demand import HEADER, INTERCOM, LICENCES, MOVE, NUMBERS, Want, Wants
from bulk.runs.forecast.finding import Finding, finding
from bulk.runs.forecast.org_state import Held
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.client import Api

ADD_FIRST = f"Dalo de alta antes con «{get_action(NUMBERS).title}», o corrige la fila."
# action -> (whose location a number has to be in, what to do when it is not there); the order of
# docs/webex.md 4
WHERE = {
    HEADER: (
        "en la ubicación",
        f"{ADD_FIRST} Si está en otra ubicación, hay que quitarlo antes de allí.",
    ),
    INTERCOM: (
        "en la ubicación del usuario",
        (
            f"{ADD_FIRST} Si está en la ubicación a la que va el usuario, lanza antes"
            f" «{get_action(MOVE).title}»."
        ),
    ),
    MOVE: (
        "en la ubicación de destino",
        f"{ADD_FIRST} Si está en otra ubicación, hay que quitarlo antes de allí.",
    ),
    LICENCES: ("en la organización", ADD_FIRST),
}
COLUMN = {MOVE: "target_extension", LICENCES: "extension"}  # where another extension is asked for
Found = Mapping[str | None, Mapping[str, Held]]  # location -> number or extension -> who has it


def unknown_places(api: Api, wants: Wants) -> list[Finding]:
    """People sent to a location that is invalid of Webex Calling; nothing more is asked about it.
    Raises WebexError.
    """
    if not wants.targets:
        return []
    known = org_state.known(api, "location", wants.targets)
    lost = {want.place for want in wants.targets if id_tail(str(want.place)) not in known}
    wants.numbers = [want for want in wants.numbers if want.place not in lost]
    wants.extensions = [want for want in wants.extensions if want.place not in lost]
    return finding(
        "ubicacion_desconocida",
        "La ubicación pedida no existe o no tiene Webex Calling",
        "Comprueba que es de esta organización; con el nombre se busca sola.",
        [want.line for want in wants.targets if want.place in lost],
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


def numbers(api: Api, action_id: str, wants: Wants) -> list[Finding]:
    """Numbers that are not where they have to be, or that somebody has; extensions that another has
    there.

    Of each location one list of numbers and, for extensions, one of people. Raises WebexError.
    """
    wanted = org_state.at_home(api, wants.numbers) if action_id == INTERCOM else wants.numbers
    there = org_state.numbers(api, [*wanted, *wants.extensions])
    missing = [want for want in wanted if want.value not in there[want.place]]
    taken = [
        want
        for want in wanted
        if action_id != HEADER and _anothers(there[want.place].get(want.value), want)
    ]
    occupied = finding(
        "numero_ocupado",
        "El número ya está en uso",
        "Elige otro o libéralo, y corrige la fila.",
        [want.line for want in taken],
        example=_holder(taken, there, "El {} de la fila {} lo tiene {}."),
    )
    return [
        *_missing(api, action_id, missing),
        *occupied,
        *_taken_extensions(api, action_id, wants.extensions, there),
    ]


def _missing(api: Api, action_id: str, missing: Sequence[Want]) -> list[Finding]:
    """Where the first of them is instead takes one call more, and tells most of the time what went
    wrong with all.
    """
    if not missing:
        return []
    first, (where, remedy) = missing[0], WHERE[action_id]
    held = (
        org_state.numbers(api, [first._replace(place=None)])[None].get(first.value)
        if first.place
        else None
    )
    nowhere = (
        len(missing) == 1 and not held and first.place
    )  # then it is certain that it is nowhere else either
    return finding(
        "numero_no_esta",
        f"El número no está {where}",
        ADD_FIRST if nowhere else remedy,
        [want.line for want in missing],
        example=(
            _elsewhere(first, held)
            if held
            else f"El {first.value} de la fila {thousands(first.line)} no existe en Webex."
        ),
    )


# -- extensions ------------------------------------------------------------------------------------


def repeated_extensions(action_id: str, wanted: Sequence[Want]) -> list[Finding]:
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
        f"Cambia la extensión de unas u otras (columna {COLUMN[action_id]})." if twice else "",
        [want.line for want in twice],
    )


def _taken_extensions(
    api: Api, action_id: str, wanted: Sequence[Want], features: Found
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
        f"Pon otra extensión (columna {COLUMN[action_id]}) o libérala antes.",
        [want.line for want in taken],
        example=_holder(taken, there, "La {} de la fila {} la tiene {}."),
    )


# -- people who leave ------------------------------------------------------------------------------


def own_numbers(api: Api, wants: Wants) -> list[Finding]:
    """Numbers that hold their people back: the header of the location, or local PSTN (contract
    3.2). Raises WebexError.
    """
    if not wants.leaving:
        return []
    homes = org_state.details(api, wants.leaving)
    header = {want.line for want in wants.leaving if _header_of(homes[want.place]) == want.value}
    stuck = [
        want.line
        for want in wants.carried
        if homes[want.place].get("connection") and want.line not in header
    ]
    return finding(
        "numero_es_cabecera",
        "El número del usuario es la cabecera de su ubicación y no se puede mover",
        f"Cambia antes la cabecera con «{get_action(HEADER).title}».",
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
