"""Add and remove licenses of a person. docs/webex.md 3.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.core.action import (
    OTHER,
    Action,
    Change,
    Irreversible,
    Member,
    Outcome,
    Param,
    SetOps,
    State,
    Work,
)
from bulk.errors import RowRefused
from bulk.webex.people import calling_licenses, read_people

if TYPE_CHECKING:
    from bulk.webex.client import Api

CALLING = (  # member of `before`: which of the licenses named by the row are Webex Calling ones
    "calling"
)
CONTEXT = (CALLING, "locationId", "extension")
PARTIAL = "Webex solo ha aplicado una parte de las licencias: faltan {}."
SETTINGS_GONE = (
    "Se quitó Webex Calling: su configuración de llamadas se borró y no se puede recuperar."
)
SETTINGS_GO = (
    "Con la licencia de Webex Calling se borra la configuración de llamadas que el usuario tenga"
    " ahora."
)
NO_REMOVAL = (
    "Quitar Webex Calling borra la configuración de llamadas del usuario y no se puede recuperar. "
    "Confírmalo al lanzar (--allow-calling-removal)."
)


def read(api: Api, **params: Any) -> State:
    person = api.get(f"people/{params['person_id']}", callingData=True)
    return _state(person, params, calling_licenses(api, params.get("org_id")))


def read_many(api: Api, works: Sequence[Work]) -> Mapping[int, State | Exception]:
    calling = calling_licenses(api, works[0].params.get("org_id"))
    people = read_people(api, works)
    return {
        work.key: found if isinstance(found, Exception) else _state(found, work.params, calling)
        for work, found in ((work, people[work.key]) for work in works)
    }


def _state(person: Mapping[str, Any], params: Mapping[str, Any], calling: frozenset[str]) -> State:
    """license -> True when assigned, for those the row names; and what a calling license would be
    given.
    """
    named = [*params.get("add_license_ids", ()), *params.get("remove_license_ids", ())]
    assigned = set(person.get("licenses") or ())
    return {licence: licence in assigned for licence in named} | {
        CALLING: sorted(calling.intersection(named)),
        "locationId": person.get("locationId"),
        "extension": person.get("extension"),
    }


def decide(
    before: State,
    *,
    add_license_ids: Sequence[str] = (),
    remove_license_ids: Sequence[str] = (),
    location_id: str | None = None,
    extension: str | None = None,
    phone_number: str | None = None,
    allow_calling_removal: bool = False,
) -> Change:
    add = [licence for licence in dict.fromkeys(add_license_ids) if not before[licence]]
    remove = [licence for licence in dict.fromkeys(remove_license_ids) if before[licence]]
    if set(add_license_ids) & set(remove_license_ids):
        raise RowRefused(
            "licencia_en_ambas_listas",
            "La misma licencia se pide añadir y quitar. Déjala en una sola lista.",
        )
    if set(remove) & set(before[CALLING]) and not allow_calling_removal:
        raise RowRefused("quita_calling", NO_REMOVAL)
    given = {"locationId": location_id, "extension": extension, "phoneNumber": phone_number}
    properties = {name: value for name, value in given.items() if value}
    entries = [_added(licence, licence in before[CALLING], properties) for licence in add]
    entries += [{"id": licence, "operation": "remove"} for licence in remove]
    fields = dict.fromkeys(add, (False, True)) | dict.fromkeys(remove, (True, False))
    return Change(fields, body=entries, notes=_skipped(before, add_license_ids, remove_license_ids))


def _added(licence: str, is_calling: bool, properties: Mapping[str, str]) -> dict[str, Any]:
    """Properties only on calling licenses, and each one needs its own (docs/webex.md 3.5)."""
    if not is_calling:
        return {"id": licence, "operation": "add"}
    if not properties.get("phoneNumber") and not (
        properties.get("extension") and properties.get("locationId")
    ):
        raise RowRefused(
            "faltan_propiedades",
            "La licencia de Webex Calling necesita phone_number, o extension y location_id.",
        )
    return {"id": licence, "operation": "add", "properties": dict(properties)}


def _skipped(before: State, add: Sequence[str], remove: Sequence[str]) -> tuple[str, ...]:
    had = sum(1 for licence in add if before[licence])
    lacked = sum(1 for licence in remove if not before[licence])
    notes = [f"{had} ya asignadas"] * bool(had) + [f"{lacked} que no tenía"] * bool(lacked)
    return (f"Se omiten: {' y '.join(notes)}.",) if notes else ()


def write(
    api: Api, change: Change, *, person_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    """PATCH; the licenses of the answer are compared with what was wanted, one by one (200 and
    206).
    """
    body = (
        {"personId": person_id} | ({"orgId": org_id} if org_id else {}) | {"licenses": change.body}
    )
    answer = api.send("PATCH", "licenses/users", body)
    held = set((answer.body or {}).get("licenses") or ())
    after = {licence: licence in held for licence in change.fields}
    wrong = [licence for licence, wanted in change.news().items() if after[licence] != wanted]
    if not wrong:
        return Outcome(tracking_id=answer.tracking_id)
    text = PARTIAL.format(", ".join(wrong))
    return Outcome(False, after=after, code="partial", message=text, tracking_id=answer.tracking_id)


def undo(
    before: State, after: State, *, allow_calling_removal: bool = False
) -> Change | Irreversible:
    """A calling license that the run gave takes the person's calling settings along when it goes:
    asked for, as in a run.

    One that the run took away stays away, and so does one that it gave instead.
    """
    licences = {m: v for m, v in before.items() if m not in CONTEXT and v != after.get(m)}
    lost: tuple[str, ...] = ()
    if any(licence in before[CALLING] for licence, had in licences.items() if had):
        licences, lost = (
            {m: had for m, had in licences.items() if m not in before[CALLING]},
            (SETTINGS_GONE,),
        )
        if not licences:
            return Irreversible(SETTINGS_GONE)
    takes = any(licence in before[CALLING] for licence, had in licences.items() if not had)
    if takes and not allow_calling_removal:
        raise RowRefused("quita_calling", NO_REMOVAL)
    lost = (SETTINGS_GO,) if takes else lost
    body = [
        {"id": licence, "operation": "add" if had else "remove"}
        for licence, had in licences.items()
    ]
    fields = {licence: (after.get(licence), had) for licence, had in licences.items()}
    return Change(fields, body=body, lost=lost)


ACTION = Action(
    id="usuarios_modificar_licencias",
    title="Modificar licencias",
    summary=(
        "Añade y quita licencias a cada usuario; la de Webex Calling, con su ubicación y extensión."
    ),
    dataset="usuarios",
    entity="person_id",
    params=(
        Param("person_id", "person", required=True),
        Param("add_license_ids", "license", many=True),
        Param("remove_license_ids", "license", many=True),
        Param("location_id", "location"),
        Param("extension", "extension"),
        Param("phone_number", "phone"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    options=("allow_calling_removal",),
    undo_options=("allow_calling_removal",),
    additive=True,
    undo_note=(
        "Una licencia de Webex Calling quitada no recupera la configuración de llamadas del"
        " usuario; quitar la que se dio la borra, y se pide confirmarlo."
    ),
    sets=SetOps(read_many=read_many, read_limit=lambda settings: settings.people_per_read),
    calls="1 escritura, y 1 lectura por cada 85 usuarios",
    scopes=("spark-admin:licenses_read", "spark-admin:people_read", "spark-admin:people_write"),
    contract="3.5",
    members={OTHER: Member("licencia {}", lambda held: "asignada" if held else "sin asignar")},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
