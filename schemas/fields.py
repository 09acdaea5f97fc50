"""Columns that several schemas share. Cells are canonical text, absent ones NA; the text of a failed check is its rule id."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.hydra import decode_id

CALL_TYPES = (
    "INTERNAL_CALL", "TOLL_FREE", "NATIONAL", "INTERNATIONAL", "OPERATOR_ASSISTED", "CHARGEABLE_DIRECTORY_ASSISTED",
    "SPECIAL_SERVICES_I", "SPECIAL_SERVICES_II", "PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II",
)  # fmt: skip
NUMBER_TYPES = ("DID", "TOLLFREE", "MOBILE")
ROUTE_KINDS = ("TRUNK", "ROUTE_GROUP")
E164 = r"\+[1-9][0-9]{6,14}"  # contracts 1.11
EXCEL = r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+"  # what Excel leaves of a long number: digits are gone


def _listed(pattern: str, many: bool) -> str:
    return rf"(?:{pattern})(?:;(?:{pattern}))*" if many else pattern


def matches(pattern: str, rule: str) -> pa.Check:
    """The whole cell has the form `pattern` (pandas' fullmatch: no surprises with line ends or foreign digits)."""
    return pa.Check(lambda cells: cells.str.fullmatch(pattern), error=rule, name=rule)


def avoids(pattern: str, rule: str) -> pa.Check:
    """Nothing in the cell has the form `pattern`."""
    return pa.Check(lambda cells: ~cells.str.contains(pattern, regex=True), error=rule, name=rule)


def column(*checks: pa.Check, required: bool = False) -> pa.Column:
    return pa.Column(object, list(checks), nullable=not required, required=True, coerce=False)


def text(*, required: bool = False) -> pa.Column:
    return column(required=required)


def phone(*, required: bool = False, many: bool = False) -> pa.Column:
    """E.164 (contracts 1.11). Each way of being wrong has its own rule, because each has its own remedy."""
    broken = rf"(?:^|;){EXCEL}(?:;|$)"
    no_plus = r"(?:^|;)[0-9]+(?:;|$)"
    good = _listed(E164, many)
    other = pa.Check(
        lambda cells: cells.str.fullmatch(good) | cells.str.contains(broken) | cells.str.contains(no_plus),
        error="telefono_no_valido",
        name="telefono_no_valido",
    )
    return column(avoids(broken, "telefono_excel"), avoids(no_plus, "telefono_sin_prefijo"), other, required=required)


def extension(*, required: bool = False) -> pa.Column:
    """Digits, 2 to 10 (contracts 1.11)."""
    return column(matches(r"[0-9]{2,10}", "extension_no_valida"), required=required)


def flag(*, required: bool = False) -> pa.Column:
    return column(matches("true|false", "si_o_no"), required=required)


def choice(*allowed: str, rule: str, required: bool = False, many: bool = False) -> pa.Column:
    return column(matches(_listed("|".join(allowed), many), rule), required=required)


def call_types() -> pa.Column:
    return choice(*CALL_TYPES, rule="tipo_de_llamada", many=True)


def hydra(*kinds: str, required: bool = False, many: bool = False) -> pa.Column:
    """A public id of one of `kinds` (contracts 1.6)."""

    def found_kinds(cell: str) -> list[str | None]:
        items = cell.split(";") if many else [cell]
        return [decoded[0] if (decoded := decode_id(item)) else None for item in items]

    is_id = pa.Check(
        lambda cells: cells.map(lambda cell: None not in found_kinds(cell)), error="id_no_valido", name="id_no_valido"
    )
    fits = pa.Check(
        lambda cells: cells.map(lambda cell: all(kind in (None, *kinds) for kind in found_kinds(cell))),
        error="id_de_otro_tipo",
        name="id_de_otro_tipo",
    )
    return column(is_id, fits, required=required)


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
        pairs = zip(frame[one], frame[other], strict=True)
        apart = [pd.isna(a) or pd.isna(b) or not set(a.split(";")) & set(b.split(";")) for a, b in pairs]
        return pd.Series(apart, index=frame.index, dtype=bool)

    return rule(name, holds)


def master(columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """A file by itself: columns may be missing, and others may stand beside them."""
    for each in columns.values():
        each.required = False
    return pa.DataFrameSchema(columns, strict=False)
