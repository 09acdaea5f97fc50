"""docs/webex.md 3.3."""

from schemas import fields

SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "extension": fields.extension(),
        "destination": fields.column(fields.matches(r"\+?[0-9*#]{2,30}", "destino_no_valido")),
        "org_id": fields.org_id(),
    },
    fields.either("extension", "destination"),
)
