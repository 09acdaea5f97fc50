"""Names of what ids stand for (locations, licenses, routes), kept in the journal so that reports
need no connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bulk.core.action import Action
from bulk.core.logs import log
from bulk.core.records import RunRecord
from bulk.errors import ApiError, TokenRejected, Unreadable
from bulk.journal import memory
from bulk.webex.directory import LISTS, Directory
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.journal.store import Journal
    from bulk.webex.client import Api


def known(journal: Journal, run: RunRecord) -> dict[str, str]:
    """Last segment of an id -> name, as Webex reported it when a run of this organisation was
    launched.
    """
    kept = memory.recall(journal, _key(run.target, run.org_id))
    return {str(tail): str(name) for tail, name in kept.items()} if isinstance(kept, dict) else {}


def learn(api: Api, journal: Journal, target: str, org_id: str | None, action: Action) -> None:
    """Ask for the lists that this action's ids come from, one call each; one that Webex refuses
    leaves its ids as they are.

    Raises TokenRejected.
    """
    found: dict[str, str] = {}
    directory = Directory(api)
    for kind in kinds(action):
        try:
            found |= {id_tail(each): name for each, name in directory.names(kind).items() if name}
        except TokenRejected:
            raise
        except (ApiError, Unreadable) as error:
            log.info("sin nombres de %s: %s", kind, error.message)
    if found:
        keep(journal, target, org_id, found)


def keep(journal: Journal, target: str, org_id: str | None, found: Mapping[str, str]) -> None:
    """Remember these names with the earlier ones."""
    kept = memory.recall(journal, _key(target, org_id))
    before = kept if isinstance(kept, dict) else {}
    if not found.items() <= before.items():
        memory.remember(journal, _key(target, org_id), {**before, **found})


def kinds(action: Action) -> list[str]:
    """What the ids in the action's changes may name: that of its entity is reported by the row's
    label already.
    """
    return list(
        dict.fromkeys(
            param.kind
            for param in action.params
            if param.kind in LISTS and param.name != action.entity
        )
    )


def _key(target: str, org_id: str | None) -> str:
    return f"shown:{target}|{org_id or ''}"
