"""What an error means to the operator, and what to do: the catalogue in `remedies.json`
(docs/interfaz.md 4, codes of the contracts).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bulk.core.action import Action
from bulk.core.redaction import redact
from bulk.errors import ApiError, BulkError, UnusableAnswer

UNFORESEEN = (
    "Webex ha respondido algo que no se esperaba ({}). Copia el trackingId y avisa a soporte;"
    " puedes reintentar."
)
# (HTTP status, text of Webex, our code): its own code says less, or there is none
BY_TEXT = (
    (401, r"does not have access to\s+org", "otra_organizacion"),
    (404, r"PSTN\b.*\bnot configured", "sin_conexion_pstn"),
    (400, r"Extension and Phone Number cannot be blank", "faltan_propiedades"),
)
_MAX_TITLE = 60  # characters of a title that is made out of a message
_PLACE = re.compile(r"^[^·]+ · Fila \d+ · (?:[^·]+ · )?")  # where a finding is: file, line, column

_RETRY = re.compile(r",? y (?:después )?reintenta\b[^.]*(?=\.)")
AGAIN = " Después, ensaya y lanza de nuevo esas filas."


@dataclass(frozen=True)
class Remedy:
    """An entry of the catalogue, ready to be shown."""

    title: str  # what happened, without full stop
    remedy: str  # what to do; "" when the message says no more


def explain(error: Exception, action: Action) -> tuple[str, str]:
    """(code, Spanish message with the remedy)."""
    if isinstance(error, ApiError):
        own = _own_code(error)
        return (own, str(catalogue()["own"][own])) if own else (error.code, _refusal(error, action))
    if isinstance(error, BulkError):
        return error.code, error.message
    return UnusableAnswer.code, unforeseen(error)


def unforeseen(error: Exception) -> str:
    """What the operator reads of an answer that the product's code tripped over."""
    return UNFORESEEN.format(redact(f"{type(error).__name__}: {error}")[:200])


def _own_code(error: ApiError) -> str | None:
    """Ours, of a refusal whose text says more than its code."""
    return next(
        (
            code
            for status, pattern, code in BY_TEXT
            if error.status == status and re.search(pattern, error.message, re.IGNORECASE)
        ),
        None,
    )


def _lacks_calling(error: ApiError, action: Action) -> bool:
    """What a read of call settings answers for a person who has no Webex Calling."""
    if error.write or not action.needs_calling:
        return False
    return error.error_code in ("4008", "4410") or (
        error.error_code == "4003" and "unauthorized request" in error.message.lower()
    )


def _refusal(error: ApiError, action: Action) -> str:
    known = catalogue()
    text = error.message.rstrip(".") or "sin descripción"
    if _lacks_calling(error, action):
        return str(known["no_calling"])
    if error.error_code and error.error_code in known["code"]:
        return str(known["code"][error.error_code]).format(text=text)
    if error.status in (400, 404) and action.needs_calling and not error.write:
        return str(known["no_calling"])
    if error.status == 403:
        return str(known["status"]["403"]).format(scopes=", ".join(action.scopes), text=text)
    entry = known["status"].get(str(error.status))
    if entry and not error.error_code:
        return str(entry).format(text=text)
    code = f", {error.error_code}" if error.error_code else ""
    return str(known["default"]).format(status=error.status, code=code, text=text)


def remedy_for(
    code: str | None, message: str | None, action: Action, status: int | None = None
) -> Remedy:
    """The entry for a row's code and message; a code without entry is named with its HTTP `status`.

    What has no code of Webex is reported by the message itself, split in what happened and what to
    do.
    """
    known, shown = entries(), message or ""
    if known["no_calling"]["title"] in shown:
        return _shown(known["no_calling"], action)
    for part in ("code", "own", "status"):
        if code is not None and code in known[part]:
            return _shown(known[part][code], action)
    if code is None or not code.isdecimal():
        return _split(shown)
    named = f"{status}, {code}" if status and str(status) != code else code
    return _shown(known["default"], action, status=named, code="")


def without_retry(remedy: str) -> str:
    """The same for a row that was set apart before anything was sent: it is seen in a dry run and
    launched again, not retried.
    """
    return _RETRY.sub("", remedy) + AGAIN if _RETRY.search(remedy) else remedy


def _shown(entry: dict[str, Any], action: Action, **values: str) -> Remedy:
    given = {"scopes": ", ".join(action.scopes), **values}
    return Remedy(str(entry["title"]).format(**given), str(entry["remedy"]).format(**given))


def _split(message: str) -> Remedy:
    plain = _PLACE.sub("", message).strip()
    if not plain:
        return Remedy("Fila por revisar", "Mira el detalle de la fila.")
    title, _, rest = plain.partition(". ")
    return Remedy(
        title.rstrip(".") if len(title) <= 2 * _MAX_TITLE else f"{title[:_MAX_TITLE]}…",
        rest,
    )


@cache
def catalogue() -> dict[str, Any]:
    """Whole messages: `code` by Webex's errorCode, `status` by HTTP status, `own` by our codes, and
    two general ones.

    Those that quote Webex have a place for `{text}`.
    """
    found = entries()
    parts = {
        part: {code: _message(entry) for code, entry in found[part].items()}
        for part in ("code", "status", "own")
    }
    return {
        **parts,
        "no_calling": _message(found["no_calling"]),
        "default": _message(found["default"]),
    }


def _message(entry: dict[str, Any]) -> str:
    quoted = ": {text}" if entry.get("quotes_webex") else ""
    return f"{entry['title']}{quoted}. {entry['remedy']}"


@cache
def entries() -> dict[str, Any]:
    """The file as it is: entries {title, remedy, reported: the message quotes what Webex says}."""
    found: dict[str, Any] = json.loads(
        resources.files("bulk.wording").joinpath("remedies.json").read_text(encoding="utf-8")
    )
    return found
