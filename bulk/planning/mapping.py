"""Where each parameter comes from: an explicit choice, the column of its name, or GLOBAL. Then the
cells in canonical text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from bulk.core.action import Action, Param
from bulk.core.records import DATASETS, Params
from bulk.core.text import composed_cells, normalize_cells
from bulk.errors import InputError
from bulk.files.dataset import Dataset, canonical
from bulk.planning.sources import KINDS, NONE, Files, Source, cells_of, headers_of, parse_source
from schemas.phones import is_one_with_comma, plain_phone

__all__ = [
    "FALSE",
    "TRUE",
    "ColumnMapping",
    "Source",
    "clean",
    "is_fed",
    "iter_params",
    "lacking",
    "map_columns",
    "missing_sources",
    "param_frame",
    "typed",
]
TRUE = ("true", "verdadero", "si", "sí", "1", "x", "yes")
FALSE = ("false", "falso", "no", "0")
UPPER_KINDS = ("call_type", "number_type", "route_type")


@dataclass(frozen=True)
class ColumnMapping:
    """Every parameter of an action -> its source."""

    action_id: str  # action
    sources: dict[str, Source]  # parameter -> source

    def to_json(self) -> dict[str, Any]:
        return {
            "action_id": self.action_id,
            "sources": {name: source.to_json() for name, source in self.sources.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ColumnMapping:
        """Raises InputError when `value` is no mapping."""
        try:
            sources = {str(name): Source(**source) for name, source in value["sources"].items()}
            found = cls(str(value["action_id"]), sources)
        except (KeyError, TypeError, AttributeError):
            raise InputError(
                "El mapeo no tiene la forma que se espera. Vuelve a exportarlo."
            ) from None
        if any(
            not isinstance(text, str)
            for source in sources.values()
            for text in asdict(source).values()
        ):
            raise InputError("El mapeo no tiene la forma que se espera. Vuelve a exportarlo.")
        if elsewhere := sorted(
            {source.dataset for source in sources.values()}.difference(("", *DATASETS))
        ):
            raise InputError(f"El mapeo usa ficheros que no existen: {', '.join(elsewhere)}.")
        if unknown := sorted({str(source.kind) for source in sources.values()}.difference(KINDS)):
            raise InputError(f"El mapeo usa orígenes que no existen: {', '.join(unknown)}.")
        return found


def map_columns(
    action: Action,
    dataset: Dataset,
    global_dataset: Dataset | None = None,
    *,
    explicit: Mapping[str, str] | None = None,
    others: Mapping[str, Dataset] | None = None,
) -> ColumnMapping:
    """The explicit choice; else the column of the parameter's name; else, without such a column,
    the same name in GLOBAL.

    `explicit`: parameter -> text as parse_source reads it. `others`: dataset name -> file, for
    joins. Raises InputError naming what there is.
    """
    names = [param.name for param in action.parameters]
    chosen = dict(explicit or {})
    if unknown := sorted(set(chosen).difference(names)):
        raise InputError(
            f"«{action.id}» no tiene el parámetro {', '.join(unknown)}. Los que tiene:"
            f" {', '.join(names)}."
        )
    files = Files(dataset, global_dataset, others or {})
    own, global_ = headers_of(dataset), headers_of(global_dataset)
    return ColumnMapping(
        action.id,
        {
            name: (
                parse_source(chosen[name], files)
                if name in chosen
                else _canonical(name, own, global_)
            )
            for name in names
        },
    )


def _canonical(name: str, own: dict[str, str], global_: dict[str, str]) -> Source:
    key = canonical(name)
    if key in own:
        return Source("column", own[key])
    return Source("global", global_[key]) if key in global_ else NONE


def is_fed(mapping: ColumnMapping, name: str) -> bool:
    """Whether a parameter comes from somewhere; an empty constant is nowhere."""
    source = mapping.sources[name]
    return source != NONE and not (source.kind == "constant" and not source.ref)


def missing_sources(action: Action, mapping: ColumnMapping) -> tuple[str, ...]:
    """Required parameters without a source."""
    return tuple(
        param.name
        for param in action.parameters
        if param.required and not is_fed(mapping, param.name)
    )


def lacking(
    action: Action, mapping: ColumnMapping, options: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """What no row can do without: required parameters, and `extension o destination` where one of
    several is enough.
    """
    names, option = action.one_of, action.one_of_option
    served = (
        not names
        or bool((options or {}).get(option))
        or any(is_fed(mapping, name) for name in names)
    )
    one_of = (
        () if served else (" o ".join([*names, *(["un perfil"] if option == "profile" else [])]),)
    )
    return (*missing_sources(action, mapping), *one_of)


# -- cells -----------------------------------------------------------------------------------------


def param_frame(
    action: Action,
    dataset: Dataset,
    global_dataset: Dataset | None,
    mapping: ColumnMapping,
    lines: pd.Index[Any] | None = None,
    *,
    others: Mapping[str, Dataset] | None = None,
) -> pd.DataFrame:
    """Canonical text of each parameter ("" = absent); index = line. An empty cell of an existing
    column stays empty.
    """
    index = dataset.frame.index if lines is None else lines
    files = Files(dataset, global_dataset, others or {})
    columns = {
        param.name: clean(cells_of(mapping.sources[param.name], files, index), param)
        for param in action.parameters
    }
    return pd.DataFrame(columns, index=index)


def clean(cells: pd.Series[str], param: Param) -> pd.Series[str]:
    """Cells of one parameter in canonical text; what is not understood stays as it is, for
    validation to say so.
    """
    if param.many:
        cells = cells.map(_phones_joined if param.kind == "phone" else _split_and_join)
    if param.kind == "phone":
        cells = _plain_phones(cells)
    if param.kind == "text":
        cells = composed_cells(cells)
    if param.kind in UPPER_KINDS:
        cells = cells.str.upper()
    if param.kind == "flag" and (cells != "").any():
        said = normalize_cells(cells)
        cells = cells.mask(said.isin(TRUE), "true").mask(said.isin(FALSE), "false")
    return cells


def _plain_phones(cells: pd.Series[str]) -> pd.Series[str]:
    spelt = ~cells.str.fullmatch("[+0-9;]*")  # few, whatever the size of the file
    return cells.mask(spelt, cells[spelt].map(_plain_list)) if spelt.any() else cells


def _plain_list(cell: str) -> str:
    return ";".join(map(plain_phone, cell.split(";")))


def _phones_joined(cell: str) -> str:
    return cell if is_one_with_comma(cell) else _split_and_join(cell)


def _split_and_join(cell: str) -> str:
    """Items between `;` and `|`, or `,` when there is neither, joined with `;`."""
    text = cell.replace("|", ";")
    items = text.split(";") if ";" in text else text.split(",")
    return ";".join(item for part in items if (item := part.strip()))


def iter_params(action: Action, frame: pd.DataFrame) -> Iterator[tuple[int, Params]]:
    """(line, parameters) of each row, lazily: lists as lists, flags as booleans, absent ones left
    out.
    """
    parameters = [
        next(param for param in action.parameters if param.name == name) for name in frame.columns
    ]
    for line, *cells in frame.itertuples(name=None):
        yield (
            line,
            {
                param.name: typed(cell, param)
                for param, cell in zip(parameters, cells, strict=True)
                if cell
            },
        )


def typed(cell: str, param: Param) -> Any:
    """The value of a cell in canonical text."""
    if param.many:
        return cell.split(";")
    if param.kind == "flag" and cell in ("true", "false"):
        return cell == "true"
    return cell
