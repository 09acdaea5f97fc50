"""Reports as files on disk; the suffix says the format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from bulk.core.files import atomic_file
from bulk.core.records import RunRecord
from bulk.errors import UsageError, os_error_text
from bulk.journal import runs
from bulk.report.acta import acta_chunks
from bulk.report.excel import xlsx_file
from bulk.report.page import html_chunks
from bulk.report.round_trip import roundtrip_chunks, roundtrip_file
from bulk.report.rows import csv_chunks, json_chunks
from bulk.runs.context import Context

Chunks = Callable[[Context, RunRecord], Iterator[bytes]]
Whole = Callable[[Context, RunRecord, BinaryIO], None]


def write_report(context: Context, run: RunRecord, path: Path, *, roundtrip: bool = False) -> int:
    """Write the report of `run` (or its round-trip file); the suffix of `path` says the format.
    Returns its rows.

    Raises UsageError for a format that there is not, a file that was not kept, or a place that
    cannot be written.
    """
    makers: dict[str, Whole] = (
        {".csv": _whole(roundtrip_chunks), ".xlsx": roundtrip_file}
        if roundtrip
        else {
            ".csv": _whole(csv_chunks),
            ".xlsx": xlsx_file,
            ".json": _whole(json_chunks),
            ".html": _whole(html_chunks),
        }
    )
    maker = makers.get(path.suffix.lower())
    if maker is None:
        what = "fichero de ida y vuelta" if roundtrip else "informe"
        raise UsageError(
            f"No hay {what} en formato «{path.suffix}». Los que hay: {', '.join(makers)}."
        )
    _write(path, lambda file: maker(context, run, file))
    return sum(runs.run_counts(context.journal, run.run_id).values())


def write_acta(context: Context, found: Sequence[RunRecord], path: Path) -> int:
    """Write the acta of one or several runs; returns how many rows they have together. Raises
    UsageError.
    """
    if path.suffix.lower() != ".html":
        raise UsageError(
            f"El acta es un fichero .html (se imprime desde el navegador), no «{path.suffix}»."
        )
    _write(path, lambda file: file.writelines(acta_chunks(context, found)))
    return sum(sum(runs.run_counts(context.journal, run.run_id).values()) for run in found)


def _whole(chunks: Chunks) -> Whole:
    return lambda context, run, file: file.writelines(chunks(context, run))


def _write(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """A whole file or none: an older report stays as it was until the new one is complete. Raises
    UsageError.
    """
    try:
        with atomic_file(path) as file:
            fill(file)
    except OSError as error:
        raise UsageError(f"No se puede escribir «{path}»: {os_error_text(error)}.") from None
