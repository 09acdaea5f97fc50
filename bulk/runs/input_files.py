"""The files that runs were launched with, kept cell by cell: so that a run can give its file back
with the outcome beside it.

`home/files/<key>.parquet`: a column of lines, then the file's columns by position; the headers as
written are in the metadata. The key is the SHA-256 of headers, lines and cells, so that the same
file is kept once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from bulk.adapters import get_action
from bulk.core.files import atomic_file
from bulk.core.records import Params, Problem, RunRecord
from bulk.errors import UsageError, os_error_text
from bulk.files.csv_rows import RAGGED
from bulk.files.dataset import Dataset
from bulk.journal import rows as row_queries
from bulk.runs.context import Context

CUT = (
    "La fila no tenía las mismas celdas que la cabecera. Corrígela en el fichero original y cárgalo"
    " de nuevo."
)

BATCH = 5_000  # rows read or written together
_KEY = re.compile(r"[0-9a-f]{64}")
_HEADERS = b"headers"


@dataclass(frozen=True)
class KeptRow:
    """One line of a kept file."""

    line: int  # of the original file
    cells: tuple[str, ...]  # text, in the order of the headers


def keep(context: Context, dataset: Dataset) -> str:
    """Keep the cells of `dataset`; returns the key to read them with. Keeping the same again writes
    nothing.

    Raises UsageError when the data directory cannot be written.
    """
    frame = (
        dataset.frame if dataset.frame.index.is_monotonic_increasing else dataset.frame.sort_index()
    )
    key = _digest(frame)
    path = _path(context, key)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)  # young again: a file that no run names yet is not pruned while it is
        else:
            _write(path, frame)
    except OSError as error:
        raise UsageError(
            f"No se puede guardar una copia del fichero en «{path.parent}»: {os_error_text(error)}."
        ) from None
    return key


def headers(context: Context, key: str) -> tuple[str, ...]:
    """Column headers of a kept file, as written. Raises UsageError."""
    with _opened(context, key) as file:
        return _headers(file)


def read(context: Context, key: str) -> Iterator[KeptRow]:
    """Rows of a kept file in file order, some thousand at a time. Raises UsageError when it is not
    kept (any more).
    """
    with _opened(context, key) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            lines, *columns = (column.to_pylist() for column in batch.columns)
            cells = zip(*columns, strict=True) if columns else iter([()] * len(lines))
            yield from map(KeptRow, lines, cells)


def load(context: Context, entry: Params, run: RunRecord | None = None) -> Dataset:
    """A file of a run (of RunRecord.files) as it was read then. Raises UsageError.

    `run`: whose own file it may be. Its rows that were wider or narrower than the header stay
    wrong: as kept they look like good ones.
    """
    key = str(entry["kept"])
    found = list(read(context, key))
    frame = pd.DataFrame(
        [row.cells for row in found],
        index=pd.Index([row.line for row in found], dtype="int64"),
        columns=pd.Index(headers(context, key)),
        dtype=str,
    )
    name, file_name = str(entry["name"]), str(entry["file_name"])
    cut: tuple[Problem, ...] = ()
    if run and get_action(run.action_id).dataset == name:
        ragged = row_queries.read_rows(
            context.journal, run.run_id, states=("invalid",), code=RAGGED
        )
        cut = tuple(Problem(file_name, row.line, None, None, RAGGED, CUT) for row in ragged)
    return Dataset(name, file_name, str(entry["sha256"]), "utf-8", ";", frame, cut)


def is_kept(context: Context, key: str) -> bool:
    """There is a file of that key."""
    return _KEY.fullmatch(key) is not None and _path(context, key).exists()


def _path(context: Context, key: str) -> Path:
    return context.home / "files" / f"{key}.parquet"


def _opened(context: Context, key: str) -> pq.ParquetFile:
    if not _KEY.fullmatch(key):  # a key of a journal that was tampered with is no path
        raise UsageError(
            "El diario no dice bien qué fichero se usó: no se puede escribir el fichero de ida y"
            " vuelta."
        )
    try:
        return pq.ParquetFile(_path(context, key))
    except FileNotFoundError:
        raise UsageError(
            "El fichero de esa ejecución ya no se guarda: no se puede escribir el de ida y vuelta."
        ) from None
    except (OSError, pa.ArrowException):
        raise UsageError(
            f"La copia del fichero está dañada ({_path(context, key).name})."
        ) from None


def _headers(file: pq.ParquetFile) -> tuple[str, ...]:
    metadata = file.schema_arrow.metadata or {}
    return tuple(json.loads(metadata.get(_HEADERS, b"[]")))


def _blocks(frame: pd.DataFrame) -> Iterator[tuple[list[int], list[list[Any]]]]:
    """(lines, columns of cells) of some thousand rows at a time."""
    for start in range(0, len(frame), BATCH):
        part = frame.iloc[start : start + BATCH]
        yield part.index.tolist(), [part.iloc[:, at].tolist() for at in range(part.shape[1])]


def _digest(frame: pd.DataFrame) -> str:
    digest = hashlib.sha256(json.dumps([str(header) for header in frame.columns]).encode())
    for lines, columns in _blocks(frame):
        digest.update(json.dumps([lines, *columns]).encode())
    return digest.hexdigest()


def _write(path: Path, frame: pd.DataFrame) -> None:
    """A whole file or none: written beside, put in place with one rename. Readable by its owner
    only.
    """
    names = [str(header) for header in frame.columns]
    fields = [
        pa.field("line", pa.int64()),
        *(pa.field(f"c{at}", pa.string()) for at in range(len(names))),
    ]
    schema = pa.schema(fields, metadata={_HEADERS: json.dumps(names).encode()})
    with atomic_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for lines, columns in _blocks(frame):
            arrays = [pa.array(lines, pa.int64()), *_arrays(columns)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _arrays(columns: list[list[Any]]) -> list[pa.Array]:
    return [pa.array(column, pa.string()) for column in columns]
