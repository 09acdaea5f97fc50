"""`logs/<action_id>.log`: one JSON object per line, an event with its fields."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bulk.core.files import atomic_file, private
from bulk.core.logs import log, log_directory
from bulk.core.redaction import KEPT, cleaned

# Fields that this program makes itself, out of nothing that anybody sent.
_OWN = frozenset({"run", "order", "state"})


_encode = json.JSONEncoder(ensure_ascii=False, default=lambda value: cleaned(str(value))).encode


def _line(at: datetime, name: str, fields: dict[str, Any]) -> str:
    message = {
        key: value if key in _OWN else cleaned(value, full=key in KEPT or None)
        for key, value in fields.items()
    }
    return _encode({"at": at.isoformat(timespec="milliseconds"), "event": name, **message}) + "\n"


class ActionLog:
    """`logs/<action_id>.log`: one JSON object per line, events with fields (`run`, `order`, `row`
    are bound by the caller).

    The file stays open from the first event to `close()`: opening it for each row costs as much as
    the line itself.
    """

    def __init__(self, home: Path, action_id: str) -> None:
        self.path = log_directory(home) / f"{action_id}.log"
        self._file: int | None = None
        self._opening = threading.Lock()
        self._kept: deque[tuple[datetime, str, dict[str, Any]]] = deque()  # not written yet

    def event(self, name: str, **fields: Any) -> None:
        """Append one event; a log that cannot be written never stops the work."""
        self.later(name, **fields)
        self.flush()

    def later(self, name: str, **fields: Any) -> None:
        """Keep one event for the next `flush`: line and write for each row, out of many threads,
        cost several times as much.
        """
        self._kept.append((datetime.now(UTC), name, fields))

    def flush(self) -> None:
        """Write what was kept."""
        kept = []
        with suppress(IndexError):
            while True:
                kept.append(self._kept.popleft())
        if not kept:
            return
        lines = "".join(_line(*each) for each in kept)
        try:
            # One write of whole lines at the end of the file: threads and processes share it
            # without a lock.
            os.write(self._opened(), lines.encode("utf-8", "replace"))
        except OSError:
            log.warning("no se puede escribir %s", self.path)

    def _opened(self) -> int:
        with self._opening:
            if self._file is None:
                self._file = private(str(self.path), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            return self._file

    def close(self) -> None:
        """Write what was kept; the next event opens the file again."""
        self.flush()
        with self._opening:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def order_log(home: Path, order_id: str) -> Iterator[str]:
    """Lines (JSON, without line end) of one order's rows, with the start and end of its run around
    them, oldest first.

    Empty when nothing was logged. Lines that are not JSON (a disk that was full) are left out.
    """
    run_id = order_id.rpartition("-r")[0] or order_id
    for path in sorted((home / "logs").glob("*.log")):
        if path.name != "bulk.log":
            yield from _lines_of(path, run_id, order_id)


def forget(home: Path, run_ids: Collection[str], *, busy: Collection[str] = ()) -> None:
    """Take the lines of those runs out of the action logs; the logs of `busy` actions are left
    alone: another run is writing to them.

    What cannot be rewritten stays as it is.
    """
    for path in sorted((home / "logs").glob("*.log")):
        if path.name == "bulk.log" or path.stem in busy:
            continue
        try:
            with (
                path.open(encoding="utf-8", errors="replace") as old,
                atomic_file(path, "w", encoding="utf-8") as new,
            ):
                new.writelines(line for line in old if _parsed(line).get("run") not in run_ids)
        except OSError:
            log.warning("no se puede rehacer %s", path)


def _lines_of(path: Path, run_id: str, order_id: str) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if run_id not in line:  # cheap: a log may have millions of lines
                continue
            event = _parsed(line)
            if event.get("run") == run_id and event.get("order") in (None, order_id):
                yield line.rstrip("\n")


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
