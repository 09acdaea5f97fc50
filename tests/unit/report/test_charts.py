"""The charts of the HTML report, as text."""

from __future__ import annotations

import re

from bulk.core.records import RunRecord
from bulk.report import charts

RUN = RunRecord("20261124-0100-abc", "usuarios_configurar_desvio_prefijo53", "sandbox")


def bars(svg: str) -> list[float]:
    """Widths of the shapes."""
    return [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)]


def test_many_small_locations_stand_below_the_chart_and_flatten_no_bar() -> None:
    big = [(f"Sede {n:02d}", "done", 100 - n) for n in range(15)]
    small = [(f"Tienda {n}", "done", 4) for n in range(300)] + [("Tienda 7", "invalid", 1)]
    svg = charts.places(RUN, [*big, *small])
    assert len(bars(svg)) == 15
    assert min(bars(svg)) > 0.8 * max(bars(svg))
    assert "Tienda" not in svg
    assert (
        "Y otras 300 ubicaciones con menos filas, que suman 1.201: hecha 1.200, no válida 1." in svg
    )


def test_one_more_location_is_shown_in_the_singular_and_none_not_at_all() -> None:
    groups = [(f"Sede {n}", "done", 20 - n) for n in range(16)]
    assert "Y otra ubicación con menos filas, que suma 5: hecha 5." in charts.places(RUN, groups)
    assert "ubicaci" not in charts.places(RUN, groups[:15]).replace("Filas por ubicación", "")


def test_an_undo_is_shown_in_its_own_words() -> None:
    undone = RunRecord("20261124-0100-abd", RUN.action_id, "sandbox", kind="undo")
    assert "revertida 5" in charts.places(
        undone, [(f"Sede {n}", "done", 20 - n) for n in range(16)]
    )
