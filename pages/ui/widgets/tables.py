"""Tables, and the cells of a file or of a request in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from bulk.files.dataset import Dataset
from pages.ui.texts import NO_SOURCE

LAZY = 5_000  # rows: from here on the browser asks for what it shows
HEIGHT = 320
_LONG_ID = 60


def show(
    frame: pd.DataFrame,
    *,
    config: dict[str, Any] | None = None,
    key: str | None = None,
    height: int | None = HEIGHT,
) -> None:
    """A table at most `height` px high."""
    size: Any = "content" if height is None or len(frame) < 8 else height
    lazy = True if len(frame) > LAZY else None
    st.dataframe(frame, hide_index=True, height=size, column_config=config, key=key, lazy=lazy)


def preview(dataset: Dataset, rows: int = 200) -> pd.DataFrame:
    """The first rows as read, with their line; long ids shortened."""
    frame = dataset.frame.head(rows).map(short)
    return frame.reset_index(names="Fila")


def short(text: str) -> str:
    """Ids of 80 characters keep their head and tail."""
    return text if len(text) < _LONG_ID else f"{text[:6]}…{text[-6:]}"


def params_frame(params: Mapping[str, Any]) -> pd.DataFrame:
    """Parámetro, Valor: what a row would send, its ids shortened."""
    shown = [
        (name, ", ".join(map(short, value)) if isinstance(value, list) else _cell(value))
        for name, value in params.items()
    ]
    return pd.DataFrame(shown, columns=pd.Index(["Parámetro", "Valor"]))


def params_config() -> dict[str, Any]:
    return {
        "Parámetro": st.column_config.TextColumn(width=125),
        "Valor": st.column_config.TextColumn(width=150),
    }


def _cell(value: object) -> str:
    return ("sí" if value else "no") if isinstance(value, bool) else short(str(value))


def origins(dataset: Dataset, global_: Dataset | None) -> list[str]:
    """What can be chosen as a parameter's source."""
    shared = [f"GLOBAL.{header}" for header in global_.frame.columns] if global_ else []
    return [NO_SOURCE, *dataset.frame.columns, *shared]
