"""`Deshacer esta ejecución`: a preview that only reads, then the number typed, then the undo; and
what an undo has done.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from bulk.adapters import get_action
from bulk.core.figures import count, thousands
from bulk.core.records import RunRecord
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.runs.launch import Launch, launch_plan
from bulk.runs.status import find_run
from bulk.runs.undo import listed_rows, undo, undo_lists
from pages.ui.results.verify import follow
from pages.ui.run.snapshot import Look, local, look
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.texts_runs import (
    PREVIEWING,
    UNDO_HELP,
    UNDO_NOTHING,
    UNDO_TITLE,
    UNDONE,
    plural,
    rows_told,
    undo_ask,
    undo_calling,
)
from pages.ui.widgets import tables
from pages.ui.widgets.browser import focus_safe
from pages.ui.widgets.markdown import plain

RESTING = frozenset({"paused", "stopped", "interrupted"})  # besides the ended ones
MOST_SHOWN = 2_000  # rows of one list on screen
MOST_UNDOS = 5  # told one by one
DONE = {"reverted": "revertida", "kept": "conservada", "irreversible": "no reversible"}
# list of an undo -> its title, of a preview another one, what it means
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


def button(session: Session, seen: Look) -> None:
    """For a run that wrote and is at rest. A preview is made first, in the background."""
    if st.button(UNDO_TITLE, help=UNDO_HELP, disabled=seen.run.run_id in session.undo_previews):
        try:
            preview = undo(
                resources.context(),
                seen.run.run_id,
                resources.connection_for(seen.run, session),
                dry_run=True,
                note=seen.run.note,
                options=dict.fromkeys(
                    get_action(seen.run.action_id).undo_options, True
                ),  # shown, then asked for
            )
        except BulkError as error:
            st.error(plain(error.message))
            return
        # not in st.session_state: there a second click cuts this run of the page off, and the next
        # one would not know of it
        session.undo_previews[seen.run.run_id] = preview.run_id
        st.rerun()


def at_rest(seen: Look) -> bool:
    """It wrote, or could have, and nobody works it now."""
    return not seen.run.dry_run and (seen.ended or seen.state in RESTING)


def draw(session: Session, seen: Look) -> None:
    """The newest undo of the run; and the preview that this tab asked for: how far it has come,
    then the question.
    """
    _done(seen)
    preview_id = session.undo_previews.get(seen.run.run_id)
    if preview_id is None:
        return
    house = resources.context()
    preview = look(house, find_run(house, preview_id), session, with_orders=False)
    if preview.alive:
        follow(session, preview.run, PREVIEWING)
    elif preview.ended:
        _ask(session, seen, preview.run)
    else:
        _forget(session, seen.run)
        st.warning(
            f"El ensayo de la restauración se ha detenido. {plain(preview.run.reason)}",
            icon=":material/warning:",
        )


def _done(seen: Look) -> None:
    """Each undo of the run, newest first: a later one that found nothing to give back hides none
    that did.
    """
    found = [
        run
        for run in runs.children(resources.context().journal, seen.run.run_id, "undo")
        if not run.dry_run
    ]
    for run in found[:MOST_UNDOS]:
        counts = undo_lists(resources.context(), run.run_id)
        told, opens = st.columns([0.78, 0.22], vertical_alignment="center")
        numbers = (count(counts[name], word, plural(word)) for name, word in DONE.items())
        told.info(
            UNDONE.format(local(run.created_at), plain(run.person or "?"), *numbers),
            icon=":material/undo:",
        )
        if opens.button("Ver la restauración", width="stretch", key=f"undo_open_{run.run_id}"):
            st.switch_page(PAGES["informe"][0], query_params={"run": run.run_id})
    if len(found) > MOST_UNDOS:
        st.caption(
            f"y {count(len(found) - MOST_UNDOS, 'restauración', 'restauraciones')} más, en"
            " Historial"
        )


def _ask(session: Session, seen: Look, preview: RunRecord) -> None:
    found = undo_lists(resources.context(), preview.run_id)
    number = found["reverted"]
    asks = bool(found["partly"] and get_action(preview.action_id).undo_options)

    @st.dialog(UNDO_TITLE, width="medium", on_dismiss=lambda: _forget(session, seen.run))
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
            _forget(session, seen.run)
            st.rerun()
        if opened:
            _forget(session, seen.run)
            st.switch_page(PAGES["informe"][0], query_params={"run": preview.run_id})
        if sure and typed.strip().replace(".", "") == str(number):
            _go(
                session,
                seen,
                preview,
                {} if taken or not asks else dict.fromkeys(preview.options, False),
            )
        elif sure:
            st.error(f"Has escrito «{plain(typed)}» y se espera {number}.")

    ask()


def _rest(found: dict[str, int]) -> str:
    """What else the preview found."""
    parts = [f"{rows_told(found['already'])} ya como antes"] if found["already"] else []
    if found["partly"]:
        parts.append(f"en {rows_told(found['partly'])} hay algo que no vuelve")
    if found["failed"] or found["open"]:
        parts.append(f"{rows_told(found['failed'] + found['open'])} sin poder leerse")
    return " · ".join([*parts, "Al deshacer se vuelve a leer cada fila antes de escribirla."])


def _go(session: Session, seen: Look, preview: RunRecord, options: dict[str, bool]) -> None:
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
        reached = resources.connection_for(seen.run, session)
        started = launch_plan(
            resources.context(), preview.run_id, reached, how, reviewed=preview.plan_hash
        )
    except BulkError as error:
        st.error(plain(error.message))
        return
    _forget(session, seen.run)
    session.run_id = started.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": started.run_id})


def _forget(session: Session, run: RunRecord) -> None:
    session.undo_previews.pop(run.run_id, None)


# -- what an undo did ------------------------------------------------------------------------------


def lists(seen: Look) -> None:
    """The rows of an undo by what became of them, or would."""
    house, run = resources.context(), seen.run
    counts = undo_lists(house, run.run_id)
    for name, (done, preview, meaning) in LISTS.items():
        if name in ("partly", "failed") and not counts[name]:
            continue
        st.markdown(
            f"**{preview if run.dry_run else done} ({thousands(counts[name])})** · {meaning}"
        )
        if counts[name]:
            found = listed_rows(house, run.run_id, name, limit=MOST_SHOWN)
            tables.show_rows(found, run, key=f"undo_{name}", height=240)
    told = {"already": "ya como antes", "open": "sin procesar"}
    rest = [f"{rows_told(counts[name])} {words}" for name, words in told.items() if counts[name]]
    if rest:
        st.caption(" · ".join(rest))
