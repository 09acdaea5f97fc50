"""What is asked of Webex before a run: is the token alive, whose is it, and are these rows of its
organisation at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bulk.core.action import Action
from bulk.core.id_kinds import ID_KINDS
from bulk.core.records import Row
from bulk.errors import ApiError, Forbidden, InputError, NotFound, TokenRejected
from bulk.runs.connection import Connection, api_for, identify
from bulk.runs.name_cache import learn

if TYPE_CHECKING:
    from bulk.runs.context import Context
    from bulk.webex.client import Api

SAMPLE = 5  # ids tried
FEWEST = 2  # one unknown id alone is that row's own failure
NO_ROLES = (
    "La cuenta del token no muestra ningún rol de administración: puede que Webex rechace los"
    " cambios (403)."
)


class ForeignIds(InputError):
    """Estos identificadores no son de esta organización."""

    code = "otra_organizacion"


def preflight(
    context: Context, connection: Connection, action: Action, rows: Sequence[Row]
) -> Connection:
    """The connection with its organisation and person, once a few of `rows` have been found in it.

    Raises TokenRejected, Forbidden (with the scope that is missing), ForeignIds, Unreadable,
    NotSent. Nothing is written.
    """
    api = api_for(connection, context.settings, context.journal)
    try:
        connection = identify(api, connection, with_name=not connection.org_name)
        _organisations(api, connection, rows)
        _ids(api, connection, action, rows)
        learn(api, context.journal, connection.target, connection.org_id, action)
    except TokenRejected:
        raise
    except Forbidden as error:
        raise Forbidden(
            f"Falta permiso: el token necesita {', '.join(action.scopes)}. {error.message}",
            status=error.status,
            error_code=error.error_code,
            tracking_id=error.tracking_id,
        ) from None
    return connection


def advice(connection: Connection) -> tuple[str, ...]:
    """Avisos that stop nothing: the contracts name no sure reading of roles."""
    return () if connection.roles else (NO_ROLES,)


def sample(rows: Sequence[Row], entity: str) -> list[Row]:
    """Rows with different entities, spread over the file."""
    by_entity = {
        str(row.params[entity]): row
        for row in rows
        if row.state == "pending" and entity in row.params
    }
    found = list(by_entity.values())
    return found[:: max(1, len(found) // SAMPLE)][:SAMPLE]


def _organisations(api: Api, connection: Connection, rows: Sequence[Row]) -> None:
    """An org_id of the file that is not the token's own must be one that it manages (contracts
    1.7).
    """
    asked = {
        str(row.params["org_id"])
        for row in rows
        if row.state == "pending" and "org_id" in row.params
    }
    for org_id in sorted(asked - {connection.org_id})[:SAMPLE]:
        api.get("licenses", orgId=org_id)


def _ids(api: Api, connection: Connection, action: Action, rows: Sequence[Row]) -> None:
    chosen = sample(rows, action.entity)
    if len(chosen) < FEWEST:
        return
    for row in chosen:
        if _is_known(api, action, row):
            return
    where = connection.org_name or "la del token"
    raise ForeignIds(
        f"Estos identificadores no son de esta organización ({where}): los {len(chosen)} probados"
        " no existen en ella. Comprueba a qué organización estás conectado. No se ha enviado"
        " ningún cambio."
    )


def _is_known(api: Api, action: Action, row: Row) -> bool:
    kind = ID_KINDS[action.entity_kind]
    query = {"orgId": row.params.get("org_id")} if kind.path_of_org else {}
    try:
        api.get(kind.path.format(row.params[action.entity]), **query)
    except NotFound:
        return False
    except (TokenRejected, Forbidden):
        raise
    except ApiError:  # an odd refusal of one id proves nothing about the organisation
        return True
    return True
