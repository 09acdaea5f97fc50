"""Where one parameter comes from: how it is written (`--map`), and the cells that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from bulk.core.records import DATASETS, FILE_NAMES, Problem
from bulk.core.text import normalize_cells
from bulk.errors import InputError
from bulk.files.dataset import Dataset, canonical

KINDS = ("column", "global", "constant", "template", "join", "none")
# tried in this order when no key is said
JOIN_KEYS = ("location_name", "location_id", "email", "person_id", "extension")
_ELSEWHERE = re.compile(
    r"(?P<place>\w+)\.(?P<column>[^\[\]]+)(?:\[(?P<on>[^\[\]=]+)(?:=(?P<key>[^\[\]=]+))?\])?",
    re.DOTALL,
)
_FIELD = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Source:
    """Where a parameter comes from."""

    kind: str  # one of KINDS; "column" is of the action's own file
    ref: str = ""  # header as written, the constant, or the template
    dataset: str = ""  # join: the other file (global, ubicaciones, usuarios)
    on: str = ""  # join: key column of the own file
    key: str = ""  # join: key column of the other file

    def to_json(self) -> dict[str, str]:
        return {
            name: value for name, value in asdict(self).items() if value or name in ("kind", "ref")
        }


NONE = Source("none")


@dataclass(frozen=True)
class Files:
    """The files that a source may point at."""

    own: Dataset  # the action's file
    global_: Dataset | None = None  # GLOBAL
    others: Mapping[str, Dataset] = field(default_factory=dict)  # dataset name -> file, for joins

    def named(self, name: str) -> Dataset | None:
        if name == self.own.name:
            return self.own
        return self.global_ if name == "global" else self.others.get(name)


def headers_of(dataset: Dataset | None) -> dict[str, str]:
    """Comparable header -> header as written."""
    return (
        {} if dataset is None else {canonical(header): header for header in dataset.frame.columns}
    )


# -- as written ------------------------------------------------------------------------------------


def parse_source(text: str, files: Files) -> Source:
    """`columna` · `=texto` · `GLOBAL.columna` · `53{extension}` ·
    `UBICACIONES.location_id[sede=location_name]`.

    Raises InputError naming what there is.
    """
    if text.startswith("="):
        return Source("constant", text[1:])
    if canonical(text) in headers_of(files.own):
        return Source("column", headers_of(files.own)[canonical(text)])
    if _FIELD.search(text):
        return _template(text, files)
    found = _ELSEWHERE.fullmatch(text.strip())
    if found and found["place"].lower() in DATASETS:
        return _elsewhere(found, files)
    raise _absent(files.own, files.own.name, text)


def source_text(source: Source) -> str:
    """The text that parse_source reads back; "" for none."""
    if source.kind == "constant":
        return f"={source.ref}"
    if source.kind == "global":
        return f"GLOBAL.{source.ref}"
    if source.kind == "join":
        return f"{source.dataset.upper()}.{source.ref}[{source.on}={source.key}]"
    return source.ref


def header_of(name: str, source: Source) -> str:
    """Where a person looks for what feeds the parameter `name`; its own name when no one column
    does.
    """
    if source.kind == "column":
        return source.ref
    return source_text(source) if source.kind == "global" else name


def _template(text: str, files: Files) -> Source:
    def as_written(found: re.Match[str]) -> str:
        inner = parse_source(found[1].strip(), files)
        if inner.kind not in ("column", "global"):
            raise InputError(
                f"La plantilla «{text}» solo admite columnas del fichero o de GLOBAL entre llaves."
            )
        return "{" + source_text(inner) + "}"

    return Source("template", _FIELD.sub(as_written, text))


def fields_of(source: Source) -> list[tuple[str, str]]:
    """(dataset name, "" = the own file; header) of each column in a template."""
    parts = (name.partition("GLOBAL.") for name in _FIELD.findall(source.ref))
    return [
        ("global", header) if mark and not before else ("", before + mark + header)
        for before, mark, header in parts
    ]


def _elsewhere(found: re.Match[str], files: Files) -> Source:
    name = found["place"].lower()
    place = files.named(name)
    header = headers_of(place).get(canonical(found["column"]))
    if place is None or header is None:
        raise _absent(place, name, found["column"])
    if place is files.own:
        return Source("column", header)
    if name == "global":
        return Source("global", header)
    on, key = _keys(found, files, place, header)
    return Source("join", header, name, on, key)


def _keys(found: re.Match[str], files: Files, place: Dataset, wanted: str) -> tuple[str, str]:
    """(own key column, its match in the other file)."""
    own, there = headers_of(files.own), headers_of(place)
    if found["on"]:
        on, key = canonical(found["on"]), canonical(found["key"] or found["on"])
        if on not in own:
            raise _absent(files.own, files.own.name, found["on"])
        if key not in there:
            raise _absent(place, place.name, found["key"] or found["on"])
        return own[on], there[key]
    shared = [
        canonical(name) for name in JOIN_KEYS if canonical(name) in own and canonical(name) in there
    ]
    for name in shared:
        if there[name] != wanted:
            return own[name], there[name]
    raise InputError(
        f"{files.own.file_name} y {place.file_name} no comparten ninguna columna para unirlos. "
        f"Di cuál: {place.name.upper()}.{wanted}[columna_de_aquí=columna_de_allí]."
    )


def _absent(place: Dataset | None, name: str, column: str) -> InputError:
    file = place.file_name if place else FILE_NAMES[name]
    there = ", ".join(headers_of(place).values()) or "ninguna"
    return InputError(f"{file} no tiene la columna «{column}». Las que tiene: {there}.")


# -- cells -----------------------------------------------------------------------------------------


def cells_of(source: Source, files: Files, index: pd.Index[Any]) -> pd.Series[str]:
    """Text cells for the lines of `index`. A template or a join without its data gives an empty
    cell.
    """
    if source.kind == "column":
        own: pd.Series[str] = files.own.frame[source.ref]
        return own if index.equals(own.index) else own.loc[index]
    if source.kind == "template":
        return _filled_in(source, files, index)
    if source.kind == "join":
        found: pd.Series[str] = normalize_cells(files.own.frame.loc[index, source.on]).map(
            _lookup(source, files)[0]
        )
        return found.fillna("").astype("str")
    return pd.Series(
        source.ref if source.kind == "constant" else _of_global(source, files.global_),
        index=index,
        dtype="str",
    )


def _of_global(source: Source, global_: Dataset | None) -> str:
    if source.kind != "global" or global_ is None or global_.frame.empty:
        return ""
    return str(global_.frame[source.ref].iloc[0])


def _filled_in(source: Source, files: Files, index: pd.Index[Any]) -> pd.Series[str]:
    """Literal text and columns, joined; empty where one of the columns is."""
    result = pd.Series("", index=index, dtype="str")
    complete = pd.Series(True, index=index)
    for position, part in enumerate(_FIELD.split(source.ref)):
        if position % 2 == 0:
            result = result + part
            continue
        cells = cells_of(parse_source(part, files), files, index)
        complete &= cells != ""
        result = result + cells
    return result.where(complete, "")


def _lookup(source: Source, files: Files) -> tuple[dict[str, str], dict[str, list[int]]]:
    """(key -> value where there is exactly one, key -> its lines where there are several) in the
    other file.
    """
    place = files.named(source.dataset)
    if place is None:
        return {}, {}
    pairs = pd.DataFrame(
        {"key": normalize_cells(place.frame[source.key]), "value": place.frame[source.ref]}
    )
    pairs = pairs[(pairs["key"] != "") & (pairs["value"] != "")].drop_duplicates()
    several = pairs[pairs["key"].duplicated(keep=False)]
    lines = {
        str(key): [int(str(line)) for line in group.index] for key, group in several.groupby("key")
    }
    single = pairs[~pairs["key"].isin(list(lines))]
    return dict(zip(single["key"], single["value"], strict=True)), lines


def join_problems(
    sources: Mapping[str, Source], files: Files, index: pd.Index[Any]
) -> Iterator[Problem]:
    """Rows (lines of `index`) whose key the other file does not have, or has more than once with
    different data; once a key.
    """
    message: set[tuple[int, str]] = set()
    for source in sources.values():
        place = files.named(source.dataset)
        if source.kind != "join" or place is None:
            continue
        single, several = _lookup(source, files)
        written = files.own.frame.loc[index, source.on]
        keys = normalize_cells(written)
        for line in map(
            int,
            keys.index[(keys != "") & ~keys.isin(list(single))],
        ):
            if (line, source.on) not in message:
                message.add((line, source.on))
                value, lines = str(written.at[line]), several.get(str(keys.at[line]))
                yield _unmatched(files.own.file_name, line, source, value, place.file_name, lines)


def _unmatched(
    file: str, line: int, source: Source, value: str, place: str, lines: list[int] | None
) -> Problem:
    if lines:
        message = (
            f"Está en las filas {', '.join(map(str, lines[:5]))} de {place} con datos distintos."
            " Deja una sola."
        )
        return Problem(file, line, source.on, value, "union_ambigua", message)
    message = (
        f"No está en la columna {source.key} de {place}, o le falta {source.ref}. Añádelo allí o"
        " corrige la celda."
    )
    return Problem(file, line, source.on, value, "union_sin_pareja", message)
