"""Cells corrected by hand: the rows with problems, the edits made to them, "all like this", and the
corrected file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from bulk.core.records import Problem
from bulk.files.csv_rows import RAGGED
from bulk.files.csv_writer import csv_text
from bulk.files.dataset import Dataset, with_cells

BLOCK = 10_000  # rows written at a time


@dataclass(frozen=True)
class Fix:
    """A cell with its new text."""

    line: int  # line of the file
    column: str  # header as written
    value: str  # new text
    inspected: bool = True  # the operator saw the row; False for what a program proposed or spread


def bad_rows(
    dataset: Dataset, problems: Iterable[Problem], *, severity: str | None = "error"
) -> pd.DataFrame:
    """The rows to look at (index = line), columns as in the file. `severity` None = avisos too."""
    lines = {problem.line for problem in problems if severity in (None, problem.severity)}
    return dataset.frame[dataset.frame.index.isin([line for line in lines if line is not None])]


def edits(shown: pd.DataFrame, edited: pd.DataFrame) -> list[Fix]:
    """What changed between the rows as shown and as they came back from the screen; rows only in
    one are left alone.
    """
    both = (
        edited.reindex(index=shown.index.intersection(edited.index), columns=shown.columns)
        .fillna("")
        .astype("str")
    )
    before = shown.loc[both.index]
    rows, columns = np.nonzero((before != both).to_numpy())
    places = zip(both.index[rows], both.columns[columns], strict=True)
    return [
        Fix(int(line), str(column), str(both.at[line, column]).strip()) for line, column in places
    ]


def like_this(dataset: Dataset, fix: Fix, problems: Sequence[Problem] | None = None) -> list[Fix]:
    """The same change in every row with the same cell in the same column (only in rows with a
    problem there, when given).
    """
    before = dataset.frame.at[fix.line, fix.column]
    lines = dataset.frame.index[dataset.frame[fix.column] == before]
    if problems is not None:
        wrong = {problem.line for problem in problems if problem.column in (fix.column, None)}
        lines = lines[lines.isin([line for line in wrong if line is not None])]
    return [
        Fix(int(line), fix.column, fix.value, fix.inspected and int(line) == fix.line)
        for line in lines
    ]


def apply(dataset: Dataset, fixes: Iterable[Fix]) -> Dataset:
    """A dataset with the fixes made; a row that was looked at and corrected is no longer a
    problem of reading.

    Its cells may have shifted (RAGGED): no repair and no id filled in puts them back. The original
    is untouched. Raises InputError if a cell does not exist.
    """
    chosen = list(fixes)
    fixed = with_cells(dataset, ((fix.line, fix.column, fix.value) for fix in chosen))
    settled = {fix.line for fix in chosen if fix.inspected}
    return replace(
        fixed,
        problems=tuple(problem for problem in dataset.problems if problem.line not in settled),
    )


def shifted(dataset: Dataset) -> list[int]:
    """Lines whose cells do not fit the header: what was cut off them is not in the frame."""
    return sorted(
        {
            problem.line
            for problem in dataset.problems
            if problem.rule == RAGGED and problem.line is not None
        }
    )


def to_csv(dataset: Dataset) -> bytes:
    """The file as it stands now, for Excel in Spanish: `;`, UTF-8 with BOM, CRLF; read again it
    gives the same cells.

    Rows that are `shifted` are left out: cut to the header's width they would read as good ones.
    """
    lost = shifted(dataset)
    frame = dataset.frame[~dataset.frame.index.isin(lost)] if lost else dataset.frame
    starts = range(0, len(frame), BLOCK)
    blocks = (
        frame.iloc[start : start + BLOCK].itertuples(index=False, name=None) for start in starts
    )
    return b"".join(csv_text(list(map(str, frame.columns)), chain.from_iterable(blocks)))
