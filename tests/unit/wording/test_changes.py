"""Changes as people read them: what, before, after; in Spanish, with names instead of ids."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from bulk.adapters import SUPPORTED, get_action
from bulk.core.action import Change
from bulk.core.records import RowResult
from bulk.wording.changes import ChangeText

PERMITTED = {"action": "ALLOW", "transferEnabled": True, "restricted": False}


def public_id(kind: str, tail: str) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{tail}".encode()).decode().rstrip("=")


MADRID, SEVILLA = public_id("LOCATION", "uuid-madrid"), public_id("LOCATION", "uuid-sevilla")
CALLING, TRUNK = public_id("LICENSE", "uuid-calling"), public_id("TRUNK", "uuid-trunk")
NAMES = {
    "uuid-madrid": "Madrid Centro",
    "uuid-calling": "Webex Calling - Professional",
    "uuid-trunk": "Troncal Norte",
}


def message(
    action_id: str, change: Change | dict[str, Any], after: Any = None
) -> tuple[str, str, str]:
    fields = change.fields if isinstance(change, Change) else change
    row = RowResult(2, "done", "", "", None, None, None, after, dict(fields), None, 1, None, None)
    return ChangeText(get_action(action_id).members, NAMES).change(row)


def decided(action_id: str, before: dict[str, Any], **params: Any) -> tuple[str, str, str]:
    """What the action itself decides, reported."""
    return message(action_id, get_action(action_id).decide(before, **params))


def test_a_forwarding_is_off_or_a_number() -> None:
    off = {"always": {"enabled": False, "ringReminderEnabled": False}}
    assert decided("usuarios_configurar_desvio_prefijo53", off, extension="2041") == (
        "desvío",
        "desactivado",
        "532041",
    )


def test_parts_that_differ_are_reported_when_the_words_are_the_same() -> None:
    old, new = (
        {"enabled": True, "destination": "53", "destinationVoicemailEnabled": flag}
        for flag in (True, False)
    )
    what = message("usuarios_configurar_desvio_prefijo53", {"always": [old, new]})
    assert what == ("desvío (destinationVoicemailEnabled)", "sí", "no")


def test_ids_of_places_and_licences_are_reported_by_name_and_by_their_tail_without_one() -> None:
    before = {"locationId": SEVILLA, "extension": "2041", "phoneNumber": None, "calling": True}
    moved = decided(
        "usuarios_asignar_location_desde_csv",
        before,
        target_location_id=MADRID,
        target_extension="3041",
    )
    assert moved == ("ubicación · extensión", "…evilla · 2041", "Madrid Centro · 3041")
    given = decided(
        "usuarios_modificar_licencias", {CALLING: False, "calling": []}, add_license_ids=[CALLING]
    )
    assert given == ("licencia Webex Calling - Professional", "sin asignar", "asignada")


def test_members_that_go_the_same_way_stand_together() -> None:
    numbers = ["+34911000001", "+34911000002"]
    before = {**dict.fromkeys(numbers), "connection": "TRUNK"}
    what = decided("ubicacion_alta_numeraciones_desactivadas", before, phone_numbers=numbers)
    assert what == ("numeración +34911000001, numeración +34911000002", "no está", "desactivada")


def test_permissions_are_shown_in_words() -> None:
    before = {"INTERNATIONAL": PERMITTED, "NATIONAL": PERMITTED}
    what = decided(
        "ubicacion_configurar_permisos_salientes_defecto",
        before,
        block_call_types=["INTERNATIONAL"],
    )
    assert what == ("llamadas internacionales", "permitidas", "bloqueadas")
    own = before | {"useCustomEnabled": False, "useCustomPermissions": False, "path": "features"}
    what = decided(
        "usuarios_configurar_perfil_saliente_custom", own, block_call_types=["INTERNATIONAL"]
    )
    assert what == (
        "perfil propio, permisos propios · llamadas internacionales",
        "no · permitidas",
        "sí · bloqueadas",
    )


def test_a_route_is_reported_by_its_name_and_kind() -> None:
    off = {"enableUnknownExtensionRoutePolicy": False, "unknownExtensionRouteIdentity": None}
    wanted = {
        "enable_unknown_extension_route_policy": True,
        "premise_route_id": TRUNK,
        "premise_route_type": "TRUNK",
    }
    what = decided("ubicacion_configurar_llamadas_internas", off, **wanted)
    assert what == (
        "llamadas a extensiones desconocidas · ruta",
        "no se envían · -",
        "se envían a la ruta · Troncal Norte (enlace troncal)",
    )


def test_what_was_left_is_reported_rather_than_what_was_asked() -> None:
    what = message(
        "ubicacion_actualizar_cabecera",
        {"phoneNumber": [None, "+34911"]},
        {"phoneNumber": "+34922"},
    )
    assert what == ("número de cabecera", "-", "+34922")


@pytest.mark.parametrize("action_id", SUPPORTED)
@pytest.mark.parametrize(
    "odd", [None, True, 7, "x", [], {}, {"action": None}, {"enabled": "maybe"}]
)
def test_no_value_that_webex_may_answer_breaks_the_telling(action_id: str, odd: object) -> None:
    members = {name: [odd, "otro"] for name in (*get_action(action_id).members, "+34911")}
    assert all(isinstance(text, str) for text in message(action_id, members))
