"""What a refusal says: its code and its text, out of every shape that the service was seen to use.

- `{"errors": [{"errorCode", "description"}]}`, `{"error": [{"code", "message"}]}`, and a list of
  these;
- `{"errorCode", "message"}` at the top;
- `{"error": {"key", "message": [{"code", "description"}]}}`, with a text in place of the list too;
- `{"error": "invalid_request", "error_description"}`;
- a code inside the text only: `[Error 4250] …`, `errorCode=2022`;
- the header `cisco-spark-error-codes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

HEADER = "cisco-spark-error-codes"
MAX_TEXT = 400  # characters of a text that is shown
_CODES = ("errorCode", "code")
_TEXTS = ("description", "errorMessage", "error_description", "message", "detail", "error")
_INNER = ("errors", "error", "message")  # members that hold more exact entries
_NAMES = ("number", "userId", "personId", "item")
_IN_TEXT = re.compile(r"\[Error (\d+)\]|\berrorCode['\"]?\s*[:=]\s*['\"]?(\d+)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_MAX_DEPTH = 6  # of objects inside objects


def said(body: Any, *, status: int | None = None, header: str = "") -> tuple[str | None, str]:
    """(code, text on one line). A code that only repeats the HTTP status is none."""
    entries = list(_entries(body))
    exact = [text for entry in entries if not _has_inner(entry) for text in _texts(entry)]
    texts = exact or [text for entry in entries for text in _texts(entry)]
    codes = [*_codes(entries), *_codes_in(texts), *re.findall(r"[\w.-]+", header)]
    real = (code for code in codes if code != str(status))
    return next(real, None), "; ".join(dict.fromkeys(texts))[:MAX_TEXT]


def blamed(body: Any) -> tuple[str, ...]:
    """Ids and numbers that the refusal names."""
    return tuple(str(entry[name]) for entry in _entries(body) for name in _NAMES if entry.get(name))


def _entries(body: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects that describe the error, the innermost first: these say most exactly what is
    wrong.
    """
    if depth > _MAX_DEPTH:
        return
    if isinstance(body, list):
        for part in body:
            yield from _entries(part, depth + 1)
    elif isinstance(body, dict):
        for member in _INNER:
            if isinstance(body.get(member), (list, dict)):
                yield from _entries(body[member], depth + 1)
        yield body


def _codes(entries: Iterable[dict[str, Any]]) -> list[str]:
    """Of the entries, then keys that are more than an HTTP status."""
    entries = list(entries)
    given = [str(entry[name]) for entry in entries for name in _CODES if _is_code(entry.get(name))]
    keys = [str(entry["key"]) for entry in entries if _is_code(entry.get("key"))]
    return given + [key for key in keys if not re.fullmatch(r"[1-5]\d\d", key)]


def _is_code(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and bool(value.strip()) and len(value) <= 40
    )


def _codes_in(texts: Iterable[str]) -> list[str]:
    return [one or other for text in texts for one, other in _IN_TEXT.findall(text)]


def _texts(entry: dict[str, Any]) -> list[str]:
    """The most exact text of one entry."""
    found = (_plain(entry[name]) for name in _TEXTS if isinstance(entry.get(name), str))
    return [text for text in found if text][:1]


def _has_inner(entry: dict[str, Any]) -> bool:
    return any(isinstance(entry.get(member), (list, dict)) and entry[member] for member in _INNER)


def _plain(text: Any) -> str:
    return _BLANKS.sub(" ", str(text)).strip()
