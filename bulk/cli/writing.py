"""Files that a command leaves: never over one that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bulk.core.logs import private
from bulk.errors import UsageError, os_error_text


def refuse_input(out: Path | None, read: Iterable[Path | None], option: str = "--out") -> None:
    """Raises UsageError when `out` is one of the files that the command reads: the original is
    never changed.
    """
    for path in read:
        if (
            out
            and path
            and path.exists()
            and (out.resolve() == path.resolve() or (out.exists() and out.samefile(path)))
        ):
            raise UsageError(
                f"«{out}» es el fichero de entrada, que no se toca. Elige otro nombre para"
                f" {option}."
            )


def refuse_twice(out: Path | None, others: Iterable[Path | None], option: str) -> None:
    """Raises UsageError when `out` would be written over another file of the same command."""
    if out and any(other and other.resolve() == out.resolve() for other in others):
        raise UsageError(
            f"«{out}» ya es el fichero de otra opción. Elige otro nombre para {option}."
        )


def write_out(out: Path, content: bytes | Iterable[bytes]) -> None:
    """For its owner only: rows are personal data. Raises UsageError when it cannot be written."""
    try:
        with open(out, "wb", opener=private) as file:
            file.writelines([content] if isinstance(content, bytes) else content)
    except OSError as error:
        raise UsageError(f"No se puede escribir «{out}»: {os_error_text(error)}.") from None
