"""Files as offices make them, each with what must be read from it, or why it must be refused."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field

HEADERS = ["person_id", "nombre", "extension"]
ROWS = [["A1", "Nuño Peña", "0012"], ["B2", "Ángel Muñoz", "34"], ["C3", "Iñaki", ""]]
TABLE = [dict(zip(HEADERS, row, strict=True)) for row in ROWS]
LINES = [2, 3, 4]


@dataclass(frozen=True)
class Awkward:
    """One file and what is expected of reading it."""

    title: str  # what is odd about it
    raw: bytes  # its bytes
    table: list[dict[str, str]] = field(default_factory=lambda: TABLE)  # rows
    lines: list[int] = field(default_factory=lambda: LINES)  # line of each
    rules: list[str] = field(default_factory=list)  # problems reported besides
    refused: str = ""  # part of the message when it cannot be used
    name: str = "usuarios"  # dataset


def written(
    delimiter: str = ";",
    newline: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
    rows: list[list[str]] = ROWS,
) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([HEADERS, *rows])
    return buffer.getvalue()


TEXT = written()
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
    "mac-roman",
)
NEWLINES = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}


def dialects() -> list[Awkward]:
    """Every encoding with every separator, and every line end with and without quotes."""
    found = [
        Awkward(f"{encoding} {delimiter!r}", written(delimiter).encode(encoding))
        for encoding in ENCODINGS
        for delimiter in (";", ",", "\t", "|")
    ]
    found += [
        Awkward(
            f"{title} quoting {quoting} {encoding}",
            written(newline=newline, quoting=quoting).encode(encoding),
        )
        for title, newline in NEWLINES.items()
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        for encoding in ("utf-8", "utf-16", "mac-roman")
    ]
    return found


def sep_lines() -> list[Awkward]:
    shifted = [3, 4, 5]
    return [
        Awkward("sep=;", ("sep=;\r\n" + TEXT).encode(), lines=shifted),
        Awkward("SEP=| in capitals", ("SEP=|\n" + written("|")).encode(), lines=shifted),
        Awkward("quoted sep line", ('"sep=;"\r\n' + TEXT).encode(), lines=shifted),
        Awkward("sep line padded with separators", ("sep=;;;\r\n" + TEXT).encode(), lines=shifted),
        Awkward(
            "sep line of a strange separator", ("sep=^\n" + written("^")).encode(), lines=shifted
        ),
        Awkward(
            "sep line with BOM in UTF-16",
            ("sep=\t\r\n" + written("\t")).encode("utf-16"),
            lines=shifted,
        ),
        Awkward("sep line ended by CR", ("sep=,\r" + written(",", "\r")).encode(), lines=shifted),
    ]


def blanks_and_lines() -> list[Awkward]:
    return [
        Awkward(
            "empty lines everywhere",
            ("\n\n" + TEXT.replace("\r\n", "\n\n")).encode(),
            lines=[5, 7, 9],
        ),
        Awkward(
            "lines of separators only", TEXT.replace("B2", ";;\r\nB2").encode(), lines=[2, 4, 5]
        ),
        Awkward("no newline at the end", TEXT.rstrip().encode()),
        Awkward("trailing separators everywhere", TEXT.replace("\r\n", ";;\r\n").encode()),
        Awkward(
            "trailing separators in the rows",
            TEXT.replace("\r\n", ";\r\n").replace("extension;", "extension", 1).encode(),
        ),
        Awkward(
            "trailing separators in the header",
            TEXT.replace("extension", "extension;;", 1).encode(),
        ),
        Awkward(
            "hard blanks around cells",
            TEXT.replace("A1", "\u00a0A1\u202f ").replace("34", "\ufeff34\u200b").encode(),
        ),
        Awkward(
            "blank before a quote", TEXT.replace("B2;Ángel Muñoz", 'B2; "Ángel Muñoz"').encode()
        ),
        Awkward("NUL bytes", TEXT.replace("A1", "A\x001").encode(), rules=["caracteres_nulos"]),
        Awkward("end of file mark of DOS", (TEXT + "\x1a").encode()),
        Awkward("mixed line ends", TEXT.replace("\r\n", "\n", 1).encode()),
        Awkward(
            "header in capitals with accents",
            TEXT.replace("person_id", "PERSON-ÍD").encode(),
            table=[{"PERSON-ÍD": row[0], "nombre": row[1], "extension": row[2]} for row in ROWS],
        ),
        Awkward(
            "header on two lines",
            TEXT.replace("nombre", '"nombre\r\ncompleto"').encode(),
            table=[
                {"person_id": row[0], "nombre completo": row[1], "extension": row[2]}
                for row in ROWS
            ],
            lines=[3, 4, 5],
        ),
        Awkward(
            "header of one sign",
            TEXT.replace("person_id", "#").encode(),
            table=[{"#": row[0], "nombre": row[1], "extension": row[2]} for row in ROWS],
        ),
    ]


def cells() -> list[Awkward]:
    def one(
        title: str, cell: str, raw: str | None = None, lines: list[int] | None = None
    ) -> Awkward:
        rows = [["A1", cell, "12"]]
        text = raw if raw is not None else written(rows=rows)
        return Awkward(
            title, text.encode(), [dict(zip(HEADERS, rows[0], strict=True))], lines or [2]
        )

    return [
        one("quoted newline", "dos\nlineas"),
        one("quoted CRLF", "dos\r\nlineas"),
        one("quoted separator", "a;b;c"),
        one("doubled quotes", 'dice "hola"'),
        one(
            "quote inside an unquoted cell",
            'pantalla 5"',
            'person_id;nombre;extension\nA1;pantalla 5";12\n',
        ),
        one("list in quotes", "INTERNATIONAL;NATIONAL"),
        one("not a missing value", "NA"),
        one("not a null", "null"),
        one("not a number", "3.49E+10"),
        one("not a date", "01/02/2026"),
        one("leading zeros", "0012"),
        one("formula", "=1+1"),
        one("line separator of Unicode", "a\u2028b"),
        one("vertical tab", "a\x0bb"),
        one("next line sign", "a\x85b"),
        one("emoji", "Ana 😀"),
        one("a very long cell", "x" * 200_000),
        Awkward(
            "one column", b"person_id\nA1\nB2\n", [{"person_id": "A1"}, {"person_id": "B2"}], [2, 3]
        ),
        Awkward("one column of e-mails", b"email\nana@acme.es\n", [{"email": "ana@acme.es"}], [2]),
        Awkward("header without rows", b"person_id;nombre;extension\r\n", [], []),
        Awkward(
            "apostrophe of Catalan",
            "person_id;nombre\nA1;L’Hospitalet d’Ü\n".encode("cp1252"),
            [{"person_id": "A1", "nombre": "L’Hospitalet d’Ü"}],
            [2],
        ),
        Awkward(
            "euro and quotes of Windows",
            "person_id;nombre\nA1;“5 €” – Muñoz\n".encode("cp1252"),
            [{"person_id": "A1", "nombre": "“5 €” – Muñoz"}],
            [2],
        ),
    ]


def ragged() -> list[Awkward]:
    table = [{"a": "1", "b": "2"}, {"a": "3", "b": ""}, {"a": "4", "b": "5"}]
    rule = "celdas_de_mas_o_de_menos"
    return [
        Awkward("a long row", b"a;b\n1;2\n3\n4;5;6\n", table, [2, 3, 4], [rule, rule]),
        Awkward("a long first row", b"a;b\n4;5;6\n", table[2:], [2], [rule]),
        Awkward(
            "long rows with quotes", b'a;b\n"1";2\n3\n4;5;"6"\n', table, [2, 3, 4], [rule, rule]
        ),
        Awkward(
            "lost accents",
            "a;b\n1;Mu\ufffdoz\n".encode(),
            [{"a": "1", "b": "Mu\ufffdoz"}],
            [2],
            ["acentos_estropeados"],
        ),
        Awkward(
            "accents encoded twice",
            "a;b\n1;MuÃ±oz\n".encode(),
            [{"a": "1", "b": "MuÃ±oz"}],
            [2],
            ["acentos_estropeados"],
        ),
        Awkward(
            "Portuguese accents are right",
            "a;b\n1;São João\n".encode(),
            [{"a": "1", "b": "São João"}],
            [2],
        ),
    ]


def of_global() -> list[Awkward]:
    table = [{"org_id": "X", "default_country": "ES"}]
    return [
        Awkward("GLOBAL as columns", b"org_id;default_country\nX;ES\n", table, [2], name="global"),
        Awkward(
            "GLOBAL as two columns",
            "parámetro;valor\norg_id;X\ndefault_country;ES\n".encode(),
            table,
            [2],
            name="global",
        ),
        Awkward(
            "GLOBAL in English with commas",
            b"Key,Value\norg_id,X\ndefault_country,ES\n",
            table,
            [2],
            name="global",
        ),
        Awkward(
            "GLOBAL says one thing twice",
            b"parametro;valor\norg_id;X\nOrg-ID;Y\n",
            refused="ya está en la fila 2",
            name="global",
        ),
    ]


def refused() -> list[Awkward]:
    cases: dict[str, tuple[bytes, str]] = {
        "nothing": (b"", "vacío"),
        "only a BOM": (b"\xef\xbb\xbf", "vacío"),
        "only blanks": (b" \r\n;;\r\n\t\r\n", "vacío"),
        "only a sep line": (b"sep=;\r\n", "vacío"),
        "repeated header": (b"a;b;A\n1;2;3\n", "repetida"),
        "header repeated but for accents and blanks": (
            "Extensión;nombre;exten sion\n1;2;3\n".encode(),
            "repetida",
        ),
        "blank header": (b"a;;c\n1;2;3\n", "columna 2 no tiene nombre"),
        "no header but e-mails": (b"ana@acme.es;2041\nluis@acme.es;2042\n", "cabecera"),
        "no header but phones": (b"+34911222333;Madrid\n+34911222334;Lugo\n", "cabecera"),
        "title above the header": (
            b"Listado de usuarios\na;b;c\n1;2;3\n4;5;6\n",
            "no parece la cabecera",
        ),
        "quote never closed": (b'a;b\n1;"2\n3;4\n5;6\n', "Fila 2: comillas"),
        "text after a closing quote": (b'a;b\n1;2\n"3"x;4\n', "Fila 3: comillas"),
        "broken byte in UTF-8": (
            "a;b\n1;Muñoz\n2;Peña\n3;Íñigo\n".encode() + b"4;Nu\xf1o\n",
            "Fila 5: hay un carácter dañado",
        ),
        "UTF-16 cut in half": (TEXT.encode("utf-16")[:-1], "utf-16"),
        "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "Excel antiguo"),
        "PDF": (b"%PDF-1.7\n1 0 obj\n", "PDF"),
        "gzip": (gzip.compress(TEXT.encode()), "comprimido"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 32)) * 20, "no es un fichero de texto"),
    }
    return [Awkward(title, raw, refused=message) for title, (raw, message) in cases.items()]


FILES = [
    *dialects(),
    *sep_lines(),
    *blanks_and_lines(),
    *cells(),
    *ragged(),
    *of_global(),
    *refused(),
]
