"""What the operator has chosen so far, and what each step still needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bulk.adapters import get_action
from bulk.core.action import Action
from bulk.core.records import FILE_NAMES, RunRecord
from bulk.errors import BulkError, InputError
from bulk.planning.name_lookup import Ambiguities, Names, names_of
from bulk.planning.prepare import PreparedFile, Resolve, prepare
from bulk.planning.readiness import Readiness, readiness
from bulk.planning.scope import Scope
from bulk.runs.connection import Connection, api_for
from bulk.runs.launch import Launch
from bulk.runs.schedule import window
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import EMPTY_ACTION, EMPTY_MAPPING

WHOLE = Scope()


def chosen_action(session: Session) -> Action | None:
    return get_action(session.mapping.action_id) if session.mapping.action_id else None


def file_lacking(session: Session) -> str:
    """What to do when the file of the chosen action is not loaded, or no longer; "" when it is."""
    action = chosen_action(session)
    if action is None or action.dataset in session.files.working:
        return ""
    return (
        f"«{action.title}» necesita {FILE_NAMES[action.dataset]}: cárgalo en Datos, o elige otra"
        " acción en Mapeo."
    )


def rows_to_work(session: Session) -> int:
    """Rows of the loaded files, GLOBAL apart."""
    files = session.files.working.items()
    return sum(len(dataset.frame) for name, dataset in files if name != "global")


@dataclass(frozen=True)
class Missing:
    """What comes before a dry run or a launch of new data."""

    text: str  # what to do
    page: str  # where; key of texts.PAGES
    icon: str


def missing(session: Session) -> Missing | None:
    """None when the file can be prepared."""
    if not session.files.working.keys() & {"ubicaciones", "usuarios"}:
        return Missing(EMPTY_MAPPING, "datos", ":material/upload_file:")
    if session.mapping.action_id is None:
        return Missing(EMPTY_ACTION, "mapeo", ":material/arrow_back:")
    if lacking := file_lacking(session):
        return Missing(lacking, "datos", ":material/upload_file:")
    return None


def all_readiness(session: Session) -> list[Readiness]:
    """The nine actions in the recommended order; computed again only when something changed."""
    explicit = session.mapping.explicit
    made_from = (
        _files_key(session),
        repr(sorted(explicit.items())),
        bool(session.mapping.options.get("profile")),
    )
    return session.once(
        "readiness",
        made_from,
        lambda: readiness(
            session.files.working, explicit=explicit, options=session.mapping.options
        ),
    )


def readiness_of(session: Session, action_id: str) -> Readiness:
    return next(state for state in all_readiness(session) if state.action_id == action_id)


def options_of(session: Session, action: Action) -> dict[str, Any]:
    """The run's options that this action takes."""
    return {
        name: session.mapping.options[name]
        for name in action.options
        if session.mapping.options.get(name)
    }


def scope_of(session: Session, action: Action) -> Scope:
    """The rows chosen of the action's file."""
    return session.mapping.scopes.get(action.dataset, WHOLE)


def prepared_file(session: Session) -> PreparedFile:
    """The chosen action over the chosen rows of the loaded files, validated; prepared again only
    when something changed.

    The one place where pages prepare. Raises BulkError.
    """
    action = chosen_action(session)
    if action is None:
        raise InputError("Elige antes una acción en Mapeo.")
    options = options_of(session, action)
    explicit, scope = session.mapping.explicit.get(action.id, {}), scope_of(session, action)
    resolve, where = _names(session)
    key = (
        action.id,
        _files_key(session),
        repr(sorted(explicit.items())),
        repr(sorted(options.items())),
        scope,
        where,
    )
    if session.mapping.prepared is None or session.mapping.prepared_key != key:
        if session.mapping.by_name:
            names(session)[0].used.clear()  # filled by the preparation
        session.mapping.prepared = prepare(
            action.id,
            session.files.working,
            explicit=explicit,
            options=options,
            scope=scope,
            resolve=resolve,
        )
        session.mapping.prepared_key = key
    return session.mapping.prepared


def _names(session: Session) -> tuple[Resolve | None, str | None]:
    """How names become ids, and the organization asked; (None, None) when the file has ids. Raises
    BulkError.
    """
    if not session.mapping.by_name:
        return None, None
    found, _ = names(session)
    return found.resolve, _asked(session)


def names(session: Session) -> tuple[Names, str | None]:
    """The names looked up so far in this tab's organization, and its id. Raises BulkError."""
    context, connection = resources.context(), resources.connection(session)

    def make() -> Names:
        return names_of(
            api_for(connection, context.settings, context.journal),
            context.journal,
            connection.org_id,
        )

    return session.once("names", _asked(session), make), connection.org_id


def _asked(session: Session) -> str:
    """Which organization is asked, and with which token: after another token, names are looked up
    again.
    """
    connection = resources.connection(session)
    return f"{connection.target}|{connection.org_id}|{session.pasted_at}"


def doubts_so_far(session: Session) -> Ambiguities:
    """The ambiguous names among those looked up in this tab; asks Webex nothing."""
    return names(session)[0].doubts if "names" in session.cache else {}


def _files_key(session: Session) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        sorted(
            (name, dataset.sha256, id(dataset)) for name, dataset in session.files.working.items()
        )
    )


def to_send(prepared: PreparedFile) -> int:
    """Rows that would be handed over to be worked."""
    return prepared.total - len(prepared.invalid.keys() | prepared.excluded)


def why_not(prepared: PreparedFile) -> str:
    """Why the file cannot be dry-run or launched; "" when it can."""
    if prepared.missing:
        return f"Falta decir de dónde sale: {', '.join(prepared.missing)}."
    if to_send(prepared):
        return ""
    return (
        prepared.chosen.empty_text if prepared.chosen else ""
    ) or "Ninguna fila es válida: corrige antes los errores."


def launch_of(
    session: Session, *, dry_run: bool, parent: str | None = None, canary: int = 0
) -> Launch:
    """How this tab launches; a dry run begins at once. Raises UsageError for settings out of range
    or an invalid hour.
    """
    action = chosen_action(session)
    begin, stop = (None, None) if dry_run else window(session.launch.at, session.launch.not_after)
    return Launch(
        bulk=session.launch.bulk or dry_run,
        dry_run=dry_run,
        chunk_size=session.launch.chunk_size,
        workers=session.launch.workers,
        options=options_of(session, action) if action else {},
        note=session.launch.note.strip(),
        parent=parent,
        at=begin,
        not_after=stop,
        canary=canary,
        rate_ceiling=session.launch.rate_ceiling or None,
    )


def matches_session(run: RunRecord, session: Session, connection: Connection) -> bool:
    """True when the dry run `run` read the action, files, rows, values, mapping and organization
    that this tab has now.
    """
    # A preview of an undo and a verification are about what another run did.
    if run.kind != "apply" or not run.dry_run:
        return False
    try:
        prepared = prepared_file(session)
    except BulkError:
        return False
    same_files = {file["sha256"] for file in run.files} == {
        dataset.sha256 for dataset in prepared.files
    }
    same_mapping = run.mapping.get("sources") == prepared.mapping.to_json()["sources"]
    same_options = dict(run.options) == options_of(session, prepared.action)
    same_rows = dict(run.scope) == {**prepared.scope, "rows_hash": prepared.rows_hash}
    same_place = run.target == connection.target and run.org_id == connection.org_id
    return (
        run.action_id == prepared.action.id
        and same_files
        and same_mapping
        and same_options
        and same_rows
        and same_place
    )
