"""People read many at a time (docs/webex.md 1.8).

The list by ids may leave out members that `people/{id}` brings: `licenses`, `roles`, `locations`.
Whoever it tells too little of is read singly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from bulk.core.action import Work
from bulk.errors import ApiError, Interrupted, NotFound, TokenRejected, Unreadable
from bulk.webex.license_kinds import type_code
from schemas.hydra import id_key

if TYPE_CHECKING:
    from bulk.webex.client import Api

# docs/webex.md 1.5: the cap. A page that is not full needs no second call to know that it was the
# last
PAGE = 100
AT_ONCE = 8  # people read singly at the same time; the pace holds them back as any call
T = TypeVar("T")
Found = Mapping[str, Any] | Exception


def read_person(api: Api, person_id: str) -> dict[str, Any]:
    """All that Webex says of one person, with calling data."""
    found: dict[str, Any] = api.get(f"people/{person_id}", callingData=True)
    return found


def read_people(api: Api, works: Sequence[Work]) -> dict[int, Found]:
    """Key -> person with calling data, at most 85 a call. A person that the answer leaves out gets
    NotFound.

    A bad id may refuse the whole call, unnamed (docs/webex.md 3.2): the set is halved until it is
    found. Once the list has left out the licenses of anyone, the run reads people singly.
    """
    ids = list(dict.fromkeys(str(work.params["person_id"]) for work in works))
    found = _singly(api, ids) if api.lists_people_short else _listed(api, ids)
    return {work.key: found[str(work.params["person_id"])] for work in works}


def state_of(found: Found, state: Callable[[Mapping[str, Any]], T]) -> T | Exception:
    """What `state` makes of a person that was read, or why that is not known."""
    if isinstance(found, Exception):
        return found
    try:
        return state(found)
    except Unreadable as error:
        return error


def _listed(api: Api, ids: list[str]) -> dict[str, Found]:
    found = _people(api, ids)
    people = [each for each in found.values() if isinstance(each, Mapping)]
    if any("licenses" not in person for person in people):
        api.lists_people_short = True
    short = [each for each, person in found.items() if _tells_too_little(person)]
    return found | _singly(api, short)


def _people(api: Api, ids: list[str]) -> dict[str, Found]:
    query = {"callingData": True, "max": PAGE, "excludeStatus": True}
    try:
        answer = list(api.pages("people", "items", id=",".join(ids), **query))
    except TokenRejected:
        raise
    except ApiError as error:
        if len(ids) == 1:
            return {ids[0]: error}
        middle = len(ids) // 2
        return _people(api, ids[:middle]) | _people(api, ids[middle:])
    people: dict[str, Found] = {id_key(person.get("id")): person for person in answer}
    unknown = NotFound("", status=404)
    return {person_id: people.get(id_key(person_id), unknown) for person_id in ids}


def _tells_too_little(person: Found) -> bool:
    """Licenses that Webex leaves out, or no location of a person with a calling license."""
    if isinstance(person, Exception):
        return False
    held = person.get("licenses")
    if not isinstance(held, list):
        return True
    calls = any(type_code(str(each)).startswith("BC") for each in held)
    return calls and not (person.get("locationId") and "phoneNumbers" in person)


def _singly(api: Api, ids: Sequence[str]) -> dict[str, Found]:
    """Each person with a call of its own. Raises TokenRejected, Interrupted."""
    if not ids:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(ids))) as pool:
        return dict(zip(ids, pool.map(lambda each: _one(api, each), ids), strict=True))


def _one(api: Api, person_id: str) -> Found:
    try:
        return read_person(api, person_id)
    except (TokenRejected, Interrupted):
        raise
    except Exception as error:  # concerns this person alone
        return error
