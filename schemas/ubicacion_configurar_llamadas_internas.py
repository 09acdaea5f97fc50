"""docs/webex.md 2.3."""

import pandas as pd

from schemas import fields
from schemas.hydra import decode_id


def _route_given(frame: pd.DataFrame) -> "pd.Series[bool]":
    enabled = frame["enable_unknown_extension_route_policy"].eq("true")
    return ~enabled | (frame["premise_route_id"].notna() & frame["premise_route_type"].notna())


def _type_fits(frame: pd.DataFrame) -> "pd.Series[bool]":
    pairs = zip(frame["premise_route_id"], frame["premise_route_type"], strict=True)
    fits = [pd.isna(a) or pd.isna(b) or (decode_id(a) or (b, ""))[0] == b for a, b in pairs]
    return pd.Series(fits, index=frame.index, dtype=bool)


SCHEMA = fields.schema(
    {
        "location_id": fields.hydra("LOCATION", required=True),
        "enable_unknown_extension_route_policy": fields.flag(required=True),
        "premise_route_id": fields.hydra(*fields.ROUTE_KINDS),
        "premise_route_type": fields.choice(*fields.ROUTE_KINDS, rule="tipo_de_ruta"),
        "org_id": fields.org_id(),
    },
    fields.rule("falta_ruta", _route_given),
    fields.rule("ruta_no_es_del_tipo", _type_fits),
)
