"""What a row's change says to people: `desvío · desactivado · 532041`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bulk.core.action import OTHER, Member
from bulk.core.records import RowResult
from schemas.hydra import decode_id, id_tail

_TAIL = 6  # characters of an id without a name
Described = tuple[str, str, str]  # field, before, after


@dataclass(frozen=True)
class ChangeText:
    """The words for the changes of one action."""

    members: Mapping[str, Member] = field(default_factory=dict)  # of the action
    names: Mapping[str, str] = field(default_factory=dict)  # last segment of an id -> name

    def change(self, row: RowResult) -> Described:
        """(field, before, after) of what differs and nothing else; members that go the same way
        stand together.
        """
        together: dict[tuple[str, str], list[str]] = {}
        for name, before, after in self._differences(row):
            together.setdefault((before, after), []).append(name)
        return (
            " · ".join(", ".join(names) for names in together.values()),
            " · ".join(before for before, _ in together),
            " · ".join(after for _, after in together),
        )

    def cells(self, row: RowResult) -> tuple[str, str]:
        """(before, after) as `desvío: desactivado`, for tables without a column of their own for
        the field.
        """
        message = list(self._differences(row))
        return "; ".join(f"{name}: {old}" for name, old, _ in message), "; ".join(
            f"{name}: {new}" for name, _, new in message
        )

    def _differences(self, row: RowResult) -> Iterator[Described]:
        for name, (old, new) in (row.change or {}).items():
            yield from self.member(name, old, (row.after or {}).get(name, new))

    def title(self, name: str) -> str:
        """What a member is called."""
        member = self.members.get(name) or self.members.get(OTHER)
        return member.title.format(self._named(name)) if member else str(self._named(name))

    def member(self, name: str, old: Any, new: Any) -> Iterator[Described]:
        """One line, or one for each part that differs where a nested value has no words of its
        own.
        """
        title, member = self.title(name), self.members.get(name) or self.members.get(OTHER)
        old, new = self._named(old), self._named(new)
        if (
            member
            and member.show
            and (texts := (member.show(old), member.show(new)))[0] != texts[1]
        ):
            yield title, *texts
        elif isinstance(old, dict) and isinstance(new, dict):
            for part in dict.fromkeys((*old, *new)):
                if old.get(part) != new.get(part):
                    yield f"{title} ({part})", _value(old.get(part)), _value(new.get(part))
        else:
            yield title, _value(old), _value(new)

    def _named(self, value: Any) -> Any:
        """Ids are not for people: their names, or at least their tails."""
        if isinstance(value, dict):
            return {name: self._named(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._named(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if found := self.names.get(id_tail(value)):
            return found
        if decode_id(value):
            return f"…{id_tail(value)[-_TAIL:]}"
        return value


def _value(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)
