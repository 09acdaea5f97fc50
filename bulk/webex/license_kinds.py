"""Which licenses are a person's Webex Calling: by the type code inside the id, and by name.

An id decodes to `<organization>:<CODE>_<uuid>`. Names changed in January 2026, so that neither
tells enough by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bulk.core.text import normalize_for_match
from bulk.webex.members import needed
from schemas.hydra import id_key, id_tail

# seen in real organizations; a code of this family that is not here is doubtful
PERSON_CODES = frozenset({"BCSTD"})
# workspaces and hot desks
PLACE_CODES = frozenset({"BCCA", "BCHDO"})
_CODE = re.compile(r":([A-Za-z][A-Za-z0-9]*)_")
# of workspaces, hot desks, shared phones, and what is added to a calling license
_NOT_OF_A_PERSON = re.compile(
    r"\b(?:workspaces?|hot ?desk(?:ing)?|common area|attendant console)\b"
)
_OF_A_PERSON = re.compile(
    r"webex (?:suite|voice|calling(?: sp)?)"
    r"(?: - (?:professional|standard|basic|enterprise|standard enterprise))?"
)


@dataclass(frozen=True)
class CallingLicenses:
    """Those of one organization, by what ids have in common."""

    sure: frozenset[str] = frozenset()  # a person's calling license
    doubtful: frozenset[str] = frozenset()  # may be one: of the calling family, of no known kind

    def sure_of(self, licenses: Iterable[str]) -> list[str]:
        return sorted(license_id for license_id in licenses if id_key(license_id) in self.sure)

    def doubtful_of(self, licenses: Iterable[str]) -> list[str]:
        return sorted(license_id for license_id in licenses if id_key(license_id) in self.doubtful)


def sort_out(entries: Iterable[dict[str, Any]]) -> CallingLicenses:
    """`entries` of GET licenses. Raises Unreadable."""
    kinds = {
        id_key(license_id): is_calling(license_id, str(entry.get("name") or ""))
        for entry in entries
        for license_id in [needed(entry, "id", str)]
    }
    return CallingLicenses(
        frozenset(key for key, kind in kinds.items() if kind),
        frozenset(key for key, kind in kinds.items() if kind is None),
    )


def is_calling(license_id: str, name: str) -> bool | None:
    """Whether it is a person's calling license; None: it may be, of a kind that is not known."""
    code, plain = type_code(license_id), normalize_for_match(name)
    if code in PLACE_CODES:
        return False
    if _NOT_OF_A_PERSON.search(plain):
        return None if code in PERSON_CODES else False
    if code in PERSON_CODES or _OF_A_PERSON.fullmatch(plain):
        return True
    return None if code.startswith("BC") or "calling" in plain else False


def type_code(license_id: str) -> str:
    """`BCSTD`; "" when the id tells none."""
    found = _CODE.search(id_tail(license_id))
    return found[1].upper() if found else ""
