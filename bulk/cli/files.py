"""Files as the options of a command name them: read as detected, or as somebody said; what was
detected is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bulk.cli.output import tell

if TYPE_CHECKING:
    from bulk.files.blocks import Blocks
    from bulk.files.dataset import Dataset

Said = Mapping[str, str]  # dataset name -> what was said of its file; "" = of every file


@dataclass(frozen=True)
class Reading:
    """What is not to be detected."""

    encoding: Said = field(default_factory=dict)
    delimiter: Said = field(default_factory=dict)
    sheet: Said = field(default_factory=dict)  # of a workbook

    def of_csv(self, name: str) -> dict[str, str | None]:
        return {"encoding": _said(self.encoding, name), "delimiter": _said(self.delimiter, name)}

    def of_any(self, name: str) -> dict[str, str | None]:
        return {**self.of_csv(name), "sheet": _said(self.sheet, name)}


AS_DETECTED = Reading()


def reading(
    encoding: list[str] | None, delimiter: list[str] | None, sheet: list[str] | None
) -> Reading:
    """From `--encoding cp1252` (every file) or `--encoding usuarios=cp1252` (that one), and so the
    others.
    """
    return Reading(*(dict(map(_parted, given or ())) for given in (encoding, delimiter, sheet)))


def _parted(text: str) -> tuple[str, str]:
    from bulk.core.records import DATASETS

    name, equals, value = text.partition("=")
    return (
        (name.strip().lower(), value) if equals and name.strip().lower() in DATASETS else ("", text)
    )


def _said(said: Said, name: str) -> str | None:
    return said.get(name) or said.get("")


def read_files(
    files: Mapping[str, Path | None], how: Reading = AS_DETECTED, *, but: str | None = None
) -> dict[str, Dataset]:
    """Dataset name -> Dataset of the files given; a workbook brings every sheet with one of the
    three names.

    `but`: the one to leave out. Raises InputError.
    """
    from bulk.files.dataset import read_all

    found: dict[str, Dataset] = {}
    for name, path in files.items():
        if path is None or name == but:
            continue
        read = read_all(path, name=name, **how.of_any(name))
        for dataset in read.datasets:
            if dataset.name == name or (dataset.name != but and not files.get(dataset.name)):
                found.setdefault(dataset.name, dataset)
        for other, reason in read.refused.items():
            if not files.get(other):
                tell(f"Aviso: no se ha leído la hoja de {other.upper()}: {reason}")
    for dataset in found.values():
        _tell_detected(dataset.file_name, dataset.encoding, dataset.delimiter)
    return found


def open_files(
    files: Mapping[str, Path | None], how: Reading, in_blocks: str
) -> tuple[Blocks | None, dict[str, Dataset]]:
    """(the file `in_blocks`, None when it was not given; the others, read). Raises InputError."""
    from bulk.files.blocks import WholeFile, open_blocks
    from bulk.files.dataset import is_csv

    path = files.get(in_blocks)
    if path is not None and is_csv(path):
        own = open_blocks(path, name=in_blocks, **how.of_csv(in_blocks))
        others = read_files(files, how, but=in_blocks)
        _tell_detected(own.csv.file_name, own.csv.encoding, own.csv.delimiter)
        return own, others
    others = read_files(files, how)
    whole = others.pop(in_blocks, None)
    return (WholeFile(whole) if whole else None), others


def _tell_detected(file_name: str, encoding: str, delimiter: str) -> None:
    if delimiter:
        shown = "tabulador" if delimiter == "\t" else delimiter
        tell(f"Leído: {file_name} · {encoding} · separador {shown}")
    else:
        tell(f"Leído: {file_name}")
