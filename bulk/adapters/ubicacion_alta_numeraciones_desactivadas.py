"""Add numbers to a location without putting them in service. docs/webex.md 2.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.adapters.phones import plain_phone
from bulk.core.action import (
    OTHER,
    Action,
    Change,
    Member,
    Outcome,
    Param,
    SetOps,
    State,
    Values,
    Work,
    one_after_another,
)
from bulk.core.demand import Demand, Need
from bulk.errors import RowRefused
from bulk.webex.members import needed
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.answers import Answer
    from bulk.webex.client import Api

NO_STATE = "?"  # it is there, and Webex does not say in which state
STATE_WORDS = {
    "None": "no está",
    "INACTIVE": "desactivada",
    "ACTIVE": "activa",
    NO_STATE: "está, sin decir Webex en qué estado",
}
PAGE = 2000  # docs/webex.md 1.5: default page of numbers
IN_USE = (  # member of `before`: which of the numbers are assigned, or the header of the location
    "inUse"
)
STAY = "No se quitan, porque ya están asignados o son cabecera: {}."
MAX_REMOVED = 5  # docs/webex.md 2.1: numbers in one DELETE
MAX_MOBILE = 20  # docs/webex.md 2.1: numbers of type MOBILE in one request
NO_PSTN = (
    "La ubicación no tiene PSTN propia. Dar de alta números así puede dañar los datos del operador."
    " Revisa la conexión PSTN de la ubicación en Control Hub."
)


def _numbers(api: Api, location_id: str, org_id: str | None) -> dict[str, Any]:
    """number -> what Webex says of it, of all numbers of the location. Raises Unreadable."""
    place = id_tail(location_id) if api.settings.number_list_location == "uuid" else location_id
    listed = api.pages(
        "telephony/config/numbers", "phoneNumbers", locationId=place, orgId=org_id, max=PAGE
    )
    found = {}
    for entry in listed:
        # an entry is of a number, of an extension, or of both
        if entry.get("phoneNumber") or not entry.get("extension"):
            found[plain_phone(needed(entry, "phoneNumber", str))] = entry
    return found


def _state(found: Mapping[str, Any], numbers: Sequence[str], connection: str | None) -> State:
    """Each number -> ACTIVE or INACTIVE, None when it is not there; which of them are assigned or
    the header; the PSTN.
    """
    states = {
        number: (found[number].get("state") or NO_STATE) if number in found else None
        for number in numbers
    }
    used = sorted(
        n for n in states if n in found and (found[n].get("owner") or found[n].get("mainNumber"))
    )
    return {**states, IN_USE: used, "connection": connection}


def _connection(api: Api, location_id: str, org_id: str | None) -> str | None:
    """TRUNK or ROUTE_GROUP of a location with local PSTN, else None."""
    details = api.get(f"telephony/config/locations/{location_id}", orgId=org_id)
    connection = details.get("connection")
    return needed(connection, "type", str) if connection else None


def read(
    api: Api,
    *,
    location_id: str,
    phone_numbers: Sequence[str],
    org_id: str | None = None,
    **_: object,
) -> State:
    return _state(
        _numbers(api, location_id, org_id), phone_numbers, _connection(api, location_id, org_id)
    )


def read_many(api: Api, works: Sequence[Work]) -> Mapping[int, State | Exception]:
    """One reading of the location for all its rows (they come grouped by location)."""
    first = works[0].params
    found = _numbers(api, first["location_id"], first.get("org_id"))
    connection = _connection(api, first["location_id"], first.get("org_id"))
    return {work.key: _state(found, work.params["phone_numbers"], connection) for work in works}


def decide(
    before: State,
    *,
    phone_numbers: Sequence[str],
    number_type: str | None = None,
    force_pstn: bool = False,
) -> Change:
    missing = [number for number in dict.fromkeys(phone_numbers) if before.get(number) is None]
    active = [number for number in phone_numbers if before.get(number) == "ACTIVE"]
    notes = (f"Ya existen y están activos, no se tocan: {', '.join(active)}.",) if active else ()
    if missing and not before.get("connection") and not force_pstn:
        raise RowRefused("sin_pstn_local", NO_PSTN)
    # `state` must be sent: the vendor's default is ACTIVE (docs/webex.md 2.1).
    body = {"phoneNumbers": missing, "numberType": number_type or "DID", "state": "INACTIVE"}
    return Change(dict.fromkeys(missing, (None, "INACTIVE")), body=body, notes=notes, creates=True)


def write(
    api: Api,
    change: Change,
    *,
    location_id: str,
    number_type: str | None = None,
    org_id: str | None = None,
    **_: object,
) -> Outcome:
    """Add the numbers, or remove those of an undo."""
    if any(new is None for new in change.news().values()):
        return Outcome(
            tracking_id=_remove(api, location_id, org_id, list(change.fields)).tracking_id
        )
    body = {"numberType": number_type or "DID", **change.body}
    return Outcome(tracking_id=_post(api, location_id, org_id, body).tracking_id)


def _remove(api: Api, location_id: str, org_id: str | None, numbers: Sequence[str]) -> Answer:
    path = f"telephony/config/locations/{location_id}/numbers"
    parts = (numbers[start : start + MAX_REMOVED] for start in range(0, len(numbers), MAX_REMOVED))
    return one_after_another(
        partial(api.send, "DELETE", path, {"phoneNumbers": part}, orgId=org_id) for part in parts
    )


def write_many(api: Api, works: Sequence[Work]) -> Answer:
    """POSTs with the missing numbers of all rows (same location, same type); more than one only for
    a row over the limit.

    Of an undo: DELETEs of five numbers each.
    """
    first = works[0]
    numbers = list(dict.fromkeys(number for work in works for number in work.change.fields))
    if any(new is None for new in first.change.news().values()):
        return _remove(api, first.params["location_id"], first.params.get("org_id"), numbers)
    number_type = first.params.get("number_type") or "DID"
    limit = MAX_MOBILE if number_type == "MOBILE" else api.settings.numbers_per_post
    post = partial(_post, api, first.params["location_id"], first.params.get("org_id"))
    common = {"numberType": number_type, **first.change.body}
    bodies = (
        {**common, "phoneNumbers": numbers[start : start + limit]}
        for start in range(0, len(numbers), limit)
    )
    return one_after_another(partial(post, body) for body in bodies)


def _post(api: Api, location_id: str, org_id: str | None, body: State) -> Answer:
    return api.send("POST", f"telephony/config/locations/{location_id}/numbers", body, orgId=org_id)


def undo(before: State, after: State) -> Change:
    """Remove the numbers that were not there (five a request), or add again those that an undo
    removed.

    One that is assigned by now, or the header, stays: Webex would refuse the whole request.
    """
    numbers = [n for n in before if n.startswith("+")]
    added = [n for n in numbers if before[n] is None and after.get(n)]
    if added:
        used = [n for n in added if n in after.get(IN_USE, ())]
        free = [n for n in added if n not in used]
        lost = (STAY.format(", ".join(used)),) if used else ()
        return Change({n: (after[n], None) for n in free}, body={"phoneNumbers": free}, lost=lost)
    removed = [n for n in numbers if before[n] and after.get(n) is None]
    body = {"phoneNumbers": removed, "state": "INACTIVE"}
    return Change(dict.fromkeys(removed, (None, "INACTIVE")), body=body, creates=True)


def _same_post(params: Values) -> str:
    return f"{params['location_id']} {params.get('number_type') or ''} {params.get('org_id') or ''}"


def _weight(params: Values) -> int:
    share = 100 // MAX_MOBILE if params.get("number_type") == "MOBILE" else 1
    return share * len(params["phone_numbers"])


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    """The numbers that are not there yet."""
    return (Demand(Need.NEW_NUMBER, number, params["location_id"]) for number in change)


ACTION = Action(
    id="ubicacion_alta_numeraciones_desactivadas",
    title="Alta de numeraciones (desactivadas)",
    summary="Añade números a cada ubicación sin ponerlos en servicio.",
    dataset="ubicaciones",
    entity="location_id",
    params=(
        Param("location_id", "location", required=True),
        Param("phone_numbers", "phone", required=True, many=True),
        Param("number_type", "number_type"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    demand=demand,
    provides="numbers",
    options=("force_pstn",),
    additive=True,
    undo_note="No se quitan los números asignados, los que son cabecera ni los que ya estaban.",
    sets=SetOps(
        read_many=read_many,
        read_limit=lambda settings: 200,
        write_many=write_many,
        write_limit=lambda settings: settings.numbers_per_post,
        weight=_weight,
        set_key=_same_post,
        shares_entity=True,
    ),
    members={OTHER: Member("numeración {}", lambda state: STATE_WORDS.get(str(state), str(state)))},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
