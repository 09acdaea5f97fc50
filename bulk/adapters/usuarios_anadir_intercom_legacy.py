"""Add a secondary number to a person. Read and write have different paths. docs/webex.md 3.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.adapters.phones import may_be, plain_phone
from bulk.core.action import OTHER, Action, Change, Member, Outcome, Param, State
from bulk.core.demand import Demand, Need
from bulk.errors import Unreadable
from bulk.webex.members import needed, needed_objects

if TYPE_CHECKING:
    from bulk.webex.client import Api

NATIONAL = "Webex da un número sin prefijo ({}): no se puede saber si es el que se pide."


def read(
    api: Api, *, person_id: str, legacy_phone_number: str, org_id: str | None = None, **_: object
) -> State:
    """{number: True when the person has it}. Asked in E.164: in national form the comparison would
    fail. Raises Unreadable.
    """
    answer = api.get(f"people/{person_id}/features/numbers", preferE164Format=True, orgId=org_id)
    entries = needed_objects(answer, "phoneNumbers")
    has = any(plain_phone(entry.get("directNumber")) == legacy_phone_number for entry in entries)
    for entry in entries if not has else ():
        _tells_another(entry, legacy_phone_number)
    return {legacy_phone_number: has}


def _tells_another(entry: Mapping[str, Any], number: str) -> None:
    """Raises Unreadable for an entry that may be of this number."""
    if not entry.get("directNumber") and entry.get("extension"):  # of an extension alone
        return
    direct = plain_phone(needed(entry, "directNumber", str))
    if not direct.startswith("+") and may_be(direct, number):
        raise Unreadable(NATIONAL.format(direct))


def decide(before: State, *, legacy_phone_number: str) -> Change:
    if before[legacy_phone_number]:
        return Change()
    return _change(legacy_phone_number, "ADD")


def _change(number: str, operation: str) -> Change:
    adding = operation == "ADD"
    body = {"number": number, "action": operation}
    return Change({number: (not adding, adding)}, body=body, creates=adding)


def write(
    api: Api, change: Change, *, person_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    entry = {
        "primary": False,
        "action": change.body["action"],
        "directNumber": change.body["number"],
    }
    answer = api.send(
        "PUT",
        f"telephony/config/people/{person_id}/numbers",
        {"phoneNumbers": [entry]},
        orgId=org_id,
    )
    return Outcome(tracking_id=answer.tracking_id)


def undo(before: State, after: State) -> Change:
    """Take the number away, or give back one that an undo took away."""
    for number, had in before.items():
        if bool(had) != bool(after.get(number)):
            return _change(number, "ADD" if had else "DELETE")
    return Change()


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    yield Demand(Need.HOME_NUMBER, params["legacy_phone_number"])


ACTION = Action(
    id="usuarios_anadir_intercom_legacy",
    title="Añadir intercom (número secundario)",
    summary="Añade a cada usuario un número secundario de su ubicación.",
    dataset="usuarios",
    entity="person_id",
    params=(
        Param("person_id", "person", required=True),
        Param("legacy_phone_number", "phone", required=True),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    demand=demand,
    numbers_in="en la ubicación del usuario",
    numbers_remedy=("Si está en la ubicación a la que va el usuario, lanza antes «{location}»."),
    idempotent=False,
    additive=True,
    needs_calling=True,
    scopes=("spark-admin:people_read", "spark-admin:telephony_config_write"),
    members={OTHER: Member("número secundario {}")},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
