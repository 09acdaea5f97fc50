"""`Deshacer esta ejecución`: a preview that only reads, then the number typed, then the undo; and what an undo has done."""

from __future__ import annotations

import streamlit as st

from bulk.errors import BulkError
from bulk.journal import rows, runs
from bulk.records import RunRecord
from bulk.status import find_run
from bulk.undoing import undo, undo_lists
from pages.ui import resources, tables
from pages.ui.looking import Look, local, look
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import PAGES, thousands
from pages.ui.texts_runs import PREVIEWING, UNDO_ASK, UNDO_HELP, UNDO_NOTHING, UNDO_TITLE, UNDONE, rows_told
from pages.ui.verify_panel import follow

RESTING = frozenset({"paused", "stopped", "interrupted"})  # besides the ended ones
MOST_SHOWN = 2_000  # rows of one list on screen
# state of a row of an undo -> title of its list, what it means
LISTS = {
    "done": ("Revertidas", "Vuelven a estar como antes."),
    "change": ("Por revertir", "Volverían a estar como antes."),
    "conflict": ("Conservadas", "Alguien las cambió después: se dejan como están."),
    "invalid": ("No reversibles", "No se pueden restaurar."),
}


def button(session: Session, seen: Look) -> None:
    """For a run that wrote and is at rest. A preview is made first, in the background."""
    if st.button(UNDO_TITLE, help=UNDO_HELP, disabled=_key(seen.run) in st.session_state):
        try:
            preview = undo(
                resources.context(),
                seen.run.run_id,
                resources.connection_for(seen.run, session),
                dry_run=True,
                note=seen.run.note,
            )
        except BulkError as error:
            st.error(plain(error.message))
            return
        st.session_state[_key(seen.run)] = preview.run_id
        st.rerun()


def at_rest(seen: Look) -> bool:
    """It wrote, or could have, and nobody works it now."""
    return not seen.run.dry_run and (seen.ended or seen.state in RESTING)


def draw(session: Session, seen: Look) -> None:
    """The newest undo of the run; and the preview that this tab asked for: how far it has come, then the question."""
    _done(seen)
    preview_id = st.session_state.get(_key(seen.run))
    if preview_id is None:
        return
    house = resources.context()
    preview = look(house, find_run(house, preview_id), session, with_orders=False)
    if preview.alive:
        follow(session, preview.run, PREVIEWING)
    elif preview.ended:
        _ask(session, seen, preview.run)
    else:
        _forget(seen.run)
        st.warning(f"El ensayo de la restauración se ha detenido. {plain(preview.run.reason)}", icon=":material/warning:")


def _done(seen: Look) -> None:
    found = [run for run in runs.children(resources.context().journal, seen.run.run_id, "undo") if not run.dry_run]
    if not found:
        return
    counts = undo_lists(resources.context(), found[0].run_id)
    told, opens = st.columns([0.78, 0.22], vertical_alignment="center")
    numbers = (thousands(counts[name]) for name in ("reverted", "kept", "irreversible"))
    told.info(UNDONE.format(local(found[0].created_at), plain(found[0].person or "?"), *numbers), icon=":material/undo:")
    if opens.button("Ver la restauración", width="stretch"):
        st.switch_page(PAGES["informe"][0], query_params={"run": found[0].run_id})


def _ask(session: Session, seen: Look, preview: RunRecord) -> None:
    found = undo_lists(resources.context(), preview.run_id)
    number = found["reverted"]

    @st.dialog(UNDO_TITLE, width="medium", on_dismiss=lambda: _forget(seen.run))
    def ask() -> None:
        if number:
            st.write(UNDO_ASK.format(f"**{rows_told(number)}**", thousands(found["kept"]), thousands(found["irreversible"])))
        else:
            st.write(UNDO_NOTHING)
        st.caption(_rest(found))
        with st.form("undo_confirm", border=False):
            typed = st.text_input(f"Escribe {number} para confirmar.", disabled=not number, key="undo_typed")
            back, preview_place, on = st.columns([0.22, 0.53, 0.25])
            returned = back.form_submit_button("Volver", width="stretch")
            opened = preview_place.form_submit_button("Ver el ensayo de la restauración", width="stretch")
            sure = on.form_submit_button("Deshacer", type="primary", disabled=not number, width="stretch")
        if returned:
            _forget(seen.run)
            st.rerun()
        if opened:
            _forget(seen.run)
            st.switch_page(PAGES["informe"][0], query_params={"run": preview.run_id})
        if sure and typed.strip().replace(".", "") == str(number):
            _go(session, seen)
        elif sure:
            st.error(f"Has escrito «{plain(typed)}» y se espera {number}.")

    ask()


def _rest(found: dict[str, int]) -> str:
    """What else the preview found."""
    parts = [f"{rows_told(found['already'])} ya como antes"] if found["already"] else []
    if found["failed"] or found["open"]:
        parts.append(f"{rows_told(found['failed'] + found['open'])} sin poder leerse")
    return " · ".join([*parts, "Al deshacer se vuelve a leer cada fila antes de escribirla."])


def _go(session: Session, seen: Look) -> None:
    try:
        started = undo(resources.context(), seen.run.run_id, resources.connection_for(seen.run, session), note=seen.run.note)
    except BulkError as error:
        st.error(plain(error.message))
        return
    _forget(seen.run)
    session.run_id = started.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": started.run_id})


def _key(run: RunRecord) -> str:
    return f"undo_preview_{run.run_id}"


def _forget(run: RunRecord) -> None:
    st.session_state.pop(_key(run), None)


# -- what an undo did ---------------------------------------------------------------------------------------------------


def lists(seen: Look) -> None:
    """The rows of an undo by what became of them."""
    told = {**LISTS}
    told.pop("done" if seen.run.dry_run else "change")
    for state, (title, meaning) in told.items():
        st.markdown(f"**{title} ({thousands(seen.counts[state])})** · {meaning}")
        if seen.counts[state]:
            found = rows.read_rows(resources.context().journal, seen.run.run_id, states=(state,), limit=MOST_SHOWN)
            tables.show(tables.row_frame(found, seen.run), config=tables.row_config(seen.run), key=f"undo_{state}", height=240)
    rest = seen.total - sum(seen.counts[state] for state in told)
    if rest:
        st.caption(f"{rows_told(rest)} más: ya como antes, con error o sin procesar (pestaña Filas).")
