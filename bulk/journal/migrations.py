"""Numbered migrations: each entry takes the journal from the version before to its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, inspect, select
from sqlalchemy.schema import CreateColumn

from bulk.errors import JournalError
from bulk.journal import tables


def _create(connection: Connection) -> None:
    tables.metadata.create_all(connection)


def _kinds_and_samples(connection: Connection) -> None:
    """Runs that undo or verify others, runs with a schedule, rows held against a plan, and samples
    of the speed.
    """
    tables.metadata.create_all(connection)
    for table, name in (
        (tables.runs, "kind"),
        (tables.runs, "schedule"),
        (tables.rows, "reference"),
    ):
        _add_column(connection, table, name)


def _latest_rows(connection: Connection) -> None:
    """The board asks each second for the rows that ended last: without an index that is a walk over
    all of the run.
    """
    tables.rows_ended.create(connection, checkfirst=True)


def _touched(connection: Connection) -> None:
    """What all attempts of a row sent. Rows from before keep none: what their last change says
    stands for it.
    """
    _add_column(connection, tables.rows, "touched")


def _reasons(connection: Connection) -> None:
    """The HTTP status of a refusal, and what goes with a command."""
    _add_column(connection, tables.rows, "status")
    _add_column(connection, tables.control, "detail")


def _add_column(connection: Connection, table: Table, name: str) -> None:
    if name not in {column["name"] for column in inspect(connection).get_columns(table.name)}:
        column = CreateColumn(table.c[name]).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column}")


def _held_orders(connection: Connection) -> None:
    """Orders that were reported to wait while the others go on."""
    _add_column(connection, tables.orders, "held")
    tables.orders_held.create(connection, checkfirst=True)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {
    1: _create,
    2: _kinds_and_samples,
    3: _latest_rows,
    4: _touched,
    5: _held_orders,
    6: _reasons,
}


def migrate(connection: Connection) -> None:
    """Bring the journal to SCHEMA_VERSION. Raises JournalError for one written by a newer
    version.
    """
    version = current_version(connection)
    if version > tables.SCHEMA_VERSION:
        raise JournalError(
            f"El diario es de una versión más nueva ({version}) que este programa. Actualiza el"
            " programa."
        )
    for number in range(version + 1, tables.SCHEMA_VERSION + 1):
        MIGRATIONS[number](connection)
        connection.execute(tables.schema_version.delete())
        connection.execute(tables.schema_version.insert(), {"version": number})


def current_version(connection: Connection) -> int:
    if not inspect(connection).has_table("schema_version"):
        return 0
    return connection.execute(select(tables.schema_version.c.version)).scalar() or 0
