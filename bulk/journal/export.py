"""A journal as text: one JSON line per record, alone or in a ZIP with the kept files and logs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Table, select

from bulk.core.files import private
from bulk.core.redaction import redact
from bulk.errors import JournalError, os_error_text
from bulk.journal import tables
from bulk.journal.store import Journal

BLOCK = 2_000  # records read at once
# Columns that hold JSON text.
_JSON = frozenset(
    (
        *("options", "settings", "mapping", "scope", "files", "schedule", "params", "before"),
        *("change", "after", "mark", "notes", "reference", "value"),
    )
)


@dataclass(frozen=True)
class Exported:
    """What `export` wrote."""

    lines: int  # of the journal
    damaged: tuple[str, ...]  # tables that could not be read to their end


def export(journal: Journal, home: Path, out: Path) -> Exported:
    """Write the journal to `out`: `.jsonl`, or `.zip` with the kept files and the logs.

    Never writes a token. A damaged journal is written as far as it can be read. Raises JournalError
    when `out` cannot be written or has another suffix.
    """
    if out.suffix.lower() not in (".jsonl", ".zip"):
        raise JournalError(f"No se exporta en formato «{out.suffix}». Los que hay: .jsonl, .zip.")
    try:
        with open(out, "wb", opener=private) as file:
            if out.suffix.lower() == ".jsonl":
                return _write(journal, file)
            return _write_zip(journal, home, out, file)
    except OSError as error:
        raise JournalError(f"No se puede escribir «{out}»: {os_error_text(error)}.") from None


def _write_zip(journal: Journal, home: Path, out: Path, file: IO[bytes]) -> Exported:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("journal.jsonl", "w", force_zip64=True) as inner:
            done = _write(journal, inner)
        for path in (*sorted((home / "files").glob("*")), *sorted((home / "logs").glob("*"))):
            if not path.samefile(out):
                archive.write(path, f"{path.parent.name}/{path.name}")
    return done


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
