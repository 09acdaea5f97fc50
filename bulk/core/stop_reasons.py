"""Why a run stops by itself: the sentences that its record keeps, and each of them in two words
(docs/interfaz.md 2).
"""

from __future__ import annotations

import re

REJECTED = (
    "El token ha caducado o no es válido. No se ha perdido nada: genera uno nuevo y reanuda la"
    " ejecución."
)
FORBIDDEN = "Falta permiso para esta operación: las primeras filas han recibido 403. {}"
BREAKER = (
    "{} de las últimas {} filas con error. Causa principal: «{}». Corrige y reanuda, o cancela lo"
    " pendiente."
)
LEFT_OPEN = (
    "Un fallo inesperado del programa ha dejado filas a medias. Reanuda: se leen antes de escribir,"
    " no se repite nada."
)
NO_CONNECTION = (
    "Sin conexión con Webex: {}. Comprueba la red; se puede reanudar, no se pierde nada."
)

_WORDS = {
    REJECTED: "token caducado",
    FORBIDDEN: "falta permiso",
    BREAKER: "muchos errores",
    LEFT_OPEN: "fallo inesperado",
    NO_CONNECTION: "sin conexión",
}


def word(reason: str | None) -> str:
    """`token caducado`, `muchos errores`; "" for a reason that is reported in no other words."""
    return next((short for sentence, short in _WORDS.items() if _says(reason, sentence)), "")


def is_expired_token(reason: str | None) -> bool:
    """True when it stopped because the service no longer took its token."""
    return _says(reason, REJECTED)


def _says(reason: str | None, sentence: str) -> bool:
    pattern = ".*".join(map(re.escape, sentence.split("{}")))
    return re.match(pattern, reason or "", re.DOTALL) is not None
