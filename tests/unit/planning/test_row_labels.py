"""People read names, extensions and locations, never ids."""

from __future__ import annotations

import base64

import pytest

from bulk.files.dataset import read_csv
from bulk.planning.row_labels import labels

PLACE = base64.b64encode(b"ciscospark://us/LOCATION/8089adc3").decode().rstrip("=")


def label(header: str, row: str, name: str = "usuarios") -> tuple[str, str]:
    data = read_csv(f"{header}\n{row}\n".encode(), name=name)
    found = labels(data).loc[2]
    return str(found["label"]), str(found["group"])


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            "display_name;extension;location_name",
            "Marta Gil;2041;Madrid",
            ("Marta Gil · 2041", "Madrid"),
        ),
        (
            "Nombre;Apellidos;ext;Sede",
            "Marta;Gil Ruiz;0041;Madrid",
            ("Marta Gil Ruiz · 0041", "Madrid"),
        ),
        ("email;extension", "marta@acme.es;", ("marta@acme.es", "")),
        ("display_name;email;extension", ";marta@acme.es;2041", ("marta@acme.es · 2041", "")),
        ("extension;location_id", f"2041;{PLACE}", ("2041", "8089adc3")),
        ("person_id;target_location_id", f"A;{PLACE}", ("Fila 2", "8089adc3")),
        ("person_id", "A", ("Fila 2", "")),
    ],
)
def test_a_user_is_called_by_name_else_email_else_line(
    header: str, row: str, expected: tuple[str, str]
) -> None:
    assert label(header, row) == expected


def test_a_location_is_its_own_group() -> None:
    assert label("location_id;location_name", "L;Madrid", "ubicaciones") == ("Madrid", "Madrid")
    assert label("location_id", "L", "ubicaciones") == ("Fila 2", "Fila 2")


def test_a_file_without_rows_has_no_labels() -> None:
    assert labels(read_csv(b"person_id;location_id\n", name="usuarios")).empty
