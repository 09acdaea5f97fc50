"""Cases of the four location actions (docs/webex.md 2.1 to 2.4)."""

from __future__ import annotations

from typing import Any

from wxc_sdk import WebexSimpleApi
from wxc_sdk.person_settings.permissions_out import (
    CallingPermissions,
    CallTypePermission,
    OutgoingPermissions,
)
from wxc_sdk.telephony.location import CallingLineId, TelephonyLocation
from wxc_sdk.telephony.location.internal_dialing import InternalDialing
from wxc_sdk.telephony.location.numbers import TelephoneNumberType

from bulk.adapters.call_permissions import CALL_TYPES
from bulk.sandbox.organisation import number
from tests.contract.case import Case, collect
from tests.workspace import Remote

# -- 2.1 numbers -----------------------------------------------------------------------------------

DID = TelephoneNumberType.did


def one_number(stage: Remote) -> Case:
    place, numbers = stage.location(0), [number(0, 91001)]
    row = {"location_id": place, "phone_numbers": numbers}
    return Case([row], lambda api: api.telephony.location.number.add(place, numbers, DID))


def several_numbers_with_org_id(stage: Remote) -> Case:
    place, numbers, org = (
        stage.location(1),
        [number(1, 91001 + n) for n in range(7)],
        stage.org.org_id,
    )
    row = {"location_id": place, "phone_numbers": numbers, "number_type": "DID", "org_id": org}
    return Case(
        [row], lambda api: api.telephony.location.number.add(place, numbers, DID, org_id=org)
    )


def toll_free_numbers(stage: Remote) -> Case:
    place, numbers = stage.location(2), ["+34900123456", "+34900123457"]
    row = {"location_id": place, "phone_numbers": numbers, "number_type": "TOLLFREE"}
    return Case(
        [row],
        lambda api: api.telephony.location.number.add(place, numbers, TelephoneNumberType.tollfree),
    )


def number_type_left_to_the_sdk(stage: Remote) -> Case:
    place, numbers = stage.location(0), [number(0, 91001), number(0, 91002)]
    row = {"location_id": place, "phone_numbers": numbers}
    differ = ("number_type_always_sent",)
    return Case([row], lambda api: api.telephony.location.number.add(place, numbers), differ)


def some_numbers_in_place(stage: Remote) -> Case:
    place, known = stage.location(0), (number(0, 1), number(0, 2))
    numbers = [known[0], number(0, 91001), known[1], number(0, 91002)]
    row = {"location_id": place, "phone_numbers": numbers}
    differ = ("numbers_in_place_left_out",)
    return Case(
        [row],
        lambda api: api.telephony.location.number.add(place, numbers, DID),
        differ,
        known=known,
    )


def more_than_a_hundred_numbers(stage: Remote) -> Case:
    place, numbers = stage.location(3), [number(3, 91000 + n) for n in range(130)]
    row = {"location_id": place, "phone_numbers": numbers}
    differ = ("numbers_in_posts_of_100",)
    return Case([row], lambda api: api.telephony.location.number.add(place, numbers, DID), differ)


def more_than_twenty_mobiles(stage: Remote) -> Case:
    place, numbers = stage.location(4), [f"+346001000{n:02d}" for n in range(25)]
    # A row takes 20 at most, so it is two rows of ours.
    rows = [
        {"location_id": place, "phone_numbers": part, "number_type": "MOBILE"}
        for part in (numbers[:20], numbers[20:])
    ]

    def sdk(api: WebexSimpleApi) -> None:
        answer = api.telephony.location.number.add(place, numbers, TelephoneNumberType.mobile)
        assert answer.errors == [], "the 400 came to light after all"

    return Case(rows, sdk, ("mobiles_in_posts_of_20",), sdk_refused=True)


def two_rows_of_one_location(stage: Remote) -> Case:
    place, lists = stage.location(5), ([number(5, 91001)], [number(5, 91002), number(5, 91003)])
    rows = [{"location_id": place, "phone_numbers": numbers} for numbers in lists]

    def sdk(api: WebexSimpleApi) -> None:
        for numbers in lists:
            api.telephony.location.number.add(place, numbers, DID)

    return Case(rows, sdk, ("rows_of_a_location_in_one_post",))


# -- 2.2 header ------------------------------------------------------------------------------------


def _header(
    stage: Remote, index: int, tail: int, name: str | None = None, org: str | None = None
) -> Case:
    place, value = stage.location(index), number(index, tail)
    row = {"location_id": place, "phone_number": value, "calling_line_name": name, "org_id": org}
    # a number sent without the name may lose it
    line = CallingLineId(name=name or _header_name(stage, index), phone_number=value)
    settings = TelephonyLocation(calling_line_id=line)
    return Case(
        [_given(row)], lambda api: api.telephony.location.update(place, settings, org_id=org)
    )


def _given(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _header_name(stage: Remote, index: int) -> str:
    return str(stage.doc_of_location(index)["callingLineId"]["name"])


def header_number(stage: Remote) -> Case:
    return _header(stage, 0, 1)


def header_number_and_name(stage: Remote) -> Case:
    return _header(stage, 1, 1, "Acme Sevilla")


def header_name_with_accents(stage: Remote) -> Case:
    return _header(stage, 2, 1, "Peña & Núñez «Málaga»")


def header_with_org_id(stage: Remote) -> Case:
    return _header(stage, 3, 1, org=stage.org.org_id)


def header_number_out_of_service(stage: Remote) -> Case:
    return _header(stage, 4, 2, "Acme Zaragoza", stage.org.org_id)


def header_after_reading_the_location(stage: Remote) -> Case:
    place, value = stage.location(5), number(5, 1)

    def sdk(api: WebexSimpleApi) -> None:
        settings = api.telephony.location.details(place)
        settings.calling_line_id = CallingLineId(name=_header_name(stage, 5), phone_number=value)
        api.telephony.location.update(place, settings)

    return Case(
        [{"location_id": place, "phone_number": value}], sdk, ("nothing_but_calling_line_id",)
    )


# -- 2.3 internal calls ----------------------------------------------------------------------------


def _route(stage: Remote, index: int, route: int, org: str | None = None) -> Case:
    place = stage.location(index)
    route_id, doc = list(stage.org.docs["route"].items())[route]
    row = {
        "location_id": place,
        "enable_unknown_extension_route_policy": True,
        "premise_route_id": route_id,
        "premise_route_type": doc["type"],
        "org_id": org,
    }
    wanted = InternalDialing.model_validate(
        {
            "enableUnknownExtensionRoutePolicy": True,
            "unknownExtensionRouteIdentity": {"id": route_id, "type": doc["type"]},
        }
    )
    differ = ("no_null_name_in_the_route",)
    return Case(
        [_given(row)],
        lambda api: api.telephony.location.internal_dialing.update(place, wanted, org_id=org),
        differ,
    )


def _disabled(stage: Remote, index: int, org: str | None = None) -> Case:
    place = stage.location(index)
    stage.patch(
        "location",
        place,
        internalDialing={"enabled": True, "route": next(iter(stage.org.docs["route"]))},
    )
    row = {"location_id": place, "enable_unknown_extension_route_policy": False, "org_id": org}
    wanted = InternalDialing(enable_unknown_extension_route_policy=False)
    differ = ("no_null_route_when_disabling",)
    return Case(
        [_given(row)],
        lambda api: api.telephony.location.internal_dialing.update(place, wanted, org_id=org),
        differ,
    )


def route_to_a_trunk(stage: Remote) -> Case:
    return _route(stage, 0, 0)


def route_to_a_route_group(stage: Remote) -> Case:
    return _route(stage, 1, 2)


def route_with_org_id(stage: Remote) -> Case:
    return _route(stage, 2, 3, stage.org.org_id)


def route_in_place_of_another(stage: Remote) -> Case:
    routes = list(stage.org.docs["route"])
    stage.patch(
        "location", stage.location(3), internalDialing={"enabled": True, "route": routes[0]}
    )
    return _route(stage, 3, 1)


def route_disabled(stage: Remote) -> Case:
    return _disabled(stage, 4)


def route_disabled_with_org_id(stage: Remote) -> Case:
    return _disabled(stage, 5, stage.org.org_id)


# -- 2.4 permissions of a location -----------------------------------------------------------------

NULLS = ("no_null_custom_flags_on_a_location", "no_restriction_member_in_entries")
ALLOW = {"action": "ALLOW", "transferEnabled": True}
BLOCK = {"action": "BLOCK", "transferEnabled": False}


def permissions(**entries: dict[str, Any]) -> OutgoingPermissions:
    """The SDK's settings out of call type (small letters) -> entry."""
    found = {name: CallTypePermission.model_validate(entry) for name, entry in entries.items()}
    return OutgoingPermissions(calling_permissions=CallingPermissions(**found))


def _defaults(
    stage: Remote,
    index: int,
    settings: OutgoingPermissions,
    row: dict[str, Any],
    org: str | None = None,
    **case: Any,
) -> Case:
    place = stage.location(index)
    whole = _given({"location_id": place, "org_id": org, **row})
    # The sandbox takes neither null flags nor the read-only member: it refuses what the SDK sends
    # here.
    expected: dict[str, Any] = {"differ": NULLS, "sdk_refused": True, **case}
    return Case(
        [whole],
        lambda api: api.telephony.location.permissions_out.configure(place, settings, org_id=org),
        **expected,
    )


def block_international(stage: Remote) -> Case:
    return _defaults(
        stage, 0, permissions(international=BLOCK), {"block_call_types": ["INTERNATIONAL"]}
    )


def allow_premium(stage: Remote) -> Case:
    settings = permissions(premium_services_i=ALLOW, premium_services_ii=ALLOW)
    return _defaults(
        stage, 1, settings, {"allow_call_types": ["PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II"]}
    )


def allow_and_block_with_org_id(stage: Remote) -> Case:
    row = {
        "allow_call_types": ["PREMIUM_SERVICES_I"],
        "block_call_types": ["NATIONAL", "SPECIAL_SERVICES_II"],
    }
    settings = permissions(national=BLOCK, special_services_ii=BLOCK, premium_services_i=ALLOW)
    return _defaults(stage, 2, settings, row, stage.org.org_id)


def profile_with_codes_and_transfers(stage: Remote) -> Case:
    code = {"action": "AUTH_CODE", "transferEnabled": False}
    transfer = {"action": "TRANSFER_NUMBER_1", "transferEnabled": True}
    profile = {
        "callingPermissions": [
            {"callType": "NATIONAL", **code},
            {"callType": "TOLL_FREE", **transfer},
        ]
    }
    # The order of the entries is that of the profile; the SDK has one order only, so ask for its
    # own.
    profile["callingPermissions"].reverse()
    return _defaults(
        stage, 4, permissions(national=code, toll_free=transfer), {}, options={"profile": profile}
    )


def types_as_wanted_already(stage: Remote) -> Case:
    settings = permissions(international=BLOCK, premium_services_i=BLOCK, premium_services_ii=BLOCK)
    row = {"block_call_types": ["INTERNATIONAL", "PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II"]}
    known = ("PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II")
    return _defaults(
        stage, 5, settings, row, differ=(*NULLS, "only_the_call_types_that_change"), known=known
    )


def everything_allowed(stage: Remote) -> Case:
    settings = OutgoingPermissions(calling_permissions=CallingPermissions.allow_all())
    known = tuple(call_type for call_type in CALL_TYPES if not call_type.startswith("PREMIUM"))
    differ = (*NULLS, "only_the_call_types_that_change", "no_local_and_toll")
    return _defaults(
        stage, 0, settings, {"allow_call_types": list(CALL_TYPES)}, differ=differ, known=known
    )


LOCATION_CASES = [
    *collect(
        "ubicacion_alta_numeraciones_desactivadas",
        one_number,
        several_numbers_with_org_id,
        toll_free_numbers,
        number_type_left_to_the_sdk,
        some_numbers_in_place,
        more_than_a_hundred_numbers,
        more_than_twenty_mobiles,
        two_rows_of_one_location,
    ),
    *collect(
        "ubicacion_actualizar_cabecera",
        header_number,
        header_number_and_name,
        header_name_with_accents,
        header_with_org_id,
        header_number_out_of_service,
        header_after_reading_the_location,
    ),
    *collect(
        "ubicacion_configurar_llamadas_internas",
        route_to_a_trunk,
        route_to_a_route_group,
        route_with_org_id,
        route_in_place_of_another,
        route_disabled,
        route_disabled_with_org_id,
    ),
    *collect(
        "ubicacion_configurar_permisos_salientes_defecto",
        block_international,
        allow_premium,
        allow_and_block_with_org_id,
        profile_with_codes_and_transfers,
        types_as_wanted_already,
        everything_allowed,
    ),
]
