"""What must hold after any accident, once the run has been resumed to its end. Each function
returns what is wrong, in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bulk.core.records import RowResult

ENDS = frozenset(
    {"done", "unchanged", "failed", "invalid", "excluded"}
)  # unknown and cancelled are no good ends here


@dataclass(frozen=True)
class Reference:
    """The same file on the same organisation, without any accident."""

    rows: Sequence[RowResult]
    state: Mapping[str, Any]  # of the sandbox, kind -> key -> document
    writes: Mapping[str, int]  # effective writes by call and entity
    requests: int  # calls it took
    effective_writes: int  # of these, those that changed something


def all_violations(
    reference: Reference,
    rows: Sequence[RowResult],
    state: Mapping[str, Any],
    counters: Mapping[str, Any],
) -> list[str]:
    return [
        *lost_rows(reference.rows, rows),
        *without_outcome(rows),
        *other_outcomes(reference.rows, rows),
        *repeated_writes(counters["by_entity"], reference.writes),
        *false_befores(reference.rows, rows),
        *other_state(reference.state, state),
    ]


def lost_rows(expected: Iterable[RowResult], rows: Iterable[RowResult]) -> list[str]:
    wanted, found = [row.line for row in expected], [row.line for row in rows]
    return (
        []
        if wanted == found
        else [f"rows lost or doubled: {sorted(set(wanted) ^ set(found))} of {len(wanted)}"]
    )


def without_outcome(rows: Iterable[RowResult]) -> list[str]:
    return [
        f"row {row.line} ended as {row.state}: {row.message}"
        for row in rows
        if row.state not in ENDS
    ]


def other_outcomes(expected: Iterable[RowResult], rows: Iterable[RowResult]) -> list[str]:
    """A row ends in the state in which it ends without accidents."""
    states = {row.line: row.state for row in expected}
    return [
        f"row {row.line} is {row.state} instead of {states[row.line]}: {row.message}"
        for row in rows
        if row.line in states and row.state != states[row.line]
    ]


def repeated_writes(by_entity: Mapping[str, int], allowed: Mapping[str, int]) -> list[str]:
    """Nothing is changed more often than without accidents."""
    return [
        f"{entity} was changed {times} times, {allowed.get(entity, 0)} without accidents"
        for entity, times in by_entity.items()
        if times > allowed.get(entity, 0)
    ]


def false_befores(expected: Iterable[RowResult], rows: Iterable[RowResult]) -> list[str]:
    """The journalled `before` is what was there before the first write of ours."""
    befores = {row.line: row.before for row in expected}
    return [
        f"row {row.line}: before is {_short(row.before)}, it was {_short(befores[row.line])}"
        for row in rows
        if row.state in ("done", "unchanged")
        and row.line in befores
        and not _same(row.before, befores[row.line])
    ]


def other_state(expected: Mapping[str, Any], state: Mapping[str, Any]) -> list[str]:
    """The organisation ends as it ends without accidents."""
    return [
        f"{kind} {key}: {_short(differing(expected[kind].get(key), document))}"
        for kind in expected
        for key, document in _all_of(expected[kind], state[kind])
        if not _same(expected[kind].get(key), document)
    ]


def differing(one: Any, other: Any) -> Any:
    """Only the members that differ, each as [one, other]."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return [one, other]
    return {
        key: [one.get(key), other.get(key)]
        for key in {*one, *other}
        if one.get(key) != other.get(key)
    }


def _all_of(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, found.get(key)) for key in {**expected, **found}]


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:297]}…"
