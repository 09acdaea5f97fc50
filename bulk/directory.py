"""Names of an organisation and their ids, read with the fewest calls: lists once, people one by one by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bulk.comparing import folded

if TYPE_CHECKING:
    from bulk.webex.client import Api

# kind of parameter -> (path of its list, member, items a page); contracts 1.8
LISTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "location": ("telephony/config/locations", "locations", {"max": 1000}),
    "license": ("licenses", "items", {}),
    "route": ("telephony/config/routeChoices", "routeIdentities", {"max": 1000}),
}
Found = list[tuple[str, str]]  # (id, name as Webex writes it)


class Directory:
    """What was asked so far of one organisation; each list is fetched once, each e-mail too."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lists: dict[str, Found] = {}
        self._people: dict[str, Found] = {}

    def names(self, kind: str) -> dict[str, str]:
        """id -> name of all locations, licences or routes. Raises WebexError."""
        return dict(self._list(kind))

    def find(self, kind: str, name: str) -> Found:
        """All that have this name (case and the width of blanks do not count) or just this e-mail. Raises WebexError."""
        if kind == "person":
            return self._person(name)
        wanted = folded(name)
        return [entry for entry in self._list(kind) if folded(entry[1]) == wanted]

    def near(self, kind: str, name: str, most: int = 5) -> Found:
        """Those with a name like this one, the nearest first, for people to choose from."""
        if kind == "person":
            return []
        from rapidfuzz import process

        known = self._list(kind)
        likest = process.extract(name, [label for _, label in known], processor=folded, limit=most, score_cutoff=50)
        return [known[place] for _, _, place in likest]

    def _list(self, kind: str) -> Found:
        if kind not in self._lists:
            path, member, query = LISTS[kind]
            items = self._api.pages(path, member, **query)
            self._lists[kind] = [(str(item["id"]), str(item.get("name") or "")) for item in items if item.get("id")]
        return self._lists[kind]

    def _person(self, email: str) -> Found:
        key = email.strip().casefold()
        if key not in self._people:
            items = [item for item in self._api.pages("people", "items", email=email.strip()) if _has(item, key)]
            self._people[key] = [(str(item["id"]), str(item.get("displayName") or email)) for item in items if item.get("id")]
        return self._people[key]


def _has(person: dict[str, Any], email: str) -> bool:
    """Whether it is the e-mail of this person, and not only like it."""
    told = person.get("emails")
    return not isinstance(told, list) or email in [str(each).casefold() for each in told]
