"""Validation of a file of any size: rows block by block, repeats by 64-bit hashes and one more look at the suspects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bulk.blocks import BlockFile
from bulk.contract import Action
from bulk.dataset import Dataset
from bulk.mapping import Mapping as ColumnMapping
from bulk.mapping import map_columns, param_frame
from bulk.records import Problem
from bulk.repeats import UNIQUE_EXTENSION, UNIQUE_NUMBERS, repeated
from bulk.validation import chosen, row_problems, totals

KEPT = 1_000  # problems held in memory

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class BlockReport:
    """What was found in the whole file."""

    rows: int  # rows of the file
    invalid: int  # of these, with some error
    totals: list[dict[str, Any]]  # as validation.totals
    problems: list[Problem]  # the first KEPT


class _Tally:
    """Counts problems as they come and keeps the first ones."""

    def __init__(self, tell: Callable[[Problem], None] | None) -> None:
        self.rows = 0
        self.wrong: set[int] = set()
        self.kept: list[Problem] = []
        self.groups: dict[tuple[str, str, str | None], dict[str, Any]] = {}
        self.tell = tell

    def add(self, problems: Iterable[Problem]) -> None:
        found = list(problems)
        self.wrong.update(each.line for each in found if each.severity == "error" and each.line is not None)
        self.kept += found[: max(0, KEPT - len(self.kept))]
        for group in totals(found):
            key = (group["rule"], group["severity"], group["column"])
            known = self.groups.setdefault(key, {**group, "count": 0})
            known["count"] += group["count"]
        for problem in found if self.tell else ():
            self.tell(problem)  # type: ignore[misc]  # asked for in the line above

    def report(self) -> BlockReport:
        ordered = sorted(self.groups.values(), key=lambda group: -group["count"])
        return BlockReport(self.rows, len(self.wrong), ordered, self.kept)


def validate_blocks(
    action: Action,
    file: BlockFile,
    global_dataset: Dataset | None = None,
    *,
    mapping: ColumnMapping | None = None,
    explicit: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    others: Mapping[str, Dataset] | None = None,
    tell: Callable[[Problem], None] | None = None,
) -> BlockReport:
    """What validate_rows finds in the whole file, in bounded memory. `tell` is given every problem as it is found.

    Findings over several rows come last. Raises InputError (the file, the mapping).
    """
    tally = _Tally(tell)
    suspects = _Suspects(action)
    for dataset in file.blocks():
        mapping = mapping or map_columns(action, dataset, global_dataset, explicit=explicit, others=others)
        frame = param_frame(action, dataset, global_dataset, mapping, others=others)
        tally.rows += len(frame)
        tally.add(dataset.problems)
        tally.add(row_problems(action, dataset, mapping, frame, options=options, others=others))
        suspects.add(chosen(frame, mapping))
    lines = suspects.lines()
    if mapping is not None and len(lines):
        dataset, frame = _picked(action, file, global_dataset, mapping, others, lines)
        tally.add(sorted(repeated(action, dataset, mapping, chosen(frame, mapping)), key=lambda each: each.line or 0))
    return tally.report()


def _picked(
    action: Action,
    file: BlockFile,
    world: Dataset | None,
    mapping: ColumnMapping,
    others: Mapping[str, Dataset] | None,
    lines: npt.NDArray[np.int64],
) -> tuple[Dataset, pd.DataFrame]:
    """The rows at `lines`, read once more."""
    parts = [replace(block, frame=block.frame[block.frame.index.isin(lines)], problems=()) for block in file.blocks()]
    dataset = replace(parts[0], frame=pd.concat([part.frame for part in parts]))
    return dataset, param_frame(action, dataset, world, mapping, others=others)


class _Suspects:
    """Hashes of what must not repeat, with the line of each: 16 bytes a value instead of the value."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.found: dict[str, list[tuple[Hashes, npt.NDArray[np.int64]]]] = {}

    def add(self, frame: pd.DataFrame) -> None:
        for name, values in self._keys(frame):
            hashes = np.asarray(pd.util.hash_pandas_object(values, index=False), dtype=np.uint64)
            self.found.setdefault(name, []).append((hashes, np.asarray(values.index, dtype=np.int64)))

    def _keys(self, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[str]]]:
        """(what it is, filled values; index = line)."""
        entity = frame[self.action.entity]
        yield "entity", entity[entity != ""]
        for name in (name for name in UNIQUE_NUMBERS if name in frame.columns):
            listed = frame[name][frame[name] != ""]
            yield name, listed.str.split(";").explode() if listed.str.contains(";", regex=False).any() else listed
        place, extension = UNIQUE_EXTENSION
        if extension in frame.columns:
            given = frame[(frame[place] != "") & (frame[extension] != "")]
            yield "extension", given[place] + " " + given[extension]

    def lines(self) -> npt.NDArray[np.int64]:
        """Lines of every value that comes more than once."""
        suspects = [np.empty(0, dtype="int64")]
        for parts in self.found.values():
            hashes = np.concatenate([each for each, _ in parts])
            lines = np.concatenate([each for _, each in parts])
            order = np.argsort(hashes, kind="stable")
            same = hashes[order][1:] == hashes[order][:-1]
            suspects.append(lines[order][np.append(same, False) | np.insert(same, 0, False)])
        return np.unique(np.concatenate(suspects))
