"""The pieces of pages/ui that need no page."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bulk.adapters import get_action
from bulk.core.records import RowResult, RunRecord
from bulk.core.states import ALL_STATES, ORDER_WORDS, STATE_WORDS
from bulk.report import ChangeText
from pages.ui import texts
from pages.ui.run import tables as run_tables
from pages.ui.shell.resources import clean_token
from pages.ui.widgets import palette, waffle


def drawing(uri: str) -> ElementTree.Element:
    head, _, body = uri.partition(",")
    assert head == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(body))


def cells(svg: ElementTree.Element) -> int:
    """Cells covered by the runs of the coloured paths."""
    spans = [
        path.get("d", "")
        for path in svg.iter("{http://www.w3.org/2000/svg}path")
        if path.get("mask")
    ]
    return sum(
        int(width) // waffle.CELL for span in spans for width in re.findall(r"h(\d+)v", span)
    )


@pytest.mark.parametrize("total", [1, 7, 24, 25, 4_500])
def test_the_map_has_one_cell_per_row(total: int) -> None:
    states = [("pending", "done", "failed", "unchanged")[n * n % 4] for n in range(total)]
    assert cells(drawing(waffle.rows_map(states, dark=False))) == total


def test_rows_outside_the_scope_are_not_drawn() -> None:
    assert cells(drawing(waffle.rows_map(["done", "excluded", "done"], dark=True))) == 2


def test_a_map_of_five_thousand_orders_in_order_stays_under_eight_kib() -> None:
    states = ["success"] * 2_000 + ["running"] * 40 + ["queued"] * 2_960
    assert len(waffle.orders_map(states, dark=False)) < 8 * 1024


def test_an_empty_map_is_still_an_image() -> None:
    assert cells(drawing(waffle.rows_map([], dark=False))) == 0


def test_every_state_has_a_word_a_glyph_a_hue_and_a_shape() -> None:
    assert set(ALL_STATES) == set(STATE_WORDS) == set(texts.GLYPHS) == set(palette.ROW_HUES)
    assert set(palette.ROW_SHAPES) == set(ALL_STATES) - {"excluded"}
    assert (
        set(ORDER_WORDS)
        == set(texts.ORDER_GLYPHS)
        == set(palette.ORDER_HUES)
        == set(palette.ORDER_SHAPES)
    )


@pytest.mark.parametrize(
    "pasted", ["abc", " abc\n", '"abc"', "Bearer abc", "bearer  abc ", "'Bearer abc'"]
)
def test_blanks_quotes_and_bearer_are_taken_off_a_token(pasted: str) -> None:
    assert clean_token(pasted) == "abc"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(14, "14 s"), (840, "14 min"), (4_320, "1 h 12 min"), (3_600, "1 h 00 min")],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert texts.lasting(seconds) == text


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            texts.undo_ask(1, 1, 1),
            "Se restaurará **1 fila**; 1 cambió después y se conserva; 1 no se puede restaurar.",
        ),
        (
            texts.undo_ask(1_200, 0, 2),
            (
                "Se restaurarán **1.200 filas**; 0 cambiaron después y se conservan; 2 no se pueden"
                " restaurar."
            ),
        ),
        (
            texts.without_dry_run(1),
            "Sin ensayo: no se sabe si la fila cambiará. Un ensayo solo lee.",
        ),
        (
            texts.without_dry_run(4_300),
            "Sin ensayo: no se sabe cuántas de las 4.300 filas cambiarán. Un ensayo solo lee.",
        ),
    ],
)
def test_sentences_agree_with_their_number(sentence: str, expected: str) -> None:
    assert sentence == expected


def test_what_would_be_lost_is_reported_of_one_person_and_of_several() -> None:
    assert "llamadas de 1 usuario y" in texts.undo_calling(1)
    assert texts.undo_calling(1).endswith("Sin marcarlo, esa fila se queda como está.")
    assert "llamadas de 2 usuarios y" in texts.undo_calling(2)
    assert texts.undo_calling(2).endswith("Sin marcarlo, esas filas se quedan como están.")


def test_the_table_of_rows_leaves_empty_columns_out_and_says_first_why_rows_went_wrong() -> None:
    run = RunRecord("r", "usuarios_configurar_desvio_prefijo53", "sandbox")
    change = {"always": [{"enabled": False}, {"enabled": True, "destination": "532041"}]}
    fine = RowResult(
        2,
        "change",
        "Marta Gil · 2041",
        "Madrid",
        None,
        None,
        None,
        None,
        change,
        None,
        0,
        None,
        None,
    )
    bad = replace(
        fine, line=3, state="blocked", change=None, message="El usuario no tiene Webex Calling."
    )
    text = telling_of(run)
    assert list(run_tables.row_frame([fine], run, text)) == [
        "Fila",
        "Quién",
        "Estado",
        "Campo",
        "Antes",
        "Después",
        "Ubicación",
    ]
    assert list(run_tables.row_frame([bad], run, text)) == [
        "Fila",
        "Quién",
        "Estado",
        "Motivo",
        "Ubicación",
    ]
    assert list(run_tables.row_frame([fine, bad, bad], run, text))[:4] == [
        "Fila",
        "Quién",
        "Estado",
        "Motivo",
    ]
    assert list(run_tables.row_frame([fine], run, text).iloc[0])[3:6] == [
        "desvío",
        "desactivado",
        "532041",
    ]


def telling_of(run: RunRecord) -> ChangeText:
    return ChangeText(get_action(run.action_id).members)
