"""Licenses that will not suffice, or that Webex does not know (docs/webex.md 3.5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bulk.core.text import thousands
from bulk.runs.forecast.demand import Want
from bulk.runs.forecast.finding import MAX_LINES, Finding, finding

if TYPE_CHECKING:
    from bulk.webex.client import Api


class Stock(NamedTuple):
    """What the organisation has of a license."""

    name: str  # as Webex writes it
    free: int | None  # units; None = without limit, or not reported


def license_units(api: Api, wanted: Sequence[tuple[Want, bool]]) -> list[Finding]:
    """Row by row in file order: what one row gives back, a later one may take. Raises
    WebexError.
    """
    if not wanted:
        return []
    stock = _stock(api, dict.fromkeys(want.org_id for want, _ in wanted))
    balance, asked, short = Counter[str](), Counter[str](), defaultdict[str, list[int]](list)
    for want, added in wanted:
        asked[want.value] += added
        balance[want.value] += 1 if added else -1
        free = stock[want.value].free if want.value in stock else None
        if added and free is not None and balance[want.value] > free:
            short[want.value].append(want.line)
    return [
        *_unknown(wanted, stock),
        *(_short(stock[license_], asked[license_], lines) for license_, lines in short.items()),
    ]


def _stock(api: Api, org_ids: dict[str | None, None]) -> dict[str, Stock]:
    found: dict[str, Stock] = {}
    for org_id in org_ids:
        for item in api.pages("licenses", "items", orgId=org_id):
            total, used = item.get("totalUnits"), item.get("consumedUnits")
            # -1 = no limit
            free = (
                total - used
                if isinstance(total, int) and isinstance(used, int) and total >= 0
                else None
            )
            found[str(item.get("id"))] = Stock(str(item.get("name") or item.get("id")), free)
    return found


def _short(stock: Stock, asked: int, lines: list[int]) -> Finding:
    title = f"Se agotan las licencias «{stock.name}» en la fila {thousands(lines[0])}"
    there = f"Hay {thousands(max(0, stock.free or 0))} libres y se piden {thousands(asked)}."
    remedy = f"{there} Amplía la suscripción o reduce el alcance."
    return Finding("licencias_agotadas", title, remedy, len(lines), tuple(lines[:MAX_LINES]))


def _unknown(wanted: Sequence[tuple[Want, bool]], stock: dict[str, Stock]) -> list[Finding]:
    lines = [want.line for want, added in wanted if added and want.value not in stock]
    return finding(
        "licencia_desconocida",
        "Webex no conoce una licencia que se pide",
        "Comprueba que es de esta organización; con el nombre se busca sola.",
        lines,
    )
