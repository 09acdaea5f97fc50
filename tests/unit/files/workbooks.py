"""Excel workbooks made by openpyxl."""

from __future__ import annotations

import io
from typing import Any

import openpyxl


def book(**sheets: list[list[Any]]) -> bytes:
    """A workbook made by openpyxl; sheet name -> rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()
