"""What a launch would destroy for good, shown by its dry run."""

from __future__ import annotations

from bulk.core.records import RowResult, RunRecord
from bulk.journal import rows
from bulk.runs.context import Context

CALLING = (  # member of `before` that names the Webex Calling licenses among those of the row
    "calling"
)


def calling_removed(context: Context, run: RunRecord) -> int:
    """People who would lose Webex Calling, and with it their call settings, if the dry run `run`
    were applied.
    """
    return sum(
        _loses_calling(row)
        for row in rows.read_rows(context.journal, run.run_id, states=("change",))
    )


def _loses_calling(row: RowResult) -> bool:
    calling = (row.before or {}).get(CALLING)
    named = calling if isinstance(calling, list) else ()
    return any(
        licence in named and not wanted for licence, (_, wanted) in (row.change or {}).items()
    )
