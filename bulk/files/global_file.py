"""GLOBAL as one row of columns, however it was written: a row, or two columns `parametro;valor`,
with or without their header.
"""

from __future__ import annotations

import pandas as pd

from bulk.core.headers import KNOWN_HEADERS, canonical
from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files.csv_rows import refuse_data

_PARAMETER = frozenset(
    map(canonical, ("parametro", "parameter", "clave", "nombre", "campo", "key", "name"))
)
_VALUE = frozenset({"valor", "value"})
ONE_ROW = (
    "GLOBAL tiene una sola fila de datos: esta no se usa. Quítala, o deja en la primera lo que"
    " valga."
)
UNKNOWN = (
    "Ninguna acción conoce este parámetro: solo se usa si un mapeo lo nombra. Revisa cómo está"
    " escrito."
)


def settled(
    frame: pd.DataFrame, problems: list[Problem], file_name: str
) -> tuple[pd.DataFrame, list[Problem], dict[str, int]]:
    """(one row of columns, problems, line of each column that was a pair).

    Raises InputError for a parameter without name, or there twice.
    """
    pairs = _pairs(frame)
    if pairs is None:
        for header in map(str, frame.columns[1:2]):  # let through as the value of a first pair
            refuse_data(header, 1, file_name)
        spare = [
            Problem(file_name, int(line), None, None, "fila_de_mas", ONE_ROW, "aviso")
            for line in frame.index[1:]
        ]
        return (
            frame,
            [*problems, *spare, *_unknown(dict.fromkeys(map(str, frame.columns), 1), file_name)],
            {},
        )
    lines = _lines(pairs, file_name)
    values = [value for _, name, value in pairs if name]
    row = pd.DataFrame([values], columns=pd.Index(list(lines), dtype="str"), dtype="str")
    row.index = pd.Index(frame.index[:1] if len(frame) else [1], dtype="int64")
    return row, [*problems, *_unknown(lines, file_name)], lines


def _pairs(frame: pd.DataFrame) -> list[tuple[int, str, str]] | None:
    """(line, parameter, value), when that is how the file is written; further columns are
    comments.
    """
    if frame.shape[1] < 2:
        return None
    rows = [
        (int(str(line)), str(name), str(value))
        for line, name, value in frame.iloc[:, :2].itertuples(name=None)
    ]
    first, second = map(str, frame.columns[:2])
    if canonical(first) in _PARAMETER and canonical(second) in _VALUE:
        return [row for row in rows if any(row[1:])]
    # no header: the first pair stands where it would be
    names = [first, *(name for _, name, _ in rows)]
    if canonical(second) not in KNOWN_HEADERS and all(
        canonical(name) in KNOWN_HEADERS for name in names
    ):
        return [(1, first, second), *rows]
    return None


def _lines(pairs: list[tuple[int, str, str]], file_name: str) -> dict[str, int]:
    """Parameter -> its line. Raises InputError."""
    lines: dict[str, int] = {}
    for line, name, value in pairs:
        if not name:
            raise InputError(
                f"{file_name} · Fila {line}: falta el nombre del parámetro de «{value}». Ponlo, o"
                " quita la fila."
            )
        twice = next(
            (at for known, at in lines.items() if canonical(known) == canonical(name)), None
        )
        if twice:
            raise InputError(
                f"{file_name} · Fila {line}: el parámetro «{name}» ya está en la fila {twice}. Deja"
                " uno solo."
            )
        lines[name] = line
    return lines


def _unknown(lines: dict[str, int], file_name: str) -> list[Problem]:
    return [
        Problem(file_name, line, name, None, "parametro_desconocido", UNKNOWN, "aviso")
        for name, line in lines.items()
        if canonical(name) not in KNOWN_HEADERS
    ]
