"""Ids that a loaded file lacks, found by the e-mails and names that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from bulk.core.headers import SYNONYMS, canonical
from bulk.core.records import Problem
from bulk.files.dataset import Dataset, with_cells
from bulk.planning.name_lookup import Names

# column of ids -> (kind, column where its e-mail or name stands); each may be called by a synonym
_SOURCES = {"person_id": ("person", "email"), "location_id": ("location", "location_name")}


@dataclass(frozen=True)
class Lacking:
    """Cells of one column of ids that are empty while a name stands beside them."""

    kind: str  # person or location
    target: str  # header of the ids; not in the file when the whole column is missing
    source: str  # header of the names
    cells: pd.Series[str]  # the names, index = line


def lacking(dataset: Dataset) -> list[Lacking]:
    """What `fill_ids` would look for; empty when the file has its ids, or nothing to find them
    by.
    """
    frame, at = dataset.frame, {canonical(header): header for header in dataset.frame.columns}
    found = []
    for column, (kind, named_by) in _SOURCES.items():
        source = _called(named_by, at)
        if source is None:
            continue
        target = _called(column, at) or column
        empty = frame[target] == "" if target in frame else pd.Series(True, index=frame.index)
        cells = frame.loc[empty & (frame[source] != ""), source]
        if not cells.empty:
            found.append(Lacking(kind, target, source, cells))
    return found


def _called(name: str, at: dict[str, str]) -> str | None:
    """The header for `name`: its own word first, then its synonyms."""
    return next((at[key] for key in map(canonical, (name, *SYNONYMS[name])) if key in at), None)


def with_columns(dataset: Dataset, wanted: list[Lacking]) -> Dataset:
    """A copy with the columns that are missing altogether, empty."""
    missing = {each.target: "" for each in wanted if each.target not in dataset.frame}
    return replace(dataset, frame=dataset.frame.assign(**missing)) if missing else dataset


def fill_ids(names: Names, dataset: Dataset) -> tuple[Dataset, list[Problem], int]:
    """(a copy with its empty person_id and location_id filled in, an aviso for each not found,
    cells filled).

    A column that is missing is added. Each name is asked once. Raises WebexError.
    """
    wanted, problems, cells = lacking(dataset), [], []
    for each in wanted:
        different = list(map(str, each.cells.unique()))
        names.expect(each.kind, different)
        answers = {name: names.look_up(each.kind, name) for name in different}
        for line, name in each.cells.items():
            found, reason = answers[name]
            if found:
                cells.append((int(str(line)), each.target, found))
            else:
                problems.append(
                    Problem(
                        dataset.file_name,
                        int(str(line)),
                        each.source,
                        name,
                        "nombre",
                        reason,
                        "aviso",
                    )
                )
    return with_cells(with_columns(dataset, wanted), cells), problems, len(cells)
