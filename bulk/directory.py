"""Names of an organisation and their ids, read with the fewest calls: lists once, people one by one by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bulk.headers import canonical

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
        """All that have this name (case, accents and blanks do not count) or this e-mail. Raises WebexError."""
        if kind == "person":
            return self._person(name)
        wanted = canonical(name)
        return [entry for entry in self._list(kind) if canonical(entry[1]) == wanted]

    def near(self, kind: str, name: str, most: int = 5) -> Found:
        """Those with a name like this one, the nearest first, for people to choose from."""
        if kind == "person":
            return []
        from rapidfuzz import process

        known = self._list(kind)
        return [known[place] for _, _, place in process.extract(name, [n for _, n in known], limit=most, score_cutoff=50)]

    def _list(self, kind: str) -> Found:
        if kind not in self._lists:
            path, member, query = LISTS[kind]
            items = self._api.pages(path, member, **query)
            self._lists[kind] = [(str(item["id"]), str(item.get("name") or "")) for item in items if item.get("id")]
        return self._lists[kind]

    def _person(self, email: str) -> Found:
        key = email.strip().casefold()
        if key not in self._people:
            items = self._api.pages("people", "items", email=email.strip())
            self._people[key] = [(str(item["id"]), str(item.get("displayName") or email)) for item in items if item.get("id")]
        return self._people[key]
