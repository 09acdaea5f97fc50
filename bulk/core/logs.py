"""Logging of the process: no secret reaches a handler, and what goes wrong is kept in `bulk.log`.

Importing this module changes nothing. `configure()` installs the hooks, and is called by the CLI,
the app and `open_context`: a script that only imports a piece of the product keeps its own logging.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from bulk.core.files import private
from bulk.core.redaction import cleaned, redact, show_personal_data

log = logging.getLogger("bulk")
_OURS = ("bulk", "httpx", "httpcore")  # loggers whose messages may carry personal data
_SIZE = 5_000_000  # bytes of logs/bulk.log before it is rotated
_COPIES = 3  # rotated files that are kept
_plain_factory = logging.getLogRecordFactory()


def _clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Clean a message and its traceback before any handler of any library sees them."""
    record = _plain_factory(*args, **kwargs)
    ours = record.name.split(".")[0] in _OURS
    clean = cleaned if ours else redact
    try:
        record.msg, record.args = clean(record.getMessage()), None
    except (TypeError, ValueError):
        # The message of another library does not fit its arguments: its handler reports it.
        return record
    if record.exc_info and record.exc_info[0]:
        record.exc_text, record.exc_info = (
            clean(logging.Formatter().formatException(record.exc_info)),
            None,
        )
    return record


def _log_crash(
    kind: type[BaseException], value: BaseException | None, trace: TracebackType | None
) -> None:
    """Report an uncaught exception in the log and on standard error, without tokens."""
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


def configure() -> None:
    """Clean every log record of this process and report uncaught errors without tokens.

    Calling it again does nothing. A host with an excepthook of its own keeps it.
    """
    global _plain_factory
    if logging.getLogRecordFactory() is not _clean_record:
        _plain_factory = logging.getLogRecordFactory()
        logging.setLogRecordFactory(_clean_record)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _log_crash
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _log_crash_of_thread


def keep_log(home: Path, *, full: bool = False) -> None:
    """Write what goes wrong in the program itself to `logs/bulk.log`; `full` shows e-mails and
    telephone numbers in all logs.
    """
    show_personal_data(full)
    path = log_directory(home) / "bulk.log"
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


def log_directory(home: Path) -> Path:
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        log.debug("no se puede crear %s", folder)
    return folder
