"""The words for the changes of a run: those of its action, and the names that are known of its
organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.adapters import get_action
from bulk.core.records import RunRecord
from bulk.runs.name_cache import known
from bulk.wording.changes import ChangeText

if TYPE_CHECKING:
    from bulk.journal.store import Journal


def change_text(journal: Journal, run: RunRecord) -> ChangeText:
    """For the rows of `run`, with the names that are known of its organisation."""
    return ChangeText(get_action(run.action_id).members, known(journal, run))
