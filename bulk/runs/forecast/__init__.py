"""What the whole file will run into, shown by a finished dry run: things that no row by itself can
show.

The journal is read once for what the rows take, and Webex is asked once for each list that a row
needs: the licenses, the numbers, people or details of a location, and for secondary numbers the
people, 85 a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.adapters import get_action
from bulk.core.demand import Need
from bulk.core.records import RunRecord
from bulk.journal import rows
from bulk.runs.context import Context
from bulk.runs.forecast import conflicts
from bulk.runs.forecast.blocked import blocked_rows
from bulk.runs.forecast.demand import gather
from bulk.runs.forecast.finding import Finding
from bulk.runs.forecast.licenses import license_units

if TYPE_CHECKING:
    from bulk.webex.client import Api

__all__ = ["Finding", "check_whole_file"]

WILL_WRITE = ("create", "change")


def check_whole_file(
    context: Context, run: RunRecord, api: Api | None = None
) -> tuple[Finding, ...]:
    """Findings for a finished dry run, those that Webex would refuse first. Without `api`: what
    file and dry run show alone.

    Only reads. Raises WebexError.
    """
    if not run.dry_run:
        return ()
    return (*_clashing(context, run, api), *blocked_rows(context, run))


def _clashing(context: Context, run: RunRecord, api: Api | None) -> list[Finding]:
    action = get_action(run.action_id)
    if action.demand is None:
        return []
    wants = gather(action, rows.read_rows(context.journal, run.run_id, states=WILL_WRITE))
    repeated = conflicts.repeated_extensions(action, wants.of(Need.EXTENSION))
    if api is None:
        return repeated
    return [
        *license_units(api, wants.licenses),
        *conflicts.unknown_places(api, wants),
        *conflicts.unknown_routes(api, wants.of(Need.ROUTE)),
        *conflicts.new_numbers(api, wants.of(Need.NEW_NUMBER)),
        *conflicts.numbers(api, action, wants),
        *repeated,
        *conflicts.own_numbers(api, wants),
    ]
