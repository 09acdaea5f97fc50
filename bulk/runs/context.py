"""The open data directories of this process: settings and journal, one of each per directory."""

from __future__ import annotations

import atexit
import functools
import threading
from dataclasses import dataclass
from pathlib import Path

from bulk.core import settings as settings_module
from bulk.core.logs import configure, keep_log
from bulk.core.settings import Settings
from bulk.journal import Journal, open_journal

_guard = threading.Lock()
_open: dict[Path, Context] = {}


@dataclass(frozen=True)
class Context:
    """The product as seen from one data directory."""

    home: Path  # data directory
    settings: Settings  # in force
    journal: Journal  # open


def open_context(home: Path | str | None = None) -> Context:
    """The context of `home` (default BULK_HOME), opened once per process.

    Raises UsageError, JournalError.
    """
    configure()
    path = settings_module.home_directory(home)
    with _guard:
        if path not in _open:
            _fold_journals_at_exit()
            settings = settings_module.load()
            _open[path] = Context(path, settings, open_journal(path, settings.journal_url))
            keep_log(path, full=settings.log_full)
        return _open[path]


def close_context(context: Context) -> None:
    """Close the journal; the next open_context opens it again."""
    with _guard:
        _open.pop(context.home, None)
    context.journal.close()


@functools.cache
def _fold_journals_at_exit() -> None:
    """Register once: a process that ends leaves whole files; a copy of `journal.db` is enough."""
    atexit.register(_fold_journals)


def _fold_journals() -> None:
    for context in list(_open.values()):
        context.journal.fold()
