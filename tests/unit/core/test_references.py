"""What a row is held against, as journals of any version keep it."""

from __future__ import annotations

from typing import Any

import pytest

from bulk.core.references import Planned, Reference, Undoes, Verifies, from_json, to_json

UNDOES = Undoes({"a": 1}, {"a": 2}, ("los mensajes",))
STORED_UNDOES = {"before": {"a": 1}, "left": {"a": 2}, "lost": ["los mensajes"]}


@pytest.mark.parametrize(
    "reference",
    [
        None,
        UNDOES,
        Undoes({}, {}),
        Planned({"a": [1, 2]}, {"a": 1}, "2026-11-01T10:00:00+00:00"),
        Planned({"a": [1, 2]}, {"a": 1}, "2026-11-01T10:00:00+00:00", UNDOES),
        Planned({}, undoes=UNDOES),
        Verifies(("a",), {"b": 3}),
        Verifies((), {}, UNDOES, "se queda"),
    ],
)
def test_a_reference_is_read_as_it_was_written(reference: Reference | None) -> None:
    assert from_json(to_json(reference)) == reference


@pytest.mark.parametrize(
    ("stored", "reference"),
    [
        (
            {"planned": {"a": [1, 2]}, "read_at": "2026-01-01T00:00:00", "before": {"a": 1}},
            Planned({"a": [1, 2]}, {"a": 1}, "2026-01-01T00:00:00"),
        ),
        ({"undoes": STORED_UNDOES, "planned": {}}, Planned({}, undoes=UNDOES)),
        ({"undoes": STORED_UNDOES}, UNDOES),
        ({"superseded": ["a"], "sent": {"b": 3}}, Verifies(("a",), {"b": 3})),
        (
            {"undoes": STORED_UNDOES, "verify": True, "told": "se queda", "superseded": ["c"]},
            Verifies(("c",), {}, UNDOES, "se queda"),
        ),
        ({"undoes": STORED_UNDOES, "verify": True, "told": None}, Verifies((), {}, UNDOES)),
    ],
)
def test_the_forms_of_journals_2_to_6_are_read(
    stored: dict[str, Any], reference: Reference
) -> None:
    assert from_json(stored) == reference
