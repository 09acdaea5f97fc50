"""Numbered migrations: each entry takes the journal from the version before to its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, select

from bulk.errors import JournalError
from bulk.journal import tables


def _create(connection: Connection) -> None:
    tables.metadata.create_all(connection)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _create}


def migrate(connection: Connection) -> None:
    """Bring the journal to SCHEMA_VERSION. Raises JournalError for one written by a newer version."""
    version = current_version(connection)
    if version > tables.SCHEMA_VERSION:
        raise JournalError(f"El diario es de una versión más nueva ({version}) que este programa. Actualiza el programa.")
    for number in range(version + 1, tables.SCHEMA_VERSION + 1):
        MIGRATIONS[number](connection)
        connection.execute(tables.schema_version.delete())
        connection.execute(tables.schema_version.insert(), {"version": number})


def current_version(connection: Connection) -> int:
    if not inspect(connection).has_table("schema_version"):
        return 0
    return connection.execute(select(tables.schema_version.c.version)).scalar() or 0
