"""A CSV looked through once (encoding, separator, hash), then read part by part, as often as it is
asked.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd

from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files import csv_rows, dialect, encodings

Block = tuple[pd.DataFrame, list[Problem]]
_CHUNK = 1 << 20  # bytes looked at together
PART = 12_000_000  # bytes, or characters, read at a time: more is hardly faster, and memory counts
_HEAD = 1 << 18  # bytes in which separator and signatures are looked for
# Accents that were saved in one encoding and read in another before the file came here.
_SPOILT = "\ufffd|Ã[\u00a0-\u00bf\u201a\u0192\u201c\u2018\u2030\u0160\u2039]|Â[\u00a0-\u00bf]"
_DOS = (  # ñ ó ú í é Ñ of MS-DOS (cp850) in a word, when they are taken for Windows-1252
    "(?<=[A-Za-z])[¤¢£¡‚¥](?=[A-Za-z])"
)
_SPOILT_TRACES = (b"\xef\xbf\xbd", b"\xc3\x83", b"\xc3\x82")  # the same in UTF-8: U+FFFD, Ã, Â


@dataclass(frozen=True)
class CsvFile:
    """What was found out about a file."""

    opener: Callable[[], BinaryIO]  # opens its bytes from the start
    file_name: str  # as the operator knows it
    sha256: str  # of its bytes
    encoding: str  # as Python calls it
    delimiter: str  # between cells
    marks: bool  # there may be NULs, or DOS's end-of-file mark, to leave out
    spoilt: bool  # there may be spoilt accents to report
    sep_line: int  # first lines to leave out: up to Excel's `sep=` line
    as_it_is: bool  # its bytes can be cut after any line feed and are UTF-8

    def blocks(self, *, pairs: bool = False) -> Iterator[Block]:
        """(text cells, findings), at least once. `pairs`: as in parsing.check_headers.

        Raises InputError when it comes to a place that cannot be read.
        """
        nulls: list[int] = []
        empty: pd.DataFrame | None = None
        parts = _without_marks(self._parts(), nulls) if self.marks else self._parts()
        try:
            for frame, problems in csv_rows.parse_blocks(
                parts, self.delimiter, self.file_name, pairs=pairs
            ):
                empty = frame.iloc[:0]
                found = (
                    [
                        *_spoilt(frame, self.file_name),
                        *_foreign(frame, self.encoding, self.file_name),
                    ]
                    if self.spoilt
                    else []
                )
                yield frame, [*problems, *found]
        except UnicodeDecodeError:
            with self.opener() as whole:
                # says so, with the line
                encodings.decode(whole.read(), self.file_name, self.encoding)
            raise
        if nulls and empty is not None:
            message = (
                f"Se han quitado {sum(nulls)} caracteres nulos. Si algún dato no cuadra, vuelve a"
                " exportar el fichero."
            )
            yield (
                empty,
                [Problem(self.file_name, None, None, None, "caracteres_nulos", message, "aviso")],
            )

    def _parts(self) -> Iterator[bytes]:
        """The file in UTF-8, without its BOM, cut where lines end. Excel's `sep=` line is there,
        but blank.
        """
        if self.as_it_is:
            with self.opener() as file:
                yield file.readline().removeprefix(codecs.BOM_UTF8)
                yield from iter(lambda: _whole_part(file), b"")
            return
        with io.TextIOWrapper(self.opener(), encoding=self.encoding, newline="") as text:
            first = text.readline().removeprefix("\ufeff")
            for _ in range(self.sep_line - 1):
                text.readline()
            yield b"\n" * self.sep_line or first.encode()
            while lines := text.read(PART) + text.readline():
                yield lines.encode()


def _whole_part(file: BinaryIO) -> bytes:
    """The next PART bytes, up to the end of the line, in one piece from the start: putting two
    together copies them.
    """
    start = file.tell()
    file.seek(start + PART)
    file.readline()
    size = file.tell() - start
    file.seek(start)
    return file.read(size)


def _without_marks(parts: Iterable[bytes], nulls: list[int]) -> Iterator[bytes]:
    """Without NULs, how many there were goes to `nulls`, and without the end-of-file mark of
    DOS.
    """
    for part in parts:
        if count := part.count(b"\x00"):
            nulls.append(count)
        yield part.replace(b"\x00", b"").rstrip(b"\x1a")


def open_csv(
    opener: Callable[[], BinaryIO],
    file_name: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> CsvFile:
    """Look through the file once. `encoding` and `delimiter` overrule what is detected.

    Raises InputError (no text; unknown encoding or separator; damaged) and OSError.
    """
    looked = _looked_through(opener)
    found = _encoding_of(looked, opener, file_name, encoding)
    head = codecs.getincrementaldecoder(found)(errors="replace").decode(looked.head)
    text, named, sep_line = dialect.take_sep_line(head.removeprefix("\ufeff").replace("\x00", ""))
    separator = dialect.one_character(delimiter) or named or dialect.detect_delimiter(text)
    spoilt = looked.spoilt or found != "utf-8"
    as_it_is = found == "utf-8" and not sep_line and b"\n" in looked.head
    return CsvFile(
        opener, file_name, looked.sha256, found, separator, looked.marks, spoilt, sep_line, as_it_is
    )


def _encoding_of(
    looked: _Looked, opener: Callable[[], BinaryIO], file_name: str, encoding: str | None
) -> str:
    try:
        if encoding or not looked.mixed:
            return encodings.decode(looked.window, file_name, encoding)[1]
    except InputError:
        with opener() as file:
            # says the same with the line in the whole file
            encodings.decode(file.read(), file_name, encoding)
        raise
    with opener() as file:
        return encodings.decode(file.read(), file_name)[1]


@dataclass(frozen=True)
class _Looked:
    head: bytes  # the first bytes
    window: bytes  # the part that tells the encoding
    # accents beyond it are of UTF-8: only the whole file tells whether it is a damaged one
    mixed: bool
    sha256: str  # of all
    marks: bool  # zero bytes somewhere, or DOS's end-of-file mark at the end
    spoilt: bool  # traces of spoilt accents somewhere


def _looked_through(opener: Callable[[], BinaryIO]) -> _Looked:
    digest, utf8 = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    marks = spoilt = accents = False
    before = window = b""
    with opener() as file:
        head = file.read(_HEAD)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            marks = marks or b"\x00" in chunk
            beyond_ascii = not chunk.isascii()
            spoilt = spoilt or (beyond_ascii and any(trace in chunk for trace in _SPOILT_TRACES))
            if window:
                accents = accents or (
                    beyond_ascii
                    and _is_utf8(codecs.getincrementaldecoder("utf-8")(), _from_a_line(chunk))
                )
            elif _is_utf8(utf8, chunk):
                accents = accents or beyond_ascii
            else:
                window = before + chunk  # where UTF-8 ends, the other encodings begin
            before = chunk
        if not window and not _is_utf8(utf8, b"", final=True):
            window = before
    broken = bool(window) and not _marked(head)
    chosen = window if broken else _whole_lines(head)
    return _Looked(
        head,
        chosen,
        broken and accents,
        digest.hexdigest(),
        marks or b"\x1a" in before[-2:],
        spoilt,
    )


def _is_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
        return True
    except UnicodeDecodeError:
        return False


def _from_a_line(chunk: bytes) -> bytes:
    """Without what may be the rest of a character."""
    return chunk[chunk.find(b"\n") + 1 :]


def _marked(head: bytes) -> bool:
    return any(head.startswith(bom) for bom, _ in encodings.BOMS) or b"\x00" in head[:64]


def _whole_lines(head: bytes) -> bytes:
    """The head without a character cut in two at its end."""
    if len(head) < _HEAD:
        return head
    cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return (
        head
        if cut < 0
        else head[: cut + 1] + (b"\x00" if head[cut + 1 : cut + 2] == b"\x00" else b"")
    )


def _foreign(frame: pd.DataFrame, encoding: str, file_name: str) -> Iterator[Problem]:
    """Letters of MS-DOS read as Windows: every byte is a character there too, only another one."""
    for header, cells in frame.items() if encoding in ("cp1252", "latin-1") else ():
        for line, cell in cells[cells.str.contains(_DOS, regex=True)].items():
            message = (
                f"¿Es un fichero de MS-DOS? Se lee «{cell}». Si no cuadra, vuelve a leerlo con la"
                " codificación cp850."
            )
            yield Problem(
                file_name,
                int(str(line)),
                str(header),
                str(cell),
                "otra_codificacion",
                message,
                "aviso",
            )


def _spoilt(frame: pd.DataFrame, file_name: str) -> Iterator[Problem]:
    message = (
        "Los acentos están estropeados desde antes. Vuelve a exportar el fichero como CSV UTF-8."
    )
    for header, cells in frame.items():
        for line, cell in cells[cells.str.contains(_SPOILT, regex=True)].items():
            yield Problem(
                file_name,
                int(str(line)),
                str(header),
                str(cell),
                "acentos_estropeados",
                message,
                "aviso",
            )
