"""What Webex has in each location: numbers, extensions, header. Each list is asked once, and only
of locations that need it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bulk.core.action import Work
from bulk.runs.forecast.demand import Want
from bulk.webex.directory import LISTS
from bulk.webex.people import read_people
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.client import Api

AT_ONCE = 8  # lists asked at the same time; the pace holds them back as any call
PAGE_OF_NUMBERS = 2_000  # docs/webex.md 1.5
PAGE_OF_PEOPLE = 50  # docs/webex.md 1.5: the cap with locationId

K = TypeVar("K")
V = TypeVar("V")


class Held(NamedTuple):
    """Who has a number or an extension, and where."""

    owner: str | None  # last segment of the id; None = free
    name: str = ""  # of the owner
    place: str = ""  # last segment of the id of its location
    place_name: str = ""  # its name


def once(ask: Callable[[K], V], keys: Iterable[K]) -> dict[K, V]:
    """key -> answer; each different key is asked once. Raises what `ask` raises."""
    different = list(dict.fromkeys(keys))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(different, pool.map(ask, different), strict=True))


def numbers(api: Api, wants: Sequence[Want]) -> dict[str | None, dict[str, Held]]:
    """place -> number or extension -> who has it; place None = the whole organisation. What is not
    there is absent.

    The list tells the extensions of features too (hunt groups), which no list of people has.
    """
    asked = _by_list(wants)

    def listed(key: tuple[str | None, str | None]) -> dict[str, Held]:
        return {
            value: held for value, held in _numbers(api, *key, asked[key]) if value in asked[key]
        }

    return _by_place(once(listed, asked))


def _numbers(
    api: Api, place: str | None, org_id: str | None, wanted: set[str]
) -> Iterator[tuple[str, Held]]:
    """The whole list, or for one number alone the search for it."""
    only = next(iter(wanted)) if len(wanted) == 1 else ""
    where = id_tail(place) if place and api.settings.number_list_location == "uuid" else place
    query = {"locationId": where, "orgId": org_id, "max": PAGE_OF_NUMBERS} | (
        {"phoneNumber": only} if only.startswith("+") else {}
    )
    for entry in api.pages("telephony/config/numbers", "phoneNumbers", **query):
        owner, location = entry.get("owner") or {}, entry.get("location") or {}
        name = " ".join(str(owner[part]) for part in ("firstName", "lastName") if owner.get(part))
        held = Held(
            _tail(owner.get("id")),
            name,
            _tail(location.get("id")) or "",
            str(location.get("name") or ""),
        )
        for value in (entry.get("phoneNumber"), entry.get("extension")):
            if value:
                yield str(value), held


def extensions(api: Api, wants: Sequence[Want]) -> dict[str | None, dict[str, Held]]:
    """place -> extension -> the person who has it, from the location's list of people (contracts
    1.8).
    """
    asked = _by_list(wants)

    def listed(key: tuple[str | None, str | None]) -> dict[str, Held]:
        query = {"locationId": key[0], "orgId": key[1], "callingData": True, "max": PAGE_OF_PEOPLE}
        people = api.pages("people", "items", excludeStatus=True, **query)
        return {
            str(p["extension"]): Held(_tail(p.get("id")), str(p.get("displayName") or ""))
            for p in people
            if p.get("extension")
        }

    return _by_place(once(listed, asked))


def details(api: Api, wants: Sequence[Want]) -> dict[str | None, dict[str, Any]]:
    """place -> what the location is: header and PSTN connection (docs/webex.md 2.2)."""

    def asked(key: tuple[str | None, str | None]) -> dict[str, Any]:
        found: dict[str, Any] = api.get(f"telephony/config/locations/{key[0]}", orgId=key[1])
        return found

    found = once(asked, ((want.place, want.org_id) for want in wants))
    return {place: each for (place, _), each in found.items()}


def known(api: Api, kind: str, wants: Sequence[Want]) -> frozenset[str]:
    """Last segments of the ids of all calling locations ("location") or trunks and route groups
    ("route").
    """
    path, member, query = LISTS[kind]
    found: set[str] = set()
    for org_id in dict.fromkeys(want.org_id for want in wants):
        found |= {
            id_tail(str(each.get("id"))) for each in api.pages(path, member, orgId=org_id, **query)
        }
    return frozenset(found)


def at_home(api: Api, wants: Sequence[Want]) -> list[Want]:
    """The same, each in the location of its person; those whose location Webex does not tell are
    left out.
    """
    size = api.settings.people_per_read
    people = list(
        {
            want.person: Work(want.line, {"person_id": want.person})
            for want in wants
            if want.person
        }.values()
    )
    batches = tuple(
        tuple(work.key for work in people[start : start + size])
        for start in range(0, len(people), size)
    )
    works = {work.key: work for work in people}
    homes: dict[Any, Any] = {}
    for found in once(
        lambda keys: read_people(api, [works[key] for key in keys]), batches
    ).values():
        message = {
            line: person.get("locationId")
            for line, person in found.items()
            if not isinstance(person, Exception)
        }
        homes |= {works[line].params["person_id"]: home for line, home in message.items() if home}
    return [want._replace(place=homes[want.person]) for want in wants if want.person in homes]


def _by_list(wants: Sequence[Want]) -> dict[tuple[str | None, str | None], set[str]]:
    """(location, organisation) -> what is looked for in its list."""
    asked: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
    for want in wants:
        asked[want.place, want.org_id].add(want.value)
    return asked


def _by_place(
    found: Mapping[tuple[str | None, str | None], dict[str, Held]],
) -> dict[str | None, dict[str, Held]]:
    """Lists of one location together: rows with and without the id of the organisation ask for it
    apart.
    """
    places: dict[str | None, dict[str, Held]] = {}
    for (place, _), held in found.items():
        places.setdefault(place, {}).update(held)
    return places


def _tail(value: Any) -> str | None:
    return id_tail(str(value)) if value else None
