"""Reading rows (one at a time, or many where Webex can) and deciding on what was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bulk.core.action import Action, Change, State
from bulk.engine.state import Item, LiveRun
from bulk.errors import Drifted, Interrupted, NotReversible, RowRefused, Unreadable
from bulk.wording.changes import ChangeText

CHANGED_SINCE = "Modificada después por otra vía ({}). No se deshace: se conserva lo que hay."
NOT_RESTORED = "No vuelve a estar como antes: {}."
NOT_TOLD = "Webex no dice cómo está ({}): no se puede comprobar."
NOT_AS_PLANNED = (
    "Ha cambiado desde el ensayo ({}). No se ha escrito nada: repite el ensayo de esta fila."
)


def reviewed(live: LiveRun, item: Item) -> State | None:
    """What the dry run of a row read, where Settings.plan_read_age lets that count as fresh; None:
    read again.

    Never of a row that was sent before, nor of an entity with other rows in the run: they change
    what the dry run read.
    """
    reference, most = item.row.reference or {}, live.settings.plan_read_age
    if not (
        most > 0 and live.action.pure_put and "planned" in reference and reference.get("read_at")
    ):
        return None
    if item.row.attempt or item.row.entity in live.repeated:
        return None
    age = (datetime.now(UTC) - datetime.fromisoformat(reference["read_at"])).total_seconds()
    before: State | None = (
        reference["before"] if 0 <= age < most else None
    )  # a clock set back tells nothing
    return before


def read_items(live: LiveRun, items: Sequence[Item]) -> dict[int, State | Exception]:
    """Line -> what Webex says now, or why that cannot be reported; never from anything kept. Raises
    Interrupted.
    """
    sets = live.action.sets
    if sets is None or sets.read_many is None or (len(items) == 1 and not sets.shares_entity):
        return {item.line: read_one(live, item) for item in items}
    try:
        return dict(sets.read_many(live.api, [item.work() for item in items]))
    except Interrupted:
        raise
    except Exception as error:  # an answer of an unforeseen shape fails its rows, never the run
        return dict.fromkeys([item.line for item in items], error)


def read_one(live: LiveRun, item: Item) -> State | Exception:
    try:
        return live.action.read(live.api, **item.row.params)
    except Interrupted:
        raise
    except Exception as error:  # an answer of an unforeseen shape fails its row, never the run
        return error


def decide(live: LiveRun, item: Item, now: State) -> Change:
    """What has to change for the row to be as asked; of an undo, as it was before.

    Raises RowRefused, or whatever an answer of an unforeseen shape causes.
    """
    reference = item.row.reference or {}
    if undoes := reference.get("undoes"):
        change = revert(live.action, undoes, now, live.options)
        return (
            _undo_note(change, undoes, reference.get("told") or "", now)
            if reference.get("verify")
            else change
        )
    change = live.action.decide(now, **live.action.arguments(item.row.params, live.options))
    superseded, sent = reference.get("superseded", ()), reference.get("sent", {})
    if not superseded and not sent:
        return change
    # A verification: what a later row wrote over is not asked of this one; what a write brought
    # along still has to be there.
    asked = {m: pair for m, pair in change.fields.items() if m not in superseded}
    if untold := [m for m in {**sent, **asked} if m not in now]:
        titles = map(ChangeText(live.action.members).title, untold)
        raise Unreadable(NOT_TOLD.format(", ".join(titles)))
    lacking = {m: (now.get(m), value) for m, value in sent.items() if not equal(now.get(m), value)}
    return replace(change, fields={**lacking, **asked})


def decide_first(live: LiveRun, item: Item, now: State) -> Change:
    """As `decide`, before anything of this launch was sent for the row. Raises Drifted too, when
    somebody was here since.
    """
    change, reference = decide(live, item, now), item.row.reference or {}
    words = ChangeText(live.action.members)
    if "undoes" in reference and not reference.get("verify"):
        _still_ours(change, reference["undoes"]["left"], words)
        if change.lost and not change and not item.row.attempt:
            raise _nothing_to_revert(change, reference["undoes"], now, words)
    if "planned" in reference and not _is_planned(change, reference["planned"]):
        raise Drifted(
            "cambio_desde_ensayo",
            NOT_AS_PLANNED.format(_described(change, reference["planned"], words)),
        )
    return change


def revert(
    action: Action, undoes: Mapping[str, Any], now: State, options: Mapping[str, Any]
) -> Change:
    """The change that restores the members that our run touched and that are not as before it.

    What the action cannot restore of them is reported as `lost`. What somebody else has put back is
    as before. Raises RowRefused.
    """
    before, touched = undoes["before"], undoes["left"]
    # a member that is not told now is never as before
    wanted = {
        m: before.get(m) for m in touched if m not in now or not equal(now.get(m), before.get(m))
    }
    if not wanted:
        return Change()
    change = action.revert({**now, **wanted}, now, options)
    stays = wanted.keys() - change.fields.keys()
    return (
        change
        if change.lost or not stays
        else replace(
            change,
            lost=(
                NOT_RESTORED.format(
                    ", ".join(map(ChangeText(action.members).title, sorted(stays)))
                ),
            ),
        )
    )


def _undo_note(change: Change, undoes: Mapping[str, Any], message: str, now: State) -> Change:
    """Of the verification of an undo: what would stay now is different, unless the undo itself
    `reported` that it stays.
    """
    if change or all(reason in message for reason in change.lost):
        return change
    wanted = {m: undoes["before"].get(m) for m in undoes["left"]}
    return replace(
        change,
        fields={m: (now.get(m), was) for m, was in wanted.items() if not equal(now.get(m), was)},
    )


def _still_ours(change: Change, left: Mapping[str, Any], words: ChangeText) -> None:
    """Only what Webex still shows as our run left it is given back."""
    others = [m for m, (now, _) in change.fields.items() if m in left and not equal(now, left[m])]
    if others:
        raise _drifted(others, change.olds(), left, words)


def _nothing_to_revert(
    change: Change, undoes: Mapping[str, Any], now: State, words: ChangeText
) -> RowRefused:
    """Somebody has changed it since, or what our run left stays for good."""
    before, touched = undoes["before"], undoes["left"]
    other = [m for m in touched if not equal(now.get(m), before.get(m))]
    if not other or any(equal(now.get(m), touched[m]) for m in other):
        return NotReversible("irreversible", " ".join(change.lost))
    return _drifted(other, now, touched, words)


def _drifted(
    members: Iterable[str], now: Mapping[str, Any], left: Mapping[str, Any], words: ChangeText
) -> Drifted:
    message = [each for m in members for each in words.member(m, left[m], now.get(m))]
    parts = (
        f"{name}: ahora {is_now}, la ejecución dejó {was_left}"
        for name, was_left, is_now in message
    )
    return Drifted("modificada_despues", CHANGED_SINCE.format("; ".join(parts)))


def _described(change: Change, planned: Mapping[str, Any], words: ChangeText) -> str:
    """`desvío: antes desactivado, ahora 532041`, of each member that is not as the plan saw it."""
    message = []
    for member, pair in change.fields.items():
        if member not in planned:
            message += [
                f"{name}: antes como se pide, ahora {now}"
                for name, _, now in words.member(member, pair[1], pair[0])
            ]
        elif not equal(list(pair), planned[member]):
            message += [
                f"{name}: antes {was}, ahora {now}"
                for name, was, now in words.member(member, planned[member][0], pair[0])
            ]
    return "; ".join(message)


def equal(one: Any, other: Any) -> bool:
    """The same JSON: what comes from the journal has gone through it, what was just read has
    not.
    """
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_planned(change: Change, planned: Mapping[str, Any]) -> bool:
    """Nothing that the plan did not show; what it showed and is as asked by now needs no write."""
    return all(equal(list(pair), planned.get(member)) for member, pair in change.fields.items())
