"""`Repetir`: the file, the action and the mapping of an earlier run, back in this tab."""

from __future__ import annotations

from collections.abc import Sequence

from bulk.adapters import get_action
from bulk.core.records import Params, RunRecord
from bulk.errors import UsageError
from bulk.journal import rows, runs
from bulk.planning import saved_mappings
from bulk.planning.mapping import ColumnMapping
from bulk.planning.scope import Scope
from bulk.planning.sources import Files
from bulk.runs import input_files
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from pages.ui.data import corrections
from pages.ui.shell.session import Session

RECENT = 50  # runs considered


def can_repeat(context: Context, run: RunRecord) -> bool:
    """Whether it was a launch or a dry run whose own file was kept."""
    own = get_action(run.action_id).dataset
    return run.kind == "apply" and any(
        entry.get("name") == own and _is_kept(context, entry) for entry in run.files
    )


def last(context: Context, connection: Connection) -> list[RunRecord]:
    """The launches and dry runs of this organization whose files were kept, newest first."""
    found = runs.list_runs(context.journal, limit=RECENT)
    mine = (
        run for run in found if run.target == connection.target and run.org_id == connection.org_id
    )
    return [run for run in mine if can_repeat(context, run)]


def load_latest(context: Context, session: Session, found: Sequence[RunRecord]) -> None:
    """Load what the newest of `found` was made of, its dry run, and from earlier ones the file that
    other actions need.

    The others first: its mapping may join a column of one. Raises UsageError, InputError.
    """
    run = found[0]
    own = {entry["name"] for entry in run.files if _is_kept(context, entry)}
    for entry in (entry for earlier in found[1:] for entry in earlier.files):
        if entry["name"] not in own | {"global"} | session.files.working.keys() and _is_kept(
            context, entry
        ):
            corrections.put_original(session, input_files.load(context, entry))
    repeat(context, session, run)
    session.view.dry_run_id = run.run_id if run.dry_run else run.parent


def repeat(context: Context, session: Session, run: RunRecord) -> None:
    """Load its files, with the options, the scope and the note of the run. Raises UsageError,
    InputError.
    """
    if not can_repeat(context, run):
        raise UsageError(
            f"El fichero de la ejecución {run.run_id} ya no se guarda. Cárgalo en Datos."
        )
    # A GLOBAL that the run did not have would fill parameters that it left alone.
    corrections.remove(session, "global")
    for entry in run.files:
        if _is_kept(context, entry):
            corrections.remove(session, str(entry["name"]))
            corrections.put_original(session, input_files.load(context, entry, run))
    action = get_action(run.action_id)
    files = Files(
        session.files.working[action.dataset],
        session.files.working.get("global"),
        session.files.working,
    )
    session.mapping.explicit[action.id] = saved_mappings.to_explicit(
        ColumnMapping.from_json(run.mapping), files
    )
    session.mapping.scopes[action.dataset] = _scope_of(context, run)
    session.mapping.action_id = action.id
    others = {
        name: value for name, value in session.mapping.options.items() if name not in action.options
    }
    session.mapping.options = {**others, **run.options}
    session.launch.note = run.note
    session.launch.bulk, session.launch.chunk_size, session.launch.workers = (
        run.bulk,
        run.chunk_size,
        run.workers,
    )
    session.view.run_id = session.view.dry_run_id = None
    session.view.revision += 1


def _scope_of(context: Context, run: RunRecord) -> Scope:
    """The rows that were chosen then."""
    earlier = str(run.scope.get("only_open_of", ""))
    return Scope.from_json(
        run.scope, rows.open_entities(context.journal, earlier) if earlier else None
    )


def _is_kept(context: Context, entry: Params) -> bool:
    return bool(entry.get("kept")) and input_files.is_kept(context, str(entry["kept"]))
