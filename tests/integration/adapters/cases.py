"""Cases that every action must pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.workspace import Remote, Workspace

# fault -> what the sandbox is reported to do with the next write
FAULTS: dict[str, dict[str, Any]] = {
    "answer lost after applying": {"drop": "after"},
    "connection lost before applying": {"drop": "before"},
    "503 before applying": {"status": 503, "body": {"message": "later"}},
    "504 with HTML": {"status": 504, "text": "<html>Gateway Timeout</html>"},
    "cut JSON after applying": {"truncate": True},
}
AMBIGUOUS = tuple(FAULTS)


def settle_like(
    workspace: Workspace,
    remote: Remote,
    action_id: str,
    rows: Sequence[Mapping[str, Any]],
    method: str,
    fault: str,
    **options: Any,
) -> None:
    """With `fault` on its first write the action ends as without it: done, and each entity written
    once.
    """
    remote.fail_next({"method": method, **FAULTS[fault]})
    result = workspace.run(action_id, rows, **options)
    assert {row.state for row in result.rows} == {"done"}, [row.message for row in result.rows]
    assert max(remote.counters()["by_entity"].values()) == 1
    settled, attempts = result.rows[0].attempt, "before" in fault or "504" in fault
    assert settled == (2 if attempts else 1)
