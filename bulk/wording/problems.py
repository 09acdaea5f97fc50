"""What each validation rule says to the operator: what was expected, and the remedy
(docs/interfaz.md 1 and 4).
"""

from __future__ import annotations

from bulk.core.id_kinds import TYPE_WORDS
from schemas.hydra import kind_of
from schemas.limits import DEFAULT, Limits

BLOCKED = "Bloqueada en el ensayo: {}"  # said by a row that the launch of a dry run sets aside
MESSAGES = {
    "falta_dato": "Falta el dato. Completa la celda.",
    "telefono_excel": (
        "Excel ha redondeado el número y faltan cifras. No se puede recuperar: "
        "vuelve a exportar con la columna en formato Texto, o usa la plantilla."
    ),
    "telefono_sin_prefijo": (
        "El teléfono no lleva prefijo internacional. Se espera con + y el prefijo del país:"
        " +34911222333, por ejemplo. Acepta la reparación que se proponga, o corrige la celda."
    ),
    "telefono_dudoso": (
        "No se sabe qué número es: lleva decimales de Excel o un cero entre paréntesis. "
        "Acepta la reparación que se proponga, o escríbelo entero: +34911222333, por ejemplo."
    ),
    "telefono_no_valido": "No es un teléfono. Se espera el formato +34911222333. Corrige la celda.",
    "extension_no_valida": (
        "No es una extensión. Se esperan entre {fewest} y {most} cifras. Corrige la celda."
    ),
    "si_o_no": "Se espera sí o no (true/false, 1/0, x). Corrige la celda.",
    "tipo_de_llamada": (
        "Hay un tipo de llamada desconocido. Los que hay: INTERNAL_CALL, TOLL_FREE, NATIONAL,"
        " INTERNATIONAL, OPERATOR_ASSISTED, CHARGEABLE_DIRECTORY_ASSISTED, SPECIAL_SERVICES_I,"
        " SPECIAL_SERVICES_II, PREMIUM_SERVICES_I, PREMIUM_SERVICES_II."
    ),
    "tipo_de_numero": "Se espera DID, TOLLFREE o MOBILE. Corrige la celda.",
    "tipo_de_ruta": "Se espera TRUNK o ROUTE_GROUP. Corrige la celda.",
    "id_no_valido": (
        "No es un identificador de Webex. Si es un nombre o un correo, pide que se busque: «Buscar"
        " en Webex los correos y nombres» en Mapeo, o --resolve-names. Si no, cópialo entero de"
        " Control Hub o de la API."
    ),
    "id_de_otro_tipo": (
        "El identificador no es de {expected}. Has puesto el de {given}: corrige la celda."
    ),
    "error_de_excel": (
        "Es un error de fórmula de Excel, no un texto. "
        "Corrige la fórmula en el libro y guárdalo de nuevo, o escribe el valor en la celda."
    ),
    "correo_no_valido": "No es un correo. Corrige la celda.",
    "pais_no_valido": "Se espera un país de dos letras, como ES.",
    "destino_no_valido": (
        "No es un destino de desvío. Se esperan cifras, con + delante o sin él. Corrige la celda."
    ),
    "falta_uno_de": (
        "Faltan los datos que dicen qué hacer. Completa al menos una de estas celdas: {names}."
    ),
    "falta_ruta": (
        "Para activar la política hacen falta premise_route_id y premise_route_type. Complétalos."
    ),
    "ruta_no_es_del_tipo": (
        "El identificador de la ruta no es del tipo que dice premise_route_type. Corrige uno de los"
        " dos."
    ),
    "sin_perfil": (
        "No hay perfil ni listas. Indica un perfil para la ejecución o rellena allow_call_types o"
        " block_call_types."
    ),
    "tipo_en_ambas_listas": (
        "Un tipo de llamada está permitido y bloqueado a la vez. Déjalo en una sola lista."
    ),
    "licencia_en_ambas_listas": (
        "La misma licencia se pide añadir y quitar. Déjala en una sola lista."
    ),
    "demasiados_moviles": (
        "Webex admite como mucho 20 números de tipo MOBILE por petición. Reparte la lista en varias"
        " filas."
    ),
}


def message_for(
    rule: str,
    value: str | None,
    kinds: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    limits: Limits = DEFAULT,
) -> str:
    """Spanish text of a rule; `value` is the cell in canonical text, `kinds` what an id of its
    column may name.

    `names`: the parameters of which one is enough. `limits`: in force when the rule did not hold.
    """
    text = MESSAGES.get(rule, f"No cumple la regla «{rule}».")
    if "{names}" in text:
        return text.format(names=", ".join(names))
    if "{fewest}" in text:
        return text.format(fewest=limits.extension_min, most=limits.extension_max)
    if "{expected}" in text:
        return text.format(expected=_words(kinds), given=_words(_other_kinds(value or "", kinds)))
    return text


def _other_kinds(value: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    found = (kind_of(item) for item in value.split(";"))
    return tuple(dict.fromkeys(kind for kind in found if kind and kind not in kinds))


def _words(kinds: tuple[str, ...]) -> str:
    return (
        " ni de ".join(dict.fromkeys(TYPE_WORDS.get(kind, "otra cosa") for kind in kinds))
        or "otra cosa"
    )
