"""Custom outgoing permissions of a person: all allowed except the blocked. docs/webex.md 3.4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bulk import script
from bulk.adapters.call_permissions import (
    PERMISSION_MEMBERS,
    listed_permissions,
    permission,
    permission_entries,
    permissions_state,
    without_restricted,
)
from bulk.core.action import Action, Change, Member, Outcome, Param, State, differences
from bulk.errors import NotFound, RowRefused
from bulk.webex.members import needed

if TYPE_CHECKING:
    from bulk.webex.client import Api

FLAGS = ("useCustomEnabled", "useCustomPermissions")
PATH = (  # member of `before`: where the read found the settings; the write goes to the same place
    "path"
)
PATHS = {
    "features": "people/{}/features/outgoingPermission",
    "telephony": "telephony/config/people/{}/outgoingPermission",
}


def read(api: Api, *, person_id: str, org_id: str | None = None, **_: object) -> State:
    """Both flags, callType -> {"action", "transferEnabled", "restricted"}, and the path that
    answered.

    The sources disagree on the path: a 404 of the read, never of the write, tries the other one
    (docs/webex.md 3.4).
    """
    first = api.settings.custom_permission_path
    other = next(name for name in PATHS if name != first)
    try:
        answer, path = api.get(PATHS[first].format(person_id), orgId=org_id), first
    except NotFound as missing:
        try:
            answer, path = api.get(PATHS[other].format(person_id), orgId=org_id), other
        except NotFound:
            raise missing from None
    flags = {flag: needed(answer, flag, bool) for flag in FLAGS}
    return {**flags, **permissions_state(answer), PATH: path}


def decide(
    before: State,
    *,
    allow_call_types: Sequence[str] | None = None,
    block_call_types: Sequence[str] | None = None,
) -> Change:
    asked = listed_permissions(allow_call_types, block_call_types)
    if not asked:
        raise RowRefused(
            "listas_vacias",
            "Con las dos listas vacías se permitiría todo, también lo premium. Rellena"
            " allow_call_types o block_call_types.",
        )
    read_types = [name for name in before if name not in (*FLAGS, PATH)]
    everything = {name: permission(True) for name in read_types} | asked
    wanted, notes = without_restricted(before, everything)
    fields = differences(before, dict.fromkeys(FLAGS, True) | wanted)
    # Unlike 2.4 the text does not call this array a subset: all types are sent.
    body = dict.fromkeys(FLAGS, True) | {
        "callingPermissions": permission_entries(wanted),
        PATH: before[PATH],
    }
    return Change(fields, body=body, notes=notes)


def write(
    api: Api, change: Change, *, person_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    body = {member: value for member, value in change.body.items() if member != PATH}
    path = PATHS[change.body[PATH]].format(person_id)
    return Outcome(tracking_id=api.send("PUT", path, body, orgId=org_id).tracking_id)


def undo(before: State, after: State) -> Change:
    """Flags and entries as read. With useCustomPermissions false the entries are the location's:
    the flag restores behaviour.

    A type that Webex did not tell before (None) cannot be given back.
    """
    wanted, _ = without_restricted(
        before, {t: v for t, v in before.items() if v and t not in (*FLAGS, PATH)}
    )
    flags = {flag: before[flag] for flag in FLAGS}
    fields = differences(after, flags | wanted)
    return Change(
        fields, body=flags | {"callingPermissions": permission_entries(wanted), PATH: before[PATH]}
    )


ACTION = Action(
    id="usuarios_configurar_perfil_saliente_custom",
    title="Perfil saliente personalizado",
    summary="Permite a cada usuario todas las llamadas salientes menos las que se bloqueen.",
    dataset="usuarios",
    entity="person_id",
    params=(
        Param("person_id", "person", required=True),
        Param("allow_call_types", "call_type", many=True, in_example=False),
        Param("block_call_types", "call_type", many=True, example="PREMIUM_SERVICES_I"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    one_of=("allow_call_types", "block_call_types"),
    pure_put=True,
    needs_calling=True,
    scopes=("spark-admin:people_read", "spark-admin:people_write"),
    members={
        "useCustomEnabled": Member("perfil propio"),
        "useCustomPermissions": Member("permisos propios"),
        **PERMISSION_MEMBERS,
    },
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
