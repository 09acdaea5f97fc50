"""docs/webex.md 3.4. Both lists empty would mean "allow everything, premium too": such a row is
invalid.
"""

from schemas import fields

SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "allow_call_types": fields.call_types(),
        "block_call_types": fields.call_types(),
        "org_id": fields.org_id(),
    },
    fields.either("allow_call_types", "block_call_types"),
    fields.not_in_both("allow_call_types", "block_call_types", "tipo_en_ambas_listas"),
)
