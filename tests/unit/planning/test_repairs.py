"""Excel rescue: each repair is proposed before -> after, none is made by itself, digits that are
gone stay gone.
"""

from __future__ import annotations

import base64
import re

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulk.adapters import get_action
from bulk.core.action import Param
from bulk.errors import InputError
from bulk.files.dataset import Dataset, read_csv
from bulk.planning import repairs
from bulk.planning.mapping import clean, map_columns
from bulk.planning.prepare import prepare
from bulk.planning.repairs import Repair
from schemas.phones import E164

INTERCOM = get_action("usuarios_anadir_intercom_legacy")


def csv(text: str, name: str = "usuarios") -> Dataset:
    return read_csv(text.encode(), name=name, file_name=f"{name.upper()}.CSV")


def proposed(column: str, cell: str, country: str | None = None) -> tuple[str, str] | None:
    data = csv(f'otra;{column}\nx;"{cell}"\n')
    found = repairs.propose(data, None, country)
    return (found[0].after, found[0].rule) if found else None


@pytest.mark.parametrize(
    ("cell", "country", "after", "rule"),
    [
        ("911222333", "ES", "+34911222333", "prefijo_del_pais"),
        ("34911222333", "ES", "+34911222333", "prefijo_del_pais"),
        ("911 22 23 33", "ES", "+34911222333", "prefijo_del_pais"),
        ("91.122.23.33", "ES", "+34911222333", "prefijo_del_pais"),
        ("911222333.0", "ES", "+34911222333", "prefijo_del_pais"),
        ("0612345678", "FR", "+33612345678", "prefijo_del_pais"),
        ("612345678", "FR", "+33612345678", "prefijo_del_pais"),
        ("2079460000", "GB", "+442079460000", "prefijo_del_pais"),
        ("0034911222333", None, "+34911222333", "prefijo_00"),
        ("00 34 911-222-333", None, "+34911222333", "prefijo_00"),
        ("'+34911222333", None, "+34911222333", "sobra_apostrofo"),
        ("’+34911222333", None, "+34911222333", "sobra_apostrofo"),
        ("+34911222333.0", None, "+34911222333", "sobra_decimal"),
        ("+34911222333,0", None, "+34911222333", "sobra_decimal"),
        ("+34 (0) 911 222 333", None, "+34911222333", "sobran_signos"),
        ("911 222 333.00", "ES", "+34911222333", "prefijo_del_pais"),
        ("+34911222333.000", None, "+34911222333", "sobra_decimal"),
        ("+34 911 222 333.0", None, "+34911222333", "sobra_decimal"),
        ("+44 (0)20 7946 0958", None, "+442079460958", "sobran_signos"),
        ("+44 (020) 7946 0958", None, "+442079460958", "sobran_signos"),
        (
            "+39 (06) 6982 1234",
            None,
            "+390669821234",
            "sobran_signos",
        ),  # Italy dials its zero from abroad
        ("+34/911/222333", None, "+34911222333", "sobran_signos"),
        ("\u202a+34911222333\u202c", None, "+34911222333", "sobran_signos"),
        ("+34\u2011911\u2013222\u2212333", None, "+34911222333", "sobran_signos"),
        ("＋３４９１１２２２３３３", None, "+34911222333", "sobran_signos"),
        ("911222333;+34911222334", "ES", "+34911222333;+34911222334", "prefijo_del_pais"),
        ("911222333|911222334", "ES", "+34911222333|+34911222334", "prefijo_del_pais"),
        ("911222333, 911222334", "ES", "+34911222333,+34911222334", "prefijo_del_pais"),
    ],
)
def test_a_phone_that_excel_spoilt_is_proposed_as_it_was(
    cell: str, country: str | None, after: str, rule: str
) -> None:
    assert proposed("phone_number", cell, country) == (after, rule)


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("911222333", None),  # no country was given
        ("34911222333", None),
        ("3,49112E+10", "ES"),  # digits are gone
        ("3.49112E+10", "ES"),
        ("12345", "ES"),  # no such number there
        ("+34911222333", "ES"),  # right already
        ("+34 911 222 333", "ES"),  # plain reading takes the blanks out
        ("Madrid", "ES"),
        ("3491122233.3", "ES"),  # decimals that are digits of nobody knows what
        ("911222333.5", "ES"),
        ("+34911222333,5", "ES"),
        ("+00000000", "ES"),
        (
            "+34911222333/40",
            "ES",
        ),  # a range, two of them, an extension behind: joined they would be another number
        ("+34911222333-40", "ES"),
        ("+34911222333/911222334", "ES"),
        ("+34 911222333 (2041)", "ES"),
        ("911222333/40", "ES"),
    ],
)
def test_a_phone_is_never_guessed(cell: str, country: str | None) -> None:
    assert proposed("phone_number", cell, country) is None


@pytest.mark.parametrize(
    ("column", "cell", "after", "rule"),
    [
        ("extension", "'0012", "0012", "sobra_apostrofo"),
        ("Ext.", "2041.0", "2041", "sobra_decimal"),
        ("target_extension", "20 41", "2041", "sobran_signos"),
        ("extension", "2041.000", "2041", "sobra_decimal"),
        ("extension", "2.041", "2041", "sobran_signos"),  # the mark of thousands
        ("extension", "2,041", "2041", "sobran_signos"),
        ("extension", "204.205", "204205", "sobran_signos"),
        ("extension", "2 041", "2041", "sobran_signos"),
        ("extension", "20 41 33", "204133", "sobran_signos"),
        ("extension", "20 410", "20410", "sobran_signos"),
        ("extension", "(2041)", "2041", "sobran_signos"),
        ("extension", "2041-", "2041", "sobran_signos"),
        ("extension", "2041/", "2041", "sobran_signos"),
        ("extension", "２０４１\u200e", "2041", "sobran_signos"),
        ("person_id", "'abc", "abc", "sobra_apostrofo"),
        ("email", "mailto:ana@acme.es", "ana@acme.es", "correo_adornado"),
        ("Correo", "Ana Ruiz <ana@acme.es>", "ana@acme.es", "correo_adornado"),
        (
            "Correo",
            "'ana@acme.es' <ana@acme.es>",
            "ana@acme.es",
            "correo_adornado",
        ),  # as Outlook copies it
    ],
)
def test_extensions_ids_and_emails_lose_what_does_not_belong_to_them(
    column: str, cell: str, after: str, rule: str
) -> None:
    assert proposed(column, cell) == (after, rule)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("extension", "0012"),
        ("extension", "1"),
        ("extension", "2041.5"),
        ("extension", "20.000"),
        ("extension", "2041/2042"),  # two of them, a range, a date
        ("extension", "20/41"),
        ("extension", "2041-2042"),
        ("extension", "2041 – 2042"),
        ("extension", "2041-45"),
        ("extension", "20-41"),
        ("extension", "2041 2042"),
        ("extension", "204 205 206"),
        ("extension", "204,205"),
        ("extension", "2041 (45)"),
        ("extension", "03/04/2024"),
        ("extension", "03-04-2024"),
        ("email", "Ana <ana@x.es>; Luis <luis@x.es>"),  # one of them would be dropped
        ("email", "ana@x.es <luis@x.es>"),
        ("display_name", "'Ana"),
        ("nota", "911222333"),
    ],
)
def test_other_cells_are_left_alone(column: str, cell: str) -> None:
    assert proposed(column, cell, "ES") is None


def test_repairs_are_made_only_when_applied_and_the_original_keeps_its_cells() -> None:
    data = csv("person_id;phone_number\nA;911222333\nB;+34911222334\nC;911222333\n")
    found = repairs.propose(data, None, "ES")
    assert [(repair.line, repair.before, repair.after) for repair in found] == [
        (2, "911222333", "+34911222333"),
        (4, "911222333", "+34911222333"),
    ]
    assert list(repairs.apply(data, found[:1]).frame["phone_number"]) == [
        "+34911222333",
        "+34911222334",
        "911222333",
    ]
    assert list(data.frame["phone_number"]) == ["911222333", "+34911222334", "911222333"]
    assert repairs.propose(repairs.apply(data, found), None, "ES") == []
    assert [(group["title"], group["count"]) for group in repairs.grouped(found)] == [
        ("Teléfono sin prefijo +", 2)
    ]


def test_a_repair_of_a_cell_that_has_changed_is_refused() -> None:
    data = csv("person_id;phone_number\nA;911222333\n")
    for wrong in (
        Repair(2, "phone_number", "otra", "+34911222333", "prefijo_del_pais"),
        Repair(9, "phone_number", "", "x", "prefijo_00"),
    ):
        with pytest.raises(InputError, match="USUARIOS.CSV"):
            repairs.apply(data, [wrong])


def test_an_action_narrows_the_columns_to_those_that_feed_it() -> None:
    data = csv("person_id;telefono;phone_number\nA;911222333;911222334\n")
    mapping = map_columns(INTERCOM, data, explicit={"legacy_phone_number": "telefono"})
    assert [repair.column for repair in repairs.propose(data, INTERCOM, "ES", mapping=mapping)] == [
        "telefono"
    ]


def test_the_country_comes_from_global_and_must_exist() -> None:
    assert repairs.default_country(csv("parametro;valor\nDefault Country;es\n", "global")) == "ES"
    assert repairs.default_country(csv("org_id\nx\n", "global")) is None
    assert repairs.default_country(None) is None
    with pytest.raises(InputError, match="España"):
        repairs.checked_country("España")


def test_an_id_of_webex_is_never_touched() -> None:
    person = base64.b64encode(b"ciscospark://us/PEOPLE/0000").decode()
    assert proposed("person_id", person, "ES") is None


_SPELLINGS = st.text(st.sampled_from("+0123456789.,()/ -'\u00a0\u202c２"), max_size=8)
_PHONES = st.builds(
    lambda parts, cut, tail: f"{parts[0]}{parts[1][:cut]}{parts[2]}{parts[1][cut:]}{tail}",
    st.tuples(
        _SPELLINGS,
        st.sampled_from(["+34911222333", "+442079460958", "0034911222333", "+12125550100"]),
        _SPELLINGS,
    ),
    st.integers(0, 13),
    st.sampled_from(["", ".0", ",0", ".00", ".000", ".5", ",55", " (0)", ".0.0"]),
)


@given(_PHONES, st.sampled_from([None, "ES", "GB"]), st.booleans())
@settings(max_examples=400, deadline=None)
@example("+34911222333.0", None, False)
@example("+44 (0)20 7946 0958", None, False)
@example("+34 911 222 333.0", None, True)
def test_a_cell_with_a_repair_is_never_sent_as_another_number_while_nobody_accepts_it(
    cell: str, country: str | None, many: bool
) -> None:
    proposal = repairs._phones(cell.strip(), country)
    param = Param("phone_numbers", "phone", many=many)
    sent, accepted = (
        clean(pd.Series([text], dtype="str"), param).iloc[0]
        for text in (cell, (proposal or ("",))[0])
    )
    valid = rf"{E164}(?:;{E164})*" if many else E164
    if proposal and re.fullmatch(valid, sent):
        assert sent == accepted


@pytest.mark.parametrize(
    "cell",
    [
        "+34911222333.0",
        "+34911222333.5",
        "+34911222333.00",
        "+44 (0)20 7946 0958",
        "+34 911 222 333.0",
    ],
)
def test_a_number_in_doubt_is_not_valid_until_its_repair_is_accepted(cell: str) -> None:
    person = base64.b64encode(f"ciscospark://us/PEOPLE/{1:032x}".encode()).decode().rstrip("=")
    found = prepare(
        INTERCOM.id, {"usuarios": csv(f"person_id;legacy_phone_number\n{person};{cell}\n")}
    )
    assert [problem.rule for problem in found.problems] == ["telefono_dudoso"]


def test_every_column_that_feeds_a_parameter_is_repaired_wherever_it_stands() -> None:
    """Through a template, a join, GLOBAL: the mapping says which, and in which file."""
    users = csv("person_id;ext;linea;sede\nA;2041.0;911222333.0;Madrid\n")
    world = read_csv(b"cabecera;prefijo\n34911222333;53.0\n", name="global")
    places = read_csv(b"location_name;ddi\nMadrid;0034911222334\n", name="ubicaciones")
    files = {"usuarios": users, "global": world, "ubicaciones": places}

    def found(action_id: str, file: Dataset, **explicit: str) -> list[tuple[str, str, str]]:
        action = get_action(action_id)
        mapping = map_columns(action, users, world, explicit=explicit, others=files)
        return [
            (each.column, each.before, each.after)
            for each in repairs.propose(file, action, "ES", mapping=mapping)
        ]

    forward = "usuarios_configurar_desvio_prefijo53"
    assert found(forward, users, destination="53{ext}") == [("ext", "2041.0", "2041")]
    assert found(forward, world, destination="{GLOBAL.prefijo}{ext}") == [("prefijo", "53.0", "53")]
    assert found(forward, users, destination="+34{linea}") == [
        ("linea", "911222333.0", "911222333")
    ]
    spelt = csv(
        "person_id;ext\nA;2041/2042\nB;2041-45\nC;204 205\nD;20 41\nE;911 222 333\nF;91 1222333\n"
    )
    assert [after for _, _, after in found(forward, spelt, destination="53{ext}")] == [
        "2041",
        "911222333",
        "911222333",
    ]
    legacy = "usuarios_anadir_intercom_legacy"
    assert found(legacy, world, legacy_phone_number="GLOBAL.cabecera") == [
        ("cabecera", "34911222333", "+34911222333")
    ]
    joined = "UBICACIONES.ddi[sede=location_name]"
    assert found(legacy, places, legacy_phone_number=joined) == [
        ("ddi", "0034911222334", "+34911222334")
    ]
