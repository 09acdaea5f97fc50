"""Where calls go and as whom: the real service with a token, or the embedded sandbox. The token
lives in memory only.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bulk.core.records import RunRecord
from bulk.core.redaction import hide
from bulk.core.settings import DEFAULT_BASE_URL, Settings
from bulk.errors import BulkError, MissingToken, Unreadable, UsageError
from bulk.journal import Journal, memory
from bulk.webex.client import Api, Token
from bulk.webex.ratelimit import Learned, Pace, pace_for
from bulk.webex.transport import is_address

SANDBOX = "sandbox"


@dataclass(frozen=True)
class Connection:
    """Where calls go and as whom."""

    target: str  # "sandbox", or the base URL: what a run stores
    base_url: str  # where it is now
    token: Token = field(repr=False)  # never stored
    org_id: str | None = None  # known after `identify`
    org_name: str | None = None  # idem; None when the service does not tell
    person: str | None = None  # who the token belongs to
    roles: tuple[str, ...] = ()  # of that person

    @property
    def is_sandbox(self) -> bool:
        return self.target == SANDBOX

    @property
    def org_key(self) -> str:
        """Names the organisation for locks, entity locks and the pace."""
        return f"{self.target}|{self.org_id or ''}"


def connect(
    home: Path, *, token: str | None = None, base_url: str | None = None, sandbox: bool = False
) -> Connection:
    """The connection asked for: `sandbox`, else the token given or in WEBEX_ACCESS_TOKEN. No call
    is made.

    Raises MissingToken, UsageError (a base URL that is invalid).
    """
    if sandbox:
        return _sandbox(home)
    value = (token or os.environ.get("WEBEX_ACCESS_TOKEN") or "").strip()
    if not value:
        raise MissingToken
    if not Token(value).is_plain():
        raise UsageError(
            "El token tiene caracteres que no puede llevar. Cópialo de nuevo, entero y sin nada"
            " más."
        )
    url = (base_url or os.environ.get("WEBEX_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
    if not url.startswith(("http://", "https://")) or not is_address(url):
        raise UsageError(f"«{url}» no es una URL base. Se espera algo como {DEFAULT_BASE_URL}.")
    if url.startswith("http://") and urlsplit(url).hostname not in (
        "127.0.0.1",
        "localhost",
        "::1",
    ):
        raise UsageError(f"«{url}» no va cifrada: el token viajaría a la vista. Usa https.")
    held = Token(value)
    hide(held.reveal())
    return Connection(target=url, base_url=url, token=held)


def connect_again(home: Path, target: str, *, token: str | None = None) -> Connection:
    """The connection of a stored run: the sandbox wherever it listens now, or its base URL with the
    token given.
    """
    return connect(
        home, token=token, base_url=None if target == SANDBOX else target, sandbox=target == SANDBOX
    )


def _sandbox(home: Path) -> Connection:
    from bulk.sandbox import embedded  # a server: loaded only when it is asked for

    running = embedded(home)
    return Connection(target=SANDBOX, base_url=running.base_url, token=Token(running.token))


def api_for(
    connection: Connection,
    settings: Settings,
    journal: Journal | None = None,
    interrupt: threading.Event | None = None,
) -> Api:
    """Calls over `connection`; the pace is shared by the whole process and starts from what was
    learned before.
    """
    return Api(
        connection.base_url,
        connection.token,
        settings=settings,
        pace=_pace(connection, settings, journal),
        interrupt=interrupt,
    )


def _pace(connection: Connection, settings: Settings, journal: Journal | None) -> Pace:
    kept = memory.recall(journal, f"pace:{connection.org_key}") if journal else None
    try:
        start = Learned.from_json(kept) if kept else None
    except (ValueError, TypeError):  # a memory that cannot be read is no memory
        start = None
    after, ceiling = settings.default_retry_after, settings.rate_ceiling
    return pace_for(connection.org_key, start=start, default_retry_after=after, ceiling=ceiling)


def identify(api: Api, connection: Connection, *, with_name: bool = False) -> Connection:
    """Ask who the token is (`people/me`, docs/webex.md 1.8), and on request the organisation's name
    (else the one known stays).

    Raises TokenRejected, Forbidden, Unreadable, NotSent.
    """
    person = _myself(api)
    org_id = person.get("orgId")
    name = _org_name(api, org_id) if with_name and org_id else connection.org_name
    return replace(
        connection,
        org_id=org_id,
        org_name=name,
        person=person.get("displayName") or next(map(str, person.get("emails") or ()), None),
        roles=tuple(map(str, person.get("roles") or ())),
    )


def _myself(api: Api) -> dict[str, Any]:
    """`people/me` with the members read here of the types that the contract gives them. Raises as
    Api.get, Unreadable.

    An answer without organisation is no answer: whose telephones would change is what everything
    else rests on.
    """
    found = api.get("people/me")
    wanted = {"orgId": str, "displayName": str, "emails": list, "roles": list}
    if (
        not isinstance(found, dict)
        or not found.get("orgId")
        or any(not isinstance(found.get(m), kind) for m, kind in wanted.items() if found.get(m))
    ):
        raise Unreadable(
            "Webex no dice de quién es el token como se esperaba. Comprueba la URL base y vuelve a"
            " intentarlo."
        )
    return found


def _org_name(api: Api, org_id: str) -> str | None:
    try:
        found = api.get(f"organizations/{org_id}")
    except BulkError:  # a courtesy: many tokens may not read it
        return None
    return found.get("displayName") if isinstance(found, dict) else None


def known(connection: Connection, settings: Settings, journal: Journal) -> Connection:
    """The connection with its organisation and person. Raises TokenRejected, Forbidden, Unreadable,
    NotSent.
    """
    if connection.org_id:
        return connection
    return identify(api_for(connection, settings, journal), connection, with_name=True)


def same_organisation(run: RunRecord, connection: Connection) -> None:
    """Raises UsageError when the token is not known to be of the run's organisation."""
    if run.org_id and run.org_id != connection.org_id:
        raise UsageError(
            f"El token es de otra organización. La ejecución es de {run.org_name or run.org_id}:"
            " usa un token suyo."
        )
