"""The sandbox answers in the form that wxc_sdk's own models parse, and they see the values that the
sandbox holds.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from pydantic import ValidationError
from wxc_sdk import WebexSimpleApi
from wxc_sdk.common import PatternAction
from wxc_sdk.licenses import LicenseRequest
from wxc_sdk.person_settings.numbers import UpdatePersonNumbers, UpdatePersonPhoneNumber
from wxc_sdk.rest import RestError
from wxc_sdk.telephony.jobs import JobErrorItem, MoveUser, MoveUserJobDetails, MoveUsersList

from bulk.sandbox.organisation import CALL_TYPES, number
from tests.workspace import Remote

WITHOUT_CALLING = 7
WITH_DID = 4
WITH_DECT = 5


def test_me_is_the_administrator(sdk: WebexSimpleApi, stage: Remote) -> None:
    me = sdk.people.me()
    assert (me.person_id, me.org_id) == (stage.org.me, stage.org.org_id)


def test_people_list_brings_everyone_over_its_pages(sdk: WebexSimpleApi, stage: Remote) -> None:
    people = {person.person_id: person for person in sdk.people.list(calling_data=True)}
    known = stage.org.docs["person"]
    assert set(people) == set(known)
    for person_id, doc in known.items():
        found = people[person_id]
        assert (found.emails, found.first_name, found.last_name) == (
            [doc["email"]],
            doc["firstName"],
            doc["lastName"],
        )
        assert (found.location_id, found.extension, found.licenses) == (
            doc["locationId"],
            doc["extension"],
            doc["licenses"],
        )


def test_people_are_found_by_id_and_by_email(sdk: WebexSimpleApi, stage: Remote) -> None:
    wanted = [stage.person(index) for index in (3, 1)]
    assert {
        person.person_id for person in sdk.people.list(id_list=wanted, calling_data=True)
    } == set(wanted)
    email = stage.org.docs["person"][wanted[0]]["email"]
    assert [person.person_id for person in sdk.people.list(email=email)] == [wanted[0]]


def test_details_tell_the_number_and_the_extension_apart(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    doc = stage.org.docs["person"][stage.person(WITH_DID)]
    person = sdk.people.details(stage.person(WITH_DID), calling_data=True)
    values = {str(phone.number_type): phone.value for phone in person.phone_numbers}
    prefix = stage.org.docs["location"][doc["locationId"]]["routingPrefix"]
    assert person.extension == doc["extension"]
    assert values == {"work": doc["phoneNumber"], "work_extension": prefix + doc["extension"]}
    assert person.tn.value == doc["phoneNumber"]


def test_a_person_without_calling_has_neither_extension_nor_number(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    person = sdk.people.details(stage.person(WITHOUT_CALLING), calling_data=True)
    assert (person.extension, person.phone_numbers) == (None, None)


def test_licenses_are_recognised_as_calling(sdk: WebexSimpleApi, stage: Remote) -> None:
    found = {licence.license_id: licence for licence in sdk.licenses.list()}
    assert {key: licence.name for key, licence in found.items()} == {
        key: doc["name"] for key, doc in stage.org.docs["license"].items()
    }
    holders = sum(
        stage.org.licenses["professional"] in doc["licenses"]
        for doc in stage.org.docs["person"].values()
    )
    professional = found[stage.org.licenses["professional"]]
    assert professional.webex_calling_professional
    assert (professional.consumed_units, professional.total_units) == (holders, stage.people + 500)
    assert not found[stage.org.licenses["meeting"]].webex_calling


def test_licences_in_force_come_back_from_the_patch(sdk: WebexSimpleApi, stage: Remote) -> None:
    wanted = LicenseRequest(id=stage.org.licenses["cx"])
    answer = sdk.licenses.assign_licenses_to_users(person_id=stage.person(1), licenses=[wanted])
    assert answer.person_id == stage.person(1)
    assert answer.licenses == stage.doc("person", stage.person(1))["licenses"]
    assert stage.org.licenses["cx"] in answer.licenses


def test_locations_are_listed_and_found_by_a_part_of_the_name(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    names = {place.location_id: place.name for place in sdk.locations.list()}
    assert names == {key: doc["name"] for key, doc in stage.org.docs["location"].items()}
    name = names[stage.location(1)]
    found = sdk.locations.by_name(name)
    assert found.location_id == stage.location(1)
    assert sdk.locations.details(stage.location(1)).org_id == stage.org.org_id


def test_a_calling_location_has_its_header_and_connection(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    for location_id, doc in stage.org.docs["location"].items():
        found = sdk.telephony.location.details(location_id)
        assert (found.location_id, found.name, found.routing_prefix) == (
            location_id,
            doc["name"],
            doc["routingPrefix"],
        )
        assert (found.calling_line_id.name, found.calling_line_id.phone_number) == tuple(
            doc["callingLineId"].values()
        )
        assert (found.connection.type, found.connection.id) == tuple(doc["connection"].values())


def test_numbers_have_state_location_and_owner(sdk: WebexSimpleApi, stage: Remote) -> None:
    place = stage.location(0)
    found = {
        n.phone_number: n for n in sdk.telephony.phone_numbers(location_id=place) if n.phone_number
    }
    known = {
        value: doc for value, doc in stage.org.docs["number"].items() if doc["location"] == place
    }
    assert set(found) == set(known)
    for value, doc in known.items():
        shown = found[value]
        assert (shown.state, shown.location.id) == (doc["state"], place)
        assert (shown.owner.owner_id if shown.owner else None) == doc["owner"]
    assert [value for value, shown in found.items() if shown.main_number] == [number(0, 0)]


def test_numbers_over_several_pages_are_all_read(sdk: WebexSimpleApi, stage: Remote) -> None:
    found = [n.phone_number for n in sdk.telephony.phone_numbers(max=50) if n.phone_number]
    assert sorted(found) == sorted(stage.org.docs["number"])


def test_a_refused_list_of_numbers_names_the_bad_one(sdk: WebexSimpleApi, stage: Remote) -> None:
    elsewhere = number(1, 1)
    answer = sdk.telephony.location.number.add(stage.location(0), [elsewhere])
    assert [error.number for error in answer.errors] == [elsewhere]


def test_route_choices_are_the_trunks_and_groups(sdk: WebexSimpleApi, stage: Remote) -> None:
    found = {
        route.route_id: (route.name, route.route_type) for route in sdk.telephony.route_choices()
    }
    assert found == {
        key: (doc["name"], doc["type"]) for key, doc in stage.org.docs["route"].items()
    }


def test_internal_dialing_without_and_with_a_route(sdk: WebexSimpleApi, stage: Remote) -> None:
    place, (route_id, route) = stage.location(0), next(iter(stage.org.docs["route"].items()))
    off = sdk.telephony.location.internal_dialing.read(place)
    assert (off.enable_unknown_extension_route_policy, off.unknown_extension_route_identity) == (
        False,
        None,
    )
    stage.patch("location", place, internalDialing={"enabled": True, "route": route_id})
    on = sdk.telephony.location.internal_dialing.read(place)
    identity = on.unknown_extension_route_identity
    assert on.enable_unknown_extension_route_policy
    assert (identity.route_id, identity.name, identity.route_type) == (
        route_id,
        route["name"],
        route["type"],
    )


def test_forwarding_has_all_its_parts(sdk: WebexSimpleApi, stage: Remote) -> None:
    person = stage.person(0)
    known = stage.org.docs["person"][person]["forwarding"]
    found = sdk.person_settings.forwarding.read(person)
    assert found.model_dump(mode="json", by_alias=True, exclude_unset=True) == known
    assert found.call_forwarding.busy.destination == "6000"
    assert found.call_forwarding.no_answer.system_max_number_of_rings == 20


def test_call_settings_without_calling_are_an_error_that_the_sdk_reads(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    with pytest.raises(RestError) as refused:
        sdk.person_settings.forwarding.read(stage.person(WITHOUT_CALLING))
    assert refused.value.response.status_code == 404
    assert refused.value.description == "Person has no Webex Calling license"


def _entries(permissions: Any) -> dict[str, tuple[str, bool, bool | None]]:
    found = permissions.calling_permissions.permissions_dict()
    return {
        name.upper(): (entry.action, entry.transfer_enabled, entry.is_call_type_restriction_enabled)
        for name, entry in found.items()
        if entry and name.upper() in CALL_TYPES
    }


def test_permissions_of_a_location_are_those_of_its_document(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    place = stage.location(3)
    found = sdk.telephony.location.permissions_out.read(place)
    known = stage.org.docs["location"][place]["permissions"]
    assert _entries(found) == {name: tuple(entry.values()) for name, entry in known.items()}


def test_permissions_of_a_person_are_the_locations_until_custom(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    place, person = stage.location(0), stage.person(0)
    found = sdk.person_settings.permissions_out.read(person)
    assert (found.use_custom_enabled, found.use_custom_permissions) == (False, False)
    assert _entries(found) == _entries(sdk.telephony.location.permissions_out.read(place))


def test_secondary_numbers_come_in_e164_when_asked(sdk: WebexSimpleApi, stage: Remote) -> None:
    person, doc = stage.person(0), stage.org.docs["person"][stage.person(0)]
    second = number(0, 50000)
    stage.config(secondary_member="external")
    entry = UpdatePersonPhoneNumber(action=PatternAction.add, external=second)
    sdk.person_settings.numbers.update(person, UpdatePersonNumbers(phone_numbers=[entry]))
    found = sdk.person_settings.numbers.read(person, prefer_e164_format=True)
    assert [(n.primary, n.direct_number) for n in found.phone_numbers] == [
        (True, doc["phoneNumber"]),
        (False, second),
    ]
    assert found.phone_numbers[0].extension == doc["extension"]


# -- move jobs -------------------------------------------------------------------------------------


def _group(stage: Remote, target: int, *people: int, check: bool = False) -> list[MoveUsersList]:
    users = [MoveUser(user_id=stage.person(index)) for index in people]
    return [MoveUsersList(location_id=stage.location(target), validate_only=check, users=users)]


def _ended(sdk: WebexSimpleApi, job_id: str) -> MoveUserJobDetails:
    """The job once it ended: the sandbox of the tests takes 0.2 s for one."""
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        job = sdk.jobs.move_users.status(job_id)
        if job.latest_execution_status == "COMPLETED":
            return job
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_a_move_job_in_the_sdks_shape_is_followed_to_its_end(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    stage.config(move_shape="S")
    opened = sdk.jobs.move_users.validate_or_initiate(_group(stage, 2, 1, 3)).job_details
    assert opened is not None
    job = _ended(sdk, opened.id)
    assert (job.id, job.latest_execution_exit_code) == (opened.id, "COMPLETED")
    assert (job.counts.total_moves, job.counts.moved, job.counts.failed) == (2, 2, 0)
    assert [listed.id for listed in sdk.jobs.move_users.list()] == [opened.id]
    assert list(sdk.jobs.move_users.errors(opened.id)) == []
    assert sdk.people.details(stage.person(1), calling_data=True).location_id == stage.location(2)


def test_a_move_job_in_the_vendors_shape_keeps_its_id_under_response(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    answer = sdk.jobs.move_users.validate_or_initiate(_group(stage, 2, 1))
    assert answer.job_details is None, (
        "the SDK knows the vendor's shape now: say so in docs/webex.md 3.2"
    )
    opened = MoveUserJobDetails.model_validate(answer.model_extra)
    assert _ended(sdk, str(opened.id)).counts.moved == 1


def test_a_checked_move_in_the_sdks_shape_names_errors_and_impacts(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    stage.config(move_shape="S")
    (row,) = sdk.jobs.move_users.validate_or_initiate(
        _group(stage, 2, WITH_DECT, check=True)
    ).users_list
    assert row.user_id == stage.person(WITH_DECT)
    assert [error.code for error in row.errors] == [27969]
    assert [impact.code for impact in row.impacts] == [19702]


def test_a_checked_move_in_the_vendors_shape_is_beyond_the_sdk(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    """docs/webex.md 3.2 gives both shapes: the SDK parses only its own."""
    with pytest.raises(ValidationError):
        sdk.jobs.move_users.validate_or_initiate(_group(stage, 2, WITH_DECT, check=True))


def test_a_refused_person_stands_in_the_errors_of_the_job(
    sdk: WebexSimpleApi, stage: Remote
) -> None:
    stage.config(move_shape="S")
    opened = sdk.jobs.move_users.validate_or_initiate(_group(stage, 2, 1, WITH_DECT)).job_details
    job = _ended(sdk, opened.id)
    assert (job.counts.moved, job.counts.failed, job.latest_execution_exit_code) == (
        1,
        1,
        "COMPLETED_WITH_ERRORS",
    )
    (error,) = sdk.jobs.move_users.errors(opened.id)
    assert isinstance(error, JobErrorItem)
    assert [message.code for message in error.error.message] == ["27969"]
