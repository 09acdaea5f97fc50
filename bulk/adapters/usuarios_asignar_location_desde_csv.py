"""Move a person to another location with Webex's own asynchronous job. docs/webex.md 3.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bulk import script
from bulk.core.action import (
    Action,
    Change,
    Member,
    Outcome,
    Param,
    SetOps,
    State,
    Ticket,
    Work,
    one_after_another,
)
from bulk.errors import RowRefused
from bulk.webex.people import calling_licenses, read_people
from bulk.wording.remedies import catalogue
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.answers import Answer
    from bulk.webex.client import Api

JOBS = "telephony/config/jobs/person/moveLocation"
ENDED = ("COMPLETED", "FAILED", "ABANDONED")
WORDS = {"extension": "extensión", "phoneNumber": "numeración"}
ALREADY_THERE = "Ya está en la ubicación y no se mueve, así que conserva: {}."
LOST_ON_THE_WAY = (
    "Los mensajes de voz, grupos, horarios y ajustes que el cambio de ubicación quitó no vuelven."
)
# Members that PUT people/{id} must send back as read: it is a full replacement (docs/webex.md 3.2,
# fallback).
KEPT = (
    "emails",
    "displayName",
    "firstName",
    "lastName",
    "nickName",
    "orgId",
    "roles",
    "licenses",
    "department",
    "title",
    "manager",
    "managerId",
    "addresses",
    "siteUrls",
    "phoneNumbers",
)


def read(api: Api, **params: Any) -> State:
    person = api.get(f"people/{params['person_id']}", callingData=True)
    return _state(person, calling_licenses(api, params.get("org_id")))


def read_many(api: Api, works: Sequence[Work]) -> Mapping[int, State | Exception]:
    calling = calling_licenses(api, works[0].params.get("org_id"))
    return {
        key: found if isinstance(found, Exception) else _state(found, calling)
        for key, found in read_people(api, works).items()
    }


def _state(person: Mapping[str, Any], calling: frozenset[str]) -> State:
    numbers = person.get("phoneNumbers") or ()
    work = next(
        (
            str(n["value"]).replace(" ", "")
            for n in numbers
            if n.get("type") == "work" and n.get("value")
        ),
        None,
    )
    return {
        "locationId": person.get("locationId"),
        "extension": person.get("extension"),
        "phoneNumber": work,
        "calling": not calling.isdisjoint(person.get("licenses") or ()),
    }


def decide(
    before: State,
    *,
    target_location_id: str,
    target_extension: str | None = None,
    target_phone_number: str | None = None,
    selected: bool | None = None,
) -> Change:
    """`selected` chooses rows before they come here (scope); a move to where the person is already
    would be refused.
    """
    given = {"extension": target_extension, "phoneNumber": target_phone_number}
    new = {member: value for member, value in given.items() if value is not None}
    if before["locationId"] == target_location_id:
        return Change(notes=_not_moved(before, new))
    if new and not before["calling"]:
        raise RowRefused("1026023", str(catalogue()["code"]["1026023"]))
    fields: dict[str, tuple[Any, Any]] = {"locationId": (before["locationId"], target_location_id)}
    fields |= {
        member: (before[member], value) for member, value in new.items() if before[member] != value
    }
    return Change(
        fields, body={"locationId": target_location_id, "calling": before["calling"], **new}
    )


def _not_moved(before: State, new: Mapping[str, str]) -> tuple[str, ...]:
    """What was asked of somebody who is there already: only a move would bring it along."""
    other = [
        f"{WORDS[member]} {before[member] or 'ninguna'} (se pide {value})"
        for member, value in new.items()
        if before[member] != value
    ]
    return (ALREADY_THERE.format(", ".join(other)),) if other else ()


def write(api: Api, change: Change, **params: Any) -> Ticket | Answer:
    return write_many(api, [Work(0, params, change)])


def write_many(api: Api, works: Sequence[Work]) -> Ticket | Answer:
    """One job for all (people without calling license too, unless the fallback is set); no job id =
    moved at once.
    """
    by_put = [
        w
        for w in works
        if not w.change.body["calling"] and api.settings.move_without_calling == "put"
    ]
    rest = [work for work in works if work not in by_put]
    calls: list[Callable[[], Ticket | Answer]] = [
        partial(_put_person, api, work) for work in by_put
    ]
    if rest:
        calls.append(partial(_post_job, api, rest))
    return one_after_another(calls)


def _post_job(api: Api, works: Sequence[Work]) -> Ticket | Answer:
    targets: dict[str, list[dict[str, Any]]] = {}
    for work in works:
        user = {"userId": work.params["person_id"]}
        user |= {
            m: work.change.body[m] for m in ("extension", "phoneNumber") if m in work.change.body
        }
        targets.setdefault(work.change.body["locationId"], []).append(user)
    users_list = [
        {"locationId": target, "validate": False, "users": users}
        for target, users in targets.items()
    ]
    answer = api.send("POST", JOBS, {"usersList": users_list}, orgId=works[0].params.get("org_id"))
    job = _job(answer.body)
    return Ticket(str(job["id"]), answer.tracking_id) if job.get("id") else answer


def _job(body: Any) -> Mapping[str, Any]:
    """The job under `response`, or under `response.jobDetails`: both shapes are documented."""
    response = (body or {}).get("response") if isinstance(body, dict) else None
    response = response if isinstance(response, dict) else {}
    details = response.get("jobDetails")
    return details if isinstance(details, dict) else response


def _put_person(api: Api, work: Work) -> Answer:
    person = api.get(f"people/{work.params['person_id']}", callingData=True)
    body = {member: person[member] for member in KEPT if member in person}
    body["locationId"] = work.change.body["locationId"]
    return api.send("PUT", f"people/{work.params['person_id']}", body, callingData=True)


# -- following a job -------------------------------------------------------------------------------


def mark(api: Api, works: Sequence[Work]) -> str | None:
    """Id of the newest job before ours: clocks differ, so jobs are never recognised by time."""
    return next((job["id"] for job in _jobs(api, works)), None)


def find(api: Api, works: Sequence[Work], kept: Any) -> Ticket | None:
    """The job of an unanswered POST: ahead of the newest one seen before it, as many people, and
    started by ourselves.
    """
    seen = (kept or {}).get("seen")
    myself = api.get("people/me").get("id")
    ours = None
    for job in _jobs(api, works):
        if job["id"] == seen:
            break
        same_size = (job.get("counts") or {}).get("totalMoves", len(works)) == len(works)
        if same_size and job.get("sourceUserId", myself) in (myself, id_tail(str(myself))):
            ours = Ticket(job["id"])
    return ours


def _jobs(api: Api, works: Sequence[Work]) -> Any:
    return api.pages(JOBS, "items", orgId=works[0].params.get("org_id"))


def poll(api: Api, job_id: str, works: Sequence[Work]) -> Mapping[int, Outcome] | None:
    """None while it runs; then the people it refused (the rest is for the confirming read)."""
    org_id = works[0].params.get("org_id")
    job = api.get(f"{JOBS}/{job_id}", orgId=org_id)
    if job.get("latestExecutionStatus") not in ENDED:
        return None
    if not (job.get("counts") or {}).get("failed") and job["latestExecutionStatus"] == "COMPLETED":
        return {}
    errors = {
        str(e.get("item")): e for e in api.pages(f"{JOBS}/{job_id}/errors", "items", orgId=org_id)
    }
    refused = {}
    for work in works:
        person_id = str(work.params["person_id"])
        entry = errors.get(person_id) or errors.get(id_tail(person_id))
        if entry:
            refused[work.key] = _refusal(entry)
    return refused


def _refusal(entry: Mapping[str, Any]) -> Outcome:
    messages = (entry.get("error") or {}).get("message") or [{}]
    first = messages[0] if isinstance(messages, list) else messages
    code = str(first.get("code") or (entry.get("error") or {}).get("key") or "")
    text = str(first.get("description") or "sin descripción").rstrip(".")
    remedy = catalogue()["code"].get(code) or catalogue()["status"]["400"]
    return Outcome(
        False,
        code=code or None,
        message=remedy.format(text=text),
        tracking_id=entry.get("trackingId"),
    )


def undo(before: State, after: State) -> Change:
    """Back to the old location, with the old extension and number where they changed: only a move
    brings them along, so that they stay where somebody has moved the person back (docs/webex.md
    3.2: Webex refuses a move to where the person is).
    """
    if before["locationId"] == after.get("locationId"):
        return Change()
    changed = {
        m: before[m]
        for m in ("locationId", "extension", "phoneNumber")
        if before[m] != after.get(m)
    }
    fields = {member: (after.get(member), old) for member, old in changed.items()}
    body = {member: old or "" for member, old in changed.items()}
    body |= {"locationId": before["locationId"], "calling": before["calling"]}
    return Change(fields, body=body, lost=(LOST_ON_THE_WAY,))


ACTION = Action(
    id="usuarios_asignar_location_desde_csv",
    title="Cambiar de ubicación",
    summary="Mueve usuarios a otra ubicación, hasta 100 a la vez.",
    dataset="usuarios",
    entity="person_id",
    params=(
        Param("person_id", "person", required=True),
        Param("target_location_id", "location", required=True),
        Param("selected", "flag"),
        Param("target_extension", "extension"),
        Param("target_phone_number", "phone"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    idempotent=False,
    brought_along=("extension", "phoneNumber"),
    undo_note=LOST_ON_THE_WAY,
    sets=SetOps(
        read_many=read_many,
        read_limit=lambda settings: settings.people_per_read,
        write_many=write_many,
        write_limit=lambda settings: settings.people_per_job,
        set_key=lambda params: str(params.get("org_id") or ""),
        mark=mark,
        poll=poll,
        find=find,
        one_at_a_time=True,
    ),
    calls="1 trabajo por cada 100 usuarios, y 2 lecturas por cada 85",
    scopes=("spark-admin:telephony_config_write", "spark-admin:people_write", "identity:groups_rw"),
    contract="3.2",
    members={
        "locationId": Member("ubicación"),
        "extension": Member("extensión"),
        "phoneNumber": Member("teléfono"),
        "calling": Member("Webex Calling"),
    },
)
run = script.runner(ACTION)

if __name__ == "__main__":
    script.main(ACTION)
