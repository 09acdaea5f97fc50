"""The sandbox's memory: documents over the seed, an append-only log of changes that survives kill
-9, and counters.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bulk.core.files import atomic_file
from bulk.sandbox.config import SandboxConfig
from bulk.sandbox.organisation import Doc, Organisation, build

COMPACT_AT = 20_000  # lines of log


@dataclass
class Tally:
    """What was asked of the sandbox."""

    requests: int = 0
    rate_limited: int = 0
    calls_inside_ban: int = 0
    effective_writes: int = 0  # writes that changed something; kept with the state
    unchanged_writes: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    move_jobs: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_entity: Counter[str] = field(default_factory=Counter)  # effective writes: "PUT person <id>"

    def as_json(self) -> dict[str, Any]:
        return {
            name: dict(v) if isinstance(v, Counter) else v
            for name, v in vars(self).items()
            if name != "in_flight"
        }


class Store:
    """The organisation as it is now."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.tally = Tally()
        self.org = self._fresh()
        self._path = config.home / "sandbox" / "state.jsonl" if config.home else None
        self._file: int | None = None
        self._changed: list[str] = []
        self._open()
        self.index()

    def _fresh(self) -> Organisation:
        return build(self.config.seed, self.config.locations, self.config.people)

    def docs(self, kind: str) -> dict[str, Doc]:
        return self.org.docs[kind]

    def put(self, kind: str, key: str, doc: Doc | None) -> None:
        """Set a document (None = remove). A change is on the disk before this returns; the same
        again is no change.
        """
        documents = self.org.docs[kind]
        if documents.get(key) == doc:
            return
        if doc is None:
            documents.pop(key, None)
        else:
            documents[key] = doc
        self._changed.append(f"{kind} {key}")
        self._append([kind, key, doc])

    def merge(self, kind: str, key: str, **members: Any) -> None:
        self.put(kind, key, {**self.org.docs[kind][key], **members})

    def take_changes(self) -> list[str]:
        """Entities changed since the last call."""
        changed, self._changed = self._changed, []
        return changed

    def count_write(self, call: str, changed: list[str]) -> None:
        """`call`: method and path, so that two actions on one person are two writes."""
        if changed:
            self.tally.effective_writes += 1
            self.tally.by_entity.update(f"{call} {entity}" for entity in changed)
            self._append(["#", call, changed])
        else:
            self.tally.unchanged_writes += 1

    def index(self) -> None:
        """Units in use per license."""
        self.consumed: Counter[str] = Counter()
        for person in self.docs("person").values():
            self.consumed.update(person["licenses"])

    def reset(self) -> None:
        """Back to the seed."""
        self.org, self.tally = self._fresh(), Tally()
        self._start_log()
        self.index()

    def snapshot(self) -> dict[str, Any]:
        """The whole state, for comparing: jobs are left out, they are a history."""
        return {kind: documents for kind, documents in self.org.docs.items() if kind != "job"}

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.snapshot(), sort_keys=True).encode()).hexdigest()

    # -- the log -----------------------------------------------------------------------------------

    def _header(self) -> list[Any]:
        return ["sandbox", 1, [self.config.seed, self.config.locations, self.config.people]]

    def _open(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = (
            self._path.read_bytes().split(b"\n")
            if self._path.exists() and not self.config.reset
            else []
        )
        entries = [entry for line in lines if (entry := _parsed(line)) is not None]
        if not entries or entries[0] != self._header():
            self._start_log()
            return
        for kind, key, value in entries[1:]:
            self._replay(kind, key, value)
        if len(entries) > COMPACT_AT:
            self._compact()
        else:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            os.write(self._file, b"\n")  # ends a line that a kill may have torn

    def _replay(self, kind: str, key: str, value: Any) -> None:
        if kind == "#":
            self.tally.effective_writes += 1
            self.tally.by_entity.update(f"{key} {entity}" for entity in value)
        elif kind == "tally":
            self.tally = Tally(
                effective_writes=value["effective_writes"], by_entity=Counter(value["by_entity"])
            )
        elif value is None:
            self.org.docs[kind].pop(key, None)
        else:
            self.org.docs[kind][key] = value

    def reset_tally(self) -> None:
        self.tally = Tally()
        self._append(self._tally_entry())

    def _tally_entry(self) -> list[Any]:
        kept = {
            "effective_writes": self.tally.effective_writes,
            "by_entity": dict(self.tally.by_entity),
        }
        return ["tally", "", kept]

    def _start_log(self) -> None:
        if self._path is None:
            return
        if self._file is not None:
            os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self._append(self._header())

    def _compact(self) -> None:
        """Only what differs from the seed, written aside and put in place at once."""
        fresh = self._fresh().docs
        entries: list[Any] = [self._header(), self._tally_entry()]
        for kind, documents in self.org.docs.items():
            entries += [
                [kind, key, doc] for key, doc in documents.items() if fresh[kind].get(key) != doc
            ]
            entries += [[kind, key, None] for key in fresh[kind] if key not in documents]
        assert self._path is not None  # noqa: S101 - only a kept log is compacted
        with atomic_file(self._path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)

    def _append(self, entry: list[Any]) -> None:
        if self._file is not None:
            os.write(self._file, json.dumps(entry).encode() + b"\n")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
