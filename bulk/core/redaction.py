"""The one place where secrets and personal data are hidden.

Three things are taken out of a text: tokens (always), e-mails and telephone numbers (unless the
setting `log_full` is on). Headers, bodies, URLs and tracebacks all come through here as text:
`redact` knows the forms that a secret takes in each.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

HIDDEN = "…"
_BLACKED = rf"\1{HIDDEN}"
_BEARER = re.compile(r"(?i)(bearer(?:\s|%20|\+)+)[A-Za-z0-9._~+/=-]+")
_NAMED = re.compile(  # header, JSON member, query parameter or Python bytes: name, separator, value
    r"(?i)(\b(?:authorization|(?:access|refresh|id|bearer)[_-]?token|client[_-]?secret|password)\b"
    r"""(?:\\?["'])?+\s*[:=,]\s*(?:b?\\?["'])?+)(?!bearer\b|…)(?:basic\s+)?[^\s"'&,;})\]\\]+"""
)
_MAIL = re.compile(
    r"(?<![\w\u0300-\u036f.%+'-])[\w\u0300-\u036f.%+'-]+(?:@|%40)([\w\u0300-\u036f-]+(?:\.[\w\u0300-\u036f-]+)+)"
)
_GAP = r"[ \u00a0\u2009\u202f]"
_BETWEEN = (  # what people write between the digits of a number
    rf"(?:{_GAP}?\(|\){_GAP}?|{_GAP}|[./-])?"
)
_PHONE = re.compile(rf"(?<![\w.-])(\+|%2B)?\(?\d(?:{_BETWEEN}\d){{7,14}}(?![\w-]|\.\d)")
# An address of the network, a fraction, a date with or without the hour: figures with the same
# signs between them.
_NO_PHONE = re.compile(
    r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\Z)|\Z)){4}\Z|\d+\.\d+\Z|(?:\d{4}([./-])\d\d\1\d\d|\d\d([./-])\d\d\2\d{4})(?:\Z|\D)"
)
_DIGITS = re.compile(r"\D")
_MIN_BARE = 9  # digits: a shorter number without + is a code or a counter, not a telephone
# Names of things, not of people.
KEPT = frozenset({"run", "order", "tracking_id", "at", "event", "state"})
_secrets: set[str] = set()
_state = {"full": False}


def show_personal_data(full: bool) -> None:
    """True: e-mails and telephone numbers stay readable in the logs (setting `log_full`)."""
    _state["full"] = full


def hide(secret: str) -> None:
    """From now on `secret` is hidden wherever it would be logged, plain or as a URL writes it."""
    if len(secret) >= 6:
        _secrets.update((secret, quote(secret, safe="")))


def without_secrets(text: str) -> str:
    """`text` without the tokens that this process was given; everything else as it is."""
    for secret in tuple(_secrets):
        text = text.replace(secret, HIDDEN)
    return text


def redact(text: str) -> str:
    """`text` without tokens: those that are known, and whatever looks like one."""
    text = without_secrets(text)
    return _NAMED.sub(_BLACKED, _BEARER.sub(_BLACKED, text))


def mask(text: str) -> str:
    """`text` with e-mails as `…@empresa.com` and telephone numbers as `+34…333`."""
    return _PHONE.sub(_masked_phone, _MAIL.sub(rf"{HIDDEN}@\1", text))


def _masked_phone(found: re.Match[str]) -> str:
    digits = _DIGITS.sub("", found[0].removeprefix("%2B"))
    if not found[1] and (len(digits) < _MIN_BARE or _NO_PHONE.match(found[0])):
        return found[0]
    return f"+{digits[:2]}{HIDDEN}{digits[-3:]}" if found[1] else f"{HIDDEN}{digits[-3:]}"


def cleaned(value: Any, *, full: bool | None = None) -> Any:
    """A JSON value as it may be logged: strings at any depth without secrets, and masked unless
    `full`.
    """
    if isinstance(value, str):
        text = redact(value)
        return text if (_state["full"] if full is None else full) else mask(text)
    if isinstance(value, dict):
        return {
            _key(name, full): cleaned(inner, full=True if name in KEPT else full)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [cleaned(inner, full=full) for inner in value]
    return value


def _key(name: Any, full: bool | None) -> Any:
    """Member names are identifiers; anything else used as a key may be an address or a number."""
    return (
        without_secrets(name)
        if isinstance(name, str) and name.isidentifier()
        else cleaned(name, full=full)
    )
