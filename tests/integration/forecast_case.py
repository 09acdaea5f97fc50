"""A dry run, its forecast, and the run that shows whether the forecast was right."""

from __future__ import annotations

from typing import Any

from bulk.runs.connection import api_for, known
from bulk.runs.forecast import Finding, check_whole_file
from bulk.runs.launch import Launch
from bulk.runs.status import find_run
from bulk.sandbox.organisation import home_of
from bulk.webex.client import Api
from tests.workspace import Remote, Workspace

LICENCES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
FORWARD = "usuarios_configurar_desvio_prefijo53"
HEADER = "ubicacion_actualizar_cabecera"
ROUTES = "ubicacion_configurar_llamadas_internas"
NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
INTERCOM = "usuarios_anadir_intercom_legacy"


def fresh_api(workspace: Workspace) -> Api:
    reached = known(workspace.connection, workspace.context.settings, workspace.context.journal)
    return api_for(reached, workspace.context.settings, workspace.context.journal)


def checked(workspace: Workspace, action_id: str, rows: list[dict[str, Any]]) -> list[Finding]:
    run = find_run(
        workspace.context, workspace.run(action_id, rows, Launch(dry_run=True)).document["run_id"]
    )
    return list(check_whole_file(workspace.context, run, fresh_api(workspace)))


def summaries(findings: list[Finding]) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.code, finding.lines) for finding in findings]


def refused(
    workspace: Workspace, action_id: str, rows: list[dict[str, Any]]
) -> set[tuple[int, str | None]]:
    """(line, code) of the rows that a run of the same rows ends with errors in: what the forecast
    has to agree with.
    """
    return {
        (row.line, row.code) for row in workspace.run(action_id, rows).rows if row.state == "failed"
    }


def away(remote: Remote, person: int, **more: str) -> dict[str, Any]:
    """To the next location."""
    target = (home_of(person, remote.locations) + 1) % remote.locations
    return {
        "person_id": remote.person(person),
        "target_location_id": remote.location(target),
        **more,
    }


def calls_of(workspace: Workspace, action_id: str, rows: list[dict[str, Any]]) -> list[str]:
    """What the forecast alone asks for: path and location; of a further page its address."""
    run = find_run(
        workspace.context,
        workspace.run(action_id, rows, Launch(dry_run=True, workers=16)).document["run_id"],
    )
    api, asked = fresh_api(workspace), list[str]()
    call = api._call

    def counted(
        method: str, path: str, query: dict[str, Any], body: Any = None, *, write: bool = False
    ) -> Any:
        assert (method, write) == ("GET", False), "a forecast only reads"
        asked.append(f"{path} {query['locationId']}" if query.get("locationId") else path)
        return call(method, path, query, body, write=write)

    api._call = counted  # type: ignore[method-assign]
    found = check_whole_file(workspace.context, run, api)
    assert api.counters.requests == len(asked), "nothing is asked behind this back"
    assert all(finding.lines for finding in found)
    return asked
