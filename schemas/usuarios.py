"""USUARIOS.CSV by itself: every column that the user actions know, none required."""

from schemas import fields

SCHEMA = fields.master(
    {
        "person_id": fields.hydra("PEOPLE"),
        "email": fields.column(fields.matches(r"[^@\s]+@[^@\s]+\.[^@\s]+", "correo_no_valido")),
        "location_id": fields.hydra("LOCATION"),
        "extension": fields.extension(),
        "phone_number": fields.phone(),
        "target_location_id": fields.hydra("LOCATION"),
        "target_extension": fields.extension(),
        "target_phone_number": fields.phone(),
        "legacy_phone_number": fields.phone(),
        "add_license_ids": fields.hydra("LICENSE", many=True),
        "remove_license_ids": fields.hydra("LICENSE", many=True),
        "allow_call_types": fields.call_types(),
        "block_call_types": fields.call_types(),
        "selected": fields.flag(),
        "org_id": fields.org_id(),
    }
)
