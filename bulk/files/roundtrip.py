"""A file that a report wrote with the outcome beside each row, read again: without the outcome, and
which of its rows are left to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bulk.core.headers import canonical
from bulk.core.states import (
    DIFFERENT,
    NOT_AS_ASKED,
    NOT_TRIED,
    REVIEW_STATES,
    STATE_WORDS,
    UNREADABLE,
)
from bulk.files.csv_writer import unguarded
from bulk.files.dataset import Dataset

OUTCOME = ("estado", "mensaje", "causa", "antes", "después", "trackingId", "intento")
AGAIN = " (2)"  # behind an outcome column of a file that has one of that name
_OPEN = (*REVIEW_STATES, "pending", "running", "cancelled", *NOT_AS_ASKED)
# of the column «estado», of rows that are still to be done
_OPEN_WORDS = {STATE_WORDS[state] for state in _OPEN} | {DIFFERENT, UNREADABLE, NOT_TRIED}


def is_roundtrip(dataset: Dataset) -> bool:
    """The file is one of ours with the outcome beside it."""
    return len(outcome_columns(list(map(str, dataset.frame.columns)))) == len(OUTCOME)


def open_lines(dataset: Dataset) -> frozenset[int]:
    """Lines that are pending or went wrong, by the column «estado»: «solo pendientes y fallidas».
    Empty for other files.
    """
    columns = outcome_columns(list(map(str, dataset.frame.columns)))
    if len(columns) < len(OUTCOME):
        return frozenset()
    message = dataset.frame[columns["estado"]].str.strip().str.casefold()
    return frozenset(int(line) for line in dataset.frame.index[message.isin(_OPEN_WORDS)])


def original(dataset: Dataset) -> Dataset:
    """The file without the outcome, its cells as they first were; any other file as it is."""
    columns = outcome_columns(list(map(str, dataset.frame.columns)))
    if len(columns) < len(OUTCOME):
        return dataset
    frame = dataset.frame.drop(columns=list(columns.values()))
    if dataset.encoding != "xlsx":  # only the CSV needs apostrophes
        frame = frame.map(unguarded).astype("str").rename(columns=unguarded)
    return replace(dataset, frame=frame)


def outcome_columns(headers: Sequence[str]) -> dict[str, str]:
    """Outcome column -> header as written, when all are there; the one with a number behind wins
    over the file's own.
    """
    by_name = {canonical(header): header for header in headers}
    found = {
        name: by_name.get(canonical(name + AGAIN)) or by_name.get(canonical(name))
        for name in OUTCOME
    }
    return {name: header for name, header in found.items() if header} if all(found.values()) else {}
