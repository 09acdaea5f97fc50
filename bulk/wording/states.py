"""Words and groups of row states, by what a run is: a launch, a dry run, an undo or a
verification.
"""

from __future__ import annotations

from bulk.core.records import RunRecord
from bulk.core.states import (
    DIFFERENT,
    NOT_IN_DRY_RUN,
    NOT_TRIED,
    STATE_WORDS,
    UNREADABLE,
    review_states,
)
from bulk.wording.fingerprints import ErrorGroup
from bulk.wording.problems import BLOCKED

SUCCESS = ("done", "unchanged", "create", "change")
UNPROCESSED = ("pending", "running", "cancelled")
EXCLUDED = ("excluded",)
OTHERS = (*SUCCESS, *UNPROCESSED, *EXCLUDED)

_VERIFIED = {
    "unchanged": "como se pidió",
    "change": DIFFERENT,
    "create": DIFFERENT,
    "conflict": DIFFERENT,
    "blocked": UNREADABLE,
    "invalid": UNREADABLE,
}
_UNDONE = {
    "done": "revertida",
    "change": "por revertir",
    "create": "por revertir",
    "conflict": "conservada",
}
_IRREVERSIBLE = "no reversible"


def state_word(run: RunRecord, state: str, code: str | None = None) -> str:
    """What a row of `run` in `state` is called.

    `code` tells rows that an undo cannot give back from those not valid, and those that the
    dry run had not come to from those not asked for.
    """
    if state == "excluded" and code == NOT_IN_DRY_RUN:
        return NOT_TRIED
    if run.kind == "verify":
        return _VERIFIED.get(state, STATE_WORDS[state])
    if run.kind == "undo":
        return _IRREVERSIBLE if code == "irreversible" else _UNDONE.get(state, STATE_WORDS[state])
    return STATE_WORDS[state]


def cause_word(run: RunRecord, cause: ErrorGroup) -> str:
    """`no válida (bloqueada en el ensayo)`."""
    return state_word(run, cause.state, cause.code) + set_aside(cause)


def set_aside(cause: ErrorGroup) -> str:
    """Tells rows that the dry run blocked, and the launch so set aside, from those that are not
    valid in the file.
    """
    return (
        " (bloqueada en el ensayo)" if cause.message.startswith(BLOCKED.format("").strip()) else ""
    )


def success(run: RunRecord) -> tuple[str, ...]:
    """States of the rows that went well; a verification has none that it would change among
    them.
    """
    bad = review_states(run.kind)
    return tuple(state for state in SUCCESS if state not in bad)


def parts_of(run: RunRecord) -> dict[str, tuple[str, ...]]:
    """Success, failed, unprocessed, excluded -> their states; every state is in one of them."""
    return {
        "success": success(run),
        "failed": review_states(run.kind),
        "unprocessed": UNPROCESSED,
        "excluded": EXCLUDED,
    }


def rest(run: RunRecord) -> tuple[str, ...]:
    """The states that are no exception."""
    bad = review_states(run.kind)
    return tuple(state for state in OTHERS if state not in bad)
