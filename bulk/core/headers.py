"""Headers: how they are compared, and what offices call what we call otherwise (Spanish and
English).
"""

from __future__ import annotations

import unicodedata

SYNONYMS: dict[str, tuple[str, ...]] = {
    "person_id": (
        "id_persona",
        "id_usuario",
        "user_id",
        "persona",
        "people_id",
        "webex_id",
        "usuario_id",
    ),
    "email": (
        "correo",
        "correo_electronico",
        "mail",
        "email_address",
        "login",
        "upn",
        "user_email",
    ),
    "display_name": (
        "nombre_completo",
        "nombre_usuario",
        "nombre_y_apellidos",
        "usuario",
        "full_name",
        "empleado",
    ),
    "location_id": ("id_ubicacion", "id_sede", "ubicacion_id", "sede_id", "id_location"),
    "location_name": (
        "ubicacion",
        "sede",
        "centro",
        "oficina",
        "localizacion",
        "location",
        "site",
        "office",
        "nombre_ubicacion",
    ),
    "extension": (
        "ext",
        "extension_interna",
        "extn",
        "anexo",
        "interno",
        "numero_corto",
        "short_number",
    ),
    "destination": ("destino", "destino_desvio", "desvio", "forward_to", "desviar_a"),
    "phone_number": (
        "telefono",
        "numero",
        "numero_telefono",
        "ddi",
        "did",
        "tel",
        "phone",
        "number",
        "linea",
        "cabecera",
        "numero_cabecera",
        "telefono_fijo",
        "main_number",
    ),
    "phone_numbers": (
        "telefonos",
        "numeros",
        "numeraciones",
        "ddis",
        "dids",
        "lista_numeros",
        "rango",
        "numeracion",
        "numbers",
    ),
    "number_type": ("tipo_numero", "tipo_de_numero", "tipo_numeracion"),
    "calling_line_name": (
        "nombre_cabecera",
        "nombre_linea",
        "nombre_llamante",
        "caller_id_name",
        "calling_name",
    ),
    "legacy_phone_number": (
        "intercom",
        "numero_intercom",
        "numero_secundario",
        "telefono_secundario",
        "telefono_antiguo",
        "numero_legacy",
        "intercom_legacy",
        "secondary_number",
    ),
    "target_location_id": (
        "ubicacion_destino",
        "sede_destino",
        "id_ubicacion_destino",
        "nueva_ubicacion",
        "nueva_sede",
        "id_sede_destino",
        "new_location",
        "target_location",
    ),
    "target_extension": (
        "extension_nueva",
        "nueva_extension",
        "extension_destino",
        "new_extension",
    ),
    "target_phone_number": (
        "telefono_nuevo",
        "nuevo_telefono",
        "numero_nuevo",
        "nuevo_numero",
        "ddi_nuevo",
        "telefono_destino",
        "new_number",
    ),
    "selected": (
        "seleccionado",
        "seleccionada",
        "seleccion",
        "marcado",
        "incluir",
        "aplicar",
        "include",
    ),
    "enable_unknown_extension_route_policy": (
        "activar_ruta",
        "extensiones_desconocidas",
        "activar_extensiones_desconocidas",
        "politica_extensiones_desconocidas",
        "unknown_extension_policy",
    ),
    "premise_route_id": (
        "id_ruta",
        "id_troncal",
        "enlace_troncal",
        "grupo_de_rutas",
        "route_id",
        "trunk_id",
        "route_group_id",
    ),
    "premise_route_type": ("tipo_ruta", "tipo_de_ruta", "route_type"),
    "allow_call_types": (
        "permitir",
        "permitidas",
        "llamadas_permitidas",
        "tipos_permitidos",
        "allow",
        "allowed",
    ),
    "block_call_types": (
        "bloquear",
        "bloqueadas",
        "llamadas_bloqueadas",
        "tipos_bloqueados",
        "block",
        "blocked",
    ),
    "add_license_ids": (
        "anadir_licencias",
        "licencias_nuevas",
        "licencias",
        "licencia",
        "poner_licencias",
        "add_licenses",
    ),
    "remove_license_ids": ("quitar_licencias", "licencias_a_quitar", "remove_licenses"),
    "org_id": ("organizacion", "id_organizacion", "organization_id", "org"),
    "default_country": ("pais", "pais_por_defecto", "country"),
}


def canonical(header: str) -> str:
    """A header for comparison: case, accents, blanks, hyphens and underscores do not count."""
    plain = unicodedata.normalize("NFKD", header)
    return "".join(c for c in plain if c.isalnum() and not unicodedata.combining(c)).casefold()


KNOWN_HEADERS = frozenset(
    canonical(word) for name, words in SYNONYMS.items() for word in (name, *words)
)
