"""E-mails and names instead of ids: looked up in Webex when the operator asks for it; of ambiguous
ones the operator chooses.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from bulk.core.records import FILE_NAMES
from bulk.core.text import pluralize, thousands
from bulk.planning import fill_ids
from bulk.planning.name_lookup import Names, forget, keep, meanings
from bulk.planning.prepare import PreparedFile
from bulk.webex.directory import distinct_labels
from pages.ui.data import corrections
from pages.ui.mapping import selection
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import BY_NAME
from pages.ui.widgets.markdown import escape_markdown

MAX_ASKED = 5  # names at a time


def by_name(session: Session) -> None:
    """The checkbox of Mapeo."""
    session.mapping.by_name = st.checkbox(
        "Buscar en Webex los correos y nombres",
        value=session.mapping.by_name,
        key="by_name",
        help=BY_NAME,
    )


def choose(session: Session, prepared: PreparedFile) -> None:
    """Names of the file that are ambiguous, or not found but like others: the operator says once
    which is meant.
    """
    if session.mapping.by_name:
        unresolved = {problem.value for problem in prepared.problems if problem.rule == "nombre"}
        names, org_id = selection.names(session)
        _chosen_before(session, names, org_id)
        _ask_for(session, [doubt for doubt in names.doubts if doubt[1] in unresolved])


def _chosen_before(session: Session, names: Names, org_id: str | None) -> None:
    """The choices used for these rows, and the way to make them again."""
    if not names.used:
        return
    choices = meanings(names)
    more = ""
    if len(choices) > MAX_ASKED:
        more = f" y {pluralize(len(choices) - MAX_ASKED, 'nombre más', 'nombres más')}"
    shown = escape_markdown(" · ".join(choices[:MAX_ASKED]))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Como elegiste: {shown}{more}.", width="content")
        if st.button("Elegir de nuevo", type="tertiary", key="choose_again"):
            forget(names, resources.context().journal, org_id)
            session.mapping.prepared = None  # made from what was chosen
            st.rerun()


def _ask_for(session: Session, doubts: list[tuple[str, str]]) -> None:
    names, org_id = selection.names(session)
    for kind, name in doubts[:MAX_ASKED]:
        _ask(session, names, org_id, kind, name)
    if (more := len(doubts) - MAX_ASKED) > 0:
        st.caption(
            f"Y {pluralize(more, 'nombre más', 'nombres más')} por aclarar, cuando elijas estos."
        )


def _ask(session: Session, names: Names, org_id: str | None, kind: str, name: str) -> None:
    candidates = names.doubts[kind, name]
    shown = distinct_labels(candidates)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        found = st.selectbox(
            f"¿A qué se refiere «{escape_markdown(name)}»?",
            list(shown),
            index=None,
            format_func=shown.__getitem__,
            placeholder="Elige; se recordará para este nombre",
            key=f"mean_{kind}_{name}",
        )
        if st.button("Es esta", key=f"means_{kind}_{name}", disabled=found is None) and found:
            names.chosen = keep(resources.context().journal, org_id, {name: found})
            del names.doubts[kind, name]
            session.mapping.prepared = None  # made from the name's former meaning
            st.rerun()


def complete(session: Session) -> None:
    """«Completar ids»: offered only where ids are missing and can be looked up."""
    wanted = {
        name: session.once(
            f"lacking_{name}",
            (id(dataset), session.view.revision),
            partial(fill_ids.lacking, dataset),
        )
        for name, dataset in session.files.working.items()
    }
    if not any(wanted.values()):
        return
    texts = [
        f"{FILE_NAMES[name]}: {thousands(len(each.cells))} sin «{each.target}», que se puede buscar"
        f" por «{each.source}»"
        for name, lacks in wanted.items()
        for each in lacks
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(escape_markdown(" · ".join(texts)))
        if st.button(
            "Completar ids",
            help=(
                "Busca en Webex cada correo y cada nombre una vez. El fichero original no se toca."
            ),
        ):
            names, _ = selection.names(session)
            with st.spinner("Buscando en Webex…"):
                ends = [
                    corrections.complete_ids(session, name, names)
                    for name in wanted
                    if wanted[name]
                ]
            _toast_result(sum(done for done, _ in ends), sum(left for _, left in ends))
            st.rerun()
    lacks = [each for found in wanted.values() for each in found]
    doubts = [
        (kind, name)
        for kind, name in selection.doubts_so_far(session)
        if _stands_in(lacks, kind, name)
    ]
    if doubts:
        _ask_for(session, doubts)


def _stands_in(lacks: list[fill_ids.Lacking], kind: str, name: str) -> bool:
    return any(each.kind == kind and (each.cells == name).any() for each in lacks)


def _toast_result(done: int, left: int) -> None:
    text = f"{pluralize(done, 'identificador completado', 'identificadores completados')}."
    if left:
        text += f" Sin encontrar: {pluralize(left, 'celda', 'celdas')}, en Avisos."
    st.toast(text, icon=":material/check_circle:" if not left else ":material/info:")
