"""Logs as JSON lines, one file per action under the data directory. The one place of redaction: no token ever passes."""

from __future__ import annotations

import json
import logging
import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger("bulk")
_BEARER = re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._~+/=-]+")
_secrets: set[str] = set()
_lock = threading.Lock()


def hide(secret: str) -> None:
    """From now on `secret` is replaced wherever it would be logged."""
    if len(secret) >= 6:
        _secrets.add(secret)


def redact(text: str) -> str:
    """`text` without tokens."""
    for secret in tuple(_secrets):
        text = text.replace(secret, "…")
    return _BEARER.sub(r"\1…", text)


class _Redacting(logging.Filter):
    """Cleans messages and tracebacks before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


log.addFilter(_Redacting())


class ActionLog:
    """`logs/<action_id>.log`: one JSON object per line, events with fields (`run`, `order`, `row` are bound by the caller)."""

    def __init__(self, home: Path, action_id: str) -> None:
        self.path = home / "logs" / f"{action_id}.log"
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def event(self, name: str, **fields: Any) -> None:
        """Append one event; a log that cannot be written never stops the work."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = redact(json.dumps({"at": at, "event": name, **fields}, ensure_ascii=False, default=str))
        try:
            with _lock, self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError:
            log.warning("no se puede escribir %s", self.path)
