"""Cases of the move to another location (docs/webex.md 3.2). People of the sandbox: 7 has no Webex
Calling.
"""

from __future__ import annotations

from typing import Any

from wxc_sdk import WebexSimpleApi
from wxc_sdk.telephony.jobs import MoveUser, MoveUsersList

from bulk.sandbox.organisation import home_of, number
from tests.contract.case import Case, collect
from tests.workspace import Remote


def _move(*groups: MoveUsersList, org: str | None = None) -> Any:
    return lambda api: api.jobs.move_users.validate_or_initiate(list(groups), org_id=org)


def _to(stage: Remote, target: int, *users: MoveUser) -> MoveUsersList:
    return MoveUsersList(location_id=stage.location(target), validate_only=False, users=list(users))


def move_one_person(stage: Remote) -> Case:
    row = {"person_id": stage.person(1), "target_location_id": stage.location(3)}
    return Case([row], _move(_to(stage, 3, MoveUser(user_id=stage.person(1)))))


def move_with_a_new_extension_and_org_id(stage: Remote) -> Case:
    person, org = stage.person(2), stage.org.org_id
    row = {
        "person_id": person,
        "target_location_id": stage.location(4),
        "target_extension": "90002",
        "org_id": org,
    }
    return Case([row], _move(_to(stage, 4, MoveUser(user_id=person, extension="90002")), org=org))


def move_with_a_new_number(stage: Remote) -> Case:
    person, value = stage.person(4), number(0, 2)
    row = {
        "person_id": person,
        "target_location_id": stage.location(0),
        "target_extension": "90004",
        "target_phone_number": value,
    }
    return Case(
        [row], _move(_to(stage, 0, MoveUser(user_id=person, extension="90004", phone_number=value)))
    )


def move_three_people_to_two_locations(stage: Remote) -> Case:
    wanted = ((1, 5), (3, 5), (9, 0))
    rows = [
        {"person_id": stage.person(p), "target_location_id": stage.location(t)} for p, t in wanted
    ]
    users = [MoveUser(user_id=stage.person(p)) for p, _ in wanted]
    return Case(rows, _move(_to(stage, 5, *users[:2]), _to(stage, 0, users[2])))


def move_a_person_without_calling(stage: Remote) -> Case:
    row = {"person_id": stage.person(7), "target_location_id": stage.location(2)}
    return Case([row], _move(_to(stage, 2, MoveUser(user_id=stage.person(7)))))


def move_one_call_a_person(stage: Remote) -> Case:
    rows = [{"person_id": stage.person(p), "target_location_id": stage.location(2)} for p in (7, 1)]
    calls = [_move(_to(stage, 2, MoveUser(user_id=stage.person(p)))) for p in (7, 1)]

    def sdk(
        api: WebexSimpleApi,
    ) -> None:  # the one without calling first: that move leaves no job to wait for
        for call in calls:
            call(api)

    return Case(rows, sdk, ("rows_in_one_job",))


def move_more_than_a_hundred(stage: Remote) -> Case:
    people = [person for person in range(stage.people) if home_of(person, stage.locations) != 0]
    people = [
        *people,
        *(person for person in range(stage.people) if home_of(person, stage.locations) == 0),
    ][:105]
    rows = [
        {
            "person_id": stage.person(p),
            "target_location_id": stage.location(int(home_of(p, stage.locations) == 0)),
        }
        for p in people
    ]
    to_first = [MoveUser(user_id=stage.person(p)) for p in people[:100]]
    to_second = [MoveUser(user_id=stage.person(p)) for p in people[100:]]
    differ = ("people_in_jobs_of_100",)
    refusable = (
        "done",
        "failed",
    )  # some have a DECT device or a number that can't go along: the job says so, a person each
    return Case(
        rows,
        _move(_to(stage, 0, *to_first), _to(stage, 1, *to_second)),
        differ,
        sdk_refused=True,
        row_states=refusable,
    )


MOVE_CASES = collect(
    "usuarios_asignar_location_desde_csv",
    move_one_person,
    move_with_a_new_extension_and_org_id,
    move_with_a_new_number,
    move_three_people_to_two_locations,
    move_a_person_without_calling,
    move_one_call_a_person,
    move_more_than_a_hundred,
)
