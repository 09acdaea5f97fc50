"""A run at one moment: everything that the board draws, read from the journal together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bulk.adapters import get_action
from bulk.core import stop_reasons
from bulk.core.records import UNITS, RunRecord
from bulk.core.states import ENDED_RUNS, OPEN_STATES, review_states
from bulk.core.text import pluralize, thousands
from bulk.journal import runs
from bulk.runs.context import Context
from bulk.runs.status import KINDS, RUN_WORDS, elapsed, forecast, run_state, title
from pages.ui.shell.session import Session
from pages.ui.texts import decimal, hour, lasting
from pages.ui.widgets.markdown import escape_markdown

ACTIVE = frozenset({"running", "preparing", "scheduled"})


@dataclass(frozen=True)
class RunSnapshot:
    """A run as it stands."""

    run: RunRecord  # as the journal has it
    state: str  # stored state, or "interrupted"
    counts: Mapping[str, int]  # row state -> rows, of every state
    order_states: Sequence[str]  # of each order, in file order
    seconds: float  # elapsed
    rate: float  # rows per second of the last seconds; 0 = not known
    limit: float | None  # calls per second that Webex was found to admit
    awaited: tuple[str, ...] = ()  # titles of the runs that it waits for

    @property
    def alive(self) -> bool:
        return self.state in ACTIVE

    @property
    def ended(self) -> bool:
        return self.state in ENDED_RUNS

    @property
    def total(self) -> int:
        return sum(self.counts.values()) - self.counts["excluded"]

    @property
    def review(self) -> int:
        """Rows to review."""
        return sum(self.counts[state] for state in review_states(self.run.kind))

    @property
    def finished(self) -> int:
        return self.total - sum(self.counts[state] for state in OPEN_STATES)

    @property
    def share(self) -> float:
        return self.finished / self.total if self.total else 1.0

    @property
    def left_s(self) -> float | None:
        """Seconds to the end at the present rate; None when that is not known."""
        return (
            (self.total - self.finished) / self.rate
            if self.state == "running" and self.rate > 0
            else None
        )

    @property
    def title(self) -> str:
        return KINDS[self.run.kind].format(get_action(self.run.action_id).title)

    @property
    def whole(self) -> str:
        """`4.300 usuarios`."""
        return pluralize(self.total, *UNITS[get_action(self.run.action_id).dataset])


def take_snapshot(
    context: Context, run: RunRecord, session: Session, *, with_orders: bool = True
) -> RunSnapshot:
    """Read the run's counters, the states of its orders, and its speed from the
    journal's samples.
    """
    state = run_state(context, run)
    counts = runs.run_counts(context.journal, run.run_id)
    orders = runs.order_states(context.journal, run.run_id, state) if with_orders else ()
    seconds = elapsed(run, state)
    known = forecast(context, run, state, counts)
    ended = sum(counts.values()) - sum(
        counts[name] for name in (*OPEN_STATES, "excluded", "invalid")
    )
    rate = known["rate"] or (ended / seconds if state == "running" and seconds > 1 else 0.0)
    return RunSnapshot(
        run,
        state,
        counts,
        orders,
        seconds,
        rate,
        known["learned_limit"],
        _awaited(context, run, state),
    )


def _awaited(context: Context, run: RunRecord, state: str) -> tuple[str, ...]:
    """Titles rather than ids, which mean nothing to people."""
    names = run.schedule.get("after", ()) if state == "scheduled" else ()
    return tuple(title(runs.get_run(context.journal, name)) for name in names)


def progress_line(snapshot: RunSnapshot) -> str:
    """`2.918 de 4.300 usuarios (68 %) · 2,5 filas/s · fin 13:40 · límite aprendido 5/s`."""
    parts = [f"{thousands(snapshot.finished)} de {snapshot.whole} ({percent(snapshot)})"]
    if snapshot.alive and snapshot.rate:
        parts.append(f"{decimal(snapshot.rate)} filas/s")
    if snapshot.left_s is not None:
        parts.append(f"quedan {lasting(snapshot.left_s)} · fin {_clock(snapshot.left_s)}")
    if not snapshot.alive and snapshot.seconds:
        parts.append(f"duró {lasting(snapshot.seconds)}")
    if snapshot.limit:
        parts.append(f"límite aprendido {decimal(snapshot.limit)}/s")
    if snapshot.run.rate_limited:
        parts.append(
            pluralize(
                snapshot.run.rate_limited, "espera pedida por Webex", "esperas pedidas por Webex"
            )
        )
    if snapshot.alive and (late := snapshot.run.schedule.get("not_after")):
        parts.append(f"parará a las {hour(late)}")
    return " · ".join(parts)


def percent(snapshot: RunSnapshot) -> str:
    return f"{int(100 * snapshot.share)} %"


def end_clock(snapshot: RunSnapshot) -> str | None:
    """`13:40`, when the end can be estimated."""
    return None if snapshot.left_s is None else _clock(snapshot.left_s)


def _clock(seconds: float) -> str:
    return f"{datetime.now() + timedelta(seconds=seconds):%H:%M}"


def state_word(snapshot: RunSnapshot) -> str:
    """`completada con errores`, `programada para las 22:00`, `detenida: muchos errores`."""
    if snapshot.state == "scheduled":
        at = snapshot.run.schedule.get("at")
        return (
            f"programada para las {hour(at)}"
            if at
            else f"programada para cuando acabe «{'», «'.join(snapshot.awaited)}»"
        )
    found = word_of_run(snapshot.run, snapshot.state)
    reason = stop_reasons.word(snapshot.run.reason) if snapshot.state == "stopped" else ""
    return f"{found}: {reason}" if reason else found


def word_of_run(run: RunRecord, state: str) -> str:
    """A dry run or a verification does not fail: what it finds are results."""
    if not run.dry_run:
        return RUN_WORDS[state]
    name, end = ("verificación", "a") if run.kind == "verify" else ("ensayo", "o")
    if state.startswith("completed"):
        return f"{name} terminad{end}"
    return f"{name} detenid{end}" if state == "cancelled" else RUN_WORDS[state]


def headline(snapshot: RunSnapshot) -> str:
    """`EN CURSO · Desvío total con prefijo 53`; a dry run, a verification and a scheduled run by
    their name.
    """
    kind = (
        "VERIFICACIÓN"
        if snapshot.run.kind == "verify"
        else "ENSAYO"
        if snapshot.run.dry_run
        else "EN CURSO"
    )
    name = snapshot.title.removeprefix("Verificación · ")
    return f"{'PROGRAMADA' if snapshot.state == 'scheduled' else kind} · {name}"


def how_far(snapshot: RunSnapshot) -> str:
    """`62 % · fin 13:40`, `para las 22:00`."""
    if snapshot.state == "scheduled":
        return escape_markdown(state_word(snapshot).removeprefix("programada "))
    end = end_clock(snapshot)
    return f"{percent(snapshot)}{f' · fin {end}' if end else ''}"


def where_of(run: RunRecord) -> str:
    """The organization as people call it."""
    return "SANDBOX" if run.target == "sandbox" else run.org_name or run.target
