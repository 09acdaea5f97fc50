"""GLOBAL.CSV by itself: values for the whole run."""

from schemas import fields

SCHEMA = fields.master(
    {
        "org_id": fields.org_id(),
        "default_country": fields.column(fields.matches("[A-Za-z]{2}", "pais_no_valido")),
    }
)
