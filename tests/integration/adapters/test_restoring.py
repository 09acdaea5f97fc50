"""What a run changed, its journalled `before` and `after` give back: `undo` and `write` restore the
organisation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bulk.adapters import SUPPORTED, get_action
from bulk.core.action import Irreversible, Ticket, Work
from bulk.runs.connection import api_for
from bulk.sandbox.organisation import number
from tests.workspace import Remote, Workspace

Rows = Callable[[Remote], list[dict[str, Any]]]


def people(remote: Remote, *indexes: int, **more: Any) -> list[dict[str, Any]]:
    return [{"person_id": remote.person(index), **more} for index in indexes]


def places(remote: Remote, **more: Any) -> list[dict[str, Any]]:
    return [{"location_id": remote.location(index), **more} for index in range(3)]


def numbers(remote: Remote) -> list[dict[str, Any]]:
    return [
        {**row, "phone_numbers": [number(n, 91000 + k) for k in range(12)]}
        for n, row in enumerate(places(remote))
    ]


def routes(remote: Remote) -> list[dict[str, Any]]:
    route_id, doc = next(iter(remote.org.docs["route"].items()))
    given = {"premise_route_id": route_id, "premise_route_type": doc["type"]}
    return places(remote, enable_unknown_extension_route_policy="true", **given)


CASES: dict[str, Rows] = {
    "ubicacion_alta_numeraciones_desactivadas": numbers,
    "ubicacion_actualizar_cabecera": lambda r: [
        {**row, "phone_number": number(n, 1)} for n, row in enumerate(places(r))
    ],
    "ubicacion_configurar_llamadas_internas": routes,
    "ubicacion_configurar_permisos_salientes_defecto": lambda r: places(
        r, block_call_types="NATIONAL|INTERNATIONAL"
    ),
    "usuarios_modificar_licencias": lambda r: people(
        r,
        1,
        2,
        4,
        add_license_ids=r.org.licenses["cx"],
        remove_license_ids=r.org.licenses["meeting"],
    ),
    "usuarios_asignar_location_desde_csv": lambda r: people(
        r, 1, 3, 9, target_location_id=r.location(5)
    ),
    "usuarios_anadir_intercom_legacy": lambda r: [
        {"person_id": r.person(n), "legacy_phone_number": number(n % r.locations, 50000 + n)}
        for n in (0, 1, 3)
    ],
    "usuarios_configurar_desvio_prefijo53": lambda r: people(r, 0, 6, 12, destination="600111222"),
    "usuarios_configurar_perfil_saliente_custom": lambda r: people(
        r, 0, 1, 2, block_call_types="NATIONAL"
    ),
}


def test_every_action_has_its_case() -> None:
    assert list(CASES) == list(SUPPORTED)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_undo_restores_the_state_read_before(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    as_new = remote.digest()
    result = workspace.run(action_id, CASES[action_id](remote))
    assert result.counts == {"done": 3}, [row.message for row in result.rows]
    assert remote.digest() != as_new
    action, api = (
        get_action(action_id),
        api_for(workspace.connection, workspace.context.settings, None, threading.Event()),
    )
    for row in reversed(result.rows):
        change = action.undo(row.before, row.after)
        assert not isinstance(change, Irreversible)
        answer = action.write(api, change, **row.params)
        if isinstance(answer, Ticket):
            assert action.sets and action.sets.poll
            while action.sets.poll(api, answer.id, [Work(row.line, row.params, change)]) is None:
                time.sleep(0.05)
    assert remote.digest() == as_new
