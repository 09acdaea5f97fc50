"""Validation of a file of any size: rows block by block, repeats by 64-bit hashes and one more look
at the suspects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bulk.core.action import Action
from bulk.core.records import Problem
from bulk.files.blocks import Blocks, read_ahead
from bulk.files.dataset import Dataset
from bulk.planning.cross_file import expected_org, first_org, organisation, validate_across
from bulk.planning.duplicates import repeated, unique_in_place, unique_numbers
from bulk.planning.mapping import ColumnMapping, map_columns
from bulk.planning.prepare import (
    WHOLE,
    PreparedFile,
    Resolve,
    of_the_others,
    prepare,
    require_sources,
)
from bulk.planning.repairs import Repair, RepairCell, RepairGroups, as_it_is
from bulk.planning.scope import Scope, described, unmatched_text
from bulk.planning.validation import FileBlock, totals, validate_file

KEPT = 1_000  # problems held in memory

Hashes = npt.NDArray[np.int64]
Lines = npt.NDArray[np.int64]
Tell = Callable[[Problem], None]


@dataclass(frozen=True)
class BlockReport:
    """What was found in the whole file."""

    rows: int  # rows of the file
    excluded: int  # of these, outside the scope
    invalid: int  # of the others, with some error
    totals: list[dict[str, Any]]  # as validation.totals
    problems: list[Problem]  # the first KEPT
    scope: str = ""  # Spanish: how the rows were chosen; "" = not chosen
    # proposed for the cells of the file
    repairs: RepairGroups = field(default_factory=RepairGroups)
    unmatched: str = ""  # Spanish: what another run left open and the file does not name


class _Tally:
    """Counts problems as they come and keeps the first ones."""

    def __init__(self, tell: Tell | None, repairs: RepairGroups | None = None) -> None:
        self.rows = 0
        self.excluded = 0
        self.selected: int | None = None
        self.named: frozenset[str] = frozenset()
        self.of_file: set[Problem] = set()
        self.wrong: dict[str, list[Lines]] = {}
        self.kept: list[Problem] = []
        self.groups: dict[tuple[str, str, str | None], dict[str, Any]] = {}
        self.repairs = repairs or RepairGroups()
        self.tell = tell

    def add(self, problems: Iterable[Problem]) -> None:
        found = list(problems)
        for file in dict.fromkeys(each.file for each in found):
            lines = {
                each.line
                for each in found
                if each.severity == "error" and each.file == file and each.line is not None
            }
            self.wrong.setdefault(file, []).append(
                np.fromiter(lines, dtype="int64", count=len(lines))
            )
        self.kept += found[: max(0, KEPT - len(self.kept))]
        for group in totals(found):
            key = (group["rule"], group["severity"], group["column"])
            known = self.groups.setdefault(key, {**group, "count": 0})
            known["count"] += group["count"]
        for problem in found if self.tell else ():
            self.tell(problem)  # type: ignore[misc]  # asked for in the line above

    def add_block(self, prepared: PreparedFile, repairs: Iterable[Repair]) -> None:
        self.rows += prepared.total
        self.excluded += len(prepared.excluded)
        if prepared.chosen is not None and prepared.chosen.selected is not None:
            self.selected = (self.selected or 0) + prepared.chosen.selected
        self.repairs.add(repairs, prepared.dataset.file_name)
        if prepared.chosen is not None:
            self.named |= prepared.chosen.named
        # a block says of it what the last one did
        of_file = {problem for problem in prepared.problems if problem.line is None}
        self.add(_in_order(problem for problem in prepared.problems if problem not in self.of_file))
        self.of_file |= of_file

    def report(self, scope: Scope = WHOLE) -> BlockReport:
        ordered = sorted(self.groups.values(), key=lambda group: -group["count"])
        invalid = sum(len(np.unique(np.concatenate(lines))) for lines in self.wrong.values())
        message = (
            described(scope, self.selected, self.rows)
            if scope or self.selected is not None or self.excluded
            else ""
        )
        return BlockReport(
            self.rows,
            self.excluded,
            invalid,
            ordered,
            self.kept,
            message,
            self.repairs,
            unmatched_text(scope, self.named),
        )


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or ""))


@dataclass(frozen=True)
class BlockWork:
    """What is done around the judging of a file's blocks."""

    repair_cell: RepairCell = as_it_is  # done to each block before it is judged
    repairs: RepairGroups | None = None  # proposed for the other files
    tell: Tell | None = None  # given every problem as it is found


def validate_blocks(
    action: Action,
    file: Blocks,
    others: Mapping[str, Dataset] | None = None,
    *,
    mapping: ColumnMapping | None = None,
    options: Mapping[str, Any] | None = None,
    scope: Scope = WHOLE,
    resolve: Resolve | None = None,
    work: BlockWork = BlockWork(),
) -> BlockReport:
    """What `prepare` finds in the whole file, in bounded memory.

    `others`: dataset name -> the other files. Findings over several rows come last. Raises
    InputError (the file, the mapping, a required parameter without source), WebexError (`resolve`).
    """
    files = dict(others or {})

    def judged(dataset: Dataset, columns: ColumnMapping) -> PreparedFile:
        own = {**files, action.dataset: dataset}
        return prepare(
            action.id,
            own,
            mapping=columns,
            options=options,
            scope=scope,
            resolve=resolve,
            block=FileBlock(said),
        )

    said = expected_org(files, action.dataset)
    tally, suspects = _Tally(work.tell, work.repairs), _Suspects(action)
    for block in read_ahead(file):
        mapping = mapping or map_columns(action, block, files.get("global"), others=files)
        repaired, proposed = work.repair_cell(block)
        prepared = judged(repaired, mapping)
        require_sources(prepared)
        if not tally.rows:
            tally.add(of_the_others(action, mapping, files))
        # valid or not, as validate_rows
        said = said or first_org(repaired, _without(prepared.frame, prepared.excluded)["org_id"])
        tally.add_block(prepared, proposed)
        suspects.add(_compared(prepared))
    lines = suspects.lines()
    if mapping is not None and len(lines):
        again = pd.concat(
            [_compared(judged(work.repair_cell(part)[0], mapping)) for part in _picked(file, lines)]
        )
        tally.add(_in_order(repeated(action, block, mapping, again)))
    return tally.report(scope)


def _compared(prepared: PreparedFile) -> pd.DataFrame:
    """The rows that are compared with one another: one that is not valid says nothing against the
    others.
    """
    return _without(prepared.frame, prepared.excluded | prepared.invalid.keys())


def _without(frame: pd.DataFrame, lines: frozenset[int]) -> pd.DataFrame:
    return frame[~frame.index.isin(list(lines))] if lines else frame


def _picked(file: Blocks, lines: Lines) -> Iterator[Dataset]:
    """The rows at `lines`, read once more."""
    for block in file.blocks():
        wanted = block.frame.index.isin(lines)
        if wanted.any():
            yield replace(block, frame=block.frame[wanted], problems=())


def look_over(
    own: Blocks | None,
    others: Mapping[str, Dataset],
    *,
    repair_cell: RepairCell = as_it_is,
    tell: Tell | None = None,
) -> BlockReport:
    """Each file by itself and what they say of each other, no action chosen; `own` (USUARIOS) in
    blocks. Raises InputError.
    """
    tally, files = _Tally(tell), dict[str, Dataset]()
    for name, dataset in others.items():
        files[name], proposed = repair_cell(dataset)
        tally.repairs.add(proposed, dataset.file_name)
        tally.rows += len(dataset.frame)
        tally.add([*dataset.problems, *validate_file(files[name])])
    said = organisation(files)
    tally.add(validate_across(files, said))
    for read in own.blocks() if own else ():
        block, proposed = repair_cell(read)
        tally.repairs.add(proposed, block.file_name)
        files[block.name] = block
        said = said or organisation(files)
        tally.rows += len(block.frame)
        tally.add([*block.problems, *validate_file(block)])
        tally.add(
            problem for problem in validate_across(files, said) if problem.file == block.file_name
        )
    return tally.report()


class _Suspects:
    """Hashes of what must not repeat, with the line of each: 16 bytes a value instead of the
    value.
    """

    def __init__(self, action: Action) -> None:
        self.action = action
        self.found: dict[str, list[tuple[Hashes, Lines]]] = {}

    def add(self, frame: pd.DataFrame) -> None:
        for name, values in self._keys(frame):
            hashes = np.fromiter(map(hash, values.tolist()), dtype=np.int64, count=len(values))
            self.found.setdefault(name, []).append(
                (hashes, np.asarray(values.index, dtype=np.int64))
            )

    def _keys(self, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[str]]]:
        """(what it is, filled values; index = line)."""
        entity = frame[self.action.entity]
        yield "entity", entity[entity != ""]
        for name in (name for name in unique_numbers(self.action) if name in frame.columns):
            listed = frame[name][frame[name] != ""]
            yield (
                name,
                (
                    listed.str.split(";").explode()
                    if listed.str.contains(";", regex=False).any()
                    else listed
                ),
            )
        for place, name in unique_in_place(self.action):
            if name in frame.columns:
                given = (frame[place] != "") & (frame[name] != "")
                yield f"{name} in {place}", frame[place][given] + " " + frame[name][given]

    def lines(self) -> Lines:
        """Lines of every value that comes more than once; to be asked for once, for what is looked
        through is let go.
        """
        suspects = [np.empty(0, dtype="int64")]
        for parts in map(self.found.pop, list(self.found)):
            hashes = np.concatenate([each for each, _ in parts])
            lines = np.concatenate([each for _, each in parts])
            if not len(hashes):
                continue
            # without the lines: ten times faster, and seldom does anything repeat
            ordered = np.sort(hashes)
            twice = ordered[1:][ordered[1:] == ordered[:-1]]
            if len(twice):
                suspects.append(lines[np.isin(hashes, twice)])
        return np.unique(np.concatenate(suspects))
