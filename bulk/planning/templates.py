"""An Excel template per action: its canonical headers, an example row, a help sheet; every cell is
text.
"""

from __future__ import annotations

import base64
from typing import BinaryIO

from bulk.adapters import get_action
from bulk.core.action import Param
from bulk.core.id_kinds import ID_KINDS

EMPTY_ROWS = 5_000  # formatted as text, so that what is pasted keeps its zeros and its +
_EXAMPLE_UUID = "00000000-0000-4000-8000-000000000001"  # shows the form of an id; of no real person
_EXAMPLES = {
    "phone": "+34911222333",
    "extension": "2041",
    "flag": "sí",
    "call_type": "INTERNATIONAL",
    "number_type": "DID",
    "route_type": "TRUNK",
    "text": "Texto",
}
_EXPECTED = {name: kind.expected for name, kind in ID_KINDS.items()} | {
    "phone": "teléfono con prefijo internacional: +34911222333",
    "extension": "solo cifras; los ceros a la izquierda cuentan",
    "flag": "sí o no",
    "call_type": "tipo de llamada, por ejemplo INTERNATIONAL o NATIONAL",
    "number_type": "DID, TOLLFREE o MOBILE",
    "route_type": "TRUNK o ROUTE_GROUP",
    "text": "texto",
}


def example_of(param: Param) -> str:
    """A cell that the parameter's rules accept."""
    if param.is_id:
        text = f"ciscospark://us/{ID_KINDS[param.kind].types[0]}/{_EXAMPLE_UUID}"
        return base64.b64encode(text.encode()).decode().rstrip("=")
    return param.example or _EXAMPLES[param.kind]


def write_template(action_id: str, target: BinaryIO) -> None:
    """Write the workbook: a sheet with the name of the action's file, and «Ayuda». Raises
    UnknownAction, InDevelopment.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # ships no types; only loaded for a workbook

    action = get_action(action_id)
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    plain = book.add_format({"num_format": "@"})
    bold = book.add_format({"num_format": "@", "bold": True, "bg_color": "#F3F5F8"})
    wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(action.dataset.upper())
    sheet.freeze_panes(1, 0)
    for column, param in enumerate(action.params):
        sheet.set_column(column, column, 24, plain)
        sheet.write_string(0, column, param.name, bold)
        sheet.write_string(1, column, example_of(param) if param.in_example else "", plain)
        for row in range(2, EMPTY_ROWS, 1_000):  # some readers forget a format of columns only
            sheet.write_blank(row, column, None, plain)
    help_sheet = book.add_worksheet("Ayuda")
    help_sheet.set_column(0, 0, 40)
    help_sheet.set_column(1, 1, 12)
    help_sheet.set_column(2, 3, 60)
    for column, text in enumerate(("parámetro", "obligatorio", "qué se espera", "ejemplo")):
        help_sheet.write_string(0, column, text, bold)
    for row, param in enumerate(action.parameters, 1):
        message = _EXPECTED[param.kind] + ("; varios, separados con ; o |" if param.many else "")
        cells = (param.name, "sí" if param.required else "no", message, example_of(param))
        for column, text in enumerate(cells):
            help_sheet.write_string(row, column, text, wrapped)
    help_sheet.write_string(len(action.parameters) + 2, 0, action.title, bold)
    help_sheet.write_string(len(action.parameters) + 3, 0, action.summary, wrapped)
    help_sheet.write_string(
        len(action.parameters) + 4,
        0,
        "Borra la fila de ejemplo antes de usar la plantilla.",
        wrapped,
    )
    book.close()
