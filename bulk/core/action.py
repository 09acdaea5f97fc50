"""What an adapter is: `read`, `decide`, `write`, `undo` and the facts the engine needs to compose
them (docs/diseno.md 5).

`before` and `after` are flat mappings member -> JSON value, holding only what the action may touch.
`Change.fields` names the same members, so that projection (`before | new values`), drift, settling,
verification and undo are one generic comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bulk.core.demand import Demand
from bulk.core.id_kinds import ID_KINDS
from bulk.errors import AmbiguousWrite, Interrupted, NotSent, TokenRejected, Unreadable

if TYPE_CHECKING:
    from bulk.core.settings import Settings

T = TypeVar("T")
State = dict[str, Any]
Values = Mapping[str, Any]
Api = Any  # what adapters call Webex with: `bulk.webex.client.Api`, of a package above this one


class Accepted(Protocol):
    """What an adapter gets back for a write that Webex accepted."""

    @property
    def tracking_id(self) -> str | None: ...


@dataclass(frozen=True)
class Param:
    """A parameter of an action = a column of its schema = an argument of `run` (docs/webex.md
    0).
    """

    name: str  # the canonical header
    # text phone extension flag call_type number_type route_type, or a kind of id (core/id_kinds)
    kind: str = "text"
    required: bool = False  # an empty cell makes the row invalid
    many: bool = False  # a list cell
    default: str = ""  # template of what `decide` takes where the cell is empty, for people to see
    example: str = ""  # a cell that its rules accept, for templates; "" = that of its kind
    in_example: bool = True  # False: empty in a template's example row, as another one excludes it
    digits: bool = False  # a text made of digits: Excel spoils it as it does phones
    unique_in: str = ""  # the parameter with the location in which only one person may have it

    @property
    def is_id(self) -> bool:
        return self.kind in ID_KINDS


ORG_ID = Param("org_id", "organization")


@dataclass(frozen=True)
class Member:
    """What people read of a member of `before` and `after`, where its own name is not for them."""

    title: str  # Spanish; "{}" = the member itself, of members that are numbers or ids
    show: Callable[[Any], str] | None = (
        None  # its value in words; None = the general form. Takes whatever Webex may answer
    )


OTHER = ""  # key of Action.members: every member that has no entry of its own


@dataclass(frozen=True)
class Change:
    """What has to change in one row; falsy = already as wanted."""

    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)  # member -> (old, new)
    body: Any = None  # what `write` needs to send it, JSON; never a secret
    notes: tuple[str, ...] = ()  # Spanish: what was left out, or found and not touched
    creates: bool = False  # the plan says "crear" instead of "cambiar"
    lost: tuple[
        str, ...
    ] = ()  # Spanish, of an undo: what does not come back, even when the rest does

    def __bool__(self) -> bool:
        return bool(self.fields)

    def olds(self) -> State:
        return {member: old for member, (old, _) in self.fields.items()}

    def news(self) -> State:
        return {member: new for member, (_, new) in self.fields.items()}


def differences(before: Values, wanted: Values) -> dict[str, tuple[Any, Any]]:
    """Members of `wanted` that differ from `before`, as Change.fields."""
    return {
        member: (before.get(member), new)
        for member, new in wanted.items()
        if before.get(member) != new
    }


def project(known: Values, change: Change) -> State:
    """State after `change`: what a plan shows to the next row of the same entity."""
    return {**known, **change.news()}


@dataclass(frozen=True)
class Irreversible:
    """Why `undo` cannot restore this row."""

    reason: str  # Spanish


@dataclass(frozen=True)
class Outcome:
    """What became of one row's write."""

    ok: bool = True  # False: refused, or only part of it done
    after: State | None = None  # as left, when the answer tells it; else before + change
    code: str | None = None  # Webex's errorCode, or "partial"
    message: str | None = None  # Spanish
    tracking_id: str | None = None  # of the answer
    status: int | None = None  # HTTP status of the answer, when it refused


@dataclass(frozen=True)
class Ticket:
    """A remote job that holds rows of ours (docs/webex.md 3.2)."""

    id: str  # Webex's job id
    tracking_id: str | None = None  # of the answer that opened it


@dataclass(frozen=True)
class Work:
    """One row as adapters that work in sets see it."""

    key: int  # the row's line
    params: Values  # arguments of read / decide / write
    change: Change = field(default_factory=Change)  # empty while reading


@dataclass(frozen=True)
class SetOps:
    """Where Webex works in bulk: how to read, write and follow many rows at once."""

    read_many: Callable[[Api, Sequence[Work]], Mapping[int, State | Exception]] | None = (
        None  # key -> before, or why not
    )
    read_limit: Callable[[Settings], int] = lambda settings: 1  # rows a read_many
    write_many: Callable[[Api, Sequence[Work]], Ticket | Accepted] | None = (
        None  # each row is then confirmed by reading
    )
    # summed weight of the rows of a write_many
    write_limit: Callable[[Settings], int] = lambda settings: 1
    weight: Callable[[Values], int] = lambda params: 1  # what a row counts against write_limit
    set_key: Callable[[Values], str] = lambda params: ""  # only rows of one key share a set
    mark: Callable[[Api, Sequence[Work]], Any] | None = (
        None  # JSON kept with the intent, to recognise a lost job
    )
    poll: Callable[[Api, str, Sequence[Work]], Mapping[int, Outcome] | None] | None = (
        None  # job id; None = not ended, else the refused
    )
    find: Callable[[Api, Sequence[Work], Any], Ticket | None] | None = (
        None  # a ticket lost between POST and answer
    )
    unseen: Callable[[Change, State], bool] | None = (
        None  # no reading can show the change: what Webex accepted counts as done
    )
    already: tuple[str, ...] = ()  # errorCodes that say that an unseen change is there already
    one_at_a_time: bool = False  # one such job per organisation
    shares_entity: bool = (
        False  # rows of one entity go into one set (numbers of a location), instead of never
    )


@dataclass(frozen=True)
class Action:
    """An adapter, as the registry holds it."""

    id: str  # = module = schema = test
    title: str  # docs/interfaz.md 1
    summary: str  # one sentence for the card
    dataset: str  # "ubicaciones" or "usuarios"
    entity: str  # the parameter that must never be written twice at once
    params: tuple[Param, ...]  # docs/webex.md 0, without org_id
    read: Callable[..., State]  # (api, **params) -> before
    decide: Callable[..., Change]  # (before, **params) -> Change; pure
    # (api, change, **params) -> Outcome; of an action that writes in sets, what write_many gives
    write: Callable[..., Any]
    # (before, after) -> Change that restores, of the members that differ
    undo: Callable[..., Change | Irreversible]
    one_of: tuple[str, ...] = ()  # at least one of these parameters has to be given
    one_of_option: str = ""  # an option of the run that serves instead
    # (params, before, change) of a row that will write -> what it needs; pure
    demand: Callable[[Values, State, Mapping[str, Sequence[Any]]], Iterable[Demand]] | None = None
    provides: str = ""  # what other actions need first: numbers, header, calling, location
    # Spanish, of an action that needs numbers: where they have to be, and what helps beyond adding
    # them (`{location}`: title of the action that provides it)
    numbers_in: str = ""
    numbers_remedy: str = ""
    # (before, change) of a row: a person loses Webex Calling, and the call settings with it
    loses_calling: Callable[[State, Mapping[str, Sequence[Any]]], bool] | None = None
    options: tuple[str, ...] = ()  # settings of the run that decide() takes besides the params
    undo_options: tuple[str, ...] = ()  # of these, what undo() takes too
    idempotent: bool = True  # False: sending again needs two equal reads (docs/diseno.md 6.3)
    # one PUT of values (docs/webex.md 4): Settings.plan_read_age may spare the read before it
    pure_put: bool = False
    brought_along: tuple[
        str, ...
    ] = ()  # members that `decide` compares no more once the rest is as asked; a verification does
    additive: bool = (
        False  # rows of one entity add up instead of contradicting each other (docs/diseno.md 6.7)
    )
    needs_calling: bool = False  # call settings: a 404 or 400 of the read means "no Webex Calling"
    undo_note: str = ""  # Spanish: what undo cannot restore; empty = everything comes back
    sets: SetOps | None = None  # how Webex works in bulk here
    # docs/webex.md 1.10
    scopes: tuple[str, ...] = (
        "spark-admin:telephony_config_read",
        "spark-admin:telephony_config_write",
    )
    # member from before and after -> what people read
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def entity_kind(self) -> str:
        """Kind of id of the entity."""
        return next(param.kind for param in self.params if param.name == self.entity)

    @property
    def parameters(self) -> tuple[Param, ...]:
        """Parameters with the optional org_id that all take."""
        return (*self.params, ORG_ID)

    def arguments(self, params: Values, options: Values) -> State:
        """Arguments of `decide`: the row's parameters but entity and organisation, and the run's
        options.
        """
        own = {name: value for name, value in params.items() if name not in (self.entity, "org_id")}
        return own | {
            name: options[name] for name in self.options if options.get(name) not in (None, False)
        }

    def revert(self, before: State, after: State, options: Values) -> Change:
        """What `undo` says, with the run's options; what is irreversible is a Change of nothing
        that tells what is `lost`.

        Raises RowRefused.
        """
        found = self.undo(
            before,
            after,
            **{name: options[name] for name in self.undo_options if options.get(name)},
        )
        return Change(lost=(found.reason,)) if isinstance(found, Irreversible) else found


def one_after_another(calls: Iterable[Callable[[], T]]) -> T:
    """Several requests that make up one write; returns the last answer.

    Raises what the first one raises. A later one that does not come about leaves the write half
    done: AmbiguousWrite then, and only reading can tell. A refusal (ApiError) stays one: the rows
    are read again before anything else is sent.
    """
    sent = False
    for call in calls:
        try:
            answer = call()
        except (Interrupted, NotSent, Unreadable, TokenRejected) as error:
            if not sent:
                raise
            raise AmbiguousWrite(error.message, in_flight=False) from None
        sent = True
    return answer
