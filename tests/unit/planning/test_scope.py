"""Scope: which rows are chosen, in words that the operator can check."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk.adapters import get_action
from bulk.errors import InputError
from bulk.files.dataset import Dataset, read_csv
from bulk.planning import scope
from bulk.planning.mapping import map_columns, param_frame
from bulk.planning.prepare import prepare
from bulk.planning.scope import Scope, Where, choose, parse_lines, parse_where
from bulk.planning.scope_list import parse_pasted

FORWARD = get_action("usuarios_configurar_desvio_prefijo53")


def csv(text: str) -> Dataset:
    return read_csv(text.encode(), name="usuarios", file_name="USUARIOS.CSV")


DATA = csv(
    "person_id;email;Ubicación;extension\nA;ana@acme.es;Madrid;0012\nB;luis@acme.es;Sevilla;34\nC;eva@acme.es;MADRID;34\nD;;;99\n"
)


def lines(asked: Scope, data: Dataset = DATA) -> list[int]:
    mask = choose(data, asked).mask
    return [int(line) for line in mask.index[mask]]


def test_nothing_asked_is_the_whole_file() -> None:
    assert not Scope()
    assert lines(Scope()) == [2, 3, 4, 5]
    assert choose(DATA, Scope()).description == "todas"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ubicacion=madrid", [2, 4]),
        ("Ubicación = Madrid|Sevilla", [2, 3, 4]),
        ("ubicacion!=Madrid", [3, 5]),
        ("ubicacion=", [5]),
        ("email=ana@acme.es", [2]),
        ("extension=12", []),
    ],
)
def test_a_column_chooses_by_value_whatever_the_case(text: str, expected: list[int]) -> None:
    assert lines(Scope(where=(parse_where(text),))) == expected


def test_conditions_add_up_and_are_reported() -> None:
    asked = Scope(where=(parse_where("ubicacion=Madrid"),), lines=parse_lines("3-"))
    found = choose(DATA, asked)
    assert lines(asked) == [4]
    assert found.description == "ubicacion = Madrid · filas 3 en adelante"
    assert found.empty_text == ""


def test_an_empty_scope_says_which_condition_nobody_meets() -> None:
    found = choose(DATA, Scope(where=(Where("ubicación", ("Lugo",)),)))
    assert found.empty_text == "El alcance está vacío: ninguna fila cumple «ubicación = Lugo»."


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("2-200", ((2, 200),)),
        ("2-3, 5", ((2, 3), (5, 5))),
        (" 7 ", ((7, 7),)),
        ("4-", ((4, 1 << 60),)),
    ],
)
def test_lines_are_read_as_ranges(text: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert parse_lines(text) == ranges


@pytest.mark.parametrize("text", ["", ",", "a", "5-2", "2--3", "-4", "2-3-4"])
def test_lines_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_lines(text)


@pytest.mark.parametrize("text", ["", "ubicacion", "=Madrid"])
def test_a_condition_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="se espera"):
        parse_where(text)


def test_an_unknown_column_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="person_id, email, Ubicación, extension"):
        choose(DATA, Scope(where=(Where("planta", ("1",)),)))


def test_a_pasted_list_finds_emails_extensions_and_ids_and_says_what_it_did_not_find() -> None:
    pasted = parse_pasted("ANA@acme.es\r\n34; D\tnadie@acme.es\nana@acme.es", DATA)
    found = choose(DATA, Scope(pasted=pasted))
    assert list(found.mask) == [True, True, True, True]
    assert (found.not_found, found.several) == (("nadie@acme.es",), ("34",))


def test_a_pasted_name_with_a_comma_is_one_name_where_the_file_has_it() -> None:
    data = csv("person_id;display_name\nA;Pérez, Ana\nB;Ana\nC;Luis\nD;Eva\n")
    pasted = parse_pasted("PÉREZ,  Ana\nLuis, Eva,nadie", data)
    assert pasted == ("PÉREZ,  Ana", "Luis", "Eva", "nadie")
    found = choose(data, Scope(pasted=pasted))
    assert (list(found.mask), found.not_found) == ([True, False, True, True], ("nadie",))


def test_a_pasted_extension_keeps_its_zeros() -> None:
    assert lines(Scope(pasted=("12",))) == []
    assert lines(Scope(pasted=("0012",))) == [2]


@pytest.mark.parametrize("mark", ["1", "true", "yes", "si", "sí", "x", "X", "SÍ", "Verdadero"])
def test_a_selected_column_chooses_in_any_file(mark: str) -> None:
    data = csv(f"person_id;extension;Selected\nA;12;{mark}\nB;13;\nC;14;no\n")
    found = choose(data, Scope())
    assert (lines(Scope(), data), found.selected) == ([2], 1)
    assert found.description == "columna «selected» (1 de 3)"
    assert lines(Scope(selected=False), data) == [2, 3, 4]
    files = {"usuarios": csv("person_id;extension;selected\nA;10;x\nB;11;\n")}
    everybody = prepare("usuarios_configurar_desvio_prefijo53", files, scope=Scope(selected=False))
    assert everybody.scope[
        "unmarked_too"
    ]  # also where nothing is left out: whoever repeats the run gets the same rows
    assert (
        Scope(selected=False).to_json() != Scope().to_json() == {}
    )  # a dry run of the one is none of the other


def test_what_was_left_open_is_matched_by_entity_and_not_by_line() -> None:
    mapping = map_columns(FORWARD, DATA)
    frame = param_frame(FORWARD, DATA, None, mapping)
    asked = Scope(entities=frozenset({"C", "Z"}), entities_of="20261123-0712-a3f")
    found = choose(DATA, asked, action=FORWARD, frame=frame)
    assert list(found.mask) == [False, False, True, False]
    assert found.description == "pendientes y fallidas de 20261123-0712-a3f"
    assert asked.to_json() == {"only_open_of": "20261123-0712-a3f"}


def test_a_scope_is_stored_with_what_was_asked() -> None:
    asked = Scope(where=(parse_where("sede!=Lugo"),), lines=((2, 9),), pasted=("a",))
    assert asked.to_json() == {
        "where": [{"column": "sede", "values": ["Lugo"], "negated": True}],
        "lines": [[2, 9]],
        "pasted": ["a"],
    }
    assert Scope.from_json(asked.to_json()) == asked


def test_what_another_run_left_open_and_marks_left_aside_come_back_from_the_journal() -> None:
    asked = Scope(entities=frozenset({"C"}), entities_of="20261123-0712-a3f", selected=False)
    assert Scope.from_json(asked.to_json(), asked.entities) == asked


def test_an_empty_file_has_an_empty_scope() -> None:
    assert choose(csv("person_id;selected\n"), Scope(pasted=("a",))).count == 0
    assert scope.marks(csv("person_id\nA\n")) is None


def test_lines_left_out_leave_the_others_as_ranges() -> None:
    assert scope.without([2, 3, 5, 6, 7, 9], [5, 9]) == ((2, 3), (6, 7))
    assert scope.without([2, 3], []) == ((2, 3),)
    assert scope.without([2, 3], [2, 3]) == ()


def test_many_ranges_are_reported_by_their_first_and_their_number() -> None:
    ranges = tuple((line, line) for line in range(2, 22, 2))
    assert choose(DATA, Scope(lines=ranges)).description == "filas 2, 4, 6, 8, 10 … (10 tramos)"


RANGE = st.tuples(st.integers(1, 60), st.integers(0, 9)).map(
    lambda found: (found[0], found[0] + found[1])
)


SIXTY = csv("person_id\n" + "A\n" * 60)


@settings(deadline=None)
@given(st.lists(RANGE, min_size=1, max_size=9))
def test_any_ranges_choose_the_lines_that_lie_in_one_of_them(ranges: list[tuple[int, int]]) -> None:
    assert lines(Scope(lines=tuple(ranges)), SIXTY) == [
        n for n in range(2, 62) if any(a <= n <= b for a, b in ranges)
    ]
    assert lines(Scope(lines=parse_lines("50-")), SIXTY) == list(range(50, 62))


def test_tens_of_thousands_of_ranges_are_no_work() -> None:
    data, ranges = (
        csv("person_id\n" + "A\n" * 40_000),
        tuple((line, line) for line in range(2, 40_000, 2)),
    )
    began = time.process_time()
    assert choose(data, Scope(lines=ranges)).count == 19_999
    assert time.process_time() - began < 1.5  # one by one they took most of a minute


def test_a_file_without_rows_is_reported_as_such_and_not_as_an_empty_scope() -> None:
    assert choose(csv("person_id;email\n"), Scope()).empty_text == "El fichero no tiene filas."


def test_accents_count_as_written_by_the_keyboard_or_by_macos() -> None:
    data = csv("person_id;sede;selected\nA;Málaga;sí\nB;Ma\u0301laga;si\u0301\n")
    assert lines(Scope(where=(parse_where("sede=MÁLAGA"),)), data) == [2, 3]


def test_a_mark_that_is_not_understood_is_reported_and_a_column_that_looks_like_selected_too() -> (
    None
):
    found = choose(csv("person_id;selected\nA;x\nB;S\nC;Y\nD;no\nE;\n"), Scope())
    assert (found.count, [(p.line, p.value, p.severity) for p in found.unclear]) == (
        1,
        [(3, "S", "aviso"), (4, "Y", "aviso")],
    )
    [message] = choose(
        csv("person_id;Seleccionado;incluir\nA;x;Madrid\nB;;Lugo\n"), Scope()
    ).unclear
    assert (message.column, message.rule, message.line) == (
        "Seleccionado",
        "seleccion_con_otro_nombre",
        None,
    )


def test_what_was_left_open_and_no_row_names_is_reported() -> None:
    frame = param_frame(FORWARD, DATA, None, map_columns(FORWARD, DATA))
    asked = Scope(entities=frozenset({"C", "Z"}), entities_of="RUN", unnamed=2)
    found = choose(DATA, asked, action=FORWARD, frame=frame)
    assert scope.unmatched_text(asked, found.named).startswith(
        "3 filas que quedaron pendientes o fallidas no se encuentran"
    )
    assert scope.unmatched_text(Scope(entities=frozenset({"C"})), found.named) == ""
