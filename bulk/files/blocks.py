"""A CSV of any size as a series of datasets: what read_csv gives, without ever holding the whole
file.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bulk.errors import InputError, os_error_text
from bulk.files.csv_reader import CsvFile, open_csv
from bulk.files.dataset import Dataset, guess_name


class Blocks(Protocol):
    """A file whose rows come in parts, as often as it is asked."""

    def blocks(self) -> Iterator[Dataset]:
        """At least one. Raises InputError when it comes to a place that cannot be read."""


@dataclass(frozen=True)
class WholeFile:
    """A dataset that stands in memory: one block."""

    dataset: Dataset

    def blocks(self) -> Iterator[Dataset]:
        yield self.dataset


@dataclass(frozen=True)
class BlockFile:
    """A file that has been looked through once; `blocks` reads it, as often as it is asked."""

    name: str  # ubicaciones or usuarios
    csv: CsvFile  # what was found out about it

    def blocks(self) -> Iterator[Dataset]:
        """At least one. Raises InputError as read_csv does, when it comes to the place."""
        csv = self.csv
        for frame, problems in csv.blocks():
            yield Dataset(
                self.name,
                csv.file_name,
                csv.sha256,
                csv.encoding,
                csv.delimiter,
                frame,
                tuple(problems),
            )


def read_ahead(file: Blocks) -> Iterator[Dataset]:
    """The blocks of `file`, each read while the one before is worked. Raises InputError."""
    blocks = file.blocks()
    with ThreadPoolExecutor(1, "read") as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def open_blocks(
    path: str | Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> BlockFile:
    """Look through the file once. Raises InputError as read_csv does."""
    path = Path(path)
    try:
        return BlockFile(
            name or guess_name(path.name),
            open_csv(lambda: path.open("rb"), path.name, encoding=encoding, delimiter=delimiter),
        )
    except OSError as error:
        raise InputError(f"No se puede leer «{path}»: {os_error_text(error)}.") from None
