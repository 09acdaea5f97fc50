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
from bulk.webex import refusals

RETRY_STATUS = frozenset({500, 502, 503, 504})
THROTTLE_STATUS = frozenset({429, 423})
# codes of the header `cisco-spark-error-codes` that were seen on a 502 of a write that was refused;
# any other 5xx stays ambiguous
REFUSED_ALL_THE_SAME = frozenset({"4251"})
# a 401 of a token that is valid: the organization that the row names is not one of its own
OTHER_ORGANIZATION = re.compile(r"does not have access to\s+org", re.IGNORECASE)
# a surrogate, or what may be one: two of them are a whole character
_HALF = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Answer:
    """A 2xx, read."""

    status: int  # 200 201 202 204 206
    body: Any  # parsed JSON; None when there is no body
    tracking_id: str | None  # header `trackingid`
    next_url: str | None = None  # Link rel="next"


class BadBody(ValueError):
    """A 2xx whose JSON does not parse, or that has no object where one is due."""


def read_answer(response: httpx.Response, *, object_due: bool = False) -> Answer:
    """The 2xx as an Answer. Raises BadBody."""
    body = None
    if response.content.strip():
        try:
            body = _json(response)
        except (ValueError, RecursionError) as error:
            raise BadBody(str(error)) from None
    if object_due and not isinstance(body, dict):
        raise BadBody("an object is due")
    following = response.links.get("next", {}).get("url")
    return Answer(response.status_code, body, tracking_id(response), following)


def next_page(body: Any) -> str | None:
    """URL of the next page of a list that is paged in its body: `{"paging": {"next": …}}`."""
    paging = body.get("paging") if isinstance(body, dict) else None
    following = paging.get("next") if isinstance(paging, dict) else None
    if isinstance(following, list):
        following = following[0] if following else None
    return following if isinstance(following, str) and following else None


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
    # half a character, which no file and no journal can hold
    if (not text.isascii() or "\\u" in text) and _HALF.search(text):
        return json.loads(_encode(body).encode("utf-8", "replace"))
    return body


def refusal(response: httpx.Response, *, write: bool) -> ApiError:
    """The refusal as the error of the tree that fits it; never assumes that the body is JSON."""
    try:
        body = _json(response)
    except (ValueError, RecursionError):
        body = None
    code, text = refusals.said(
        body, status=response.status_code, header=response.headers.get(refusals.HEADER, "")
    )
    return _kind(response.status_code, text)(
        text or f"Webex ha rechazado la petición ({response.status_code}).",
        status=response.status_code,
        error_code=code,
        tracking_id=tracking_id(response),
        named=refusals.blamed(body),
        write=write,
    )


def _kind(status: int, text: str) -> type[ApiError]:
    if status == 401 and OTHER_ORGANIZATION.search(text):
        return Forbidden
    return {401: TokenRejected, 403: Forbidden, 404: NotFound}.get(status, ApiError)


def is_definite(response: httpx.Response) -> bool:
    """Whether a 5xx is a refusal all the same: the service itself says why in a header."""
    codes = re.findall(r"\w+", response.headers.get(refusals.HEADER, ""))
    return not REFUSED_ALL_THE_SAME.isdisjoint(codes)


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # json.dumps would make one for each call


def dumps(body: Any) -> bytes:
    return _encode(body).encode()
