"""Repairs on the command line: all of them or none, each kind listed with its first rows before ->
after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bulk.cli.files import write_out
from bulk.cli.output import counted, tell

if TYPE_CHECKING:
    from bulk.core.action import Action
    from bulk.files.blocks import Blocks
    from bulk.files.dataset import Dataset
    from bulk.planning.mapping import ColumnMapping
    from bulk.planning.repairs import RepairCell, RepairGroups

REPAIR_COLUMNS = ("fichero", "fila", "columna", "antes", "después", "reparación")


def country_of(given: str | None, global_: Dataset | None) -> str | None:
    """The country of phones without prefix: --country, else GLOBAL's, else the setting. Raises
    InputError, UsageError.
    """
    from bulk.core import settings
    from bulk.planning.repairs import checked_country, country_by_setting, default_country

    return (
        checked_country(given)
        or default_country(global_)
        or country_by_setting(settings.load().default_country)
    )


def cell_repairer(
    action: Action | None, mapping: ColumnMapping | None, country: str | None, *, accept: bool
) -> RepairCell:
    """Proposes repairs for a file, or a block of it, and makes them when they are accepted. Without
    action: by its headers.
    """
    from bulk.planning.repairs import Repair, apply, propose

    def repair_cell(dataset: Dataset) -> tuple[Dataset, list[Repair]]:
        found = propose(dataset, action, country, mapping=mapping)
        return (apply(dataset, found) if accept and found else dataset), found

    return repair_cell


def tell_country(country: str | None, problems: Iterable[str]) -> None:
    """Where phones lack their prefix and their country is not given: how to say it.
    `problems`: their rules.
    """
    from schemas.phones import NO_PREFIX

    if country is None and NO_PREFIX in problems:
        tell(
            "Hay teléfonos sin prefijo internacional: di de qué país son (--country ES,"
            " default_country en GLOBAL o BULK_DEFAULT_COUNTRY) y se propone su reparación."
        )


def tell_repairs(groups: RepairGroups, *, accepted: bool) -> None:
    """By kind, biggest first."""
    from bulk.planning.repairs import RULES

    if not groups.count:
        return
    for (file, rule, column), (count, first) in sorted(
        groups.groups.items(), key=lambda group: -group[1][0]
    ):
        tell(f"{RULES[rule]} · {column}: {counted(count, 'celda', 'celdas')}")
        for each in first:
            tell(f"  {file} · Fila {each.line} · «{each.before}» → «{each.after}»")
        if count > len(first):
            tell(
                f"  … y {count - len(first)} más (bulk validate … --repairs F.csv las escribe"
                " todas)"
            )
    if accepted:
        tell(
            f"{counted(groups.count, 'reparación aceptada', 'reparaciones aceptadas')}. El fichero"
            " no se ha tocado."
        )
    elif groups.count == 1:
        tell("1 reparación propuesta, no aplicada. Para aceptarla: --accept-repairs")
    else:
        tell(
            f"{groups.count} reparaciones propuestas, ninguna aplicada. Para aceptarlas todas:"
            " --accept-repairs"
        )


def write_repairs(path: Path, files: Iterable[Blocks], repair_cell: RepairCell) -> None:
    """All that is proposed, a cell a line. Raises UsageError."""
    from bulk.files.csv_writer import csv_text, safe_cell
    from bulk.planning.repairs import RULES

    found = (
        (block.file_name, each)
        for file in files
        for block in file.blocks()
        for each in repair_cell(block)[1]
    )
    rows = (
        (name, str(each.line), each.column, each.before, each.after, RULES[each.rule])
        for name, each in found
    )
    write_out(path, csv_text(REPAIR_COLUMNS, (list(map(safe_cell, row)) for row in rows)))


def write_corrected(path: Path, file: Blocks, repair_cell: RepairCell) -> None:
    """Block by block; rows whose cells do not fit the header are left out and reported: what was
    cut off them would be lost.
    """
    from bulk.files.csv_rows import RAGGED
    from bulk.files.csv_writer import csv_text

    first = next(file.blocks())
    headers = repair_cell(replace(first, frame=first.frame.iloc[:0]))[
        0
    ].frame.columns  # without those that it leaves out
    left_out: list[int] = []

    def rows() -> Iterator[Sequence[object]]:
        for block in file.blocks():
            ragged = [
                problem.line
                for problem in block.problems
                if problem.rule == RAGGED and problem.line
            ]
            left_out.extend(ragged)
            repaired = repair_cell(block)[0].frame
            yield from repaired[~repaired.index.isin(ragged)].itertuples(index=False, name=None)

    write_out(path, csv_text(list(map(str, headers)), rows()))
    tell(
        f"Fichero corregido en {path}."
        + (
            f" Filas que se quedan fuera, con celdas de más o de menos: {len(left_out)}."
            if left_out
            else ""
        )
    )
