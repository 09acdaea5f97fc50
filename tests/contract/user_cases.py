"""Cases of four user actions (docs/webex.md 3.1, 3.3 to 3.5). People of the sandbox: 7 has no Webex
Calling, 0, 4, 8 … a DID.
"""

from __future__ import annotations

from typing import Any

from wxc_sdk import WebexSimpleApi
from wxc_sdk.common import PatternAction
from wxc_sdk.licenses import LicenseRequest
from wxc_sdk.person_settings.forwarding import CallForwardingAlways
from wxc_sdk.person_settings.numbers import UpdatePersonNumbers, UpdatePersonPhoneNumber
from wxc_sdk.person_settings.permissions_out import CallTypePermission

from bulk.adapters.call_permissions import CALL_TYPES
from bulk.sandbox.organisation import home_of, number, target_of
from tests.contract.case import Case, collect
from tests.workspace import Remote


def _given(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


# -- 3.1 secondary number --------------------------------------------------------------------------

EXTERNAL = {"secondary_member": "external"}
RENAMED = ("direct_number_instead_of_external",)


def _own_number(stage: Remote, person: int) -> str:
    """Free, in the person's location: kept by the sandbox for those who stay where they are."""
    assert target_of(person, stage.locations) == home_of(person, stage.locations)
    return number(home_of(person, stage.locations), 50000 + person)


def _second(stage: Remote, person: int, org: str | None = None, **case: Any) -> Case:
    person_id, value = stage.person(person), _own_number(stage, person)
    row = {"person_id": person_id, "legacy_phone_number": value, "org_id": org}
    update = UpdatePersonNumbers(
        phone_numbers=[UpdatePersonPhoneNumber(action=PatternAction.add, external=value)]
    )
    expected: dict[str, Any] = {"differ": RENAMED, "sdk_sandbox": EXTERNAL, **case}
    return Case(
        [_given(row)],
        lambda api: api.person_settings.numbers.update(person_id, update, org_id=org),
        **expected,
    )


def second_number(stage: Remote) -> Case:
    return _second(stage, 0)


def second_number_of_one_without_did(stage: Remote) -> Case:
    return _second(stage, 1)


def second_number_with_org_id(stage: Remote) -> Case:
    return _second(stage, 3, stage.org.org_id)


def third_number(stage: Remote) -> Case:
    other = number(home_of(5, stage.locations), 2)
    stage.patch("person", stage.person(5), secondary=[other])
    stage.patch("number", other, owner=stage.person(5))
    return _second(stage, 5)


def second_number_of_two_people(stage: Remote) -> Case:
    one, two = _second(stage, 8), _second(stage, 9)

    def sdk(api: WebexSimpleApi) -> None:
        one.sdk(api)
        two.sdk(api)

    return Case([*one.rows, *two.rows], sdk, RENAMED, sdk_sandbox=EXTERNAL)


# -- 3.3 forwarding --------------------------------------------------------------------------------


def _forward(
    stage: Remote, person: int, row: dict[str, str], destination: str, org: str | None = None
) -> Case:
    person_id = stage.person(person)

    def sdk(api: WebexSimpleApi) -> None:
        settings = api.person_settings.forwarding.read(person_id, org_id=org)
        settings.call_forwarding.always = CallForwardingAlways(
            enabled=True,
            destination=destination,
            destination_voicemail_enabled=False,
            ring_reminder_enabled=False,
        )
        api.person_settings.forwarding.configure(person_id, settings, org_id=org)

    return Case([_given({"person_id": person_id, "org_id": org, **row})], sdk)


def forward_to_53_and_the_extension(stage: Remote) -> Case:
    return _forward(stage, 1, {"extension": "1001"}, "531001")


def forward_with_busy_and_no_answer_kept(stage: Remote) -> Case:
    return _forward(stage, 0, {"extension": "1000"}, "531000")


def forward_to_a_destination_with_zeros(stage: Remote) -> Case:
    return _forward(stage, 2, {"extension": "1002", "destination": "0600123"}, "0600123")


def forward_with_org_id(stage: Remote) -> Case:
    return _forward(stage, 6, {"extension": "1006"}, "531006", stage.org.org_id)


def forward_in_place_of_another(stage: Remote) -> Case:
    now = stage.doc("person", stage.person(3))["forwarding"]
    now["callForwarding"]["always"] |= {
        "enabled": True,
        "destination": "600",
        "ringReminderEnabled": True,
    }
    stage.patch("person", stage.person(3), forwarding=now)
    return _forward(stage, 3, {"destination": "+34912345678"}, "+34912345678")


# -- 3.4 permissions of a person -------------------------------------------------------------------

SDK_PERMISSIONS = ("features_path_of_a_persons_permissions", "no_restriction_member_in_entries")


def _custom(
    stage: Remote, person: int, row: dict[str, Any], org: str | None = None, **case: Any
) -> Case:
    person_id = stage.person(person)
    blocked = row.get("block_call_types", ())

    def sdk(api: WebexSimpleApi) -> None:
        settings = api.person_settings.permissions_out.read(person_id, org_id=org)
        settings.use_custom_enabled = settings.use_custom_permissions = True
        for call_type in CALL_TYPES:
            action, transfer = ("BLOCK", False) if call_type in blocked else ("ALLOW", True)
            entry = CallTypePermission.model_validate(
                {"action": action, "transferEnabled": transfer}
            )
            setattr(settings.calling_permissions, call_type.lower(), entry)
        api.person_settings.permissions_out.configure(person_id, settings, org_id=org)

    # The sandbox does not take the read-only member: it refuses what the SDK sends here.
    expected: dict[str, Any] = {"differ": SDK_PERMISSIONS, "sdk_refused": True, **case}
    return Case([_given({"person_id": person_id, "org_id": org, **row})], sdk, **expected)


def custom_block_one(stage: Remote) -> Case:
    return _custom(stage, 0, {"block_call_types": ["INTERNATIONAL"]})


def custom_block_several_with_org_id(stage: Remote) -> Case:
    blocked = ["INTERNATIONAL", "PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II"]
    return _custom(stage, 1, {"block_call_types": blocked}, stage.org.org_id)


def custom_allow_only(stage: Remote) -> Case:
    return _custom(stage, 2, {"allow_call_types": ["PREMIUM_SERVICES_I"]})


def custom_allow_and_block(stage: Remote) -> Case:
    return _custom(
        stage,
        3,
        {"allow_call_types": ["INTERNATIONAL"], "block_call_types": ["NATIONAL", "TOLL_FREE"]},
    )


def custom_with_a_type_fixed_by_the_system(stage: Remote) -> Case:
    differ = (*SDK_PERMISSIONS, "no_restricted_call_types")
    return _custom(
        stage,
        9,
        {"block_call_types": ["INTERNATIONAL"]},
        differ=differ,
        known=("PREMIUM_SERVICES_II",),
    )


def custom_on_the_sdks_path(stage: Remote) -> Case:
    environment = {"BULK_CUSTOM_PERMISSION_PATH": "telephony"}
    differ = ("no_restriction_member_in_entries",)
    return _custom(
        stage, 4, {"block_call_types": ["INTERNATIONAL"]}, differ=differ, environment=environment
    )


# -- 3.5 licenses ----------------------------------------------------------------------------------


def _license(
    stage: Remote, short: str, operation: str | None = "add", **properties: str
) -> LicenseRequest:
    whole = {
        "id": stage.org.licenses[short],
        "operation": operation,
        "properties": properties or None,
    }
    return LicenseRequest.model_validate(whole)


def _patch(
    stage: Remote, person: int, row: dict[str, Any], *licenses: LicenseRequest, **case: Any
) -> Case:
    person_id, org = stage.person(person), row.get("org_id")

    def sdk(api: WebexSimpleApi) -> None:
        api.licenses.assign_licenses_to_users(
            person_id=person_id, licenses=list(licenses), org_id=org
        )

    return Case([{"person_id": person_id, **row}], sdk, **case)


def license_added(stage: Remote) -> Case:
    return _patch(stage, 1, {"add_license_ids": [stage.org.licenses["cx"]]}, _license(stage, "cx"))


def license_removed_with_org_id(stage: Remote) -> Case:
    row = {"remove_license_ids": [stage.org.licenses["meeting"]], "org_id": stage.org.org_id}
    return _patch(stage, 1, row, _license(stage, "meeting", "remove"))


def licenses_added_and_removed(stage: Remote) -> Case:
    row = {
        "add_license_ids": [stage.org.licenses["cx"]],
        "remove_license_ids": [stage.org.licenses["messaging"]],
    }
    return _patch(stage, 2, row, _license(stage, "cx"), _license(stage, "messaging", "remove"))


def calling_with_extension_and_location(stage: Remote) -> Case:
    place, licence = stage.location(1), stage.org.licenses["professional"]
    row = {"add_license_ids": [licence], "location_id": place, "extension": "90007"}
    return _patch(
        stage, 7, row, _license(stage, "professional", locationId=place, extension="90007")
    )


def calling_with_number_and_org_id(stage: Remote) -> Case:
    value, licence = number(1, 2), stage.org.licenses["professional"]
    row = {"add_license_ids": [licence], "phone_number": value, "org_id": stage.org.org_id}
    return _patch(stage, 40, row, _license(stage, "professional", phoneNumber=value))


def calling_removed(stage: Remote) -> Case:
    row = {"remove_license_ids": [stage.org.licenses["professional"]]}
    options = {"allow_calling_removal": True}
    return _patch(stage, 3, row, _license(stage, "professional", "remove"), options=options)


def license_with_the_operation_left_to_the_sdk(stage: Remote) -> Case:
    row = {"add_license_ids": [stage.org.licenses["cx"]]}
    return _patch(stage, 4, row, _license(stage, "cx", None), differ=("operation_always_said",))


def licenses_in_place_already(stage: Remote) -> Case:
    held, lacked = stage.org.licenses["messaging"], stage.org.licenses["workspaces"]
    row = {"add_license_ids": [held, stage.org.licenses["cx"]], "remove_license_ids": [lacked]}
    asked = (
        _license(stage, "messaging"),
        _license(stage, "cx"),
        _license(stage, "workspaces", "remove"),
    )
    return _patch(
        stage, 5, row, *asked, differ=("licences_in_place_left_out",), known=(held, lacked)
    )


USER_CASES = [
    *collect(
        "usuarios_anadir_intercom_legacy",
        second_number,
        second_number_of_one_without_did,
        second_number_with_org_id,
        third_number,
        second_number_of_two_people,
    ),
    *collect(
        "usuarios_configurar_desvio_prefijo53",
        forward_to_53_and_the_extension,
        forward_with_busy_and_no_answer_kept,
        forward_to_a_destination_with_zeros,
        forward_with_org_id,
        forward_in_place_of_another,
    ),
    *collect(
        "usuarios_configurar_perfil_saliente_custom",
        custom_block_one,
        custom_block_several_with_org_id,
        custom_allow_only,
        custom_allow_and_block,
        custom_with_a_type_fixed_by_the_system,
        custom_on_the_sdks_path,
    ),
    *collect(
        "usuarios_modificar_licencias",
        license_added,
        license_removed_with_org_id,
        licenses_added_and_removed,
        calling_with_extension_and_location,
        calling_with_number_and_org_id,
        calling_removed,
        license_with_the_operation_left_to_the_sdk,
        licenses_in_place_already,
    ),
]
