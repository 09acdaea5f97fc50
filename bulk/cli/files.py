"""The files of a command: read as detected or as the options say, with what was detected reported;
written never over one that the command reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulk.cli.output import tell
from bulk.core.files import private
from bulk.errors import UsageError, os_error_text

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


def reading(given: Mapping[str, Any]) -> Reading:
    """From `--encoding cp1252` (every file) or `--encoding usuarios=cp1252` (that one), and so the
    others.
    """
    options = (given["encoding"], given["delimiter"], given["sheet"])
    return Reading(*(dict(map(_parted, values)) for values in options))


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


def refuse_input(out: Path | None, read: Iterable[Path | None], option: str = "--out") -> None:
    """Raises UsageError when `out` is one of the files that the command reads: the original is
    never changed.
    """
    for path in read:
        if (
            out
            and path
            and path.exists()
            and (out.resolve() == path.resolve() or (out.exists() and out.samefile(path)))
        ):
            raise UsageError(
                f"«{out}» es el fichero de entrada, que no se toca. Elige otro nombre para"
                f" {option}."
            )


def refuse_twice(out: Path | None, others: Iterable[Path | None], option: str) -> None:
    """Raises UsageError when `out` would be written over another file of the same command."""
    if out and any(other and other.resolve() == out.resolve() for other in others):
        raise UsageError(
            f"«{out}» ya es el fichero de otra opción. Elige otro nombre para {option}."
        )


def write_out(out: Path, content: bytes | Iterable[bytes]) -> None:
    """For its owner only: rows are personal data. Raises UsageError when it cannot be written."""
    try:
        with open(out, "wb", opener=private) as file:
            file.writelines([content] if isinstance(content, bytes) else content)
    except OSError as error:
        raise UsageError(f"No se puede escribir «{out}»: {os_error_text(error)}.") from None
