"""Is a journal sound: damage, rows without an order, counters that differ from their rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from bulk.core.states import ALL_STATES
from bulk.errors import JournalError
from bulk.journal import tables
from bulk.journal.migrations import current_version
from bulk.journal.open import look_only, refuse_lost
from bulk.journal.store import NEWER, Journal, journal_error

MAX_FINDINGS = 100


@dataclass(frozen=True)
class Health:
    """What `check` found."""

    version: int  # of the schema
    runs: int  # how many
    rows: int  # how many
    findings: tuple[str, ...]  # Spanish; empty = sound

    @property
    def sound(self) -> bool:
        return not self.findings


def check_file(path: Path) -> Health:
    """Check the journal file of a data directory, read-only: nothing is migrated or repaired.

    Raises JournalError when there is none, or when it cannot be read at all.
    """
    refuse_lost(path)
    if not path.exists():
        raise JournalError(
            f"No hay diario en «{path.parent}»: todavía no se ha lanzado nada desde ese directorio"
            " de datos."
        )
    engine = look_only(path)
    try:
        with engine.connect() as connection:
            return _health(connection)
    except SQLAlchemyError as error:
        raise journal_error(error, str(path)) from None
    finally:
        engine.dispose()


def check(journal: Journal) -> Health:
    """Check an open journal, whatever its database. Raises JournalError."""
    with journal.reading() as connection:
        return _health(connection)


def _health(connection: Connection) -> Health:
    version = current_version(connection)
    if not version:
        raise JournalError(
            "El fichero no es un diario de este programa, o nunca se llegó a empezar."
        )
    if version > tables.SCHEMA_VERSION:
        raise JournalError(NEWER.format(version))
    findings = _damage(connection)
    # An older journal is migrated when it is opened, so it is only checked for damage.
    if not findings and version == tables.SCHEMA_VERSION:
        findings = [*_orphans(connection), *_counters(connection)]
    runs = connection.execute(select(func.count()).select_from(tables.runs)).scalar() or 0
    rows = (
        connection.execute(select(func.coalesce(func.sum(tables.orders.c.total), 0))).scalar() or 0
    )
    return Health(version, int(runs), int(rows), tuple(findings[:MAX_FINDINGS]))


def _damage(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_FINDINGS})").scalars().all()
    return [f"Fichero dañado: {text}" for text in found if text != "ok"]


def _orphans(connection: Connection) -> list[str]:
    rows, orders, runs = tables.rows, tables.orders, tables.runs
    owned = (orders.c.run_id == rows.c.run_id) & (orders.c.seq == rows.c.seq)
    lost = (
        select(rows.c.run_id, func.count())
        .where(~select(orders.c.seq).where(owned).exists())
        .group_by(rows.c.run_id)
    )
    found = [f"{run_id}: {count} filas sin lote." for run_id, count in connection.execute(lost)]
    stray = select(orders.c.order_id).where(
        ~select(runs.c.run_id).where(runs.c.run_id == orders.c.run_id).exists()
    )
    return found + [
        f"{order_id}: lote sin ejecución." for order_id in connection.execute(stray).scalars()
    ]


def _counters(connection: Connection) -> list[str]:
    """Each counter of each order against its rows."""
    rows, orders = tables.rows, tables.orders
    query = select(rows.c.run_id, rows.c.seq, rows.c.state, func.count()).group_by(
        rows.c.run_id, rows.c.seq, rows.c.state
    )
    real: dict[tuple[str, int], dict[str, int]] = {}
    for run_id, seq, state, count in connection.execute(query):
        real.setdefault((run_id, seq), {})[state] = count
    found: list[str] = []
    for order in connection.execute(select(orders)):
        has = real.get((order.run_id, order.seq), {})
        wrong = [state for state in ALL_STATES if order._mapping[f"n_{state}"] != has.get(state, 0)]
        found += [
            f"{order.order_id}: {s} dice {order._mapping[f'n_{s}']} y hay {has.get(s, 0)} filas."
            for s in wrong
        ]
        if order.total != sum(has.values()):
            found.append(f"{order.order_id}: dice {order.total} filas y hay {sum(has.values())}.")
    return found
