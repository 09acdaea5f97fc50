"""From a data directory to its open journal: what is there is looked at before the first write.

A journal of another program, newer than the program, or lost, is reported with what to do and
left as it is.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from bulk.errors import JournalError, os_error_text
from bulk.journal.migrations import current_version
from bulk.journal.store import NEWER, Journal, journal_error
from bulk.journal.tables import SCHEMA_VERSION

LOST = (
    "{what}, y en este directorio de datos ya se ha trabajado. Pon en su sitio una copia del"
    " directorio. Si de verdad quieres empezar un diario nuevo, lleva antes a otro sitio"
    " «journal.db», «logs» y «files». No se ha tocado nada."
)


def open_journal(home: Path, url: str = "") -> Journal:
    """The journal of a data directory; a new one is made when there is none and never was. Raises
    JournalError.
    """
    if url:
        return Journal(url)
    path = home / "journal.db"
    refuse_lost(path)
    _refuse_other(path)
    if not path.exists():
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise JournalError(
                f"No se puede crear el diario en «{home}»: {os_error_text(error)}."
            ) from None
    return Journal(URL.create("sqlite", database=str(path)))


def refuse_lost(path: Path) -> None:
    """A journal that has lost its file or its content is never replaced by a new one in silence:
    the runs would be forgotten.

    Raises JournalError.
    """
    beside = path.with_name(path.name + "-wal")
    if not path.exists() and beside.exists() and beside.stat().st_size:
        raise JournalError(
            f"Falta «{path}», pero está «{beside.name}», que guarda parte de él. Recupera los dos"
            f" de la misma copia, o aparta «{beside.name}» si de verdad quieres empezar un diario"
            " nuevo."
        )
    if not _worked_in(path.parent):
        return
    if not path.exists():
        raise JournalError(LOST.format(what=f"Falta el diario «{path}»"))
    if not path.stat().st_size or _has_no_tables(path):
        raise JournalError(LOST.format(what=f"El diario «{path}» está vacío"))


def _worked_in(home: Path) -> bool:
    """A run leaves the log of its action and the file that it was launched with, whatever becomes
    of the journal.
    """
    logs = (path for path in home.glob("logs/*.log") if path.name != "bulk.log")
    return any(logs) or any(home.glob("files/*.parquet"))


def _has_no_tables(path: Path) -> bool:
    """True for a database without a single table: the content was beside it, in a file that is
    gone. Raises JournalError.
    """
    return not _tables_and_version(path)[0]


def _refuse_other(path: Path) -> None:
    """A database of another program, or of a newer version, stays as it is. Raises JournalError."""
    if not path.exists() or not path.stat().st_size:
        return
    names, version = _tables_and_version(path)
    if names and not version:
        raise JournalError(
            f"«{path}» no es un diario de este programa. No se ha tocado: muévelo y vuelve a"
            " empezar."
        )
    if version > SCHEMA_VERSION:
        raise JournalError(NEWER.format(version))


def _tables_and_version(path: Path) -> tuple[list[str], int]:
    engine = look_only(path)
    try:
        with engine.connect() as connection:
            return inspect(connection).get_table_names(), current_version(connection)
    except SQLAlchemyError as error:
        raise journal_error(error, str(path)) from None
    finally:
        engine.dispose()


def look_only(path: Path) -> Engine:
    """An SQLite file opened for reading: nothing is made, migrated or switched."""
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10
        ),
    )
