"""Reports out of the journal: CSV for Excel in Spanish, and JSON. Rows are read page by page, never all at once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bulk.context import Context
from bulk.errors import UsageError
from bulk.journal import control, rows
from bulk.records import STATE_WORDS, RowResult, RunRecord
from bulk.status import document

COLUMNS = (
    "fila", "lote", "etiqueta", "ubicación", "estado", "mensaje", "causa", "antes", "después", "trackingId", "intento",
    "inicio", "fin",
)  # fmt: skip
# A cell that Excel would take for a formula. A sign before digits only is a phone or a number: left as it is.
_FORMULA = re.compile(r"^(?:[=@\t\r]|[+-](?![\d\s]*\Z))")


def write_report(context: Context, run: RunRecord, path: Path) -> int:
    """Write the report of `run`; the suffix of `path` says the format. Returns how many rows it has.

    Raises UsageError for a format that there is not, or a place that cannot be written.
    """
    makers = {".csv": csv_chunks, ".json": json_chunks}
    maker = makers.get(path.suffix.lower())
    if maker is None:
        raise UsageError(f"No hay informe en formato «{path.suffix}». Los que hay: {', '.join(makers)}.")
    try:
        with path.open("wb") as file:
            for chunk in maker(context, run):
                file.write(chunk)
    except OSError as error:
        raise UsageError(f"No se puede escribir «{path}»: {error.strerror}.") from None
    return sum(document(context, run)["counts"].values())


def csv_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV as Excel in Spanish opens it: `;`, UTF-8 with BOM, no cell that could be a formula."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows.read_rows(context.journal, run.run_id), 1):
        writer.writerow([safe_cell(value) for value in _cells(row)])
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return text


def _cells(row: RowResult) -> tuple[str, ...]:
    before, after = changed_members(row)
    return (
        str(row.line),
        row.order_id,
        row.label,
        row.group,
        STATE_WORDS[row.state],
        row.message or "",
        row.code or "",
        before,
        after,
        row.tracking_id or "",
        str(row.attempt),
        row.started_at or "",
        row.ended_at or "",
    )


def changed_members(row: RowResult) -> tuple[str, str]:
    """(before, after) of the members that the row's change touches, as text for people."""
    change = row.change or {}
    befores = {member: old for member, (old, _) in change.items()}
    afters = {member: (row.after or {}).get(member, new) for member, (_, new) in change.items()}
    return readable(befores), readable(afters)


def readable(values: dict[str, Any]) -> str:
    """`destination: 532041, enabled: sí`: nested values on one line, without braces."""
    return "; ".join(f"{_short(member)}: {_value(value)}" for member, value in values.items())


def _short(member: str) -> str:
    """Ids are not for people: the long ones keep their head."""
    return member if len(member) <= 40 else f"{member[:12]}…"


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)


def safe_cell(text: str) -> str:
    """`text`, behind an apostrophe when Excel would take it for a formula; E.164 phones stay as they are."""
    return f"'{text}" if _FORMULA.match(text) else text


def json_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """The run's document, its settings, files and commands, and every row with before, change and after."""
    head = document(context, run) | {
        "mapping": run.mapping,
        "scope": run.scope,
        "settings": run.settings,
        "files": list(run.files),
        "control": [asdict(command) for command in control.history(context.journal, run.run_id)],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": [\n'
    for number, row in enumerate(rows.read_rows(context.journal, run.run_id)):
        yield (b",\n" if number else b"") + json.dumps(asdict(row), ensure_ascii=False).encode()
    yield b"\n]}\n"
