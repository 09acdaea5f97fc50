"""Header number (calling line id) of a location. docs/webex.md 2.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.adapters.phones import plain_phone
from bulk.core.action import (
    Action,
    Change,
    Irreversible,
    Member,
    Outcome,
    Param,
    State,
    differences,
)
from bulk.core.demand import Demand, Need
from bulk.webex.members import needed

if TYPE_CHECKING:
    from bulk.webex.client import Api


def read(api: Api, *, location_id: str, org_id: str | None = None, **_: object) -> State:
    """{"phoneNumber", "name"} of the location's calling line, None where there is none. Raises
    Unreadable.
    """
    answer = api.get(f"telephony/config/locations/{location_id}", orgId=org_id)
    line = needed(answer, "callingLineId", dict)
    return {"phoneNumber": plain_phone(line.get("phoneNumber")), "name": line.get("name")}


def decide(before: State, *, phone_number: str, calling_line_name: str | None = None) -> Change:
    wanted = {"phoneNumber": phone_number} | (
        {"name": calling_line_name} if calling_line_name else {}
    )
    # A name is never sent without the number, and a number without the name may lose it (contract
    # 2.2).
    kept = {"name": before["name"]} if before.get("name") else {}
    return Change(differences(before, wanted), body={"callingLineId": kept | wanted})


def write(
    api: Api, change: Change, *, location_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    answer = api.send("PUT", f"telephony/config/locations/{location_id}", change.body, orgId=org_id)
    return Outcome(tracking_id=answer.tracking_id)


def undo(before: State, after: State) -> Change | Irreversible:
    if not before.get("phoneNumber"):
        return Irreversible(
            "La ubicación no tenía número de cabecera y la API no permite quitarlo."
        )
    wanted = {"phoneNumber": before["phoneNumber"]} | (
        {"name": before["name"]} if before.get("name") else {}
    )
    stays = not before.get("name") and after.get("name")
    lost = (
        (
            (
                f"El nombre «{after['name']}» se queda: la cabecera no tenía nombre y la API no"
                " permite quitarlo."
            ),
        )
        if stays
        else ()
    )
    return Change(differences(after, wanted), body={"callingLineId": wanted}, lost=lost)


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    """When only the name changes, the number is in force already."""
    if "phoneNumber" in change:
        yield Demand(Need.SHOWN_NUMBER, params["phone_number"], params["location_id"])


ACTION = Action(
    id="ubicacion_actualizar_cabecera",
    title="Actualizar número de cabecera",
    summary="Pone el número que muestran las llamadas de cada ubicación.",
    dataset="ubicaciones",
    entity="location_id",
    params=(
        Param("location_id", "location", required=True),
        Param("phone_number", "phone", required=True),
        Param("calling_line_name", "text", example="Acme Madrid"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    demand=demand,
    provides="header",
    numbers_in="en la ubicación",
    numbers_remedy="Si está en otra ubicación, hay que quitarlo antes de allí.",
    pure_put=True,
    undo_note=(
        "Si la ubicación no tenía cabecera, o la cabecera no tenía nombre, no se puede volver a"
        " dejar sin ello."
    ),
    members={"phoneNumber": Member("número de cabecera"), "name": Member("nombre de cabecera")},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
