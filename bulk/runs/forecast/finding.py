"""What a forecast says: one thing to know, the rows it is about, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bulk.core.text import thousands

MAX_LINES = 20  # rows that a finding carries
MAX_SHOWN_ROWS = 5  # rows that its text names


@dataclass(frozen=True)
class Finding:
    """One thing to know before launching."""

    # licencias_agotadas, numero_no_esta, extension_ocupada …; of a row set aside, the row's own
    # code
    code: str
    title: str  # what will happen, with the row where it begins
    remedy: str  # what to do
    count: int  # rows concerned
    lines: tuple[int, ...]  # the first of them, at most MAX_LINES


def finding(
    code: str, title: str, remedy: str, lines: Iterable[int], *, example: str = ""
) -> list[Finding]:
    """Nothing when there are no rows. The text names the first rows, then `example` (of one of
    them), then what to do.
    """
    concerned = sorted(set(lines))
    if not concerned:
        return []
    message = " ".join(part for part in (named(concerned), example, remedy) if part)
    return [
        Finding(
            code,
            f"{title} ({begins(concerned)})",
            message,
            len(concerned),
            tuple(concerned[:MAX_LINES]),
        )
    ]


def begins(lines: list[int]) -> str:
    """`fila 218`, or `desde la fila 218`."""
    return f"{'desde la ' if len(lines) > 1 else ''}fila {thousands(lines[0])}"


def named(lines: list[int], total: int | None = None) -> str:
    """`Filas 2, 3, 4, 5, 6 y 1.200 más.`; nothing of a single row, which the title names. `total`:
    rows in all.
    """
    first, count = lines[:MAX_SHOWN_ROWS], total or len(lines)
    if count == 1:
        return ""
    listed = ", ".join(map(thousands, first))
    if count > len(first):
        return f"Filas {listed} y {thousands(count - len(first))} más."
    return f"Filas {', '.join(map(thousands, first[:-1]))} y {thousands(first[-1])}."
