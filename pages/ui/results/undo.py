"""«Deshacer esta ejecución»: a preview that only reads, then the number typed, then the undo; and
what an undo did.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from bulk.adapters import get_action
from bulk.core.records import RunRecord
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.runs.launch import Launch, launch_plan
from bulk.runs.status import find_run
from bulk.runs.undo import listed_rows, undo, undo_lists
from pages.ui.results.verify import follow
from pages.ui.run import tables as run_tables
from pages.ui.run.snapshot import RunSnapshot, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import (
    PAGES,
    PREVIEWING,
    UNDO_HELP,
    UNDO_NOTHING,
    UNDO_TITLE,
    UNDONE,
    local_time,
    plural,
    rows_text,
    undo_ask,
    undo_calling,
)
from pages.ui.widgets.browser import focus_safe
from pages.ui.widgets.markdown import escape_markdown

IDLE = frozenset({"paused", "stopped", "interrupted"})  # besides the ended ones
MAX_SHOWN = 2_000  # rows of one list on screen
MAX_UNDOS = 5  # shown
DONE = {"reverted": "revertida", "kept": "conservada", "irreversible": "no reversible"}
# list of an undo -> its title, its title in a preview, what it means
LISTS = {
    "reverted": ("Revertidas", "Por revertir", "Como estaban antes."),
    "partly": (
        "Revertidas en parte",
        "Por revertir en parte",
        "De las anteriores: en cada una se dice qué no vuelve.",
    ),
    "kept": ("Conservadas", "Conservadas", "Alguien las cambió después: se dejan como están."),
    "irreversible": ("No reversibles", "No reversibles", "No se pueden restaurar."),
    "failed": ("Con error", "Sin poder leerse", "Se pueden reintentar."),
}


def button(session: Session, snapshot: RunSnapshot) -> None:
    """For a run that wrote and is idle. A preview is made first, in the background."""
    if st.button(
        UNDO_TITLE, help=UNDO_HELP, disabled=snapshot.run.run_id in session.view.undo_previews
    ):
        try:
            preview = undo(
                resources.context(),
                snapshot.run.run_id,
                resources.connection_for(snapshot.run, session),
                dry_run=True,
                note=snapshot.run.note,
                # shown, then asked for
                options=dict.fromkeys(get_action(snapshot.run.action_id).undo_options, True),
            )
        except BulkError as error:
            st.error(escape_markdown(error.message))
            return
        # In the session at once: a second click ends this run of the page, and the next one has
        # to know of the preview.
        session.view.undo_previews[snapshot.run.run_id] = preview.run_id
        st.rerun()


def is_offered(snapshot: RunSnapshot) -> bool:
    """It wrote, or could have, and is not active."""
    return not snapshot.run.dry_run and (snapshot.ended or snapshot.state in IDLE)


def draw(session: Session, snapshot: RunSnapshot) -> None:
    """The newest undos of the run; and the preview that this tab asked for: its progress, then the
    question.
    """
    _done(snapshot)
    preview_id = session.view.undo_previews.get(snapshot.run.run_id)
    if preview_id is None:
        return
    context = resources.context()
    preview = take_snapshot(context, find_run(context, preview_id), session, with_orders=False)
    if preview.alive:
        follow(session, preview.run, PREVIEWING)
    elif preview.ended:
        _ask(session, snapshot, preview.run)
    else:
        _forget(session, snapshot.run)
        st.warning(
            f"El ensayo de la restauración se ha detenido. {escape_markdown(preview.run.reason)}",
            icon=":material/warning:",
        )


def _done(snapshot: RunSnapshot) -> None:
    """Each undo of the run, newest first: a later one that found nothing to restore hides none that
    did.
    """
    found = [
        run
        for run in runs.children(resources.context().journal, snapshot.run.run_id, "undo")
        if not run.dry_run
    ]
    for run in found[:MAX_UNDOS]:
        counts = undo_lists(resources.context(), run.run_id)
        text, opens = st.columns([0.78, 0.22], vertical_alignment="center")
        numbers = (pluralize(counts[name], word, plural(word)) for name, word in DONE.items())
        text.info(
            UNDONE.format(local_time(run.created_at), escape_markdown(run.person or "?"), *numbers),
            icon=":material/undo:",
        )
        if opens.button("Ver la restauración", width="stretch", key=f"undo_open_{run.run_id}"):
            st.switch_page(PAGES["informe"][0], query_params={"run": run.run_id})
    if len(found) > MAX_UNDOS:
        more = pluralize(len(found) - MAX_UNDOS, "restauración", "restauraciones")
        st.caption(f"y {more} más, en Historial")


def _ask(session: Session, snapshot: RunSnapshot, preview: RunRecord) -> None:
    found = undo_lists(resources.context(), preview.run_id)
    number = found["reverted"]
    asks = bool(found["partly"] and get_action(preview.action_id).undo_options)

    @st.dialog(UNDO_TITLE, width="medium", on_dismiss=lambda: _forget(session, snapshot.run))
    def ask() -> None:
        if number:
            st.write(undo_ask(number, found["kept"], found["irreversible"]))
        else:
            st.write(UNDO_NOTHING)
        st.caption(_rest(found))
        with st.form("undo_confirm", border=False, enter_to_submit=False):
            taken = asks and st.checkbox(undo_calling(found["partly"]), key="undo_calling")
            typed = st.text_input(
                f"Escribe {number} para confirmar.", disabled=not number, key="undo_typed"
            )
            back, preview_place, on = st.columns([0.22, 0.53, 0.25])
            returned = back.form_submit_button(
                "Volver", key="safe", type="primary", width="stretch"
            )
            opened = preview_place.form_submit_button(
                "Ver el ensayo de la restauración", width="stretch"
            )
            sure = on.form_submit_button("Deshacer", disabled=not number, width="stretch")
        focus_safe()
        if returned:
            _forget(session, snapshot.run)
            st.rerun()
        if opened:
            _forget(session, snapshot.run)
            st.switch_page(PAGES["informe"][0], query_params={"run": preview.run_id})
        if sure and typed.strip().replace(".", "") == str(number):
            _go(
                session,
                snapshot,
                preview,
                {} if taken or not asks else dict.fromkeys(preview.options, False),
            )
        elif sure:
            st.error(f"Has escrito «{escape_markdown(typed)}» y se espera {number}.")

    ask()


def _rest(found: dict[str, int]) -> str:
    """What else the preview found."""
    parts = [f"{rows_text(found['already'])} ya como antes"] if found["already"] else []
    if found["partly"]:
        parts.append(f"en {rows_text(found['partly'])} hay algo que no vuelve")
    if found["failed"] or found["open"]:
        parts.append(f"{rows_text(found['failed'] + found['open'])} sin poder leerse")
    return " · ".join([*parts, "Al deshacer se vuelve a leer cada fila antes de escribirla."])


def _go(
    session: Session, snapshot: RunSnapshot, preview: RunRecord, options: dict[str, bool]
) -> None:
    """Launch the preview itself: what it did not show is not written, whatever happened since."""
    ceiling = preview.settings.get("rate_ceiling")
    how = Launch(
        preview.bulk,
        chunk_size=preview.chunk_size,
        workers=preview.workers,
        note=preview.note,
        rate_ceiling=ceiling,
    )
    how = replace(how, options=options)
    try:
        connection = resources.connection_for(snapshot.run, session)
        started = launch_plan(
            resources.context(), preview.run_id, connection, how, reviewed=preview.plan_hash
        )
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return
    _forget(session, snapshot.run)
    session.view.run_id = started.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": started.run_id})


def _forget(session: Session, run: RunRecord) -> None:
    session.view.undo_previews.pop(run.run_id, None)


# -- what an undo did ------------------------------------------------------------------------------


def lists(snapshot: RunSnapshot) -> None:
    """The rows of an undo by what became of them, or would."""
    context, run = resources.context(), snapshot.run
    counts = undo_lists(context, run.run_id)
    for name, (done, preview, meaning) in LISTS.items():
        if name in ("partly", "failed") and not counts[name]:
            continue
        st.markdown(
            f"**{preview if run.dry_run else done} ({thousands(counts[name])})** · {meaning}"
        )
        if counts[name]:
            found = listed_rows(context, run.run_id, name, limit=MAX_SHOWN)
            run_tables.show_rows(found, run, key=f"undo_{name}", height=240)
    text = {"already": "ya como antes", "open": "sin procesar"}
    rest = [f"{rows_text(counts[name])} {words}" for name, words in text.items() if counts[name]]
    if rest:
        st.caption(" · ".join(rest))
