"""docs/webex.md 3.5."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "add_license_ids": fields.hydra("LICENSE", many=True),
        "remove_license_ids": fields.hydra("LICENSE", many=True),
        "location_id": fields.hydra("LOCATION"),
        "extension": fields.extension(),
        "phone_number": fields.phone(),
        "org_id": fields.org_id(),
    },
    fields.either("add_license_ids", "remove_license_ids"),
    fields.not_in_both("add_license_ids", "remove_license_ids", "licencia_en_ambas_listas"),
)
