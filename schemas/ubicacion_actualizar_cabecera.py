"""docs/webex.md 2.2."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "location_id": fields.hydra("LOCATION", required=True),
        "phone_number": fields.phone(required=True),
        "calling_line_name": fields.text(),
        "org_id": fields.org_id(),
    }
)
