"""What an HTTP answer means (docs/webex.md 1.2): a usable body, a definite refusal, or trouble
worth another attempt.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

from bulk.core.redaction import redact, without_secrets
from bulk.errors import ApiError, Forbidden, NotFound, TokenRejected

RETRY_STATUS = frozenset({500, 502, 503, 504})
THROTTLE_STATUS = frozenset({429, 423})
_HALF = re.compile(
    r"[\ud800-\udfff]|\\u[dD][89a-fA-F]"
)  # a surrogate, or what may be one: two of them are a whole character


@dataclass(frozen=True)
class Answer:
    """A 2xx, read."""

    status: int  # 200 201 202 204 206
    body: Any  # parsed JSON; None when there is no body
    tracking_id: str | None  # header `trackingid`
    next_url: str | None = None  # Link rel="next"


class BadBody(ValueError):
    """A 2xx whose JSON does not parse."""


def read_answer(response: httpx.Response) -> Answer:
    """The 2xx as an Answer. Raises BadBody."""
    body = None
    if response.content.strip():
        try:
            body = _json(response)
        except (ValueError, RecursionError) as error:
            raise BadBody(str(error)) from None
    following = response.links.get("next", {}).get("url")
    return Answer(response.status_code, body, tracking_id(response), following)


def tracking_id(response: httpx.Response) -> str | None:
    """What support asks for; a service that repeats the token in it gets it no further."""
    found = response.headers.get("trackingid")
    return redact(found) if found else None


def _json(response: httpx.Response) -> Any:
    """The body, without a token that the service repeats: what is read is journalled, shown and
    reported. Raises ValueError.
    """
    content = response.content
    text = without_secrets(content.decode(json.detect_encoding(content), "surrogatepass"))
    body = json.loads(text)
    if (not text.isascii() or "\\u" in text) and _HALF.search(
        text
    ):  # half a character, which no file and no journal can hold
        return json.loads(_encode(body).encode("utf-8", "replace"))
    return body


def refusal(response: httpx.Response, *, write: bool) -> ApiError:
    """The 4xx as the error of the tree that fits it; never assumes that the body is JSON."""
    kind = {401: TokenRejected, 403: Forbidden, 404: NotFound}.get(response.status_code, ApiError)
    code, text, named = _describe(response)
    return kind(
        text or f"Webex ha rechazado la petición ({response.status_code}).",
        status=response.status_code,
        error_code=code,
        tracking_id=tracking_id(response),
        named=named,
        write=write,
    )


def _describe(response: httpx.Response) -> tuple[str | None, str, tuple[str, ...]]:
    """(errorCode, description, what the answer blames) out of the three documented shapes, or
    whatever came.
    """
    try:
        body = _json(response)
    except (ValueError, RecursionError):
        return None, "", ()
    entries = _entries(body)
    codes = [
        str(e[k]) for e in entries for k in ("errorCode", "code") if e.get(k) not in (None, "")
    ]
    texts = [
        str(e[k]) for e in entries for k in ("description", "errorMessage", "message") if e.get(k)
    ]
    named = tuple(
        str(e[k]) for e in entries for k in ("number", "userId", "personId", "item") if e.get(k)
    )
    message = str(body.get("message") or "") if isinstance(body, dict) else ""
    return (codes[0] if codes else None), "; ".join(dict.fromkeys(texts)) or message, named


def _entries(body: Any) -> list[dict[str, Any]]:
    """Error members of `{"errors": [..]}`, `{"error": [..]}` and `[{"errors": [..]}]`."""
    found: list[dict[str, Any]] = []
    for part in body if isinstance(body, list) else [body]:
        if not isinstance(part, dict):
            continue
        for member in ("errors", "error"):
            value = part.get(member)
            inner = value if isinstance(value, list) else [value]
            found += [entry for entry in inner if isinstance(entry, dict)]
    return found


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # json.dumps would make one for each call


def dumps(body: Any) -> bytes:
    return _encode(body).encode()
