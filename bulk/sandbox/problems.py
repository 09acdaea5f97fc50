"""Refusals in Webex's three error forms (docs/webex.md 1.2), and strict checks of bodies."""

from __future__ import annotations

import re
from typing import Any

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Refused(Exception):
    """An answer that is not 2xx."""

    def __init__(
        self, status: int, message: str, code: int | None = None, *, body: Any = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.body = body  # a whole body in place of the usual form

    def json(self, tracking_id: str) -> Any:
        if self.body is not None:
            return self.body
        error: dict[str, Any] = {"description": self.message}
        if self.code is not None:
            error["errorCode"] = self.code
        return {"message": self.message, "errors": [error], "trackingId": tracking_id}


def not_found(what: str, code: int | None = None) -> Refused:
    return Refused(404, f"{what} not found", code)


def move_refused(status: int, code: int, message: str) -> Refused:
    """The form of moveLocation."""
    return Refused(status, message, code, body={"error": [{"code": code, "message": message}]})


def numbers_refused(entries: list[tuple[str, int, str]]) -> Refused:
    """The form of POST numbers: a list that names each bad number."""
    errors = [
        {
            "number": number,
            "errorType": "ERROR",
            "errorCode": str(code),
            "errorMessage": text,
            "errorTitle": text,
        }
        for number, code, text in entries
    ]
    return Refused(400, "numbers refused", body=[{"errors": errors}])


def members(
    body: Any, required: dict[str, type], optional: dict[str, type] | None = None
) -> dict[str, Any]:
    """`body` when it is an object with just these members, of these types."""
    if not isinstance(body, dict):
        raise Refused(400, "JSON object expected")
    known = {**required, **(optional or {})}
    for name, value in body.items():
        if name not in known:
            raise Refused(400, f"Unrecognized field '{name}'")
        wrong_bool = isinstance(value, bool) and known[name] is not bool
        if wrong_bool or not isinstance(value, known[name]):
            raise Refused(400, f"Field '{name}' must be {known[name].__name__}")
    if missing := [name for name in required if name not in body]:
        raise Refused(400, f"Field '{missing[0]}' is required")
    return body


def one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Refused(400, f"Field '{name}': '{value}' is not one of {', '.join(allowed)}")


def e164(value: Any) -> str:
    if not isinstance(value, str) or not E164.fullmatch(value):
        raise Refused(400, f"'{value}' is not an E.164 number")
    return value
