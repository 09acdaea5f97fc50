"""What the settings and the options of a run are called in front of people: reports and pages,
never the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bulk.core.settings import Settings, in_force
from bulk.wording.permissions import profile_text

# setting -> (what it is called, unit)
SETTING_WORDS = {
    "journal_url": ("base de datos del diario", ""),
    "settle_delay": ("espera antes de leer tras una escritura sin respuesta", "s"),
    "connect_timeout": ("plazo para conectar", "s"),
    "read_timeout": ("plazo sin recibir respuesta", "s"),
    "row_deadline": ("plazo de una llamada con todos sus intentos", "s"),
    "max_attempts": ("intentos de una llamada", ""),
    "write_attempts": ("envíos de la escritura de una fila", ""),
    "max_retry_after": ("espera más larga que se admite de Webex", "s"),
    "default_retry_after": ("espera cuando Webex no dice cuánta", "s"),
    "max_read_age": ("edad máxima de una lectura al escribir", "s"),
    "plan_read_age": ("edad máxima de la lectura del ensayo al lanzarlo", "s"),
    "control_interval": ("cada cuánto se mira si hay que pausar", "s"),
    "rate_ceiling": ("límite de llamadas por segundo", ""),
    "job_deadline": ("plazo de un trabajo de cambio de ubicación", "s"),
    "job_poll_first": ("primera espera entre consultas de un trabajo", "s"),
    "job_poll_max": ("espera más larga entre consultas de un trabajo", "s"),
    "breaker_window": ("filas que mira la pausa automática", ""),
    "breaker_share": ("parte con error que la provoca", ""),
    "numbers_per_post": ("números por petición de alta", ""),
    "people_per_job": ("usuarios por trabajo de cambio de ubicación", ""),
    "people_per_read": ("usuarios por lectura", ""),
    "custom_permission_path": ("ruta del perfil saliente personalizado", ""),
    "parallel_move_jobs": ("varios trabajos de cambio de ubicación a la vez", ""),
    "number_list_location": ("cómo se nombra la ubicación al listar sus números", ""),
    "extension_min_length": ("cifras de una extensión, como poco", ""),
    "extension_max_length": ("cifras de una extensión, como mucho", ""),
    "default_country": ("país de los teléfonos sin prefijo", ""),
    "bare_uuids": ("un UUID vale como identificador", ""),
    "log_full": ("registros con correos y teléfonos", ""),
}
OPTION_WORDS = {
    "profile": "perfil saliente",
    "force_pstn": "dar de alta números aunque la ubicación no tenga PSTN propia",
    "allow_calling_removal": "permitir quitar licencias de Webex Calling",
}


def setting_text(name: str, value: Any) -> str:
    """`plazo para conectar: 10 s`; a setting of another version keeps its own name."""
    title, unit = SETTING_WORDS.get(name, (name, ""))
    return f"{title}: {value_text(value)}{f' {unit}' if unit else ''}"


def settings_text(values: Mapping[str, Any]) -> tuple[str, str]:
    """(those that were set, those as they come), each on one line; what is empty is left
    out.
    """
    usual = in_force(Settings())
    own = {name: value for name, value in values.items() if usual.get(name) != value}
    return _line(own), _line(
        {
            name: value
            for name, value in values.items()
            if name not in own and value not in (None, "")
        }
    )


def _line(values: Mapping[str, Any]) -> str:
    return "; ".join(setting_text(name, value) for name, value in values.items())


def options_text(options: Mapping[str, Any]) -> str:
    """`permitir quitar licencias de Webex Calling: sí; perfil saliente: internas permitidas, …`."""
    message = []
    for name, value in options.items():
        if value not in (None, "", [], {}):
            shown = (
                profile_text(value)
                if name == "profile" and isinstance(value, dict)
                else value_text(value)
            )
            message.append(f"{OPTION_WORDS.get(name, name)}: {shown}")
    return "; ".join(message)


def value_text(value: Any) -> str:
    """`sí`, `0,25`, `10`; nothing is `-`."""
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, list):
        return ", ".join(map(value_text, value))
    return "-" if value in (None, "") else str(value)
