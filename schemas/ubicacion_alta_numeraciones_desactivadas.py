"""docs/webex.md 2.1."""

import pandas as pd

from schemas import fields

MAX_MOBILE = 20  # numbers of type MOBILE in one request


def _mobile_fits(frame: pd.DataFrame) -> "pd.Series[bool]":
    many = frame["phone_numbers"].str.count(";") >= MAX_MOBILE
    return ~(frame["number_type"].eq("MOBILE") & many.fillna(False).astype(bool))


SCHEMA = fields.schema(
    {
        "location_id": fields.hydra("LOCATION", required=True),
        "phone_numbers": fields.phone(required=True, many=True),
        "number_type": fields.choice(*fields.NUMBER_TYPES, rule="tipo_de_numero"),
        "org_id": fields.org_id(),
    },
    fields.rule("demasiados_moviles", _mobile_fits),
)
