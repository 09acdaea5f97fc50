"""Upkeep of a journal: is it sound, everything in it as text, and old runs out of it."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bulk.core.action_log import forget
from bulk.core.logs import private
from bulk.core.records import ALL_STATES, ENDED_RUNS
from bulk.core.redaction import redact
from bulk.errors import JournalError, os_error_text
from bulk.journal import tables
from bulk.journal.migrations import current_version
from bulk.journal.open import look_only, refuse_lost
from bulk.journal.store import NEWER, Journal, journal_error

BLOCK = 2_000  # lines read at once
MAX_FINDINGS = 100
# seconds: a kept file that no run names yet may belong to a launch that is being prepared
YOUNG = 3_600.0
_JSON = frozenset(
    {
        "options",
        "settings",
        "mapping",
        "scope",
        "files",
        "schedule",
        "params",
        "before",
        "change",
        "after",
        "mark",
        "notes",
        "reference",
        "value",
    }
)


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
    """The journal file of a data directory, opened for reading only: nothing is migrated, repaired
    or made.

    Raises JournalError when there is none, or when what is there cannot be read at all.
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
    """An open journal, whatever its database. Raises JournalError."""
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
    if (
        not findings and version == tables.SCHEMA_VERSION
    ):  # an older one is brought up to date when it is opened
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


# -- everything as text ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Exported:
    """What `export` wrote."""

    lines: int  # of the journal
    damaged: tuple[str, ...]  # tables that could not be read to their end


def export(journal: Journal, home: Path, out: Path) -> Exported:
    """Write everything: `.jsonl` the journal, one line a record; `.zip` that, the kept files and
    the logs. Never a token.

    Of a damaged journal, all that can be read. Raises JournalError when `out` cannot be written or
    has another suffix.
    """
    if out.suffix.lower() not in (".jsonl", ".zip"):
        raise JournalError(f"No se exporta en formato «{out.suffix}». Los que hay: .jsonl, .zip.")
    try:
        with open(out, "wb", opener=private) as file:
            if out.suffix.lower() == ".jsonl":
                return _write(journal, file)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                with archive.open("journal.jsonl", "w", force_zip64=True) as inner:
                    done = _write(journal, inner)
                for folder in ("files", "logs"):
                    for path in sorted((home / folder).glob("*")):
                        if path.samefile(out):
                            continue
                        archive.write(path, f"{folder}/{path.name}")
            return done
    except OSError as error:
        raise JournalError(f"No se puede escribir «{out}»: {os_error_text(error)}.") from None


def _write(journal: Journal, file: IO[bytes]) -> Exported:
    lines, damaged = 0, []
    for table in tables.metadata.sorted_tables:
        try:
            for record in _records(journal, table):
                text = redact(json.dumps({"table": table.name, **record}, ensure_ascii=False))
                file.write(text.encode("utf-8", "replace") + b"\n")
                lines += 1
        except JournalError:
            damaged.append(table.name)
    return Exported(lines, tuple(damaged))


def _records(journal: Journal, table: Table) -> Iterator[dict[str, Any]]:
    keys = list(table.primary_key.columns)
    with journal.reading() as connection:
        for record in connection.execution_options(yield_per=BLOCK).execute(
            select(table).order_by(*keys)
        ):
            yield {name: _value(name, value) for name, value in record._mapping.items()}


def _value(name: str, value: Any) -> Any:
    if name not in _JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


# -- old runs out of it ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Pruned:
    """What `prune` took out, or would."""

    runs: tuple[str, ...]  # their ids, oldest first
    held: tuple[str, ...]  # old enough, and kept: a younger run refers to them
    rows: int  # of those runs
    files: int  # kept input files that no run names any more
    compacted: bool = False  # the file on the disk has become smaller


def prunable(journal: Journal, *, before: str | None = None, keep: int | None = None) -> Pruned:
    """Ended runs created before `before` (UTC, ISO 8601), or all but the `keep` newest ended ones.
    Changes nothing.
    """
    runs = tables.runs
    query = select(runs.c.run_id, runs.c.parent, runs.c.state, runs.c.created_at).order_by(
        runs.c.created_at, runs.c.run_id
    )
    with journal.reading() as connection:
        known = connection.execute(query).all()
        ended = [run for run in known if run.state in ENDED_RUNS]
        old = ended[: len(ended) - keep] if keep is not None else ended
        chosen = {run.run_id for run in old if before is None or run.created_at < before}
        staying = _needed(chosen, {run.run_id: run.parent for run in known})
        going = tuple(run.run_id for run in old if run.run_id in chosen - staying)
        held = tuple(run.run_id for run in old if run.run_id in chosen & staying)
        total = 0
        for part in _parts(going):
            where = tables.orders.c.run_id.in_(part)
            total += (
                connection.execute(
                    select(func.coalesce(func.sum(tables.orders.c.total), 0)).where(where)
                ).scalar()
                or 0
            )
    return Pruned(going, held, int(total), 0)


def _needed(chosen: set[str], parents: dict[str, str | None]) -> set[str]:
    """Runs that a staying one refers to (an undo needs what it undoes), at any distance."""
    needed: set[str] = set()
    open_ = [run for run in parents if run not in chosen]
    while open_:
        parent = parents.get(open_.pop())
        if parent and parent in parents and parent not in needed:
            needed.add(parent)
            open_.append(parent)
    return needed


def prune(journal: Journal, home: Path, which: Pruned) -> Pruned:
    """Take those runs out for good, with their lines in the logs and the input files that no run
    names. Raises JournalError.

    One that somebody has resumed or undone meanwhile is held.
    """
    rows = 0
    gone: list[str] = []
    for run_id in reversed(
        which.runs
    ):  # one transaction a run: an interruption leaves whole runs, and none without its parent
        taken_out = journal.write(partial(_forget, run_id))
        if taken_out is not None:
            gone.append(run_id)
            rows += taken_out
    forget(home, set(gone), busy=_busy(journal))
    files = drop_files(journal, home)
    held = tuple(run_id for run_id in which.runs if run_id not in gone)
    return Pruned(
        tuple(reversed(gone)),
        (*which.held, *held),
        rows,
        files,
        journal.compact() if gone else False,
    )


def _forget(run_id: str, connection: Connection) -> int | None:
    """Rows that were taken out; None when the run is at work again, or another one refers to it."""
    runs, orders = tables.runs, tables.orders
    children = select(runs.c.run_id).where(runs.c.parent == run_id).correlate(None).exists()
    # Asked and done in one statement: between the two somebody else could take the run up.
    ended = runs.delete().where(runs.c.run_id == run_id, runs.c.state.in_(ENDED_RUNS), ~children)
    if not connection.execute(ended).rowcount:
        return None
    rows = connection.execute(
        select(func.coalesce(func.sum(orders.c.total), 0)).where(orders.c.run_id == run_id)
    ).scalar()
    for table in reversed(tables.metadata.sorted_tables):
        if "run_id" in table.c and inspect(connection).has_table(table.name):
            connection.execute(table.delete().where(table.c.run_id == run_id))
    return int(rows or 0)


def _busy(journal: Journal) -> set[str]:
    """Actions that may be running now, here or elsewhere."""
    query = select(tables.runs.c.action_id).where(
        tables.runs.c.state.in_(("preparing", "running", "scheduled"))
    )
    with journal.reading() as connection:
        return set(connection.execute(query).scalars())


def drop_files(journal: Journal, home: Path) -> int:
    """Remove kept input files (`files/<key>.parquet`) that no run names; returns how many."""
    with journal.reading() as connection:
        lists = [
            json.loads(text) for text in connection.execute(select(tables.runs.c.files)).scalars()
        ]
    named = {file.get("kept") for files in lists for file in files}
    gone = 0
    for path in (home / "files").glob("*"):
        if path.stem not in named and time.time() - path.stat().st_mtime > YOUNG:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _parts(names: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def as_document(found: Health | Exported | Pruned) -> dict[str, Any]:
    """For --json."""
    return asdict(found)
