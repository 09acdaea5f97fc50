"""From bytes to text: which encoding an office has used, or why the file is no text at all."""

from __future__ import annotations

import codecs
import re

from bulk.errors import InputError

SPANISH = frozenset("áéíóúüñçàèòïÁÉÍÓÚÜÑÇÀÈÒÏ¿¡ºª·")
# What Mac Roman accents look like when they are taken for Windows-1252. An apostrophe counts only
# where no article ends.
_MAC_TRACES = re.compile(
    "[‡Žœ„Ÿƒ]|(?<=[A-Za-z])[—–](?=[a-z])|(?<=[A-Za-z][a-z])’(?=[a-z])(?!s\\b|t\\b)"
)
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]")
_UTF8_PAIR = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 65_536
_HEAD = 256  # bytes in which a page says that it is one
# codecs of other things
_NOT_OF_FILES = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_MAX_CONTROL = 0.01  # share of control characters above which it is no text
_SOME_CONTROL = 10  # as many are forgiven in any file

SIGNATURES = (
    (
        b"PK\x03\x04",
        (
            "es un libro de Excel (o un zip), no un CSV. Guárdalo como CSV UTF-8, o cárgalo con"
            " extensión .xlsx."
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        (
            "es un libro de Excel antiguo o con contraseña. Guárdalo sin contraseña como .xlsx o"
            " CSV UTF-8."
        ),
    ),
    (b"%PDF", "es un PDF. Exporta los datos como CSV UTF-8."),
    (b"\x1f\x8b", "está comprimido. Descomprímelo antes."),
)
TEXT_SIGNATURES = (
    (
        (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta"),
        "es una página web o un XML. Guárdalo como CSV UTF-8.",
    ),
    (
        (b'{"', b"[{", b"{\n", b"{\r", b"[\n"),
        "es un JSON, no una tabla. Exporta los datos como CSV UTF-8.",
    ),
)
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


def decode(raw: bytes, file_name: str, encoding: str | None = None) -> tuple[str, str]:
    """(text without BOM, encoding). `encoding` overrides what is detected. Raises InputError (no
    text; unknown; broken).
    """
    beginning = raw[:_HEAD].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for signatures, message in TEXT_SIGNATURES:
        if beginning.startswith(signatures):
            raise InputError(f"«{file_name}» {message}")
    for signature, message in SIGNATURES:
        if raw.startswith(signature):
            raise InputError(f"«{file_name}» {message}")
    found = _known(encoding, file_name) if encoding else _detected(raw, file_name)
    text = _strict(raw, found, file_name).removeprefix("\ufeff")
    sample = "" if encoding else text[:_SAMPLE]  # who names an encoding knows what is in the file
    if len(_CONTROL.findall(sample)) > max(_SOME_CONTROL, _MAX_CONTROL * len(sample)):
        raise InputError(f"«{file_name}» no es un fichero de texto. Guárdalo como CSV UTF-8.")
    return text, found


def _known(encoding: str, file_name: str) -> str:
    try:
        if codecs.lookup(encoding).name in _NOT_OF_FILES:
            raise LookupError(encoding)
        "".encode(encoding)  # also refuses codecs that are not of text
        return encoding.lower().replace("_", "-")
    except (LookupError, ValueError):
        raise InputError(
            f"«{file_name}»: no existe la codificación «{encoding}». Prueba utf-8 o cp1252."
        ) from None


def _detected(raw: bytes, file_name: str) -> str:
    """BOM, UTF-16 by its zeros, strict UTF-8, then Windows-1252 unless Mac Roman reads better."""
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            return encoding
    if unmarked := _without_bom(raw):
        return unmarked
    try:
        raw.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        _refuse_damaged(raw, error, file_name)
    return _one_byte(raw)


def _without_bom(raw: bytes) -> str | None:
    """UTF-16 without its mark: in Western text every second byte is zero."""
    even, odd = raw[:_SAMPLE:2], raw[1:_SAMPLE:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _refuse_damaged(raw: bytes, error: UnicodeDecodeError, file_name: str) -> None:
    """UTF-8 with a few broken bytes is not another encoding: read as one it would spoil every
    accent of the file.
    """
    pairs = _UTF8_PAIR.findall(raw)
    stray = len(_HIGH.findall(raw)) - sum(map(len, pairs))
    if len(pairs) > 2 * stray:
        line = _line_at(raw, error.start)
        raise InputError(
            f"{file_name} · Fila {line}: hay un carácter dañado (el resto es UTF-8). Corrígelo y"
            " guarda como UTF-8."
        )


def _line_at(raw: bytes, position: int) -> int:
    before = raw[:position]
    return max(before.count(b"\n"), before.count(b"\r")) + 1


def _one_byte(raw: bytes) -> str:
    mac = raw.decode("mac-roman")
    accents = [character for character in mac if character > "\x7f"]
    mac_reads_well = all(character in SPANISH for character in accents)
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return "mac-roman" if mac_reads_well else "latin-1"
    traces = len(_MAC_TRACES.findall(text))
    letters = sum(character in SPANISH for character in text)
    return "mac-roman" if mac_reads_well and traces > letters else "cp1252"


def _strict(raw: bytes, encoding: str, file_name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line_at(raw, error.start)
        raise InputError(
            f"{file_name} · Fila {line}: no se puede leer como {encoding}. Guárdalo como CSV UTF-8."
        ) from None
