"""Names of an organisation and their ids, read with the fewest calls: lists once, people by e-mail
or, for many, in pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bulk.core.text import normalize_for_match
from schemas.hydra import id_tail

if TYPE_CHECKING:
    from bulk.webex.client import Api

# kind of parameter -> (path of its list, member, items a page); docs/webex.md 1.8
LISTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "location": ("telephony/config/locations", "locations", {"max": 1000}),
    "license": ("licenses", "items", {}),
    "route": ("telephony/config/routeChoices", "routeIdentities", {"max": 1000}),
}
ROUTE_TYPES = {"TRUNK": "enlace troncal", "ROUTE_GROUP": "grupo de rutas"}
SHORTEST = 8  # characters of an id's end
MANY = 20  # e-mails: from here on pages of people are read first
MIN_PER_PAGE = 100  # people, whatever is asked for (docs/webex.md 1.5)


@dataclass(frozen=True)
class Entry:
    """One thing that Webex has."""

    id: str  # public id
    name: str  # as Webex writes it
    detail: str = ""  # Spanish: what else Webex tells of it, to know it from another of its name


class Directory:
    """What was asked so far of one organisation; each list is fetched once, each e-mail too."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lists: dict[str, list[Entry]] = {}
        self._people: dict[str, list[Entry]] = {}
        self._paged = False  # pages of people were read already

    def names(self, kind: str) -> dict[str, str]:
        """id -> name of all locations, licenses or routes. Raises WebexError."""
        return {entry.id: entry.name for entry in self._list(kind)}

    def known(self, kind: str) -> list[Entry]:
        """What was read so far of this kind."""
        return (
            self._lists.get(kind, [])
            if kind != "person"
            else [each for found in self._people.values() for each in found]
        )

    def find(self, kind: str, name: str) -> list[Entry]:
        """All that have this name (case and the width of blanks do not count) or just this e-mail.
        Raises WebexError.
        """
        if kind == "person":
            return self._person(name)
        wanted = normalize_for_match(name)
        return [entry for entry in self._list(kind) if normalize_for_match(entry.name) == wanted]

    def near(self, kind: str, name: str, most: int = 5) -> list[Entry]:
        """Those with a name like this one, the nearest first, for people to choose from."""
        if kind == "person":
            return []
        from rapidfuzz import process

        known = self._list(kind)
        likest = process.extract(
            name,
            [entry.name for entry in known],
            processor=normalize_for_match,
            limit=most,
            score_cutoff=50,
        )
        return [known[place] for _, _, place in likest]

    def expect(self, emails: Iterable[str]) -> None:
        """These will be looked for: people are read in pages while that costs fewer calls than
        asking one by one.

        At most half as many pages as there are e-mails, in case the organisation is much bigger
        than the file. Raises WebexError.
        """
        wanted = {email.strip().casefold() for email in emails} - self._people.keys()
        if self._paged or len(wanted) < MANY:
            return
        self._paged, found = True, dict[str, list[Entry]]()
        for person in islice(
            self._api.pages("people", "items", max=1000, excludeStatus=True),
            len(wanted) // 2 * MIN_PER_PAGE,
        ):
            for email in {each.casefold() for each in _texts(person, "emails", None)}:
                found.setdefault(email, []).extend(_person_of(person, email))
        self._people = {**found, **self._people}

    def _list(self, kind: str) -> list[Entry]:
        if kind not in self._lists:
            path, member, query = LISTS[kind]
            items = self._api.pages(path, member, **query)
            self._lists[kind] = [
                Entry(str(item["id"]), str(item.get("name") or ""), _detail(kind, item))
                for item in items
                if item.get("id")
            ]
        return self._lists[kind]

    def _person(self, email: str) -> list[Entry]:
        key = email.strip().casefold()
        if key not in self._people:
            items = self._api.pages("people", "items", email=email.strip(), excludeStatus=True)
            self._people[key] = [
                entry for item in items if _has(item, key) for entry in _person_of(item, email)
            ]
        return self._people[key]


def _person_of(item: dict[str, Any], email: str) -> list[Entry]:
    return (
        [Entry(str(item["id"]), str(item.get("displayName") or email), _detail("person", item))]
        if item.get("id")
        else []
    )


def _has(person: dict[str, Any], email: str) -> bool:
    """Whether it is the e-mail of this person, and not only like it."""
    message = person.get("emails")
    return not isinstance(message, list) or email in [str(each).casefold() for each in message]


# -- several of one name ---------------------------------------------------------------------------


def _detail(kind: str, item: dict[str, Any]) -> str:
    """What Webex tells of it besides its name, in a few words."""
    line = item.get("callingLineId")
    total, used = item.get("totalUnits"), item.get("consumedUnits")
    counted = isinstance(total, int) and isinstance(used, int) and total >= 0
    message = {
        "person": (
            *_texts(item, "emails", None),
            *_texts(item, "phoneNumbers", "value")[:1],
            item.get("extension"),
        ),
        "location": (
            f"prefijo {item['routingPrefix']}" if item.get("routingPrefix") else None,
            line.get("phoneNumber") if isinstance(line, dict) else None,
            item.get("timeZone"),
        ),
        "license": (
            item.get("siteUrl"),
            item.get("subscriptionId"),
            f"{used} de {total} en uso" if counted else None,
        ),
        "route": (ROUTE_TYPES.get(str(item.get("type"))),),
    }[kind]
    return ", ".join(str(each) for each in message if each)


def _texts(item: dict[str, Any], member: str, inner: str | None) -> list[str]:
    """The texts of a list, or of one member of each of its objects; what has another form is left
    out.
    """
    found = item.get(member)
    parts = (
        [each.get(inner) if inner and isinstance(each, dict) else each for each in found]
        if isinstance(found, list)
        else []
    )
    return [each for each in parts if isinstance(each, str)]


def ends(entries: Sequence[Entry]) -> dict[str, str]:
    """id -> its end, long enough to know each of `entries` from the others: those of licenses begin
    alike.
    """
    tails = {entry.id: id_tail(entry.id) for entry in entries}
    longest = max(map(len, tails.values()), default=0)
    enough = (
        n
        for n in range(SHORTEST, longest)
        if len({tail[-n:] for tail in tails.values()}) == len(tails)
    )
    length = next(enough, longest)
    return {each: tail[-length:] for each, tail in tails.items()}


def full_labels(entries: Sequence[Entry]) -> dict[str, str]:
    """id -> name, what else is known, and the end of the id."""
    short = ends(entries)
    return {
        each.id: f"{each.name} ({', '.join(filter(None, (each.detail, f'…{short[each.id]}')))})"
        for each in entries
    }


def distinct_labels(entries: Sequence[Entry]) -> dict[str, str]:
    """id -> name; in full where several have one name."""
    times = Counter(normalize_for_match(entry.name) for entry in entries)
    full = full_labels(entries)
    return {
        each.id: each.name if times[normalize_for_match(each.name)] == 1 else full[each.id]
        for each in entries
    }
