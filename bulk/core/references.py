"""What a row is held against: a reviewed dry run, an undo, or a verification. Here alone their JSON
is read and written, so the engine and the runs share types instead of keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Members = Mapping[str, Any]  # member -> JSON value


@dataclass(frozen=True)
class Undoes:
    """The row gives back what a run changed."""

    before: Members  # what was there before the run
    left: Members  # member -> last value that the run sent
    lost: tuple[str, ...] = ()  # Spanish: what does not come back, even when the rest does


@dataclass(frozen=True)
class Planned:
    """The row may change what its dry run showed, and nothing else."""

    change: Mapping[str, Any]  # member -> [old, new]; empty = shown as already as wanted
    before: Members = field(default_factory=dict)  # as the dry run read it
    read_at: str | None = None  # UTC, when; None = the row is read again in any case
    undoes: Undoes | None = None  # of the dry run of an undo


@dataclass(frozen=True)
class Verifies:
    """The row is compared with what a run did."""

    superseded: tuple[str, ...] = ()  # members that a later row of the entity wrote over
    sent: Members = field(default_factory=dict)  # what a write brought along, and has to be there
    undoes: Undoes | None = None  # of the verification of an undo
    message: str = ""  # Spanish: what that undo said of the row


Reference = Planned | Undoes | Verifies
_OLD_MESSAGE = "told"  # key of Verifies.message in journals of versions 2 to 6


def undo_of(reference: Reference | None) -> Undoes | None:
    """What the row gives back, or what the row that it verifies gave back."""
    if isinstance(reference, Planned | Verifies):
        return reference.undoes
    return reference


def to_json(reference: Reference | None) -> dict[str, Any] | None:
    """As the journal keeps it (its keys are those of journals since version 2)."""
    if reference is None:
        return None
    if isinstance(reference, Undoes):
        return {"undoes": _undoes_json(reference)}
    undoes = {"undoes": _undoes_json(reference.undoes)} if reference.undoes else {}
    if isinstance(reference, Planned):
        shown = {"before": dict(reference.before), "read_at": reference.read_at}
        return {
            **undoes,
            "planned": dict(reference.change),
            **(shown if reference.read_at else {}),
        }
    found: dict[str, Any] = {"verify": True, **undoes}
    if reference.superseded:
        found["superseded"] = list(reference.superseded)
    if reference.sent:
        found["sent"] = dict(reference.sent)
    if reference.message:
        found["message"] = reference.message
    return found


def from_json(stored: Mapping[str, Any] | None) -> Reference | None:
    """Of a journal of any version. A verification of versions 2 to 6 names its members alone, with
    `verify` only where it is of an undo and its message under an older key.
    """
    if not stored:
        return None
    undoes = _undoes(stored["undoes"]) if "undoes" in stored else None
    if "planned" in stored:
        return Planned(
            stored["planned"] or {}, stored.get("before") or {}, stored.get("read_at"), undoes
        )
    if undoes and not stored.get("verify"):
        return undoes
    return Verifies(
        tuple(stored.get("superseded", ())),
        stored.get("sent") or {},
        undoes,
        stored.get("message") or stored.get(_OLD_MESSAGE) or "",
    )


def _undoes(stored: Mapping[str, Any]) -> Undoes:
    return Undoes(
        stored.get("before") or {}, stored.get("left") or {}, tuple(stored.get("lost") or ())
    )


def _undoes_json(undoes: Undoes) -> dict[str, Any]:
    found: dict[str, Any] = {"before": dict(undoes.before), "left": dict(undoes.left)}
    return {**found, "lost": list(undoes.lost)} if undoes.lost else found
