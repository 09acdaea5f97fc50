"""What a row that will write takes of Webex, needs there, or leaves free: an action says it, and
the forecast holds all rows of a file against what there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Need(Enum):
    """How a value is needed."""

    LICENSE = auto()  # one unit is taken
    LICENSE_BACK = auto()  # one unit is given back
    NEW_NUMBER = auto()  # added to the location: must not be in another one
    NUMBER = auto()  # has to be in the location (None: in the organization), and free
    SHOWN_NUMBER = auto()  # has to be in the location; may be in use
    HOME_NUMBER = auto()  # has to be in the location of the row's person, and free
    EXTENSION = auto()  # has to be free in the location
    LEFT_NUMBER = auto()  # own number of a person who leaves the location
    CARRIED_NUMBER = auto()  # of these, one that goes along
    ROUTE = auto()  # trunk or route group that has to exist
    CALLING_PLACE = auto()  # location where a person will have calling


@dataclass(frozen=True)
class Demand:
    """One value that a row needs."""

    need: Need
    value: str  # number, extension or id
    place: str | None = None  # id of the location; None = not reported
