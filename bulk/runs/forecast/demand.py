"""What the rows of a dry run will take of Webex, as their action says it: one pass over the
journal, and no call.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bulk.core.action import Action
from bulk.core.demand import Demand, Need
from bulk.core.records import RowResult


class Want(NamedTuple):
    """One value that one row takes. A file may have a million rows: nothing else of them is
    kept.
    """

    line: int
    value: str  # number, extension or license
    place: str | None = None  # location in which it is taken; None = not reported
    person: str | None = None  # who takes it
    org_id: str | None = None  # as the file has it


@dataclass
class Wants:
    """Of all rows that will write, in file order."""

    by_need: dict[Need, list[Want]] = field(default_factory=dict)
    licenses: list[tuple[Want, bool]] = field(default_factory=list)  # taken (True) or given back

    def of(self, *needs: Need) -> list[Want]:
        return [want for need in needs for want in self.by_need.get(need, ())]

    def without_places(self, lost: Iterable[str | None]) -> None:
        """Nothing more is asked of locations that are not known."""
        gone = frozenset(lost)
        for need in (Need.NUMBER, Need.SHOWN_NUMBER, Need.HOME_NUMBER, Need.EXTENSION):
            kept = [want for want in self.of(need) if want.place not in gone]
            self.by_need[need] = kept


def gather(action: Action, planned: Iterable[RowResult]) -> Wants:
    """Empty for actions that take nothing that another could have."""
    wants = Wants()
    for row in planned if action.demand else ():
        for demand in action.demand(row.params, row.before or {}, row.change or {}):  # type: ignore[misc]
            _add(wants, demand, _want(row, demand))
    return wants


def _add(wants: Wants, demand: Demand, want: Want) -> None:
    if demand.need in (Need.LICENSE, Need.LICENSE_BACK):
        wants.licenses.append((want, demand.need is Need.LICENSE))
    else:
        wants.by_need.setdefault(demand.need, []).append(want)


def _want(row: RowResult, demand: Demand) -> Want:
    org_id = row.params.get("org_id")
    # The same few locations come again in each row: one text for all.
    return Want(
        row.line,
        demand.value,
        demand.place and sys.intern(demand.place),
        row.params.get("person_id"),
        org_id and sys.intern(org_id),
    )
