"""People read many at a time, and the organisation's calling licenses (docs/webex.md 1.8)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulk.core.action import Work
from bulk.errors import ApiError, NotFound, TokenRejected

if TYPE_CHECKING:
    from bulk.webex.client import Api

# docs/webex.md 1.5: the cap. A page that is not full needs no second call to know that it was the
# last
PAGE = 100
CALLING_PREFIX = "Webex Calling - "
_lock = threading.Lock()


def calling_licenses(api: Api, org_id: str | None) -> frozenset[str]:
    """Ids of the Webex Calling licenses for people, by their name; listed once a run."""
    with _lock:
        if org_id not in api.calling_licenses:
            found = api.get("licenses", orgId=org_id)["items"]
            names = ((entry["id"], str(entry.get("name") or "")) for entry in found)
            api.calling_licenses[org_id] = frozenset(
                licence
                for licence, name in names
                if name.startswith(CALLING_PREFIX) and not name.endswith("Workspaces")
            )
        return api.calling_licenses[org_id]


def read_people(api: Api, works: Sequence[Work]) -> dict[int, Mapping[str, Any] | Exception]:
    """Key -> person with calling data, at most 85 a call. A person that the answer leaves out gets
    NotFound.

    A bad id may refuse the whole call, unnamed (docs/webex.md 3.2): the set is halved until it is
    found.
    """
    ids = list(dict.fromkeys(str(work.params["person_id"]) for work in works))
    found = _people(api, ids)
    return {work.key: found[str(work.params["person_id"])] for work in works}


def _people(api: Api, ids: list[str]) -> dict[str, Mapping[str, Any] | Exception]:
    try:
        answer = list(api.pages("people", "items", id=",".join(ids), callingData=True, max=PAGE))
    except TokenRejected:
        raise
    except ApiError as error:
        if len(ids) == 1:
            return {ids[0]: error}
        middle = len(ids) // 2
        return _people(api, ids[:middle]) | _people(api, ids[middle:])
    people: dict[str, Mapping[str, Any] | Exception] = {person["id"]: person for person in answer}
    unknown = NotFound("", status=404)
    return {person_id: people.get(person_id, unknown) for person_id in ids}
