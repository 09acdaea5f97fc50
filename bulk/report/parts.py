"""Success, failed, unprocessed (docs/diseno.md 4): three files that, with the excluded rows, are
the input, each row exactly once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from bulk.core.files import private
from bulk.core.records import RowResult, RunRecord
from bulk.errors import UsageError, os_error_text
from bulk.files.csv_writer import csv_writer, guarded
from bulk.files.roundtrip import OUTCOME
from bulk.journal import rows, runs
from bulk.report.round_trip import (
    csv_line,
    file_columns,
    file_rows,
    has_file,
    parameter_cells,
    parameter_headers,
)
from bulk.report.rows import change_text
from bulk.runs.context import Context
from bulk.wording.states import parts_of

FILE_NAMES = {
    "success": "correctas.csv",
    "failed": "fallidas.csv",
    "unprocessed": "sin_procesar.csv",
    "excluded": "fuera_de_alcance.csv",
}
_PIECE = 1 << 16  # bytes


def three_files(context: Context, run: RunRecord) -> dict[str, Iterator[bytes]]:
    """`success`, `failed` and `unprocessed` as CSV, at any moment of a run; columns as in the
    round-trip file.

    All are written in one pass over the rows, so that a run that goes on meanwhile leaves no row
    out and none twice.
    """
    found = parts(context, run)
    return {name: chunks for name, chunks in found.items() if name != "excluded"}


def parts(context: Context, run: RunRecord) -> dict[str, Iterator[bytes]]:
    """The same with `excluded`: the rows outside the scope."""
    files: dict[str, IO[str]] = {name: _temporary() for name in FILE_NAMES}
    writers = {name: csv_writer(file) for name, file in files.items()}
    headers, lines = _lines(context, run)
    for writer in writers.values():
        writer.writerow(headers)
    for part, cells in lines:
        writers[part].writerow(cells)
    return {name: _chunks(file) for name, file in files.items()}


def write_parts(context: Context, run: RunRecord, folder: Path) -> dict[str, Path]:
    """Write the files into `folder` (made when missing). Raises UsageError when it cannot be
    written.
    """
    written = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, chunks in parts(context, run).items():
            written[name] = folder / FILE_NAMES[name]
            with open(written[name], "wb", opener=private) as file:
                file.writelines(chunks)
    except OSError as error:
        raise UsageError(f"No se puede escribir en «{folder}»: {os_error_text(error)}.") from None
    return written


def _lines(context: Context, run: RunRecord) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    """(headers, (part, cells) of each row): of the file when it was kept, else of the
    parameters.
    """
    # as it is before its rows are read: once prepared, all are there
    run = runs.get_run(context.journal, run.run_id)
    message, part = change_text(context.journal, run), _sorting(run)
    if not has_file(context, run):
        found = rows.read_rows(context.journal, run.run_id)
        headers = ["fila", *parameter_headers(run), *OUTCOME]
        return headers, (
            (part(row), [str(row.line), *csv_line(run, parameter_cells(run, row), row, message)])
            for row in found
        )
    columns = file_columns(context, run)
    each_line = file_rows(context, run)
    kept = (
        (part(each.row), csv_line(run, columns.kept(each.cells), each.row, message))
        for each in each_line
    )
    return list(map(guarded, columns.headers)), kept


def _sorting(run: RunRecord) -> Callable[[RowResult | None], str]:
    """The part of a row; a line that the run did not resume is outside its scope, or was not
    handed over yet (or never: killed meanwhile).
    """
    of_state = {state: part for part, states in parts_of(run).items() for state in states}
    of_no_row = "unprocessed" if run.state == "preparing" else "excluded"
    return lambda row: of_state[row.state] if row else of_no_row


def _temporary() -> IO[str]:
    """A file of this process only, gone when it is closed: rows are personal data and may be a
    million.
    """
    return tempfile.TemporaryFile("w+", encoding="utf-8-sig", errors="replace", newline="")


def _chunks(file: IO[str]) -> Iterator[bytes]:
    with file:
        file.flush()
        raw = file.buffer  # type: ignore[attr-defined]  # a text file has one
        raw.seek(0)
        while piece := raw.read(_PIECE):
            yield piece
