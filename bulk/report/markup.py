"""HTML that stays text: one page around, tables inside, everything escaped; no script and no
request.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from bulk.core.text import printable

STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:#1A2430;background:#fff;margin:0}
main{max-width:1240px;margin:0 auto;padding:28px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}h3{font-size:16px;margin:20px 0 6px}
.lead{color:#566270;margin:0 0 18px}.note{color:#566270;font-size:13px}
.mark{display:inline-block;padding:2px 10px;border-radius:6px;color:#fff;background:#9F2F17;font-weight:600}
.mark.try{background:#5B3A78}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:4px 8px;border-bottom:1px solid #D5DBE3;overflow-wrap:break-word}
th{background:#F3F5F8;font-weight:600}td.k{white-space:nowrap}
td.a,.facts td{overflow-wrap:anywhere}td.a{min-width:9em}td.n,th.n{text-align:right}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
table.facts th{width:220px;background:none}
.wide{overflow-x:auto}
figure{margin:14px 0 22px}figcaption{font-weight:600;margin-bottom:6px}svg{width:100%;height:auto;display:block}
.sign{display:grid;grid-template-columns:1fr 1fr;gap:24px;margin-top:18px;break-inside:avoid}
.box{border:1px solid #566270;border-radius:6px;padding:10px 14px;height:150px;display:flex;flex-direction:column}
.box .line{margin-top:auto;border-top:1px solid #D5DBE3;padding-top:4px;color:#566270;font-size:12px}
.acta main{max-width:190mm;padding:8mm 0}.acta section+section{break-before:page}
@page{size:A4;margin:14mm}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}table{font-size:8.5pt}thead{display:table-header-group}
tr,figure,.box{break-inside:avoid}th,.mark,svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# Nothing is allowed but this very style sheet.
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
# Columns that stay on one line, and those that may hold words without end.
_MARKS = dict.fromkeys(("Estado", "Fin", "Ejecución"), ' class="k"')
_MARKS |= dict.fromkeys(
    ("Motivo", "Qué hacer", "Código", "trackingId", "Antes", "Después", "Ahora", "Se pidió"),
    ' class="a"',
)
_AT_ONCE = 200  # table rows a piece


def page(title: str, body: Iterable[str], *, kind: str = "") -> Iterator[bytes]:
    """A whole HTML document in UTF-8 around `body` (HTML already)."""
    yield (
        '<!DOCTYPE html>\n<html lang="es"><head><meta charset="utf-8"><meta'
        f' http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer"'
        ' content="no-referrer"><meta name="viewport" content="width=device-width,'
        f' initial-scale=1"><title>{text(title)}</title><style>{STYLE}</style></head><body'
        f' class="{kind}"><main>\n'
    ).encode()
    for piece in body:
        yield piece.encode("utf-8", "replace")
    yield b"</main></body></html>\n"


def text(value: str) -> str:
    """`value` as text of a page or of an attribute, whatever it holds."""
    return escape(printable(value))


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{text(what)}</th><td>{text(value)}</td></tr>' for what, value in pairs
    )
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def table(
    headers: Sequence[str], lines: Iterable[Sequence[str]], numbers: Iterable[int] = ()
) -> Iterator[str]:
    """A table, some hundred rows at a time; columns at `numbers` are aligned as numbers."""
    right = frozenset(numbers)
    marks = [
        ' class="n"' if at in right else _MARKS.get(header, "") for at, header in enumerate(headers)
    ]
    head = "".join(
        f'<th scope="col"{mark}>{text(header)}</th>'
        for header, mark in zip(headers, marks, strict=True)
    )
    yield f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n'
    piece: list[str] = []
    for line in lines:
        cells = "".join(
            f"<td{mark}>{text(cell)}</td>" for cell, mark in zip(line, marks, strict=True)
        )
        piece.append(f"<tr>{cells}</tr>\n")
        if len(piece) == _AT_ONCE:
            yield "".join(piece)
            piece = []
    yield "".join(piece) + "</tbody></table></div>\n"
