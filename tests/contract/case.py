"""A case: the rows of our action, and the call of wxc_sdk that does the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wxc_sdk import WebexSimpleApi

from tests.workspace import Remote

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """What both sides are asked to do. Made again for each side, after the sandbox was set as
    new.
    """

    rows: Sequence[Row]  # parameters of our action, one mapping a row
    sdk: Callable[[WebexSimpleApi], Any]  # the same with wxc_sdk
    differ: tuple[
        str, ...
    ] = ()  # names of all the differences that occur here (differences.py), no more
    options: Mapping[str, Any] = field(default_factory=dict)  # options of our run
    environment: Mapping[str, str] = field(default_factory=dict)  # settings of ours
    sdk_sandbox: Mapping[str, Any] = field(
        default_factory=dict
    )  # open points of the contracts as the SDK takes them
    sdk_refused: bool = False  # the sandbox refuses what the SDK sends
    known: tuple[str, ...] = ()  # what our read finds in place already, and our write leaves out
    row_states: tuple[str, ...] = (
        "done",
    )  # the states in which rows of ours end, each at least once


Make = Callable[[Remote], Case]


@dataclass(frozen=True)
class Listed:
    """A case in the list, with its name."""

    action: str
    make: Make

    @property
    def id(self) -> str:
        return f"{self.action}-{self.make.__name__}"


def collect(action: str, *makers: Make) -> list[Listed]:
    return [Listed(action, make) for make in makers]
