"""Phones as they are written: E.164, plain spelling of it, and what leaves in doubt which number it
is.
"""

from __future__ import annotations

import re
from functools import cache

E164 = r"\+[1-9][0-9]{6,14}"  # docs/webex.md 1.11
EXCEL = r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+"  # what Excel leaves of a long number: digits are gone
# Excel's decimals, and not a group of digits: one digit alone, two after the only dot, any after
# seven digits in a row.
DECIMALS = re.compile(r"(?:[.,]\s*[0-9]|\A[^.,]*[.,][0-9]{2}|[0-9]{7}[.,][0-9]+)\Z")
TRUNK_ZERO = re.compile(r"\(\s*0")  # dialled inside the country only
NO_PREFIX = "telefono_sin_prefijo"  # the rule of a phone that only lacks the prefix of its country
_SPELLING = re.compile(r"[\s.\-()]")
_IS_E164 = re.compile(E164)
_ONE_WITH_COMMA = re.compile(rf"{EXCEL}|\+?[0-9]{{7,}},[0-9]{{1,2}}")


def in_doubt(text: str) -> bool:
    """Whether leaving its dots and brackets out could make another number of it."""
    return bool(DECIMALS.search(text) or TRUNK_ZERO.search(text))


def plain_phone(text: str) -> str:
    """Without blanks, dots, hyphens and brackets; as it is when it is in doubt, for validation to
    say so.
    """
    plain = _SPELLING.sub("", text)
    return text if plain != text and (in_doubt(text) or not may_be_one(plain)) else plain


def may_be_one(plain: str) -> bool:
    """Whether E.164 digits are no more than numbers of their country have; what is not E.164 is
    reported otherwise.

    More of them are a number and something else: an extension in brackets, the end of a range.
    """
    return not _IS_E164.fullmatch(plain) or _is_as_long(plain[1:4], len(plain) - 1)


@cache
def _is_as_long(first: str, digits: int) -> bool:
    """By the first three digits and the length alone: a file asks few different questions, whatever
    its size.
    """
    import phonenumbers  # takes a while, and most files have no such cell

    for length in (1, 2, 3):  # no code is the beginning of another
        code = int(first[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            rest = digits - length
            # the mobile prefix that Mexico has given up, and many still write
            rest -= first == "521" and rest == 11
            number = phonenumbers.PhoneNumber(country_code=code, national_number=int("1" * rest))
            return (
                phonenumbers.is_possible_number_with_reason(number)
                != phonenumbers.ValidationResult.TOO_LONG
            )
    return False


def is_one_with_comma(text: str) -> bool:
    """Whether the comma is Excel's, and not that of a list of phones."""
    return bool(_ONE_WITH_COMMA.fullmatch(text))


def phone_rule(cell: str) -> str:
    """The rule that a cell which is no E.164 breaks: each way of being wrong has its own remedy."""
    items = cell.split(";")
    if any(re.fullmatch(EXCEL, item) for item in items):
        return "telefono_excel"
    if any(map(in_doubt, items)):
        return "telefono_dudoso"
    return (
        NO_PREFIX if any(re.fullmatch("[0-9]+", item) for item in items) else "telefono_no_valido"
    )
