"""Every difference between what wxc_sdk writes and what we write, by name, with the section of the
contracts that justifies it.

`ours` turns the SDK's writes of a case into the form we send. A case names the differences that
occur in it: with all of them the two sides must be equal, and with any one left out they must not
be (so no entry is stale).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.contract.case import Case
from tests.contract.recorder import Sent

Turn = Callable[[list[Sent], Case], list[Sent]]
NUMBERS_A_POST = 100
MOBILES_A_POST = 20
PEOPLE_A_JOB = 100
NOT_DOCUMENTED = ("LOCAL", "TOLL")
RESTRICTION = "isCallTypeRestrictionEnabled"


@dataclass(frozen=True)
class Difference:
    """One entry of the table."""

    name: str
    section: str  # of the contracts
    reason: str
    ours: Turn  # the SDK's writes in our form
    sdk_can: bool  # False: wxc_sdk has no way to send it as we do


def _bodies(turn: Callable[[dict[str, Any], Case], dict[str, Any]]) -> Turn:
    """A turn that touches the bodies only."""
    return lambda writes, case: [replace(write, body=turn(write.body, case)) for write in writes]


def _entries(member: str, turn: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Turn:
    """A turn that touches each entry of the list `member`; None drops the entry."""

    def body(old: dict[str, Any], case: Case) -> dict[str, Any]:
        return {**old, member: [new for entry in old[member] if (new := turn(entry)) is not None]}

    return _bodies(body)


def _without(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def _nulls_out(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None}


def _split(member: str, size: int) -> Turn:
    def turn(writes: list[Sent], case: Case) -> list[Sent]:
        return [
            replace(write, body={**write.body, member: write.body[member][start : start + size]})
            for write in writes
            for start in range(0, len(write.body[member]), size)
        ]

    return turn


def _join_numbers(writes: list[Sent], case: Case) -> list[Sent]:
    numbers = [number for write in writes for number in write.body["phoneNumbers"]]
    return [replace(writes[0], body={**writes[0].body, "phoneNumbers": numbers})]


def _jobs_of_100(writes: list[Sent], case: Case) -> list[Sent]:
    """Jobs filled in the order of the request, a target's group cut where a job is full."""
    people = [
        (group, user)
        for write in writes
        for group in write.body["usersList"]
        for user in group["users"]
    ]
    alone = [
        replace(writes[0], body={"usersList": [{**group, "users": [user]}]})
        for group, user in people
    ]
    sets = [alone[start : start + PEOPLE_A_JOB] for start in range(0, len(alone), PEOPLE_A_JOB)]
    return [job for one in sets for job in _join_jobs(one, case)]


def _join_jobs(writes: list[Sent], case: Case) -> list[Sent]:
    """One job for all, people of one target together."""
    groups: dict[str, dict[str, Any]] = {}
    for write in writes:
        for group in write.body["usersList"]:
            found = groups.setdefault(group["locationId"], {**group, "users": []})
            found["users"] = [*found["users"], *group["users"]]
    return [replace(writes[0], body={"usersList": list(groups.values())})]


def _known_out(body: dict[str, Any], case: Case) -> dict[str, Any]:
    return {
        **body,
        "phoneNumbers": [number for number in body["phoneNumbers"] if number not in case.known],
    }


def _known_types_out(body: dict[str, Any], case: Case) -> dict[str, Any]:
    return {
        **body,
        "callingPermissions": [
            e for e in body["callingPermissions"] if e["callType"] not in case.known
        ],
    }


def _known_licences_out(body: dict[str, Any], case: Case) -> dict[str, Any]:
    return {
        **body,
        "licenses": [entry for entry in body["licenses"] if entry["id"] not in case.known],
    }


def _null_flags_out(body: dict[str, Any], case: Case) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _route_name_out(body: dict[str, Any], case: Case) -> dict[str, Any]:
    route = body["unknownExtensionRouteIdentity"]
    return {**body, "unknownExtensionRouteIdentity": _without(route, "name")}


def _features_path(writes: list[Sent], case: Case) -> list[Sent]:
    def path(old: str) -> str:
        return old.replace("telephony/config/people/", "people/").replace(
            "/outgoing", "/features/outgoing"
        )

    return [replace(write, path=path(write.path)) for write in writes]


def _direct_number(entry: dict[str, Any]) -> dict[str, Any]:
    if "external" not in entry:
        return entry
    return {**_without(entry, "external"), "directNumber": entry["external"]}


TABLE = (
    # -- 2.1 numbers
    Difference(
        "number_type_always_sent",
        "2.1",
        "The body names numberType; the SDK leaves it out when its caller does.",
        _bodies(lambda body, case: {"numberType": "DID", **body}),
        sdk_can=True,
    ),
    Difference(
        "numbers_in_place_left_out",
        "2.1",
        "Numbers already in the location are found by the pre-check and not sent again.",
        _bodies(_known_out),
        sdk_can=True,
    ),
    Difference(
        "numbers_in_posts_of_100",
        "2.1",
        "No limit is stated for DID: we use batches of 100; the SDK sends any list at once.",
        _split("phoneNumbers", NUMBERS_A_POST),
        sdk_can=False,
    ),
    Difference(
        "mobiles_in_posts_of_20",
        "2.1",
        "At most 20 MOBILE numbers in a request; the SDK sends any list at once, is refused, "
        "and its method swallows the 400.",
        _split("phoneNumbers", MOBILES_A_POST),
        sdk_can=False,
    ),
    Difference(
        "rows_of_a_location_in_one_post",
        "2.1",
        "The list of one POST is filled across the rows of a location.",
        _join_numbers,
        sdk_can=True,
    ),
    # -- 2.2 header
    Difference(
        "nothing_but_calling_line_id",
        "2.2",
        "All members are optional and others would be changed: the SDK's read, change, "
        "update sends the whole location back.",
        _bodies(lambda body, case: {"callingLineId": body["callingLineId"]}),
        sdk_can=True,
    ),
    # -- 2.3 internal calls
    Difference(
        "no_null_route_when_disabling",
        "2.3",
        "The SDK sends unknownExtensionRouteIdentity null; both forms are fine.",
        _bodies(lambda body, case: _nulls_out(body)),
        sdk_can=False,
    ),
    Difference(
        "no_null_name_in_the_route",
        "2.3",
        "The SDK sends name null inside the identity; both forms are fine.",
        _bodies(_route_name_out),
        sdk_can=False,
    ),
    # -- 2.4 and 3.4 permissions
    Difference(
        "no_null_custom_flags_on_a_location",
        "2.4",
        "The SDK shares one model with people and sends both flags as null; "
        "they are no members of a location's PUT.",
        _bodies(_null_flags_out),
        sdk_can=False,
    ),
    Difference(
        "no_restriction_member_in_entries",
        "2.4",
        "isCallTypeRestrictionEnabled is read-only, no member of the PUT; the SDK "
        "sends it, null or as read (3.4 as well).",
        _entries("callingPermissions", lambda entry: _without(entry, RESTRICTION)),
        sdk_can=False,
    ),
    Difference(
        "no_local_and_toll",
        "2.4",
        "LOCAL and TOLL are not in the vendor's list: never sent; the SDK's allow_all() has them.",
        _entries(
            "callingPermissions",
            lambda entry: None if entry["callType"] in NOT_DOCUMENTED else entry,
        ),
        sdk_can=True,
    ),
    Difference(
        "only_the_call_types_that_change",
        "2.4",
        "The array is the subset to change; a type as wanted already is left out.",
        _bodies(_known_types_out),
        sdk_can=True,
    ),
    Difference(
        "no_restricted_call_types",
        "3.4",
        "Types fixed by the system are left out and reported; the SDK sends them back.",
        _bodies(_known_types_out),
        sdk_can=True,
    ),
    Difference(
        "features_path_of_a_persons_permissions",
        "3.4",
        "The vendor's path is people/{id}/features/outgoingPermission; SDK "
        "1.41 uses telephony/config/people/{id}/outgoingPermission (a setting of ours).",
        _features_path,
        sdk_can=False,
    ),
    # -- 3.1 secondary number
    Difference(
        "direct_number_instead_of_external",
        "3.1",
        "The vendor requires directNumber, the SDK sends the older external (a setting of ours).",
        _entries("phoneNumbers", _direct_number),
        sdk_can=False,
    ),
    # -- 3.2 move
    Difference(
        "people_in_jobs_of_100",
        "3.2",
        "At most 100 users in a job (1026018); the SDK sends any list at once and is refused.",
        _jobs_of_100,
        sdk_can=False,
    ),
    Difference(
        "rows_in_one_job",
        "3.2",
        "Up to 100 users and several targets in one job; the SDK's text says one user at a time.",
        _join_jobs,
        sdk_can=True,
    ),
    # -- 3.5 licenses
    Difference(
        "operation_always_said",
        "3.5",
        "operation is add by default; we name it, the SDK leaves it out when its caller does.",
        _entries("licenses", lambda entry: {"operation": "add", **entry}),
        sdk_can=True,
    ),
    Difference(
        "licences_in_place_left_out",
        "3.5",
        "Adds already assigned and removes not assigned are dropped from the request.",
        _bodies(_known_licences_out),
        sdk_can=True,
    ),
)
