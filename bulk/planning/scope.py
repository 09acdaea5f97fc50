"""Scope (alcance): which rows of a file are worked. By column values, lines, a pasted list,
`selected`, or entities left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bulk.core.action import Action
from bulk.core.headers import SYNONYMS
from bulk.core.records import Problem
from bulk.core.text import normalize_cells, normalize_for_match
from bulk.errors import InputError
from bulk.files.dataset import Dataset, canonical
from bulk.planning.mapping import FALSE, TRUE
from bulk.planning.scope_list import listed

SELECTED = "selected"
_RANGE = re.compile(r"\s*([0-9]+)\s*(?:-\s*([0-9]*)\s*)?")
_LAST = 1 << 60
MAX_RANGES = 5  # reported one by one


@dataclass(frozen=True)
class Where:
    """A condition on one column."""

    column: str  # header, compared as headers are
    values: tuple[str, ...]  # any of them; "" = empty; case does not count
    negated: bool = False  # none of them


@dataclass(frozen=True)
class Scope:
    """What the operator asked for; every part narrows the rows further. Nothing asked = the whole
    file.
    """

    where: tuple[Where, ...] = ()  # columns
    lines: tuple[tuple[int, int], ...] = ()  # ranges of lines, both ends in
    pasted: tuple[str, ...] = ()  # e-mails, extensions, ids, phones or names
    entities: frozenset[str] | None = (
        None  # values of the action's entity ("pendientes y fallidas de RUN")
    )
    entities_of: str = ""  # the run they come from
    unnamed: int = (
        0  # rows of that run without a value in the entity: no row can be matched to them
    )
    selected: bool = True  # a `selected` column, when there is one, is honoured

    def __bool__(self) -> bool:
        return bool(self.where or self.lines or self.pasted) or self.entities is not None

    def to_json(self) -> dict[str, Any]:
        """What is stored with the run; entities by their count, for they may be a hundred
        thousand.
        """
        found: dict[str, Any] = {
            "where": [
                {"column": w.column, "values": list(w.values), "negated": w.negated}
                for w in self.where
            ],
            "lines": [list(each) for each in self.lines],
            "pasted": list(self.pasted),
            "only_open_of": self.entities_of,
            "unmarked_too": not self.selected,
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], entities: frozenset[str] | None = None) -> Scope:
        """What to_json gave. `entities`: those that the run it names has left open."""
        return cls(
            where=tuple(
                Where(str(w["column"]), tuple(w["values"]), bool(w["negated"]))
                for w in value.get("where", ())
            ),
            lines=tuple((int(first), int(last)) for first, last in value.get("lines", ())),
            pasted=tuple(map(str, value.get("pasted", ()))),
            entities=entities,
            entities_of=str(value.get("only_open_of", "")),
            selected=not value.get("unmarked_too"),
        )


@dataclass(frozen=True)
class Chosen:
    """The rows that a scope chooses."""

    mask: pd.Series[bool]  # True = in; index = line
    description: str  # Spanish: ubicación = Madrid · filas 2-200
    selected: int | None = None  # rows that the `selected` column marks; None = no such column
    not_found: tuple[str, ...] = ()  # of the pasted list
    several: tuple[
        str, ...
    ] = ()  # of the pasted list, found in more than one row: all of them are in
    # of the entities left open by the other run, those that some row names
    named: frozenset[str] = frozenset()
    unclear: tuple[
        Problem, ...
    ] = ()  # avisos: marks of `selected` that are not understood, a column that only looks like it

    @property
    def count(self) -> int:
        return int(self.mask.sum())

    @property
    def empty_text(self) -> str:
        """What to say when nothing is left; "" when something is."""
        if self.count:
            return ""
        return "El fichero no tiene filas." if self.mask.empty else empty_text(self.description)


# -- as written ------------------------------------------------------------------------------------


def parse_where(text: str) -> Where:
    """`ubicación=Madrid`, `sede=Madrid|Sevilla`, `sede!=Madrid`, `sede=` (empty). Raises
    InputError.
    """
    found = re.fullmatch(r"\s*([^=!]+?)\s*(!?)=(.*)", text, re.DOTALL)
    if not found:
        raise InputError(
            f"«{text}»: se espera columna=valor, columna=valor1|valor2 o columna!=valor."
        )
    return Where(found[1], tuple(value.strip() for value in found[3].split("|")), bool(found[2]))


def parse_lines(text: str) -> tuple[tuple[int, int], ...]:
    """`2-200`, `2-200,305`, `900-` (to the end). Raises InputError."""
    ranges = []
    for part in filter(str.strip, re.split("[,;]", text)):
        found = _RANGE.fullmatch(part)
        if not found:
            raise InputError(f"«{text}»: se esperan filas como 2-200 o 2-200,305.")
        first = int(found[1])
        last = first if found[2] is None else int(found[2] or _LAST)
        if last < first:
            raise InputError(f"«{part.strip()}»: la segunda fila va antes que la primera.")
        ranges.append((first, last))
    if not ranges:
        raise InputError("Falta decir qué filas: se esperan como 2-200 o 2-200,305.")
    return tuple(ranges)


def empty_text(description: str) -> str:
    return f"El alcance está vacío: ninguna fila cumple «{description}»."


def unmatched_text(scope: Scope, named: frozenset[str]) -> str:
    """What to say of the rows that the other run left open and no row of the file names; "" without
    any.
    """
    count = scope.unnamed + len((scope.entities or frozenset()) - named)
    if not count:
        return ""
    some = "1 fila que quedó pendiente o fallida no se encuentra"
    many = f"{count} filas que quedaron pendientes o fallidas no se encuentran"
    return (
        f"{some if count == 1 else many} en este fichero por su identificador, y no entran."
        " Elígelas por su número de fila."
    )


# -- rows ------------------------------------------------------------------------------------------


def choose(
    dataset: Dataset,
    scope: Scope,
    *,
    action: Action | None = None,
    frame: pd.DataFrame | None = None,
) -> Chosen:
    """The rows of `dataset` that `scope` chooses. `frame` (of param_frame) is needed to match
    entities (see left_open).

    Raises InputError for a column that there is not.
    """
    rows = dataset.frame
    mask = pd.Series(True, index=rows.index)
    for where in scope.where:
        mask &= _meets(dataset, where)
    if scope.lines:
        mask &= _within(rows.index, scope.lines)
    not_found: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    if scope.pasted:
        pasted, not_found, several = listed(dataset, scope.pasted)
        mask &= pasted
    marked = marks(dataset) if scope.selected else None
    if marked is not None:
        mask &= marked
    selected = None if marked is None else int(marked.sum())
    unclear = tuple(_unclear(dataset)) if scope.selected else ()
    found = Chosen(
        mask, described(scope, selected, len(rows)), selected, not_found, several, unclear=unclear
    )
    return (
        left_open(found, scope, action, frame)
        if action is not None and frame is not None
        else found
    )


def left_open(chosen: Chosen, scope: Scope, action: Action, *frames: pd.DataFrame) -> Chosen:
    """Of the rows chosen, those whose entity another run left open, as any of `frames` names it (an
    e-mail, or its id).
    """
    if scope.entities is None:
        return chosen
    named = [frame[action.entity].reindex(chosen.mask.index, fill_value="") for frame in frames]
    matched = pd.concat([each.isin(list(scope.entities)) for each in named], axis=1).any(axis=1)
    there = (
        frozenset(entity for each in named for entity in each[matched].unique()) & scope.entities
    )
    return replace(chosen, mask=chosen.mask & matched, named=there)


def described(scope: Scope, selected: int | None, total: int) -> str:
    """`ubicación = Madrid · filas 2-200`. `selected`: rows of `total` that the `selected` column
    marks, when there is one.
    """
    message = [_where_text(where) for where in scope.where]
    if scope.lines:
        message.append(_lines_text(scope.lines))
    if scope.pasted:
        message.append(f"lista de {len(scope.pasted)}")
    if scope.entities is not None:
        message.append(f"pendientes y fallidas de {scope.entities_of or 'otra ejecución'}")
    if selected is not None:
        message.append(f"columna «{SELECTED}» ({selected} de {total})")
    return " · ".join(message) or "todas"


def marks(dataset: Dataset) -> pd.Series[bool] | None:
    """Rows that the `selected` column marks (1/true/yes/si/sí/x); None when the file has no such
    column.
    """
    header = _header(dataset, SELECTED)
    return None if header is None else normalize_cells(dataset.frame[header]).isin(TRUE)


def _unclear(dataset: Dataset) -> Iterator[Problem]:
    """What stands in `selected` and says neither yes nor no; without such a column, one that only
    looks like it.
    """
    header = _header(dataset, SELECTED)
    if header is None:
        message = (
            f"Parece decir qué filas entran, pero solo cuenta la columna «{SELECTED}». Cámbiale el"
            " nombre, o elige las filas."
        )
        for other in _like_selected(dataset):
            yield Problem(
                dataset.file_name, None, other, None, "seleccion_con_otro_nombre", message, "aviso"
            )
        return
    cells = dataset.frame[header]
    odd = cells[(cells != "") & ~normalize_cells(cells).isin((*TRUE, *FALSE))]
    for line, cell in odd.items():
        message = "No se entiende: la fila no entra. Se espera sí o no (x, 1, true)."
        yield Problem(
            dataset.file_name,
            int(str(line)),
            header,
            str(cell),
            "seleccion_no_entendida",
            message,
            "aviso",
        )


def _like_selected(dataset: Dataset) -> Iterator[str]:
    words = set(map(canonical, SYNONYMS[SELECTED]))
    for header, cells in dataset.frame.items():
        if canonical(str(header)) in words:
            filled = normalize_cells(cells[cells != ""])
            if len(filled) and filled.isin((*TRUE, *FALSE)).all():
                yield str(header)


def _header(dataset: Dataset, name: str) -> str | None:
    key = canonical(name)
    return next(
        (str(header) for header in dataset.frame.columns if canonical(str(header)) == key), None
    )


def _meets(dataset: Dataset, where: Where) -> pd.Series[bool]:
    header = _header(dataset, where.column)
    if header is None:
        there = ", ".join(map(str, dataset.frame.columns))
        raise InputError(
            f"{dataset.file_name} no tiene la columna «{where.column}». Las que tiene: {there}."
        )
    found = normalize_cells(dataset.frame[header]).isin(
        [normalize_for_match(value) for value in where.values]
    )
    return ~found if where.negated else found


def _where_text(where: Where) -> str:
    values = ", ".join(value or "(vacío)" for value in where.values)
    return f"{where.column} {'≠' if where.negated else '='} {values}"


def _within(index: pd.Index[Any], ranges: Sequence[tuple[int, int]]) -> pd.Series[bool]:
    """All at once: what a round-trip file left open may be tens of thousands of ranges."""
    firsts, lasts = np.array(sorted(ranges), dtype="int64").T
    farthest = np.maximum.accumulate(lasts)  # ranges may overlap
    lines = index.to_numpy(dtype="int64")
    # the last range that begins at the line or before it; -1 = none
    before = np.searchsorted(firsts, lines, side="right") - 1
    return pd.Series((before >= 0) & (lines <= farthest[before]), index=index)


def in_ranges(line: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= line <= last for first, last in ranges)


def _lines_text(ranges: Sequence[tuple[int, int]]) -> str:
    more = f" … ({len(ranges)} tramos)" if len(ranges) > MAX_RANGES else ""
    return (
        "filas " + ", ".join(_range_text(first, last) for first, last in ranges[:MAX_RANGES]) + more
    )


def without(lines: Sequence[int], left_out: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ranges of `lines` (ascending) but those left out, as Scope.lines takes them: a range goes on
    over lines of other rows.
    """
    gone = frozenset(left_out)
    ranges: list[tuple[int, int]] = []
    together = False
    for line in lines:
        if line in gone:
            together = False
        elif together:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
            together = True
    return tuple(ranges)


def _range_text(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first} en adelante" if last == _LAST else f"{first}-{last}"
