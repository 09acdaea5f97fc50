"""Every shape and code in which the service was seen to refuse, and what the operator reads."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from bulk.adapters import get_action
from bulk.errors import Forbidden, NotFound, TokenRejected
from bulk.webex.answers import is_definite, refusal
from bulk.wording.remedies import catalogue, entries, explain, remedy_for

LICENSES = get_action("usuarios_modificar_licencias")
FORWARD = get_action("usuarios_configurar_desvio_prefijo53")
NUMBERS = get_action("ubicacion_alta_numeraciones_desactivadas")

# (status, headers, body) -> (code, text)
SHAPES: list[tuple[int, dict[str, str], Any, str | None, str]] = [
    (400, {}, {"message": "m", "errors": [{"errorCode": 4202, "description": "d"}]}, "4202", "d"),
    (400, {}, {"errors": [{"errorCode": "4202", "description": "d"}]}, "4202", "d"),
    (400, {}, {"message": "m", "errors": [{"description": "d"}]}, None, "d"),
    (400, {}, {"message": "m", "errors": [{}]}, None, "m"),
    (400, {}, {"error": [{"code": 1026013, "message": "same"}]}, "1026013", "same"),
    (
        400,
        {},
        [{"errors": [{"number": "+34910", "errorCode": "4201", "errorMessage": "in use"}]}],
        "4201",
        "in use",
    ),
    (
        400,
        {},
        {"errorCode": 25024, "message": "message=Invalid field value: selected;\nfield=x"},
        "25024",
        "message=Invalid field value: selected; field=x",
    ),
    (400, {}, {"errorCode": "2022", "message": "bad"}, "2022", "bad"),
    (
        409,
        {},
        {"error": {"key": "BATCH-1001004", "message": [{"description": "running"}]}},
        "BATCH-1001004",
        "running",
    ),
    (
        409,
        {},
        {"error": {"key": "409", "message": [{"description": "r", "code": "BATCH-1001004"}]}},
        "BATCH-1001004",
        "r",
    ),
    (400, {}, {"error": {"key": "400", "message": "only a text"}}, None, "only a text"),
    (400, {}, {"error": {"key": "400", "message": None}}, None, ""),
    (
        400,
        {},
        {"errors": [{"errorCode": 400, "description": "[Error 4250] +1910 not added."}]},
        "4250",
        "[Error 4250] +1910 not added.",
    ),
    (
        400,
        {},
        {"message": "[Error 4410] Service is not assigned"},
        "4410",
        "[Error 4410] Service is not assigned",
    ),
    (400, {}, {"message": "errorCode=6004, not found"}, "6004", "errorCode=6004, not found"),
    (400, {}, {"message": "errorCode: '25409' x"}, "25409", "errorCode: '25409' x"),
    (
        400,
        {},
        {"error": "invalid_request", "error_description": "the text"},
        None,
        "the text",
    ),
    (400, {}, {"error": "invalid_request"}, None, "invalid_request"),
    (
        409,
        {},
        {"errorCode": 25223, "message": "m", "error": [{"errorCode": 8363, "message": "exists"}]},
        "8363",
        "exists",
    ),
    (
        500,
        {},
        {"errors": [{"errorCode": "ERR.V.TRM.PSP61001", "description": "d"}]},
        "ERR.V.TRM.PSP61001",
        "d",
    ),
    (502, {"cisco-spark-error-codes": "4251"}, {"message": "m"}, "4251", "m"),
    (502, {"cisco-spark-error-codes": "4251"}, None, "4251", ""),
    (400, {}, {"errors": [{"description": ["a", {"b": 1}], "message": "plain"}]}, None, "plain"),
    (400, {}, "texto", None, ""),
    (400, {}, [], None, ""),
]


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return (
        httpx.Response(status, headers=headers)
        if body is None
        else httpx.Response(status, json=body, headers=headers)
    )


@pytest.mark.parametrize(("status", "headers", "body", "code", "text"), SHAPES)
def test_code_and_text_are_found_in_every_shape(
    status: int, headers: dict[str, str], body: Any, code: str | None, text: str
) -> None:
    error = refusal(answered(status, body, headers), write=True)
    assert error.error_code == code
    assert error.message == (text or f"Webex ha rechazado la petición ({status}).")
    _, shown = explain(error, LICENSES)
    assert not re.search(r"[\n\r\[{]'|\n|\[\{", shown)


CODES = (
    "1026010 1026013 1026014 1026015 1026021 25378 4003 4007 4008 4152 4201 4202 4250 4251 4410 5620"
    " 6004 2022 8264 8363 19603 19605 19607 19608 19609 19610 19613 25024 25223 25382 25383 25384"
    " 25385 25409 27344 27559 27962 27963 27965 27966 27967 27968 27975 10010000 10010017 10030003"
    " 10030012 10050010 BATCH-400 BATCH-1001004 ERR.V.TRM.PSP61001 BIFROST-B10005"
)


@pytest.mark.parametrize("code", CODES.split())
def test_every_code_that_was_seen_has_its_remedy(code: str) -> None:
    body = {"errors": [{"errorCode": code, "description": "texto"}]}
    found, message = explain(refusal(answered(400, body), write=True), LICENSES)
    assert found == code
    assert message == str(catalogue()["code"][code]).format(text="texto")
    assert remedy_for(code, message, LICENSES).title in (
        entries()["code"][code]["title"],
        entries()["no_calling"]["title"],
    )


@pytest.mark.parametrize(
    ("status", "text", "kind", "code"),
    [
        (401, "User does not have access to OrgId 1", Forbidden, "otra_organizacion"),
        (
            404,
            "Location x not found or PSTN for the location is not configured",
            NotFound,
            "sin_conexion_pstn",
        ),
        (400, "Extension and Phone Number cannot be blank.", Exception, "faltan_propiedades"),
    ],
)
def test_a_text_that_says_more_than_its_code_is_explained_by_it(
    status: int, text: str, kind: type, code: str
) -> None:
    body = {"errorCode": status, "errors": [{"errorCode": status, "description": text}]}
    error = refusal(answered(status, body), write=True)
    assert isinstance(error, kind)
    assert explain(error, NUMBERS) == (code, catalogue()["own"][code])


def test_any_other_401_is_an_expired_token_and_404_an_unknown_id() -> None:
    assert isinstance(refusal(answered(401, {"message": "bad token"}), write=False), TokenRejected)
    _, message = explain(refusal(answered(404, {"message": "gone"}), write=True), NUMBERS)
    assert message == catalogue()["status"]["404"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            400,
            {
                "errors": [
                    {"errorCode": 4003, "description": "[Error 4003] Unauthorized request: X"}
                ]
            },
        ),
        (404, {"errorCode": 4008, "message": "no service"}),
        (400, {"message": "[Error 4410] Service is not assigned to the user"}),
        (404, {"message": "not found"}),
    ],
)
def test_a_read_of_call_settings_tells_that_there_is_no_calling(
    status: int, body: dict[str, Any]
) -> None:
    code, message = explain(refusal(answered(status, body), write=False), FORWARD)
    assert message == catalogue()["no_calling"]
    assert remedy_for(code, message, FORWARD).title == entries()["no_calling"]["title"]


def test_an_unknown_user_is_not_one_without_calling() -> None:
    body = {"errors": [{"errorCode": 4003, "description": "User Not Found"}]}
    _, message = explain(refusal(answered(404, body), write=False), FORWARD)
    assert message.startswith("Webex no conoce a ese usuario")


def test_only_a_5xx_that_was_seen_to_refuse_is_a_refusal() -> None:
    assert is_definite(answered(502, None, {"cisco-spark-error-codes": "4251"}))
    assert not is_definite(answered(502, None, {"cisco-spark-error-codes": "9999"}))
    assert not is_definite(answered(502, {"errorCode": 4251}))
