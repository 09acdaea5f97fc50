"""Columns that several schemas share. Cells are canonical text, absent ones NA; the text of a
failed check is its rule id.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.hydra import UUID, kind_of
from schemas.id_columns import strangers
from schemas.limits import limits
from schemas.phones import E164

CALL_TYPES = (
    "INTERNAL_CALL",
    "TOLL_FREE",
    "NATIONAL",
    "INTERNATIONAL",
    "OPERATOR_ASSISTED",
    "CHARGEABLE_DIRECTORY_ASSISTED",
    "SPECIAL_SERVICES_I",
    "SPECIAL_SERVICES_II",
    "PREMIUM_SERVICES_I",
    "PREMIUM_SERVICES_II",
)
NUMBER_TYPES = ("DID", "TOLLFREE", "MOBILE")
ROUTE_KINDS = ("TRUNK", "ROUTE_GROUP")
# What a formula that fails leaves in a cell, in Spanish and in English.
EXCEL_ERROR = (
    r"#N/[DA]\b|#¡?(?:REF|VALOR|VALUE|DIV/0|NUM|NULO|NULL|DESBORDAMIENTO|SPILL)!"
    r"|#¿?(?:NOMBRE|NAME)\?"
)


def _listed(pattern: str, many: bool) -> str:
    return rf"(?:{pattern})(?:;(?:{pattern}))*" if many else pattern


def matches(pattern: str, rule: str) -> pa.Check:
    """The whole cell has the form `pattern` (fullmatch, grouped: no surprises with line ends, `|`
    or foreign digits).
    """
    return pa.Check(lambda cells: cells.str.fullmatch(f"(?:{pattern})"), error=rule, name=rule)


def column(*checks: pa.Check, required: bool = False, kinds: tuple[str, ...] = ()) -> pa.Column:
    """A column of text; `kinds` (what its ids may name) is kept in the metadata for the message."""
    return pa.Column(
        None,
        list(checks),
        nullable=not required,
        required=True,
        coerce=False,
        metadata={"kinds": kinds},
    )


def text(*, required: bool = False) -> pa.Column:
    """Anything but an error of Excel, also where a template has put it among other words."""

    def holds(cells: pd.Series[str]) -> pd.Series[bool]:
        return ~cells.str.contains(EXCEL_ERROR)

    return column(pa.Check(holds, error="error_de_excel", name="error_de_excel"), required=required)


def phone(*, required: bool = False, many: bool = False) -> pa.Column:
    """E.164 (docs/webex.md 1.11). `schemas.phones.phone_rule` says afterwards in which of its ways
    a cell is wrong.
    """
    return column(matches(_listed(E164, many), "telefono_no_valido"), required=required)


def extension(*, required: bool = False) -> pa.Column:
    """Digits, 2 to 10 unless the limits in force say otherwise (docs/webex.md 1.11)."""

    def holds(cells: pd.Series[str]) -> pd.Series[bool]:
        return cells.str.fullmatch(f"[0-9]{{{limits().extension_min},{limits().extension_max}}}")

    return column(
        pa.Check(holds, error="extension_no_valida", name="extension_no_valida"), required=required
    )


def flag(*, required: bool = False) -> pa.Column:
    return column(matches("true|false", "si_o_no"), required=required)


def choice(*allowed: str, rule: str, required: bool = False, many: bool = False) -> pa.Column:
    return column(matches(_listed("|".join(allowed), many), rule), required=required)


def call_types() -> pa.Column:
    return choice(*CALL_TYPES, rule="tipo_de_llamada", many=True)


def hydra(*kinds: str, required: bool = False, many: bool = False) -> pa.Column:
    """A public id of one of `kinds` (docs/webex.md 1.6). `id_rule` says afterwards in which of the
    two ways a cell is wrong.
    """

    def holds(cells: pd.Series[str]) -> pd.Series[bool]:
        different = cells.unique()
        if many or limits().bare_uuids:
            return ~cells.isin([cell for cell in different.tolist() if id_rule(cell, kinds)])
        return ~cells.isin(strangers(different, kinds))

    return column(
        pa.Check(holds, error="id_no_valido", name="id_no_valido"), required=required, kinds=kinds
    )


def id_rule(cell: str, kinds: tuple[str, ...]) -> str | None:
    """`id_no_valido` when an item is no id at all, `id_de_otro_tipo` when it names something else,
    None when all is well.
    """
    found = {
        kind_of(item)
        for item in cell.split(";")
        if not (limits().bare_uuids and UUID.fullmatch(item))
    }
    if None in found:
        return "id_no_valido"
    return None if found <= set(kinds) else "id_de_otro_tipo"


def org_id() -> pa.Column:
    return hydra("ORGANIZATION")


def rule(name: str, holds: Any) -> pa.Check:
    """A rule over several columns of a row: `holds(frame)` is a boolean Series."""
    return pa.Check(holds, error=name, name=name)


def schema(columns: dict[str, pa.Column], *rules: pa.Check) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, checks=list(rules), strict=True)


def either(*names: str) -> pa.Check:
    """At least one of the columns has a value."""
    return rule("falta_uno_de", lambda frame: frame[list(names)].notna().any(axis=1))


def not_in_both(one: str, other: str, name: str) -> pa.Check:
    """No item stands in both list columns."""

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        both = frame[frame[one].notna() & frame[other].notna()]
        shared = [
            not set(a.split(";")).isdisjoint(b.split(";"))
            for a, b in zip(both[one], both[other], strict=True)
        ]
        return pd.Series(True, index=frame.index).mask(frame.index.isin(both.index[shared]), False)

    return rule(name, holds)


def master(columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """A file by itself: columns may be missing, and others may stand beside them."""
    for each in columns.values():
        each.required = False
    return pa.DataFrameSchema(columns, strict=False)
