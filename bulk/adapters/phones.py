"""Telephone numbers as Webex writes them in its answers (docs/webex.md 1.9)."""

from __future__ import annotations

import re
from typing import Any

_SIGNS = re.compile(r"[\s\u00a0().-]")


def plain_phone(value: Any) -> Any:
    """`+34910000000` of `+34-910 000 000`. A number without prefix stays as it is: its country is
    not known.
    """
    if not isinstance(value, str) or not value.strip().startswith("+"):
        return value
    return _SIGNS.sub("", value)


def may_be(national: Any, number: str) -> bool:
    """Whether a number without prefix ends `number`, which has one: they may be the same."""
    digits = _SIGNS.sub("", str(national)).lstrip("0")
    return digits.isdecimal() and len(digits) >= _MIN_NATIONAL and number.endswith(digits)


_MIN_NATIONAL = 6  # digits: a shorter one is an extension
