"""The Webex Calling licenses of an organization, listed once per run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bulk.webex.license_kinds import CallingLicenses, sort_out

if TYPE_CHECKING:
    from bulk.webex.client import Api

_lock = threading.Lock()


def calling_licenses(api: Api, org_id: str | None) -> CallingLicenses:
    """Listed once a run. Raises Unreadable, ApiError."""
    with _lock:
        if org_id not in api.calling_licenses:
            api.calling_licenses[org_id] = sort_out(api.pages("licenses", "items", orgId=org_id))
        return api.calling_licenses[org_id]
