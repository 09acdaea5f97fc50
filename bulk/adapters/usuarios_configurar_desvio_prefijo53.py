"""Forward all calls of a person to "53" + extension, or to `destination`. docs/webex.md 3.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.core.action import Action, Change, Member, Outcome, Param, State
from bulk.errors import RowRefused
from bulk.webex.members import needed

if TYPE_CHECKING:
    from bulk.webex.client import Api

PREFIX = "53"
ALWAYS_FLAGS = ("enabled", "destinationVoicemailEnabled", "ringReminderEnabled")
FLAGS = ("enabled", "destinationVoicemailEnabled")  # of the other parts


def _path(person_id: str) -> str:
    return f"people/{person_id}/features/callForwarding"


def read(api: Api, *, person_id: str, org_id: str | None = None, **_: object) -> State:
    """{"always", "busy", "noAnswer", "businessContinuity"} as Webex has them; an empty destination
    is none. Raises Unreadable.
    """
    answer = api.get(_path(person_id), orgId=org_id)
    forwarding = needed(answer, "callForwarding", dict)
    always = {name: v for name, v in needed(forwarding, "always", dict).items() if v is not None}
    # a switch that is not sent back would be turned off
    flags = [needed(always, flag, bool) for flag in ALWAYS_FLAGS]
    if not always.get("destination"):
        always.pop("destination", None)
        if flags[0] and not always["destinationVoicemailEnabled"]:
            needed(always, "destination", str)
    return {
        **forwarding,
        "always": always,
        "businessContinuity": answer.get("businessContinuity"),
    }


def decide(
    before: State, *, extension: str | None = None, destination: str | None = None
) -> Change:
    target = destination or (PREFIX + extension if extension else None)
    if not target:
        raise RowRefused(
            "falta_destino",
            "Falta la extensión o el destino del desvío. Completa una de las dos celdas.",
        )
    now = before.get("always") or {}
    if now.get("enabled") and now.get("destination") == target:
        return Change()
    wanted = {
        "enabled": True,
        "destination": target,
        "destinationVoicemailEnabled": False,
        "ringReminderEnabled": False,
    }
    return Change({"always": (now, wanted)}, body=_body({**before, "always": wanted}))


def _body(state: State) -> dict[str, Any]:
    """The whole object as read, with its one changed member and without the read-only
    systemMaxNumberOfRings.

    A part of which a switch was not read is left out: a part left out keeps its values, a switch
    left out is turned off.
    """
    forwarding = {"always": dict(state["always"])}
    forwarding |= {part: _sent(state[part]) for part in ("busy", "noAnswer") if _whole(state, part)}
    part = "businessContinuity"
    continuity = {part: _sent(state[part])} if _whole(state, part) else {}
    return {"callForwarding": forwarding, **continuity}


def _whole(state: State, part: str) -> bool:
    value = state.get(part)
    return isinstance(value, dict) and all(isinstance(value.get(flag), bool) for flag in FLAGS)


def _sent(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in part.items()
        if value is not None and name != "systemMaxNumberOfRings"
    }


def write(
    api: Api, change: Change, *, person_id: str, org_id: str | None = None, **_: object
) -> Outcome:
    return Outcome(
        tracking_id=api.send("PUT", _path(person_id), change.body, orgId=org_id).tracking_id
    )


def undo(before: State, after: State) -> Change:
    always = before.get("always") or {}
    # what was absent is sent as what it means (docs/webex.md 3.3)
    sent = {"enabled": False, "destination": "", **always}
    return Change({"always": (after.get("always"), always)}, body=_body({**after, "always": sent}))


def _shown(always: Any) -> str:
    """`desactivado`, or where to."""
    if not isinstance(always, dict) or not always.get("enabled"):
        return "desactivado"
    return str(always.get("destination") or "activado, sin destino")


ACTION = Action(
    id="usuarios_configurar_desvio_prefijo53",
    title="Desvío total con prefijo 53",
    summary=(
        "Desvía todas las llamadas de cada usuario a 53 + su extensión, o al destino que se"
        " indique."
    ),
    dataset="usuarios",
    entity="person_id",
    params=(
        Param("person_id", "person", required=True),
        Param("extension", "extension"),
        Param("destination", "text", default=PREFIX + "{extension}", example="532041", digits=True),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    one_of=("extension", "destination"),
    pure_put=True,
    needs_calling=True,
    scopes=("spark-admin:people_read", "spark-admin:people_write"),
    members={"always": Member("desvío", _shown)},
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
