"""A CSV of any size, some 50,000 rows at a time: what read_csv gives, without ever holding the whole file."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bulk import decoding, dialect, parsing
from bulk.dataset import Dataset, guess_name
from bulk.errors import InputError

_CHUNK = 1 << 20  # bytes looked at together
_HEAD = 1 << 18  # bytes in which separator and signatures are looked for


@dataclass(frozen=True)
class BlockFile:
    """A file that has been looked through once; `blocks` reads it, as often as it is asked."""

    path: Path  # where it is
    name: str  # ubicaciones or usuarios
    file_name: str  # as the operator knows it
    sha256: str  # of its bytes
    encoding: str  # as read_csv would tell it
    delimiter: str  # between cells
    nulls: bool  # NUL bytes to leave out
    sep_line: bool  # Excel's `sep=` line to leave out

    def blocks(self) -> Iterator[Dataset]:
        """At least one. Raises InputError as read_csv does, when it comes to the place."""
        for frame, problems in parsing.parse_blocks(self._lines(), self.delimiter, self.file_name):
            yield Dataset(self.name, self.file_name, self.sha256, self.encoding, self.delimiter, frame, tuple(problems))

    def _lines(self) -> Iterator[str]:
        number = 0
        with self.path.open(encoding=self.encoding, newline="") as file:
            try:
                for number, line in enumerate(file, 1):
                    yield self._clean(line, number)
            except UnicodeDecodeError:
                raise InputError(
                    f"{self.file_name} · Fila {number + 1}: no se puede leer como {self.encoding}. Guárdalo como CSV UTF-8."
                ) from None

    def _clean(self, line: str, number: int) -> str:
        if number == 1:
            line = line.removeprefix("\ufeff")
            if self.sep_line:
                return "\n"
        if self.nulls:
            line = line.replace("\x00", "")
        return line.rstrip("\x1a") if line.endswith("\x1a") else line


def open_blocks(
    path: str | Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> BlockFile:
    """Look through the file once: encoding, separator, hash. Raises InputError as read_csv does."""
    path = Path(path)
    try:
        head, digest, nulls, window = _looked_through(path)
    except OSError as error:
        raise InputError(f"No se puede leer «{path}»: {error.strerror}.") from None
    try:
        found = decoding.decode(window, path.name, encoding)[1]
    except InputError:
        decoding.decode(path.read_bytes(), path.name, encoding)  # says the same with the line of the whole file
        raise
    text = codecs.getincrementaldecoder(found)(errors="replace").decode(head).removeprefix("\ufeff").replace("\x00", "")
    text, named = dialect.take_sep_line(text)
    return BlockFile(
        path,
        name or guess_name(path.name),
        path.name,
        digest,
        found,
        dialect.one_character(delimiter) or named or dialect.detect_delimiter(text),
        nulls,
        named is not None,
    )


def _looked_through(path: Path) -> tuple[bytes, str, bool, bytes]:
    """(head, SHA-256, are there NULs, the part of the file that tells its encoding)."""
    digest = hashlib.sha256()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    nulls, before, window = False, b"", b""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            nulls = nulls or b"\x00" in chunk
            if not window and not _is_utf8(utf8, chunk):
                window = before + chunk  # where UTF-8 ends, the other encodings begin
            before = chunk
    return head, digest.hexdigest(), nulls, window if window and not _marked(head) else _whole_lines(head)


def _is_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
        return True
    except UnicodeDecodeError:
        return False


def _marked(head: bytes) -> bool:
    return any(head.startswith(bom) for bom, _ in decoding.BOMS) or b"\x00" in head[:64]


def _whole_lines(head: bytes) -> bytes:
    """The head without a character cut in two at its end."""
    if len(head) < _HEAD:
        return head
    cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head if cut < 0 else head[: cut + 1] + (b"\x00" if head[cut + 1 : cut + 2] == b"\x00" else b"")
