"""Route calls to unknown extensions of a location to a trunk or route group. docs/webex.md 2.3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.core.action import Action, Change, Member, Outcome, Param, State, differences
from bulk.core.demand import Demand, Need
from bulk.errors import RowRefused
from bulk.webex.members import needed
from schemas.hydra import decode_id, id_key, kind_of

if TYPE_CHECKING:
    from bulk.webex.client import Api

POLICY = "enableUnknownExtensionRoutePolicy"
ROUTE = "unknownExtensionRouteIdentity"
DISABLED = {POLICY: False, ROUTE: None}


def _path(location_id: str) -> str:
    return f"telephony/config/locations/{location_id}/internalDialing"


def read(
    api: Api,
    *,
    location_id: str,
    premise_route_id: str | None = None,
    org_id: str | None = None,
    **_: object,
) -> State:
    """The policy, and the id and type of its route; a route that Webex keeps without the policy
    does nothing: None. Raises Unreadable.

    The route that the row names stands under the id that the row has for it.
    """
    answer = api.get(_path(location_id), orgId=org_id)
    if not needed(answer, POLICY, bool):
        return {POLICY: False, ROUTE: None}
    route = needed(answer, ROUTE, dict)
    route_id = needed(route, "id", str)
    kind = route.get("type") or kind_of(route_id) or needed(route, "type", str)
    if premise_route_id and id_key(premise_route_id) == id_key(route_id):
        route_id = premise_route_id
    return {POLICY: True, ROUTE: {"id": route_id, "type": kind}}


def decide(
    before: State,
    *,
    enable_unknown_extension_route_policy: bool,
    premise_route_id: str | None = None,
    premise_route_type: str | None = None,
) -> Change:
    if not enable_unknown_extension_route_policy:
        return Change(differences(before, DISABLED), body={POLICY: False})
    if not premise_route_id or not premise_route_type:
        raise RowRefused(
            "falta_ruta",
            "Para activar la política hacen falta premise_route_id y premise_route_type.",
        )
    kind = decode_id(premise_route_id)
    if kind and kind[0] != premise_route_type:
        raise RowRefused(
            "tipo_de_ruta",
            f"El identificador es de {kind[0]} y premise_route_type dice {premise_route_type}.",
        )
    wanted = {POLICY: True, ROUTE: {"id": premise_route_id, "type": premise_route_type}}
    return Change(differences(before, wanted), body=wanted)


def write(
    api: Api, change: Change, *, location_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    return Outcome(
        tracking_id=api.send("PUT", _path(location_id), change.body, orgId=org_id).tracking_id
    )


def undo(before: State, after: State) -> Change:
    if not before[POLICY]:  # the disable form
        return Change(differences(after, DISABLED), body={POLICY: False})
    wanted = {POLICY: True, ROUTE: before[ROUTE]}
    return Change(differences(after, wanted), body=wanted)


def _route(identity: Any) -> str:
    """`Troncal Madrid (enlace troncal)`, once its id stands as its name."""
    if not isinstance(identity, dict):
        return "-"
    kind = {"TRUNK": "enlace troncal", "ROUTE_GROUP": "grupo de rutas"}.get(
        str(identity.get("type"))
    )
    return f"{identity.get('id')} ({kind})" if kind else str(identity.get("id"))


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    if params.get("enable_unknown_extension_route_policy"):
        yield Demand(Need.ROUTE, params["premise_route_id"], params["location_id"])


ACTION = Action(
    id="ubicacion_configurar_llamadas_internas",
    title="Configurar llamadas internas",
    summary="Envía las llamadas a extensiones desconocidas a un enlace troncal o grupo de rutas.",
    dataset="ubicaciones",
    entity="location_id",
    params=(
        Param("location_id", "location", required=True),
        Param("enable_unknown_extension_route_policy", "flag", required=True),
        Param("premise_route_id", "route"),
        Param("premise_route_type", "route_type"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    demand=demand,
    pure_put=True,
    members={
        POLICY: Member(
            "llamadas a extensiones desconocidas",
            lambda on: "se envían a la ruta" if on else "no se envían",
        ),
        ROUTE: Member("ruta", _route),
    },
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
