"""docs/webex.md 3.2."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "target_location_id": fields.hydra("LOCATION", required=True),
        "selected": fields.flag(),
        "target_extension": fields.extension(),
        "target_phone_number": fields.phone(),
        "org_id": fields.org_id(),
    }
)
