"""Default outgoing permissions of a location, from a JSON profile or two lists. docs/webex.md
2.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.adapters.call_permissions import (
    PERMISSION_MEMBERS,
    listed_permissions,
    permission_entries,
    permissions_state,
    without_restricted,
)
from bulk.core.action import Action, Change, Outcome, Param, State, differences
from bulk.errors import RowRefused
from schemas.fields import CALL_TYPES

if TYPE_CHECKING:
    from bulk.webex.client import Api

NOTHING_ASKED = (
    "No hay perfil ni listas: indica un perfil para la ejecución (--profile) o rellena"
    " allow_call_types o block_call_types."
)


def _path(location_id: str) -> str:
    return f"telephony/config/locations/{location_id}/outgoingPermission"


def read(api: Api, *, location_id: str, org_id: str | None = None, **_: object) -> State:
    """callType -> {"action", "transferEnabled", "restricted"}."""
    return permissions_state(api.get(_path(location_id), orgId=org_id))


def decide(
    before: State,
    *,
    allow_call_types: Sequence[str] | None = None,
    block_call_types: Sequence[str] | None = None,
    profile: Mapping[str, Any] | None = None,
) -> Change:
    """The profile's entries, with those of the row's own lists on top; call types that neither
    names keep their value.
    """
    asked = _profile(profile) | listed_permissions(allow_call_types, block_call_types)
    if not asked:
        raise RowRefused("sin_perfil", NOTHING_ASKED)
    wanted, notes = without_restricted(before, asked)
    fields = differences(before, wanted)
    changed = {call_type: wanted[call_type] for call_type in fields}
    return Change(fields, body={"callingPermissions": permission_entries(changed)}, notes=notes)


def _profile(profile: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Entries of a profile in the form of docs/webex.md 2.4; a blocked type never keeps its
    transfer.
    """
    entries = (profile or {}).get("callingPermissions") or []
    return {
        e["callType"]: {
            "action": e["action"],
            "transferEnabled": bool(e["transferEnabled"]) and e["action"] != "BLOCK",
        }
        for e in entries
        if e["callType"] in CALL_TYPES
    }


def write(
    api: Api, change: Change, *, location_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    return Outcome(
        tracking_id=api.send("PUT", _path(location_id), change.body, orgId=org_id).tracking_id
    )


def undo(before: State, after: State) -> Change:
    """The old entries of the touched types; one that Webex did not tell before (None) cannot be
    given back.
    """
    touched = {
        t: value
        for t, value in before.items()
        if value and value != after.get(t) and not value["restricted"]
    }
    fields = differences(after, touched)
    return Change(fields, body={"callingPermissions": permission_entries(touched)})


ACTION = Action(
    id="ubicacion_configurar_permisos_salientes_defecto",
    title="Permisos salientes por defecto",
    summary="Fija qué tipos de llamada pueden hacer por defecto los usuarios de cada ubicación.",
    dataset="ubicaciones",
    entity="location_id",
    params=(
        Param("location_id", "location", required=True),
        Param("allow_call_types", "call_type", many=True, in_example=False),
        Param("block_call_types", "call_type", many=True, example="PREMIUM_SERVICES_I"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    one_of=("allow_call_types", "block_call_types"),
    one_of_option="profile",
    pure_put=True,
    options=("profile",),
    members=PERMISSION_MEMBERS,
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
