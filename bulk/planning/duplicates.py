"""Rules over several rows: the same entity twice (docs/diseno.md 6.7), the same number or extension
asked for two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from bulk.core.action import Action
from bulk.core.records import Problem
from bulk.files.dataset import Dataset
from bulk.planning.mapping import ColumnMapping

_MAX_LINES = 5  # named in a message


def unique_numbers(action: Action) -> list[str]:
    """Parameters with numbers: each has one place at most."""
    return [param.name for param in action.params if param.kind == "phone"]


def unique_in_place(action: Action) -> list[tuple[str, str]]:
    """(parameter of the location, parameter that only one person may have there)."""
    return [(param.unique_in, param.name) for param in action.params if param.unique_in]


def repeated(
    action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame
) -> Iterator[Problem]:
    """Findings over the rows of `frame` (canonical text, "" = absent; index = line)."""
    yield from _same_entity(action, dataset, frame)
    yield from _same_number(action, dataset, mapping, frame)
    yield from _same_extension(action, dataset, mapping, frame)


def _same_entity(action: Action, dataset: Dataset, frame: pd.DataFrame) -> Iterator[Problem]:
    """Identical rows are an aviso on the later ones; different ones an error on all, unless the
    action adds up.
    """
    entity = frame[action.entity]
    twice = frame[entity.duplicated(keep=False) & (entity != "")].drop(
        columns="selected", errors="ignore"
    )
    if twice.empty:
        return
    alike = ~twice[action.entity].isin(_more_than_once(twice.drop_duplicates()[action.entity]))
    first = twice.index.to_series().groupby(twice[action.entity], sort=False).transform("first")
    for line, one in first[alike & (first != first.index)].items():
        message = f"Repite la fila {one}: quedará sin cambios."
        yield Problem(dataset.file_name, _line(line), None, None, "fila_repetida", message, "aviso")
    if action.additive:
        return
    for line, others in _companions(twice[action.entity][~alike]):
        message = f"Las filas {named(others)} piden cosas distintas para lo mismo. Deja una sola."
        yield Problem(dataset.file_name, line, None, None, "filas_contradictorias", message)


def _same_number(
    action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame
) -> Iterator[Problem]:
    """The same number asked for two people or two locations."""
    for name in unique_numbers(action):
        if name not in frame.columns:
            continue
        pairs = frame.loc[frame[name] != "", [name, action.entity]]
        if pairs[name].str.contains(";", regex=False).any():
            pairs = pairs.assign(**{name: pairs[name].str.split(";")}).explode(name)
        # few: what follows costs several times this
        pairs = pairs[pairs[name].duplicated(keep=False)]
        shared = pairs[name].isin(_more_than_once(pairs.drop_duplicates()[name]))
        numbers = pairs[name][shared]
        for number, (line, others) in zip(numbers, _companions(numbers), strict=True):
            message = f"El número se pide para varios en las filas {named(others)}. Deja uno solo."
            yield Problem(
                dataset.file_name,
                line,
                _column(mapping, name),
                str(number),
                "numero_repetido",
                message,
            )


def _same_extension(
    action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame
) -> Iterator[Problem]:
    """Two people with one extension in one location: Webex would refuse the second (4202)."""
    for place, name in unique_in_place(action):
        if name in frame.columns:
            yield from _same_in_place(action, dataset, mapping, frame, place, name)


def _same_in_place(
    action: Action,
    dataset: Dataset,
    mapping: ColumnMapping,
    frame: pd.DataFrame,
    place: str,
    name: str,
) -> Iterator[Problem]:
    key = frame[place] + " " + frame[name]
    given = frame[(frame[name] != "") & (frame[place] != "") & key.duplicated(keep=False)]
    key = key[given.index]
    shared = key.isin(
        _more_than_once(key[~given.assign(key=key).duplicated(["key", action.entity])])
    )
    for extension, (line, others) in zip(
        given[name][shared], _companions(key[shared]), strict=True
    ):
        message = (
            f"La extensión se pide para varios de la misma ubicación en las filas {named(others)}."
            " Cambia una de ellas."
        )
        yield Problem(
            dataset.file_name,
            line,
            _column(mapping, name),
            str(extension),
            "extension_repetida",
            message,
        )


def _more_than_once(cells: pd.Series[str]) -> pd.Series[str]:
    return cells[cells.duplicated()]


def _companions(keys: pd.Series[str]) -> Iterator[tuple[int, list[int]]]:
    """(line, all lines with the same key) of each cell, in order."""
    lines: dict[str, list[int]] = {}
    for line, key in keys.items():
        lines.setdefault(str(key), []).append(_line(line))
    for line, key in keys.items():
        yield _line(line), lines[str(key)]


def _line(label: object) -> int:
    return int(str(label))


def named(lines: Sequence[int]) -> str:
    """`2, 3, 4, 5, 6 y 12 más`."""
    shown = ", ".join(map(str, lines[:_MAX_LINES]))
    return f"{shown} y {len(lines) - _MAX_LINES} más" if len(lines) > _MAX_LINES else shown


def _column(mapping: ColumnMapping, name: str) -> str:
    source = mapping.sources[name]
    return source.ref if source.kind == "column" else name
