"""The registry: the nine supported actions in the recommended order (docs/webex.md 4), and those
"... en desarrollo ...".
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache

from bulk.core.action import Action
from bulk.errors import InDevelopment, UnknownAction

SUPPORTED = (
    "ubicacion_alta_numeraciones_desactivadas",
    "ubicacion_actualizar_cabecera",
    "ubicacion_configurar_llamadas_internas",
    "ubicacion_configurar_permisos_salientes_defecto",
    "usuarios_modificar_licencias",
    "usuarios_asignar_location_desde_csv",
    "usuarios_anadir_intercom_legacy",
    "usuarios_configurar_desvio_prefijo53",
    "usuarios_configurar_perfil_saliente_custom",
)
IN_DEVELOPMENT = "... en desarrollo ..."


@dataclass(frozen=True)
class Unsupported:
    """An action that is announced and cannot be run (docs/webex.md 6)."""

    id: str  # action id
    dataset: str  # ubicaciones, usuarios or workspaces
    title: str  # Spanish label


UNSUPPORTED = (
    Unsupported("ubicacion_configurar_pstn", "ubicaciones", "Configurar PSTN de la ubicación"),
    Unsupported("usuarios_alta_people", "usuarios", "Alta de usuarios (People)"),
    Unsupported("usuarios_alta_scim", "usuarios", "Alta de usuarios (SCIM)"),
    Unsupported("usuarios_remover_licencias", "usuarios", "Quitar licencias a usuarios"),
    Unsupported("workspaces_alta", "workspaces", "Alta de espacios de trabajo"),
    Unsupported(
        "workspaces_anadir_intercom_legacy",
        "workspaces",
        "Añadir intercom legacy a espacios de trabajo",
    ),
    Unsupported(
        "workspaces_configurar_desvio_prefijo53",
        "workspaces",
        "Configurar desvío con prefijo 53 en espacios de trabajo",
    ),
    Unsupported(
        "workspaces_configurar_desvio_prefijo53_telephony",
        "workspaces",
        "Configurar desvío con prefijo 53 en espacios de trabajo (telephony)",
    ),
    Unsupported(
        "workspaces_configurar_perfil_saliente_custom",
        "workspaces",
        "Configurar perfil saliente personalizado en espacios de trabajo",
    ),
    Unsupported(
        "workspaces_validar_estado_permisos",
        "workspaces",
        "Validar estado de permisos de espacios de trabajo",
    ),
)


@cache
def get_action(action_id: str) -> Action:
    """The adapter's Action. Raises InDevelopment for an announced one, UnknownAction for any other
    id.
    """
    if action_id in SUPPORTED:
        action: Action = importlib.import_module(f"bulk.adapters.{action_id}").ACTION
        return action
    if any(action_id == announced.id for announced in UNSUPPORTED):
        raise InDevelopment(f"{action_id}: {IN_DEVELOPMENT}")
    raise UnknownAction(f"La acción «{action_id}» no existe. Las que hay: bulk actions.")


def all_actions() -> list[Action]:
    """The supported actions, in the recommended order."""
    return [get_action(action_id) for action_id in SUPPORTED]


def title_of_provider(what: str) -> str:
    """Title of the action that brings what others need first (`Action.provides`)."""
    return next(action.title for action in all_actions() if action.provides == what)
