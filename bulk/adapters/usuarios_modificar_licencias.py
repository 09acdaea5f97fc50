"""Add and remove licenses of a person. docs/webex.md 3.5."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
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
from bulk.core.demand import Demand, Need
from bulk.errors import AmbiguousWrite, RowRefused
from bulk.webex.license_kinds import CallingLicenses
from bulk.webex.licenses import calling_licenses
from bulk.webex.members import needed
from bulk.webex.people import read_people, read_person, state_of
from schemas.hydra import id_key

if TYPE_CHECKING:
    from bulk.webex.client import Api

CALLING = (  # member of `before`: which of the licenses named by the row are Webex Calling ones
    "calling"
)
DOUBTFUL = (  # member of `before`: which of these only may be: of the family, of no known kind
    "callingDoubtful"
)
CONTEXT = (CALLING, DOUBTFUL, "locationId", "extension")
PENDING = "Pendiente en Webex hasta que el usuario la acepte: {}."
NO_LICENSES = "Webex ha aceptado el cambio sin decir qué licencias quedan."
MAY_BE_CALLING = (
    "No se sabe si la licencia {} es de Webex Calling: quitarla podría borrar la configuración de"
    " llamadas del usuario. Compruébalo en Control Hub y confírmalo al lanzar"
    " (--allow-calling-removal)."
)
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
    """Raises Unreadable."""
    person = read_person(api, params["person_id"])
    return _state(person, params, calling_licenses(api, params.get("org_id")))


def read_many(api: Api, works: Sequence[Work]) -> Mapping[int, State | Exception]:
    calling = calling_licenses(api, works[0].params.get("org_id"))
    people = read_people(api, works)
    return {
        work.key: state_of(people[work.key], partial(_state, params=work.params, calling=calling))
        for work in works
    }


def _state(person: Any, params: Mapping[str, Any], calling: CallingLicenses) -> State:
    """license -> True when assigned, for those the row names; and what a calling license would be
    given. Raises Unreadable.
    """
    named = [*params.get("add_license_ids", ()), *params.get("remove_license_ids", ())]
    assigned = {id_key(license_id) for license_id in needed(person, "licenses", list)}
    doubtful = calling.doubtful_of(named)
    return {license_id: id_key(license_id) in assigned for license_id in named} | {
        CALLING: sorted([*calling.sure_of(named), *doubtful]),
        DOUBTFUL: doubtful,
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
    add = [license_id for license_id in dict.fromkeys(add_license_ids) if not before[license_id]]
    remove = [license_id for license_id in dict.fromkeys(remove_license_ids) if before[license_id]]
    if set(add_license_ids) & set(remove_license_ids):
        raise RowRefused(
            "licencia_en_ambas_listas",
            "La misma licencia se pide añadir y quitar. Déjala en una sola lista.",
        )
    if not allow_calling_removal:
        _guard(remove, before)
    given = {"locationId": location_id, "extension": extension, "phoneNumber": phone_number}
    properties = {name: value for name, value in given.items() if value}
    entries = [_added(license_id, before, properties) for license_id in add]
    entries += [{"id": license_id, "operation": "remove"} for license_id in remove]
    fields = dict.fromkeys(add, (False, True)) | dict.fromkeys(remove, (True, False))
    return Change(fields, body=entries, notes=_skipped(before, add_license_ids, remove_license_ids))


def _guard(removed: Iterable[str], before: State) -> None:
    """What takes the person's calling settings along is asked for. Raises RowRefused."""
    of_calling = set(before[CALLING]).intersection(removed)
    if not of_calling:
        return
    doubtful = of_calling.intersection(before.get(DOUBTFUL, ()))
    only_doubtful = MAY_BE_CALLING.format(", ".join(sorted(doubtful)))
    raise RowRefused("quita_calling", only_doubtful if doubtful == of_calling else NO_REMOVAL)


def _added(license_id: str, before: State, properties: Mapping[str, str]) -> dict[str, Any]:
    """Properties only on calling licenses, and each one needs its own (docs/webex.md 3.5). One that
    only may be gets those that the row has.
    """
    doubtful = license_id in before.get(DOUBTFUL, ())
    if license_id not in before[CALLING] or (doubtful and not properties):
        return {"id": license_id, "operation": "add"}
    if not properties.get("phoneNumber") and not (
        properties.get("extension") and properties.get("locationId")
    ):
        raise RowRefused(
            "faltan_propiedades",
            "La licencia de Webex Calling necesita phone_number, o extension y location_id.",
        )
    return {"id": license_id, "operation": "add", "properties": dict(properties)}


def _skipped(before: State, add: Sequence[str], remove: Sequence[str]) -> tuple[str, ...]:
    had = sum(1 for license_id in add if before[license_id])
    lacked = sum(1 for license_id in remove if not before[license_id])
    notes = [f"{had} ya asignadas"] * bool(had) + [f"{lacked} que no tenía"] * bool(lacked)
    return (f"Se omiten: {' y '.join(notes)}.",) if notes else ()


def write(
    api: Api, change: Change, *, person_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    """PATCH; the licenses of the answer are compared with what was wanted, one by one (200 and
    206).

    Raises AmbiguousWrite for an answer that does not tell them: only reading can.
    """
    body = (
        {"personId": person_id} | ({"orgId": org_id} if org_id else {}) | {"licenses": change.body}
    )
    answer = api.send("PATCH", "licenses/users", body)
    applied = answer.body if isinstance(answer.body, dict) else {}
    if not isinstance(applied.get("licenses"), list):
        raise AmbiguousWrite(NO_LICENSES, tracking_id=answer.tracking_id, in_flight=False)
    held = {id_key(license_id) for license_id in applied["licenses"]}
    waiting = {id_key(license_id) for license_id in applied.get("pendingLicenses") or ()}
    after = {license_id: id_key(license_id) in held for license_id in change.fields}
    lacking = [
        license_id for license_id, wanted in change.news().items() if after[license_id] != wanted
    ]
    wrong = [
        license_id
        for license_id in lacking
        if after[license_id] or id_key(license_id) not in waiting
    ]
    if not wrong:
        if not lacking:
            return Outcome(tracking_id=answer.tracking_id)
        note = PENDING.format(", ".join(lacking))
        return Outcome(after=after, message=note, tracking_id=answer.tracking_id)
    text = PARTIAL.format(", ".join(wrong))
    return Outcome(False, after=after, code="partial", message=text, tracking_id=answer.tracking_id)


def undo(
    before: State, after: State, *, allow_calling_removal: bool = False
) -> Change | Irreversible:
    """A calling license that the run gave takes the person's calling settings along when it goes:
    asked for, as in a run.

    One that the run took away stays away, and so does one that it gave instead.
    """
    changed = {m: v for m, v in before.items() if m not in CONTEXT and v != after.get(m)}
    lost: tuple[str, ...] = ()
    if any(license_id in before[CALLING] for license_id, had in changed.items() if had):
        changed, lost = (
            {m: had for m, had in changed.items() if m not in before[CALLING]},
            (SETTINGS_GONE,),
        )
        if not changed:
            return Irreversible(SETTINGS_GONE)
    taken = [license_id for license_id, had in changed.items() if not had]
    if not allow_calling_removal:
        _guard(taken, before)
    takes = not set(taken).isdisjoint(before[CALLING])
    lost = (SETTINGS_GO,) if takes else lost
    body = [
        {"id": license_id, "operation": "add" if had else "remove"}
        for license_id, had in changed.items()
    ]
    fields = {license_id: (after.get(license_id), had) for license_id, had in changed.items()}
    return Change(fields, body=body, lost=lost)


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    """Number and extension count only where a calling license is added: to the others Webex is sent
    neither.
    """
    for license_id, (_, new) in change.items():
        yield Demand(Need.LICENSE if new else Need.LICENSE_BACK, license_id)
    if not any(new and license_id in before[CALLING] for license_id, (_, new) in change.items()):
        return
    place, extension, number = (
        params.get(name) for name in ("location_id", "extension", "phone_number")
    )
    if place:
        yield Demand(Need.CALLING_PLACE, place, place)
    if place and extension:
        yield Demand(Need.EXTENSION, extension, place)
    if number:  # Webex finds its location by itself (docs/webex.md 3.5)
        yield Demand(Need.NUMBER, number)


def loses_calling(before: State, change: Mapping[str, Sequence[Any]]) -> bool:
    """One of the licenses that go is a Webex Calling one."""
    named = before.get(CALLING)
    calling = named if isinstance(named, list) else ()
    return any(license_id in calling and not wanted for license_id, (_, wanted) in change.items())


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
        Param("remove_license_ids", "license", many=True, in_example=False),
        Param("location_id", "location"),
        Param("extension", "extension"),
        Param("phone_number", "phone"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    one_of=("add_license_ids", "remove_license_ids"),
    demand=demand,
    provides="calling",
    numbers_in="en la organización",
    loses_calling=loses_calling,
    options=("allow_calling_removal",),
    undo_options=("allow_calling_removal",),
    additive=True,
    undo_note=(
        "Una licencia de Webex Calling quitada no recupera la configuración de llamadas del"
        " usuario; quitar la que se dio la borra, y se pide confirmarlo."
    ),
    sets=SetOps(read_many=read_many, read_limit=lambda settings: settings.people_per_read),
    scopes=("spark-admin:licenses_read", "spark-admin:people_read", "spark-admin:people_write"),
    members={OTHER: Member("licencia {}", lambda held: "asignada" if held else "sin asignar")},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
