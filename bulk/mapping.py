"""Where each parameter comes from: an explicit choice, the column of its name, or GLOBAL. Then the cells in canonical text."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from bulk.contract import Action, Param
from bulk.dataset import Dataset, canonical
from bulk.errors import InputError
from bulk.records import Params

TRUE = ("true", "verdadero", "si", "sí", "1", "x", "yes")
FALSE = ("false", "falso", "no", "0")
UPPER_KINDS = ("call_type", "number_type", "route_type")
GLOBAL_PREFIX = "GLOBAL."


@dataclass(frozen=True)
class Source:
    """Where a parameter comes from."""

    kind: str  # "column" of the action's dataset · "global" · "constant" · "none"
    ref: str = ""  # header as written, or the constant


NONE = Source("none")


@dataclass(frozen=True)
class Mapping:
    """Every parameter of an action -> its source."""

    action_id: str  # action
    sources: dict[str, Source]  # parameter -> source

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: AnyMapping[str, Any]) -> Mapping:
        return cls(value["action_id"], {name: Source(**source) for name, source in value["sources"].items()})


def map_columns(
    action: Action,
    dataset: Dataset,
    global_dataset: Dataset | None = None,
    *,
    explicit: AnyMapping[str, str] | None = None,
) -> Mapping:
    """The explicit choice; else the column of the parameter's name; else, without such a column, the same name in GLOBAL.

    `explicit`: parameter -> column, `=texto` for a constant, `GLOBAL.columna`. Raises InputError naming what there is.
    """
    names = [param.name for param in action.parameters]
    chosen = dict(explicit or {})
    if unknown := sorted(set(chosen).difference(names)):
        raise InputError(f"«{action.id}» no tiene el parámetro {', '.join(unknown)}. Los que tiene: {', '.join(names)}.")
    own, world = _headers(dataset), _headers(global_dataset)
    return Mapping(
        action.id,
        {
            name: _explicit(chosen[name], dataset, global_dataset) if name in chosen else _canonical(name, own, world)
            for name in names
        },
    )


def _headers(dataset: Dataset | None) -> dict[str, str]:
    return {} if dataset is None else {canonical(header): header for header in dataset.frame.columns}


def _canonical(name: str, own: dict[str, str], world: dict[str, str]) -> Source:
    key = canonical(name)
    if key in own:
        return Source("column", own[key])
    return Source("global", world[key]) if key in world else NONE


def _explicit(text: str, dataset: Dataset, global_dataset: Dataset | None) -> Source:
    if text.startswith("="):
        return Source("constant", text[1:])
    from_global = text.upper().startswith(GLOBAL_PREFIX)
    place = global_dataset if from_global else dataset
    headers = _headers(place)
    key = canonical(text[len(GLOBAL_PREFIX) :] if from_global else text)
    if key not in headers:
        file = place.file_name if place else "GLOBAL.CSV"
        there = ", ".join(headers.values()) or "ninguna"
        raise InputError(f"{file} no tiene la columna «{text}». Las que tiene: {there}.")
    return Source("global" if from_global else "column", headers[key])


def missing_sources(action: Action, mapping: Mapping) -> tuple[str, ...]:
    """Required parameters without a source."""
    return tuple(param.name for param in action.parameters if param.required and mapping.sources[param.name] == NONE)


# -- cells ------------------------------------------------------------------------------------------------------------


def param_frame(action: Action, dataset: Dataset, global_dataset: Dataset | None, mapping: Mapping) -> pd.DataFrame:
    """Canonical text of each parameter ("" = absent); index = line. An empty cell of an existing column stays empty."""
    index = dataset.frame.index
    columns = {
        param.name: clean(_cells(mapping.sources[param.name], dataset, global_dataset), param) for param in action.parameters
    }
    return pd.DataFrame(columns, index=index)


def _cells(source: Source, dataset: Dataset, global_dataset: Dataset | None) -> pd.Series[str]:
    if source.kind == "column":
        return dataset.frame[source.ref]
    constant = source.ref if source.kind == "constant" else ""
    if source.kind == "global" and global_dataset is not None and len(global_dataset.frame):
        constant = str(global_dataset.frame[source.ref].iloc[0])
    return pd.Series(constant, index=dataset.frame.index, dtype="str")


def clean(cells: pd.Series[str], param: Param) -> pd.Series[str]:
    """Cells of one parameter in canonical text; what is not understood stays as it is, for validation to say so."""
    if param.many:
        cells = cells.map(_split_and_join)
    if param.kind == "phone":
        cells = cells.str.replace(r"[\s.\-()\u00a0]", "", regex=True)
    if param.kind in UPPER_KINDS:
        cells = cells.str.upper()
    if param.kind == "flag":
        folded = cells.str.casefold()
        cells = cells.mask(folded.isin(TRUE), "true").mask(folded.isin(FALSE), "false")
    return cells


def _split_and_join(cell: str) -> str:
    """Items between `;` and `|`, or `,` when there is neither, joined with `;`."""
    text = cell.replace("|", ";")
    items = text.split(";") if ";" in text else text.split(",")
    return ";".join(item for part in items if (item := part.strip()))


def iter_params(action: Action, frame: pd.DataFrame) -> Iterator[tuple[int, Params]]:
    """(line, parameters) of each row, lazily: lists as lists, flags as booleans, absent ones left out."""
    parameters = [next(param for param in action.parameters if param.name == name) for name in frame.columns]
    for line, *cells in frame.itertuples(name=None):
        yield line, {param.name: typed(cell, param) for param, cell in zip(parameters, cells, strict=True) if cell}


def typed(cell: str, param: Param) -> Any:
    """The value of a cell in canonical text."""
    if param.many:
        return cell.split(";")
    if param.kind == "flag" and cell in ("true", "false"):
        return cell == "true"
    return cell
