"""What tests need to play: the sandbox from outside, and the product driven through its own front
doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bulk.core.records import RowResult
from bulk.engine import LiveRun
from bulk.files.dataset import from_records
from bulk.journal import rows as row_queries
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection, connect
from bulk.runs.context import Context, close_context, open_context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.resume import resume
from bulk.runs.status import document, find_run
from bulk.sandbox import RunningSandbox, SandboxConfig, start_in_thread
from bulk.sandbox.organisation import Organisation, build

PATIENCE = 60.0  # seconds a test waits for a run


@contextmanager
def serving(config: SandboxConfig) -> Iterator[RunningSandbox]:
    """A sandbox in a thread of this process, on a real socket."""
    running = start_in_thread(config)
    yield running
    running.close()


@contextmanager
def opened(folder: Path, remote: Remote) -> Iterator[Workspace]:
    """The product with a data directory of its own in `folder`."""
    context = open_context(folder / "home")
    yield Workspace(context, remote)
    close_context(context)


@dataclass
class Remote:
    """The sandbox, its organisation as new, and its admin address."""

    running: RunningSandbox
    people: int
    locations: int
    org: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.org = build(SandboxConfig.seed, self.locations, self.people)

    def person(self, index: int) -> str:
        return list(self.org.docs["person"])[index]

    def location(self, index: int) -> str:
        return list(self.org.docs["location"])[index]

    def doc_of_location(self, index: int) -> dict[str, Any]:
        """As new."""
        found: dict[str, Any] = self.org.docs["location"][self.location(index)]
        return found

    def admin(self, what: str, body: Any = None) -> Any:
        url = f"{self.running.admin_url}/{what}"
        response = httpx.get(url) if body is None else httpx.post(url, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def as_new(self) -> Remote:
        """State of the seed, no faults, counters at zero."""
        fresh = SandboxConfig(job_seconds=0.2)
        fixed = {"home", "seed", "locations", "people", "reset"}
        self.admin(
            "config", {name: value for name, value in vars(fresh).items() if name not in fixed}
        )
        self.admin("fail_next", [])
        self.admin("reset", {})
        return self

    def config(self, **changes: Any) -> None:
        self.admin("config", changes)

    def fail_next(self, *planned: Mapping[str, Any]) -> None:
        self.admin("fail_next", list(planned))

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("counters")
        return found

    def writes(self) -> int:
        return int(self.counters()["effective_writes"])

    def doc(self, kind: str, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("state")[kind][key]
        return found

    def digest(self) -> str:
        return str(self.admin("state?digest=1")["digest"])

    def patch(self, kind: str, key: str, **members: Any) -> None:
        self.admin("patch", {"kind": kind, "id": key, "set": members})


@dataclass
class Result:
    """A run that has finished."""

    document: dict[str, Any]
    rows: list[RowResult]

    @property
    def counts(self) -> dict[str, int]:
        """Only the states that occur."""
        return {state: n for state, n in self.document["counts"].items() if n}

    @property
    def row(self) -> RowResult:
        assert len(self.rows) == 1
        return self.rows[0]


@dataclass
class Workspace:
    """The product on one data directory, connected to the sandbox as to any server."""

    context: Context
    remote: Remote

    @property
    def connection(self) -> Connection:
        running = self.remote.running
        return connect(self.context.home, token=running.token, base_url=running.base_url)

    def start(
        self,
        action_id: str,
        records: Sequence[Mapping[str, Any]],
        how: Launch | None = None,
        **options: Any,
    ) -> LiveRun:
        """Launch parameters given row by row (lines from 2, as in a file)."""
        dataset = "ubicaciones" if action_id.startswith("ubicacion") else "usuarios"
        files = {dataset: from_records(dict(enumerate(records, 2)), name=dataset)}
        prepared = prepare(action_id, files, options=options)
        how = how or Launch(chunk_size=50, workers=8, options=options)
        return launch(self.context, prepared, self.connection, how)

    def run(
        self,
        action_id: str,
        records: Sequence[Mapping[str, Any]],
        how: Launch | None = None,
        **options: Any,
    ) -> Result:
        live = self.start(action_id, records, how, **options)
        assert live.ended.wait(PATIENCE), "the run did not finish"
        return self.result(live.run_id)

    def plan(self, action_id: str, records: Sequence[Mapping[str, Any]], **options: Any) -> Result:
        return self.run(
            action_id, records, Launch(dry_run=True, workers=8, options=options), **options
        )

    def resume(self, run_id: str) -> Result:
        live = resume(self.context, run_id, self.connection)
        if live:
            wait(live)
        return self.result(run_id)

    def result(self, run_id: str) -> Result:
        found = document(self.context, find_run(self.context, run_id))
        return Result(found, list(row_queries.read_rows(self.context.journal, run_id)))
