"""What the whole file will run into, shown by a finished dry run: things that no row by itself can
show.

The journal is read once for what the rows take, and Webex is asked once for each list that a row
needs: the licenses, the numbers, people or details of a location, and for secondary numbers the
people, 85 a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.core.records import RunRecord
from bulk.journal import rows
from bulk.runs.context import Context
from bulk.runs.forecast import conflicts
from bulk.runs.forecast.blocked import set_aside
from bulk.runs.forecast.demand import gather, takes
from bulk.runs.forecast.finding import Finding
from bulk.runs.forecast.licenses import licences

if TYPE_CHECKING:
    from bulk.webex.client import Api

__all__ = ["Finding", "foresee"]

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
    return (*_clashing(context, run, api), *set_aside(context, run))


def _clashing(context: Context, run: RunRecord, api: Api | None) -> list[Finding]:
    if not takes(run.action_id):
        return []
    wants = gather(run.action_id, rows.read_rows(context.journal, run.run_id, states=WILL_WRITE))
    repeated = conflicts.repeated_extensions(run.action_id, wants.extensions)
    if api is None:
        return repeated
    return [
        *licences(api, wants.licences),
        *conflicts.unknown_places(api, wants),
        *conflicts.unknown_routes(api, wants.routes),
        *conflicts.new_numbers(api, wants.new),
        *conflicts.numbers(api, run.action_id, wants),
        *repeated,
        *conflicts.own_numbers(api, wants),
    ]
