"""Reports as downloads, built when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bulk.records import RunRecord
from bulk.report import csv_chunks, json_chunks
from pages.ui import resources


def report_csv(run: RunRecord) -> bytes:
    return b"".join(csv_chunks(resources.context(), run))


def report_json(run: RunRecord) -> bytes:
    return b"".join(json_chunks(resources.context(), run))


def csv_button(run: RunRecord, label: str, *, primary: bool = False) -> None:
    _button(label, lambda: report_csv(run), f"{run.action_id}_{run.run_id}.csv", "text/csv", primary)


def json_button(run: RunRecord, label: str) -> None:
    _button(label, lambda: report_json(run), f"{run.action_id}_{run.run_id}.json", "application/json", False)


def _button(label: str, make: Callable[[], bytes], file_name: str, mime: str, primary: bool) -> None:
    st.download_button(
        label, data=make, file_name=file_name, mime=mime, on_click="ignore", type="primary" if primary else "secondary"
    )
