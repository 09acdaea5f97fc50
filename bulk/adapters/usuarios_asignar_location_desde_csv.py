"""Move a person to another location with Webex's own asynchronous job. docs/webex.md 3.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
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
    SetOps,
    State,
    Ticket,
    Work,
)
from bulk.core.demand import Demand, Need
from bulk.errors import AmbiguousWrite, RowRefused
from bulk.webex.license_kinds import CallingLicenses
from bulk.webex.licenses import calling_licenses
from bulk.webex.members import needed, needed_objects
from bulk.webex.people import read_people, read_person, state_of
from bulk.webex.refusals import said
from bulk.wording.remedies import catalogue
from schemas.hydra import id_key

if TYPE_CHECKING:
    from bulk.webex.answers import Answer
    from bulk.webex.client import Api

JOBS = "telephony/config/jobs/person/moveLocation"
ENDED = ("COMPLETED", "FAILED", "ABANDONED")
WORDS = {"extension": "extensión", "phoneNumber": "numeración"}
NO_JOB = "Webex ha aceptado el cambio de ubicación sin decir en qué trabajo."
ALREADY_THERE = "Ya está en la ubicación y no se mueve, así que conserva: {}."
LOST_ON_THE_WAY = (
    "Los mensajes de voz, grupos, horarios y ajustes que el cambio de ubicación quitó no vuelven."
)
NOT_TOLD = (
    "Webex no dice la ubicación de quien no tiene Webex Calling: no se sabe dónde estaba antes."
)
ALREADY = ("1026013", "25378")  # the person is in that location


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
    """Where the person is, with which extension and number; the target under the id that the row
    has for it.

    Without `locationId` where Webex does not tell it, of people without calling license. Raises
    Unreadable.
    """
    held = needed(person, "licenses", list)
    # a location or an extension is shown of people with calling only: it settles a doubtful license
    shows_calling = bool(person.get("extension") or person.get("locationId"))
    has_calling = bool(calling.sure_of(held) or (calling.doubtful_of(held) and shows_calling))
    state: State = {
        "extension": person.get("extension"),
        "phoneNumber": _work_number(person) if has_calling else None,
        "calling": has_calling,
    }
    if not has_calling and not person.get("locationId"):
        return state
    place, target = needed(person, "locationId", str), str(params.get("target_location_id"))
    return {"locationId": target if id_key(place) == id_key(target) else place} | state


def _work_number(person: Any) -> str | None:
    """None of a person who has an extension alone. Raises Unreadable when that is not sure."""
    numbers = needed_objects(person, "phoneNumbers")
    kinds = {needed(number, "type", str): number for number in reversed(numbers)}
    if "work_extension" in kinds:
        needed(person, "extension", str)
    if "work" not in kinds:
        needed(person, "extension", str)
        return None
    return str(plain_phone(needed(kinds["work"], "value", str)))


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
    place = before.get("locationId")
    if place == target_location_id:
        return Change(notes=_not_moved(before, new))
    if new and not before["calling"]:
        raise RowRefused("1026023", str(catalogue()["code"]["1026023"]))
    fields: dict[str, tuple[Any, Any]] = {"locationId": (place, target_location_id)}
    fields |= {
        member: (before[member], value) for member, value in new.items() if before[member] != value
    }
    return Change(
        fields, body={"locationId": target_location_id, "calling": before["calling"], **new}
    )


def _not_moved(before: State, new: Mapping[str, str]) -> tuple[str, ...]:
    """What was asked of a person who is there already: only a move would bring it along."""
    other = [
        f"{WORDS[member]} {before[member] or 'ninguna'} (se pide {value})"
        for member, value in new.items()
        if before[member] != value
    ]
    return (ALREADY_THERE.format(", ".join(other)),) if other else ()


def write(api: Api, change: Change, **params: Any) -> Ticket | Answer:
    return write_many(api, [Work(0, params, change)])


def write_many(api: Api, works: Sequence[Work]) -> Ticket | Answer:
    """One job for all; a single person without calling license is moved at once.

    Raises AmbiguousWrite for an answer without the job that there has to be.
    """
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
    if job.get("id"):
        return Ticket(str(job["id"]), answer.tracking_id)
    if len(works) == 1 and not works[0].change.body["calling"]:
        return answer
    raise AmbiguousWrite(NO_JOB, tracking_id=answer.tracking_id, in_flight=False)


def _job(body: Any) -> Mapping[str, Any]:
    """The job under `response`, or under `response.jobDetails`: both shapes are documented."""
    response = (body or {}).get("response") if isinstance(body, dict) else None
    response = response if isinstance(response, dict) else {}
    details = response.get("jobDetails")
    return details if isinstance(details, dict) else response


# -- following a job -------------------------------------------------------------------------------


def mark(api: Api, works: Sequence[Work]) -> str | None:
    """Id of the newest job before ours: clocks differ, so jobs are never recognised by time."""
    return next((needed(job, "id", str) for job in _jobs(api, works)), None)


def find(api: Api, works: Sequence[Work], kept: Any) -> Ticket | None:
    """The job of an unanswered POST: ahead of the newest one seen before it, as many people, and
    started by ourselves. Raises Unreadable.
    """
    seen = (kept or {}).get("seen")
    myself = id_key(needed(api.get("people/me"), "id", str))
    ours = None
    for job in _jobs(api, works):
        job_id = needed(job, "id", str)
        if seen and id_key(job_id) == id_key(seen):
            break
        if _size(job) in (None, len(works)) and id_key(needed(job, "sourceUserId", str)) == myself:
            ours = Ticket(job_id)
    return ours


def _size(job: Mapping[str, Any]) -> int | None:
    """How many people it moves; None while that is not known: a job that has just started counts
    none.
    """
    total = _counts(job).get("totalMoves")
    return total if total or job.get("latestExecutionStatus") in ENDED else None


def _counts(job: Mapping[str, Any]) -> Mapping[str, Any]:
    counts = job.get("counts")
    return counts if isinstance(counts, Mapping) else {}


def _jobs(api: Api, works: Sequence[Work]) -> Any:
    return api.pages(JOBS, "items", orgId=works[0].params.get("org_id"))


def poll(api: Api, job_id: str, works: Sequence[Work]) -> Mapping[int, Outcome] | None:
    """None while it runs; then the people it refused, and all others when its counts say that it
    has moved them (the confirming read decides, where it can tell).
    """
    org_id = works[0].params.get("org_id")
    job = api.get(f"{JOBS}/{job_id}", orgId=org_id)
    if job.get("latestExecutionStatus") not in ENDED:
        return None
    counts = _counts(job)
    total, moved, failed = (counts.get(name) for name in ("totalMoves", "moved", "failed"))
    if failed == 0 and job["latestExecutionStatus"] == "COMPLETED":
        refused = {}
    else:
        listed = api.pages(f"{JOBS}/{job_id}/errors", "items", orgId=org_id)
        refused = _refusals(works, listed)
    all_told = total == len(works) and moved == total - len(refused)
    accepted = {work.key: Outcome() for work in works} if all_told else {}
    return accepted | refused


def _refusals(works: Sequence[Work], entries: Iterable[Mapping[str, Any]]) -> dict[int, Outcome]:
    errors = {id_key(entry.get("item")): entry for entry in entries}
    named = {work.key: errors.get(id_key(work.params["person_id"])) for work in works}
    return {key: _refusal(entry) for key, entry in named.items() if entry}


def _refusal(entry: Mapping[str, Any]) -> Outcome:
    code, text = said(entry)
    remedy = catalogue()["code"].get(code or "") or catalogue()["status"]["400"]
    return Outcome(
        False,
        code=code,
        message=remedy.format(text=text.rstrip(".") or "sin descripción"),
        tracking_id=entry.get("trackingId"),
    )


def unseen(change: Change, seen: State) -> bool:
    """Webex shows nothing of the move: the person has no calling license, nor a location that is
    shown.
    """
    return "locationId" in change.fields and "locationId" not in seen


def undo(before: State, after: State) -> Change | Irreversible:
    """Back to the old location, with the old extension and number where they changed: only a move
    brings them along, so that they stay where another user has moved the person back (docs/webex.md
    3.2: Webex refuses a move to where the person is).
    """
    if not before.get("locationId"):
        return Irreversible(NOT_TOLD)
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


def demand(
    params: Mapping[str, Any], before: State, change: Mapping[str, Sequence[Any]]
) -> Iterator[Demand]:
    """People without calling have neither number nor extension to lose."""
    target = params["target_location_id"]
    if not before["calling"]:
        return
    yield Demand(Need.CALLING_PLACE, target, target)
    # an extension that is not given goes along
    extension = params.get("target_extension") or before["extension"]
    if extension:
        yield Demand(Need.EXTENSION, extension, target)
    if "phoneNumber" in change:
        yield Demand(Need.NUMBER, params["target_phone_number"], target)
    number, home = before["phoneNumber"], before["locationId"]
    if number and home:
        yield Demand(Need.LEFT_NUMBER, number, home)
        if "phoneNumber" not in change:
            yield Demand(Need.CARRIED_NUMBER, number, home)


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
        Param("target_extension", "extension", unique_in="target_location_id"),
        Param("target_phone_number", "phone"),
    ),
    read=read,
    decide=decide,
    write=write,
    undo=undo,
    demand=demand,
    provides="location",
    numbers_in="en la ubicación de destino",
    numbers_remedy="Si está en otra ubicación, hay que quitarlo antes de allí.",
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
        unseen=unseen,
        already=ALREADY,
        one_at_a_time=True,
    ),
    scopes=("spark-admin:telephony_config_write", "spark-admin:people_write", "identity:groups_rw"),
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
