"""docs/webex.md 2.4. With a profile for the run the two lists may be empty: validation knows."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "location_id": fields.hydra("LOCATION", required=True),
        "allow_call_types": fields.call_types(),
        "block_call_types": fields.call_types(),
        "org_id": fields.org_id(),
    },
    fields.rule(
        "sin_perfil",
        lambda frame: frame[["allow_call_types", "block_call_types"]].notna().any(axis=1),
    ),
    fields.not_in_both("allow_call_types", "block_call_types", "tipo_en_ambas_listas"),
)
