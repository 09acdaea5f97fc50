"""What has to change in a row, given what was read of it: as asked, as the reviewed dry run showed,
or as an undo or a verification compares it. Pure but for the run's options.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bulk.core.action import Action, Change, State
from bulk.core.references import Planned, Undoes, Verifies, undo_of
from bulk.engine.boundary import adapter_call
from bulk.engine.state import Item, LiveRun
from bulk.errors import Drifted, NotReversible, RowRefused, Unreadable
from bulk.wording.changes import ChangeText

CHANGED_SINCE = "Modificada después por otra vía ({}). No se deshace: se conserva lo que hay."
NOT_RESTORED = "No vuelve a estar como antes: {}."
NOT_TOLD = "Webex no dice cómo está ({}): no se puede comprobar."
NOT_AS_PLANNED = (
    "Ha cambiado desde el ensayo ({}). No se ha escrito nada: repite el ensayo de esta fila."
)


@adapter_call()
def decide(live: LiveRun, item: Item, now: State) -> Change:
    """What has to change for the row to be as asked; of an undo, as it was before.

    Raises RowRefused, UnusableAnswer.
    """
    reference = item.row.reference
    if undoes := undo_of(reference):
        change = revert(live.action, undoes, now, live.spec.options)
        if isinstance(reference, Verifies):
            return _unexpected_rest(change, undoes, reference.message, now)
        return change
    change = live.action.decide(now, **live.action.arguments(item.row.params, live.spec.options))
    return _verified(live, change, reference, now) if isinstance(reference, Verifies) else change


def _verified(live: LiveRun, change: Change, reference: Verifies, now: State) -> Change:
    """Of a verification: what a later row wrote over is not asked of this one; what a write brought
    along still has to be there. Raises Unreadable for what Webex does not say.
    """
    superseded, sent = reference.superseded, reference.sent
    asked = {m: pair for m, pair in change.fields.items() if m not in superseded}
    if left_out := [m for m in {**sent, **asked} if m not in now]:
        titles = map(ChangeText(live.action.members).title, left_out)
        raise Unreadable(NOT_TOLD.format(", ".join(titles)))
    lacking = {m: (now.get(m), value) for m, value in sent.items() if not equal(now.get(m), value)}
    return replace(change, fields={**lacking, **asked})


@adapter_call()
def decide_first(live: LiveRun, item: Item, now: State) -> Change:
    """As `decide`, before anything of this launch was sent for the row. Raises Drifted too, when
    another user changed it since.
    """
    change, reference = decide(live, item, now), item.row.reference
    words = ChangeText(live.action.members)
    undoes = undo_of(reference)
    if undoes and not isinstance(reference, Verifies):
        _still_ours(change, undoes.left, words)
        if change.lost and not change and not item.row.attempt:
            raise _nothing_to_revert(change, undoes, now, words)
    if isinstance(reference, Planned) and not _is_planned(change, reference.change):
        drift = _described(change, reference.change, words)
        raise Drifted("cambio_desde_ensayo", NOT_AS_PLANNED.format(drift))
    return change


def revert(action: Action, undoes: Undoes, now: State, options: Mapping[str, Any]) -> Change:
    """The change that restores the members that our run touched and that are not as before it.

    What the action cannot restore of them is reported as `lost`. What another user has put back is
    as before. Raises RowRefused.
    """
    before, touched = undoes.before, undoes.left
    # a member that Webex leaves out now is never as before
    wanted = {
        m: before.get(m) for m in touched if m not in now or not equal(now.get(m), before.get(m))
    }
    if not wanted:
        return Change()
    change = action.revert({**now, **wanted}, now, options)
    stays = wanted.keys() - change.fields.keys()
    if change.lost or not stays:
        return change
    titles = ", ".join(map(ChangeText(action.members).title, sorted(stays)))
    return replace(change, lost=(NOT_RESTORED.format(titles),))


def _unexpected_rest(change: Change, undoes: Undoes, message: str, now: State) -> Change:
    """Of the verification of an undo: what would stay now is different, unless the undo itself
    `reported` that it stays.
    """
    if change or all(reason in message for reason in change.lost):
        return change
    wanted = {m: undoes.before.get(m) for m in undoes.left}
    return replace(
        change,
        fields={m: (now.get(m), was) for m, was in wanted.items() if not equal(now.get(m), was)},
    )


def _still_ours(change: Change, left: Mapping[str, Any], words: ChangeText) -> None:
    """Only what Webex still shows as our run left it is given back."""
    others = [m for m, (now, _) in change.fields.items() if m in left and not equal(now, left[m])]
    if others:
        raise _drifted(others, change.olds(), left, words)


def _nothing_to_revert(change: Change, undoes: Undoes, now: State, words: ChangeText) -> RowRefused:
    """Somebody has changed it since, or what our run left stays for good."""
    before, touched = undoes.before, undoes.left
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
