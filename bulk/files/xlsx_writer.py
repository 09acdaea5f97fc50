"""Excel workbooks written row by row: text stays text, and nothing is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from bulk.core.text import printable
from bulk.errors import UsageError, os_error_text

MAX_ROWS = 1_048_575  # rows that a sheet takes under its header
_MAX_CELL = 32_767  # characters that Excel takes
_NUMBERS = frozenset(
    {
        "fila",
        "intento",
        "filas",
        "hechas",
        "fallidas",
        "sin procesar",
        "fuera de alcance",
        "primera fila",
    }
)
_WIDTHS = {
    "fila": 8,
    "intento": 8,
    "mensaje": 60,
    "antes": 30,
    "después": 30,
    "remedio": 60,
    "causa": 14,
    "valor": 100,
}
# nothing is taken for a formula, a link or a number; a row is written to disk when the next one
# begins
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def text_book(
    file: BinaryIO, name: str, headers: Sequence[str], lines: Iterable[Sequence[str]]
) -> None:
    """A workbook of one sheet whose cells are all text, exactly as given. Raises UsageError (too
    many rows, no package).
    """
    with Book(file) as book:
        book.sheet(name, headers, lines, only_text=True)


class Book:
    """A workbook being written, sheet by sheet and row by row."""

    def __init__(self, file: BinaryIO) -> None:
        import xlsxwriter  # type: ignore[import-untyped]  # ships no types; only loaded for a workbook

        self._book = xlsxwriter.Workbook(file, _OPTIONS)
        self._plain = self._book.add_format({"num_format": "@"})
        self._header = self._book.add_format(
            {"bold": True, "num_format": "@", "bg_color": "#F3F5F8"}
        )

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        try:
            self._book.close()
        except OSError as error:
            raise UsageError(
                f"No se puede escribir el libro de Excel: {os_error_text(error)}."
            ) from None

    def sheet(
        self,
        name: str,
        headers: Sequence[str],
        lines: Iterable[Sequence[str]],
        *,
        only_text: bool = False,
    ) -> None:
        """A sheet with a header; what does not fit goes on in «Filas 2» … (of a file that is to be
        read again: refused).
        """
        numbers = (
            frozenset()
            if only_text
            else frozenset(at for at, header in enumerate(headers) if header in _NUMBERS)
        )
        page = self._page(name, headers)
        at, pages = 0, 1
        for line in lines:
            if at == MAX_ROWS:
                if only_text:
                    raise UsageError(
                        "El fichero tiene más filas de las que caben en una hoja de Excel."
                        " Escríbelo como CSV."
                    )
                at, pages = 0, pages + 1
                page = self._page(f"{name} {pages}", headers)
            at += 1
            for column, text in enumerate(line):
                if column in numbers and text.isdecimal():
                    page.write_number(at, column, int(text))
                elif text:
                    page.write_string(at, column, printable(text)[:_MAX_CELL], self._plain)

    def _page(self, name: str, headers: Sequence[str]) -> Any:
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            page.set_column(column, column, _WIDTHS.get(header, 20))
            page.write_string(0, column, printable(header), self._header)
        return page
