"""Reports as downloads, built when they are asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from bulk.core.action_log import order_log
from bulk.core.records import OrderStatus, RunRecord
from bulk.report import (
    acta_chunks,
    csv_chunks,
    has_file,
    html_chunks,
    json_chunks,
    roundtrip_chunks,
    three_files,
    xlsx_chunks,
)
from bulk.report.parts import FILE_NAMES
from pages.ui.data.problem_list import EXCEL
from pages.ui.run.orders import notable_orders, order_name, statuses
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources

NO_FILE = "El fichero de esta ejecución no se guardó."


def report_csv(run: RunRecord) -> bytes:
    return b"".join(csv_chunks(resources.context(), run))


def report_json(run: RunRecord) -> bytes:
    return b"".join(json_chunks(resources.context(), run))


def report_xlsx(run: RunRecord) -> bytes:
    return b"".join(xlsx_chunks(resources.context(), run))


def report_html(run: RunRecord) -> bytes:
    return b"".join(html_chunks(resources.context(), run))


def acta(found: Sequence[RunRecord]) -> bytes:
    """HTML to print, over one or several runs."""
    return b"".join(acta_chunks(resources.context(), found))


def round_trip(run: RunRecord) -> bytes:
    return b"".join(roundtrip_chunks(resources.context(), run))


def three_parts(run: RunRecord) -> bytes:
    """A ZIP with what was done, what failed and what was not processed: together, each row once."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, chunks in three_files(resources.context(), run).items():
            with book.open(FILE_NAMES[name], "w") as file:
                file.writelines(chunks)
    return target.getvalue()


def order_log_lines(order_id: str) -> bytes:
    """One JSON object per line."""
    return "".join(f"{line}\n" for line in order_log(resources.context().home, order_id)).encode()


def excel_button(run: RunRecord) -> None:
    _button("Descargar Excel", lambda: report_xlsx(run), f"{_stem(run)}.xlsx", EXCEL, primary=True)


def csv_button(run: RunRecord, label: str, *, wide: bool = False) -> None:
    _button(label, lambda: report_csv(run), f"{_stem(run)}.csv", "text/csv", wide=wide)


def acta_button(found: Sequence[RunRecord], label: str, *, wide: bool = False) -> None:
    name = (
        f"acta_{found[0].run_id}.html"
        if len(found) == 1
        else f"acta_{datetime.now():%Y%m%d-%H%M}.html"
    )
    _button(label, lambda: acta(found), name, "text/html", disabled=not found, wide=wide)


def more(snapshot: RunSnapshot) -> None:
    """Every other form of the report, behind one button."""
    run = snapshot.run
    with st.popover("Más"):
        csv_button(run, "CSV", wide=True)
        _button(
            "JSON", lambda: report_json(run), f"{_stem(run)}.json", "application/json", wide=True
        )
        _button("HTML", lambda: report_html(run), f"{_stem(run)}.html", "text/html", wide=True)
        kept = has_file(resources.context(), run)
        tip = (
            "Tu fichero con el resultado al lado de cada fila; se puede volver a cargar."
            if kept
            else NO_FILE
        )
        _button(
            "Ida y vuelta",
            lambda: round_trip(run),
            f"ida_y_vuelta_{run.run_id}.csv",
            "text/csv",
            tip=tip,
            disabled=not kept,
            wide=True,
        )
        _button(
            "Hechas / fallidas / sin procesar",
            lambda: three_parts(run),
            f"partes_{run.run_id}.zip",
            "application/zip",
            tip="Tres ficheros CSV en un ZIP.",
            wide=True,
        )
        if snapshot.order_states:
            _log(snapshot)


def _log(snapshot: RunSnapshot) -> None:
    by_id = {order.order_id: order for order in notable_orders(snapshot) or statuses(snapshot)[:1]}
    chosen = st.selectbox(
        "Registro de un lote",
        list(by_id),
        format_func=lambda each: _order(by_id, each),
        key="download_order",
    )
    if chosen in by_id:
        _button(
            "Descargar registro",
            lambda: order_log_lines(chosen),
            f"{chosen}.jsonl",
            "application/jsonl",
            wide=True,
        )


def _order(by_id: dict[str, OrderStatus], order_id: str) -> str:
    return order_name(by_id[order_id]) if order_id in by_id else order_id


def _stem(run: RunRecord) -> str:
    return f"{run.action_id}_{run.run_id}"


def _button(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    mime: str,
    *,
    primary: bool = False,
    tip: str | None = None,
    disabled: bool = False,
    wide: bool = False,
) -> None:
    """`wide` makes it as wide as the list that it stands in."""
    st.download_button(
        label,
        data=make,
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        type="primary" if primary else "secondary",
        help=tip,
        disabled=disabled,
        width="stretch" if wide else "content",
    )
