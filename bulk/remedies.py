"""What an error means to the operator, and what to do: the catalogue in `remedies.json` (UX 4, codes of the contracts)."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from bulk.contract import Action
from bulk.errors import ApiError, BulkError
from bulk.log import redact

UNFORESEEN = "Webex ha respondido algo que no se esperaba ({}). Copia el trackingId y avisa a soporte; puedes reintentar."


def explain(error: Exception, action: Action) -> tuple[str, str]:
    """(code, Spanish message with the remedy)."""
    if isinstance(error, ApiError):
        return error.code, _refusal(error, action)
    if isinstance(error, BulkError):
        return error.code, error.message
    return "respuesta_imprevista", UNFORESEEN.format(redact(f"{type(error).__name__}: {error}")[:200])


def _refusal(error: ApiError, action: Action) -> str:
    known = catalogue()
    text = error.message.rstrip(".") or "sin descripción"
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


@cache
def catalogue() -> dict[str, Any]:
    """The remedies: `code` by Webex's errorCode, `status` by HTTP status, and two general ones."""
    found: dict[str, Any] = json.loads(resources.files("bulk").joinpath("remedies.json").read_text(encoding="utf-8"))
    return found
