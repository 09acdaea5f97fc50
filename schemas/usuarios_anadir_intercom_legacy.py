"""docs/webex.md 3.1."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "legacy_phone_number": fields.phone(required=True),
        "org_id": fields.org_id(),
    }
)
