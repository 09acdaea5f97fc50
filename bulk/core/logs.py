"""Logs as JSON lines, one file per action under the data directory; and the one place where secrets
and personal data are hidden.

Three things are taken out of whatever is logged, by any logger of this process: tokens (always),
e-mails and telephone numbers (in our own logs and those of the HTTP library, unless the setting
`log_full` is on). Headers, bodies, URLs and tracebacks all come through here as text: `redact`
knows the forms that a secret takes in each.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

log = logging.getLogger("bulk")
HIDDEN = "…"
_BLACKED = rf"\1{HIDDEN}"
_BEARER = re.compile(r"(?i)(bearer(?:\s|%20|\+)+)[A-Za-z0-9._~+/=-]+")
_NAMED = re.compile(  # header, JSON member, query parameter or Python bytes: name, separator, value
    r"(?i)(\b(?:authorization|(?:access|refresh|id|bearer)[_-]?token|client[_-]?secret|password)\b"
    r"""(?:\\?["'])?+\s*[:=,]\s*(?:b?\\?["'])?+)(?!bearer\b|…)(?:basic\s+)?[^\s"'&,;})\]\\]+"""
)
_MAIL = re.compile(
    r"(?<![\w\u0300-\u036f.%+'-])[\w\u0300-\u036f.%+'-]+(?:@|%40)([\w\u0300-\u036f-]+(?:\.[\w\u0300-\u036f-]+)+)"
)
_GAP = r"[ \u00a0\u2009\u202f]"
_BETWEEN = (  # what people write between the digits of a number
    rf"(?:{_GAP}?\(|\){_GAP}?|{_GAP}|[./-])?"
)
_PHONE = re.compile(rf"(?<![\w.-])(\+|%2B)?\(?\d(?:{_BETWEEN}\d){{7,14}}(?![\w-]|\.\d)")
# An address of the network, a fraction, a date with or without the hour: figures with the same
# signs between them.
_NO_PHONE = re.compile(
    r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\Z)|\Z)){4}\Z|\d+\.\d+\Z|(?:\d{4}([./-])\d\d\1\d\d|\d\d([./-])\d\d\2\d{4})(?:\Z|\D)"
)
_DIGITS = re.compile(r"\D")
_MIN_BARE = 9  # digits: a shorter number without + is a code or a counter, not a telephone
_KEPT = frozenset(
    {"run", "order", "tracking_id", "at", "event", "state"}
)  # names of things, not of people
_OWN = frozenset(
    {"run", "order", "state"}
)  # of an event: made by this program, out of nothing that anybody sent
_OURS = ("bulk", "httpx", "httpcore")  # loggers whose messages may carry personal data
_SIZE, _COPIES = (
    5_000_000,
    3,
)  # bytes of logs/bulk.log before it is set aside, and how many are kept
_secrets: set[str] = set()
_state = {"full": False}


def hide(secret: str) -> None:
    """From now on `secret` is replaced wherever it would be logged, as it is or as a URL writes
    it.
    """
    if len(secret) >= 6:
        _secrets.update((secret, quote(secret, safe="")))


def without_secrets(text: str) -> str:
    """`text` without the tokens that this process was given; everything else as it is."""
    for secret in tuple(_secrets):
        text = text.replace(secret, HIDDEN)
    return text


def redact(text: str) -> str:
    """`text` without tokens: those that are known, and whatever looks like one."""
    text = without_secrets(text)
    return _NAMED.sub(_BLACKED, _BEARER.sub(_BLACKED, text))


def mask(text: str) -> str:
    """`text` with e-mails as `…@empresa.com` and telephone numbers as `+34…333`."""
    return _PHONE.sub(_masked_phone, _MAIL.sub(rf"{HIDDEN}@\1", text))


def _masked_phone(found: re.Match[str]) -> str:
    digits = _DIGITS.sub("", found[0].removeprefix("%2B"))
    if not found[1] and (len(digits) < _MIN_BARE or _NO_PHONE.match(found[0])):
        return found[0]
    return f"+{digits[:2]}{HIDDEN}{digits[-3:]}" if found[1] else f"{HIDDEN}{digits[-3:]}"


def cleaned(value: Any, *, full: bool | None = None) -> Any:
    """A JSON value as it may be logged: strings at any depth without secrets, and masked unless
    `full`.
    """
    if isinstance(value, str):
        text = redact(value)
        return text if (_state["full"] if full is None else full) else mask(text)
    if isinstance(value, dict):
        return {
            _key(name, full): cleaned(inner, full=True if name in _KEPT else full)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [cleaned(inner, full=full) for inner in value]
    return value


def _key(name: Any, full: bool | None) -> Any:
    """Names of members are words of ours or of Webex; what is none may be an address or a
    number.
    """
    return (
        without_secrets(name)
        if isinstance(name, str) and name.isidentifier()
        else cleaned(name, full=full)
    )


# -- every logger of the process -------------------------------------------------------------------

_plain_factory = logging.getLogRecordFactory()


def _clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Cleans a message and its traceback before any handler of any library sees them."""
    record = _plain_factory(*args, **kwargs)
    ours = record.name.split(".")[0] in _OURS
    clean = cleaned if ours else redact
    try:
        record.msg, record.args = clean(record.getMessage()), None
    except (
        TypeError,
        ValueError,
    ):  # a message of another library that does not fit its arguments: its handler tells
        return record
    if record.exc_info and record.exc_info[0]:
        record.exc_text, record.exc_info = (
            clean(logging.Formatter().formatException(record.exc_info)),
            None,
        )
    return record


if (
    getattr(_plain_factory, "__name__", "") != _clean_record.__name__
):  # imported twice: once is enough
    logging.setLogRecordFactory(_clean_record)


def _log_crash(
    kind: type[BaseException], value: BaseException | None, trace: TracebackType | None
) -> None:
    """What nobody caught, in the log and on standard error, without tokens; Ctrl-C and the like as
    ever.
    """
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, value or kind(), trace)
        return
    text = "".join(traceback.format_exception(kind, value, trace))
    if log.hasHandlers():
        log.error("unexpected: %s", text)
    sys.stderr.write(redact(text))


def _log_crash_of_thread(crash: threading.ExceptHookArgs) -> None:
    if not issubclass(crash.exc_type, SystemExit):
        _log_crash(crash.exc_type, crash.exc_value, crash.exc_traceback)


if sys.excepthook is sys.__excepthook__:  # a host with a hook of its own keeps it
    sys.excepthook = _log_crash
if threading.excepthook is threading.__excepthook__:
    threading.excepthook = _log_crash_of_thread


def keep_log(home: Path, *, full: bool = False) -> None:
    """Write what goes wrong in the program itself to `logs/bulk.log`; `full` shows e-mails and
    telephone numbers in all logs.
    """
    _state["full"] = full
    path = _folder(home) / "bulk.log"
    for handler in list(log.handlers):
        if isinstance(handler, _PrivateFile):
            if Path(handler.baseFilename) == path:
                return
            log.removeHandler(handler)
            handler.close()
    handler = _PrivateFile(path, maxBytes=_SIZE, backupCount=_COPIES, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
    log.addHandler(handler)


class _PrivateFile(RotatingFileHandler):
    """A log file that only its owner may read. One that cannot be written never stops the work, nor
    speaks on the screen.
    """

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        return


def private(path: str, flags: int) -> int:
    """Opener for files with personal data: 0600."""
    return os.open(path, flags, 0o600)


def _folder(home: Path) -> Path:
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        log.debug("no se puede crear %s", folder)
    return folder


# -- one file per action ---------------------------------------------------------------------------


_encode = json.JSONEncoder(ensure_ascii=False, default=lambda value: cleaned(str(value))).encode


def _line(at: datetime, name: str, fields: dict[str, Any]) -> str:
    message = {
        key: value if key in _OWN else cleaned(value, full=key in _KEPT or None)
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
        self.path = _folder(home) / f"{action_id}.log"
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
    alone, somebody writes to them.

    What cannot be rewritten stays as it is.
    """
    for path in sorted((home / "logs").glob("*.log")):
        if path.name == "bulk.log" or path.stem in busy:
            continue
        aside = path.with_suffix(".new")
        try:
            with (
                path.open(encoding="utf-8", errors="replace") as old,
                open(aside, "w", encoding="utf-8", opener=private) as new,
            ):
                new.writelines(line for line in old if _parsed(line).get("run") not in run_ids)
            aside.replace(path)
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
