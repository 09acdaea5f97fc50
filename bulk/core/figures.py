"""Figures as people read them: `4.300`, `1 fila`, `2 filas`."""

from __future__ import annotations


def thousands(number: int) -> str:
    """4300 -> `4.300`."""
    return f"{number:,}".replace(",", ".")


def count(number: int, one: str, many: str) -> str:
    """`1 ejecución`, `2 ejecuciones`."""
    return f"{thousands(number)} {one if number == 1 else many}"
