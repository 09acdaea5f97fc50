"""Moving people: checks, jobs that progress with time, errors per person (docs/webex.md 3.2)."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

from bulk.sandbox.call import Call, Reply, listed
from bulk.sandbox.licenses import extension_taken
from bulk.sandbox.organisation import Doc, hydra
from bulk.sandbox.people import is_calling
from bulk.sandbox.problems import Refused, members, move_refused, not_found
from bulk.sandbox.state import Store

PATH = "/jobs/person/moveLocation"
MAX_USERS = 100
DONE = "COMPLETED"


async def post_move(call: Call) -> Reply:
    """validate: what would happen to one calling person; else a job, or one person without calling
    moved at once.
    """
    try:
        users, validate = _users(call.json())
    except Refused as refused:
        raise (
            refused if refused.body else move_refused(refused.status, 1026001, refused.message)
        ) from None
    if validate:
        return Reply(200, _dry_run(call.store, users))
    _check_all(call.store, users)
    person = call.store.docs("person")[users[0]["userId"]]
    if len(users) == 1 and not is_calling(call.store, person):
        call.store.merge("person", users[0]["userId"], locationId=users[0]["locationId"])
        return Reply(200, {"response": {}})
    if not call.store.config.parallel_jobs and any(
        job["status"] != DONE for job in call.store.docs("job").values()
    ):
        raise move_refused(409, 1026030, "Another move job is running")
    return Reply(201, _shape(call.store, _open_job(call.store, users)))


def _users(body: Any) -> tuple[list[Doc], bool]:
    """[{userId, locationId, extension?, phoneNumber?}] and whether it is a dry run."""
    groups = members(body, {"usersList": list})["usersList"]
    users: list[Doc] = []
    flags = set()
    for group in groups:
        members(group, {"locationId": str, "validate": bool, "users": list})
        flags.add(group["validate"])
        for user in group["users"]:
            members(user, {"userId": str}, {"extension": str, "phoneNumber": str})
            users.append({**user, "locationId": group["locationId"]})
    if not users or len(flags) != 1:
        raise move_refused(400, 1026010, "usersList is empty or mixes validate")
    if len(users) > MAX_USERS:
        raise move_refused(400, 1026018, "Too many users")
    if len({user["userId"] for user in users}) != len(users):
        raise move_refused(400, 1026019, "The same user twice")
    return users, flags.pop()


def _check_all(store: Store, users: list[Doc]) -> None:
    """What refuses the whole request, unnamed."""
    for user in users:
        person = store.docs("person").get(user["userId"])
        if person is None:
            raise move_refused(404, 2150012, "User not found")
        if user["locationId"] not in store.docs("location"):
            raise move_refused(404, 4152, "Location not found")
        if person["locationId"] == user["locationId"]:
            raise move_refused(400, 1026013, "User is already in the location")
        if not is_calling(store, person) and ("extension" in user or "phoneNumber" in user):
            raise move_refused(400, 1026023, "Extension or number for a user without calling")
        if user.get("extension") == "" and not user.get("phoneNumber", person["phoneNumber"]):
            raise move_refused(400, 1026016, "Number or extension must remain")


def _dry_run(store: Store, users: list[Doc]) -> Doc:
    if len(users) > 1:
        raise move_refused(400, 1026020, "One user at a time to validate")
    user = users[0]
    person = store.docs("person").get(user["userId"])
    if person is None:
        raise move_refused(404, 2150012, "User not found")
    if not is_calling(store, person):
        raise move_refused(400, 1026022, "User without calling can't be validated")
    error = _obstacle(store, user, person)
    row = {
        "userId": user["userId"],
        "impacts": [{"code": 19702, "message": "Voicemail messages are removed"}],
        "errors": [{"code": error[0], "message": error[1]}] if error else [],
    }
    return (
        {"response": [row]}
        if store.config.move_shape == "V"
        else {"response": {"usersList": [row]}}
    )


def _obstacle(store: Store, user: Doc, person: Doc) -> tuple[int, str] | None:
    """Why this person alone can't be moved."""
    target = user["locationId"]
    if person["locationId"] == target:
        return 25378, "User is already in the location"
    if not is_calling(store, person):
        return None
    if person["device"] == "dect":
        return 27969, "User has a DECT device"
    home = store.docs("location")[person["locationId"]]
    if person["phoneNumber"] and home["callingLineId"]["phoneNumber"] == person["phoneNumber"]:
        return 19604, "Number of the user is the header of the location"
    number = user.get("phoneNumber", person["phoneNumber"])
    if number and number == person["phoneNumber"] and home["connection"]:
        return 10050010, "Numbers of premises PSTN can't be moved"
    if number and number != person["phoneNumber"]:
        known = store.docs("number").get(number)
        if known is None or known["location"] != target:
            return 27966, "Number does not belong to the location"
        if known["owner"]:
            return 4201, "Number is in use"
    extension = user.get("extension", person["extension"])
    if extension and extension_taken(store, target, extension, user["userId"]):
        return 4202, "Extension is in use"
    return None


# -- jobs ------------------------------------------------------------------------------------------


def _open_job(store: Store, users: list[Doc]) -> str:
    number = len(store.docs("job")) + 1
    job_id = hydra(store.org.seed, "JOB_ID", f"{number} {uuid.uuid4()}")
    store.tally.move_jobs += 1
    store.put(
        "job",
        job_id,
        {
            "number": number,
            "users": users,
            "opened": time.time(),
            "status": "STARTING",
            "errors": [],
            "moved": 0,
            "paused": None,
        },
    )
    return job_id


def advance(store: Store) -> None:
    """Let the jobs whose time is over end. Times are kept, so that a restart goes on with them."""
    for job_id, job in list(store.docs("job").items()):
        if job["status"] != DONE and not job["paused"]:
            age = time.time() - job["opened"]
            if age >= store.config.job_seconds:
                _finish(store, job_id, job)
            elif age >= store.config.job_seconds / 3 and job["status"] == "STARTING":
                store.put("job", job_id, {**job, "status": "STARTED"})


def _finish(store: Store, job_id: str, job: Doc) -> None:
    errors, moved = [], 0
    for number, user in enumerate(job["users"], 1):
        person = store.docs("person").get(user["userId"])
        obstacle = _obstacle(store, user, person) if person else (4003, "User not found")
        if obstacle:
            errors.append(
                {"user": user["userId"], "number": number, "code": obstacle[0], "text": obstacle[1]}
            )
        elif person:
            _move(store, user, person)
            moved += 1
    store.put("job", job_id, {**job, "status": DONE, "errors": errors, "moved": moved})
    changed = [entity for entity in store.take_changes() if entity.startswith("person ")]
    if changed:
        store.count_write("JOB", changed)


def _move(store: Store, user: Doc, person: Doc) -> None:
    number = user.get("phoneNumber", person["phoneNumber"]) or None
    extension = user.get("extension", person["extension"]) or None
    for secondary in person["secondary"]:
        store.merge("number", secondary, owner=None)
    if number != person["phoneNumber"]:
        if person["phoneNumber"]:
            store.merge("number", person["phoneNumber"], owner=None)
        if number:
            store.merge("number", number, owner=user["userId"], state="ACTIVE")
    elif number:
        store.merge("number", number, location=user["locationId"])
    store.merge(
        "person",
        user["userId"],
        locationId=user["locationId"],
        phoneNumber=number,
        extension=extension,
        secondary=[],
    )


def _shown(store: Store, job_id: str) -> Doc:
    job = store.docs("job")[job_id]
    total, failed, ended = len(job["users"]), len(job["errors"]), job["status"] == DONE
    code = ("COMPLETED_WITH_ERRORS" if failed else DONE) if ended else "UNKNOWN"
    counts = {
        "totalMoves": total,
        "moved": job["moved"],
        "failed": failed,
        "pending": 0 if ended else total,
        "skipped": 0,
    }
    stamp = "2026-01-01T00:00:00.000Z"
    return {
        "name": "moveUsersLocation",
        "id": job_id,
        "trackingId": f"SANDBOX_{job['number']}",
        "sourceUserId": store.org.me,
        "sourceCustomerId": store.org.org_id,
        "targetCustomerId": store.org.org_id,
        "instanceId": job["number"],
        "jobExecutionStatus": [
            {
                "id": job["number"],
                "lastUpdated": stamp,
                "statusMessage": job["status"],
                "exitCode": code,
                "createdTime": stamp,
                "timeElapsed": "PT1S",
                "stepExecutionStatuses": [],
            }
        ],
        "latestExecutionStatus": job["status"],
        "latestExecutionExitCode": code,
        "operationType": "MOVE",
        "counts": counts,
    }


def _shape(store: Store, job_id: str) -> Doc:
    shown = _shown(store, job_id)
    return (
        {"response": shown}
        if store.config.move_shape == "V"
        else {"response": {"jobDetails": shown}}
    )


def _job_id(call: Call) -> str:
    if call.path["job"] not in call.store.docs("job"):
        raise not_found("Job")
    return call.path["job"]


async def list_jobs(call: Call) -> Reply:
    newest_first = [_shown(call.store, job_id) for job_id in reversed(call.store.docs("job"))]
    page, following = listed(call, newest_first, 200)
    return Reply(200, {"items": page}, following)


async def get_job(call: Call) -> Reply:
    return Reply(200, _shown(call.store, _job_id(call)))


async def job_errors(call: Call) -> Reply:
    job = call.store.docs("job")[_job_id(call)]
    items = [
        {
            "item": _uuid(error["user"]),
            "itemNumber": error["number"],
            "trackingId": f"SANDBOX_{job['number']}",
            "errorType": "ERROR",
            "error": {
                "key": "400",
                "message": [{"description": error["text"], "code": str(error["code"])}],
            },
        }
        for error in job["errors"]
    ]
    page, following = listed(call, items, 200)
    return Reply(200, {"items": page}, following)


async def pause_job(call: Call) -> Reply:
    job_id = _job_id(call)
    call.store.merge("job", job_id, paused=time.time())
    return Reply(202)


async def resume_job(call: Call) -> Reply:
    """The time it was paused does not count."""
    job_id = _job_id(call)
    job = call.store.docs("job")[job_id]
    if job["paused"]:
        call.store.merge(
            "job", job_id, paused=None, opened=job["opened"] + time.time() - job["paused"]
        )
    return Reply(202)


def _uuid(person_id: str) -> str:
    """The bare uuid, as the vendor's example has it."""
    return base64.b64decode(person_id + "=" * (-len(person_id) % 4)).decode().rsplit("/", 1)[-1]
