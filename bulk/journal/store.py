"""The journal's connections: many readers, one thread that owns the writing connection and commits
in groups.

Who must know that something is on the disk (an intent) waits for its commit; the rest is queued.
Commits group by themselves: what arrives while one commit is under way goes into the next, and
where many threads write, one commit in 30 ms serves them all.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from bulk.errors import JournalError
from bulk.journal.migrations import current_version, migrate
from bulk.journal.row_writes import Entry, apply_entries
from bulk.journal.tables import SCHEMA_VERSION

Function = Callable[[Connection], Any]
MAX_PER_COMMIT = 2_000
# s from one commit to the next while many threads wait for theirs: a commit costs as much as thirty
# entries
GROUPING = 0.03
MANY_WAIT = 4
# ms that a write, `compact` and `fold` wait for others
BUSY, COMPACTING, FOLDING = (10_000, 1_000, 250)
OLDEST_SQLITE = (3, 35)  # UPDATE … RETURNING
TOO_OLD = (
    "Este Python trae SQLite {}, y hace falta 3.35 o más nuevo. Instala el programa con un Python"
    " más reciente."
)
NEWER = (
    "El diario es de una versión más nueva ({}) que este programa. Actualiza el programa; no se ha"
    " tocado nada."
)


class Answer:
    """What became of one write, for the thread that waits for it: a bare lock, as each row waits
    once.
    """

    __slots__ = ("_done", "error", "result")

    def __init__(self) -> None:
        self._done = threading.Lock()
        self._done.acquire()
        self.result: Any = None
        self.error: Exception | None = None

    def tell(self, result: Any = None, error: Exception | None = None) -> None:
        self.result, self.error = result, error
        self._done.release()

    def wait(self) -> Any:
        self._done.acquire()
        if self.error:
            raise self.error
        return self.result


Item = tuple[Entry | Function | None, Answer | None]  # None, None: no more


class Journal:
    """Open journal of one data directory. Thread-safe."""

    def __init__(self, url: str | URL) -> None:
        self.url = str(url)
        self._engine = _engine(url)
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self.before_commit: tuple[Callable[[], None], ...] = ()  # called by the writing thread
        # many waited for the last commit; when it began (monotonic)
        self._busy, self._drained_at = (False, 0.0)
        try:
            self._written = _bring_up_to_date(self._engine)  # by this process
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise journal_error(error, self.url) from None
        except JournalError:
            self._engine.dispose()
            raise
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries. Raises JournalError."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise journal_error(error, self.url) from None

    def write(self, function: Function) -> Any:
        """Run `function(connection)` in the writing thread; returns its result once committed.
        Raises JournalError.
        """
        return self._waited(function)

    def commit(self, *entries: Entry) -> None:
        """Write the entries, all of them or none, and return when they are on the disk. Raises
        JournalError.
        """
        self._waited(
            entries[0]
            if len(entries) == 1
            else lambda connection: apply_entries(connection, entries)
        )

    def later(self, entry: Entry) -> None:
        """Queue one entry that no thread waits for: what fails is not reported, and what it says is
        found out again.
        """
        self._queue.put((entry, None))

    def flush(self) -> None:
        """Return when all that was queued has been tried. Raises JournalError only for a disk that
        takes nothing.
        """
        self.write(lambda connection: None)

    def compact(self) -> bool:
        """Give freed space back to the disk (SQLite); False when the file is in use, and
        nothing is lost by that.
        """
        return self._upkeep("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", patience=COMPACTING)

    def fold(self) -> None:
        """Bring what this process wrote into the file itself (SQLite): a copy of `journal.db` alone
        then holds everything.

        Somebody who reads at the moment, or a disk that fails, leaves it for the next time, and
        nothing is lost by that.
        """
        if self._written and self._thread.is_alive():
            self._upkeep("PRAGMA wal_checkpoint(TRUNCATE)", patience=FOLDING)

    def _upkeep(self, *statements: str, patience: int) -> bool:
        if self._engine.dialect.name != "sqlite":
            return False
        try:
            self.flush()
            with self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
                try:
                    for statement in statements:
                        connection.exec_driver_sql(statement)
                finally:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY}")
        except (SQLAlchemyError, JournalError):
            return False
        return True

    def close(self) -> None:
        """Write what is queued and fold it in; the journal takes nothing more."""
        self.fold()
        self._queue.put((None, None))
        self._thread.join(timeout=10)
        self._engine.dispose()

    def _waited(self, what: Entry | Function) -> Any:
        answer = Answer()
        self._queue.put((what, answer))
        return answer.wait()

    def _work(self) -> None:
        while True:
            batch = self._drain()
            last = batch[-1][0] is None
            self._commit_batch([item for item in batch if item[0] is not None])
            if last:
                return

    def _drain(self) -> list[Item]:
        batch = [self._queue.get()]
        self._fill(batch)
        if self._busy and all(isinstance(what, Entry) for what, _ in batch):
            time.sleep(max(0.0, self._drained_at + GROUPING - time.monotonic()))
            self._fill(batch)
        self._drained_at = time.monotonic()
        self._busy = sum(answer is not None for _, answer in batch) >= MANY_WAIT
        return batch

    def _fill(self, batch: list[Item]) -> None:
        while batch[-1][0] is not None and len(batch) < MAX_PER_COMMIT:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                return

    def _commit_batch(self, batch: list[Item]) -> None:
        """Entries first, grouped by kind (no batch holds two entries of one row), then functions in
        their order.
        """
        entries = [what for what, _ in batch if isinstance(what, Entry)]
        results: dict[int, Any] = {}
        try:
            for call in self.before_commit:
                call()
            with self._engine.begin() as connection:
                apply_entries(connection, entries)
                for index, (what, _) in enumerate(batch):
                    if callable(what):
                        results[index] = what(connection)
            self._written = True
        except Exception as error:  # the waiting callers must hear of whatever happened here
            self._fail(batch, error)
            return
        for index, (_, answer) in enumerate(batch):
            if answer:
                answer.tell(results.get(index))

    def _fail(self, batch: list[Item], error: Exception) -> None:
        message = journal_error(error, self.url) if isinstance(error, SQLAlchemyError) else error
        if len(batch) == 1:
            answer = batch[0][1]
            if answer:
                answer.tell(error=message)
            return
        for item in batch:  # one by one, so that a bad one does not take the others with it
            self._commit_batch([item])


def _bring_up_to_date(engine: Engine) -> bool:
    """Migrate, all or nothing, whoever else opens the same file now; True when there was something
    to do.

    Raises JournalError for one of a newer version.
    """
    with engine.connect() as connection:
        if current_version(connection) == SCHEMA_VERSION:
            return False
        if engine.dialect.name == "sqlite":
            # the driver alone would commit each CREATE by itself
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrate(connection)
        connection.commit()
    return True


def _engine(url: str | URL) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise JournalError(TOO_OLD.format(sqlite3.sqlite_version))
        event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # an intent must survive power loss; group commits make it cheap
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY}")
    cursor.close()


def journal_error(error: Exception, url: str) -> JournalError:
    cause = getattr(error, "orig", None) or error
    place = url.removeprefix("sqlite:///")
    hints = {
        "full": "No queda espacio en el disco. Libera espacio y reanuda: no se ha perdido nada.",
        "readonly": "El directorio de datos es de solo lectura. Da permiso de escritura y reanuda.",
        "unable to open": (
            "No se puede escribir en el directorio de datos. Comprueba que existe y sus permisos, y"
            " reanuda."
        ),
        "disk I/O": (
            "El disco no admite la escritura. Comprueba espacio, cuota y permisos, y reanuda: no se"
            " ha perdido nada."
        ),
        "malformed": (
            "El fichero está dañado. Guarda aparte el directorio de datos entero y pon en su sitio"
            " la última copia. Sin copia: «bulk journal export --out diario.zip» escribe lo que aún"
            " se lea; si también falla, «sqlite3 journal.db .recover» rescata más, y en «logs» está"
            " lo que se hizo fila a fila."
        ),
        "not a database": (
            "El fichero no es un diario de este programa, o está dañado desde su comienzo. No se ha"
            " tocado: muévelo a otro sitio y, si aquí había un diario, pon en su lugar la última"
            " copia del directorio de datos."
        ),
    }
    text = str(cause)
    hint = next((hint for word, hint in hints.items() if word in text), "")
    return JournalError(f"No se puede usar el diario «{place}»: {text}. {hint}".strip())
