"""Why rows failed: their messages without what is particular to each row, and the cause that most
of them share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

_GAP = "…"
_PLACE = re.compile(r"^[^·]+ · Fila \d+ · ")  # file and line of a finding
_CELL = re.compile(r"«[^«»]*»|\"[^\"]*\"")  # what was found in the cell, a name, a remedy's place
_MAIL = re.compile(r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(
    r"\b(?:Y2lz[\w=+/-]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=\w*\d)[A-Za-z0-9_-]{20,})"
)
_NUMBER = re.compile(r"\+?\d(?:[\d .,-]*\d)?")
_GAPS = re.compile(r"…(?:[\s,;]*…)+")
_MIN_NAME = 3  # letters: shorter ones would be found inside words


@dataclass(frozen=True)
class ErrorGroup:
    """Rows that failed for the same reason."""

    action_id: str  # what was being done
    state: str  # failed, invalid, unknown, conflict or blocked
    code: str | None  # Webex's errorCode or status, or the rule that was broken
    status: int | None  # HTTP status of the answer; None without one, or in older journals
    message: str  # what the rows say, with … for ids, numbers, names and e-mails
    title: str  # what happened
    remedy: str  # what to do
    count: int  # rows
    lines: tuple[int, ...]  # the first of them, at most MAX_LINES
    tracking_id: str | None  # of one of them, for support


class Failure(NamedTuple):
    """What a row that failed says."""

    code: str | None  # Webex's errorCode or status, or a rule of ours
    status: int | None  # HTTP status of the answer
    message: str | None  # Spanish
    label: str  # what people read of the row
    group: str = ""  # location


def fingerprint(message: str | None, label: str, group: str = "") -> str:
    """The message with … for whatever is this row's own: place, cell, ids, numbers, names,
    e-mails.
    """
    text = _PLACE.sub("", message or "")
    for name in sorted({*label.split(" · "), group}, key=len, reverse=True):
        if len(name) >= _MIN_NAME and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _GAP, text)
    text = _CELL.sub(f"«{_GAP}»", text)
    for pattern in (_MAIL, _ID, _NUMBER):
        text = pattern.sub(_GAP, text)
    return _GAPS.sub(_GAP, text)


def main_cause(failures: Iterable[Failure]) -> str | None:
    """What most of them have in common, as the first of these says it, without the remedy; None
    without failures.
    """
    first: dict[tuple[str | None, int | None, str], str] = {}
    count: Counter[tuple[str | None, int | None, str]] = Counter()
    for failure in failures:
        key = (
            failure.code,
            failure.status,
            fingerprint(failure.message, failure.label, failure.group),
        )
        first.setdefault(key, failure.message or failure.code or "sin descripción")
        count[key] += 1
    return first[count.most_common(1)[0][0]].partition(". ")[0].rstrip(".") if count else None
