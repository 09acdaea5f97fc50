"""UBICACIONES.CSV by itself: every column that the location actions know, none required."""

from schemas import fields

SCHEMA = fields.master(
    {
        "location_id": fields.hydra("LOCATION"),
        "location_name": fields.text(),
        "phone_numbers": fields.phone(many=True),
        "number_type": fields.choice(*fields.NUMBER_TYPES, rule="tipo_de_numero"),
        "phone_number": fields.phone(),
        "calling_line_name": fields.text(),
        "enable_unknown_extension_route_policy": fields.flag(),
        "premise_route_id": fields.hydra(*fields.ROUTE_KINDS),
        "premise_route_type": fields.choice(*fields.ROUTE_KINDS, rule="tipo_de_ruta"),
        "allow_call_types": fields.call_types(),
        "block_call_types": fields.call_types(),
        "org_id": fields.org_id(),
    }
)
