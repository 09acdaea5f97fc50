"""Cells of the operator's files as pages show them: those of the rows chosen, and as text."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from bulk.files.dataset import Dataset
from bulk.planning.scope import Scope, Where
from tests.ui.steps import (
    DATA,
    DRY_RUN,
    FORWARDING,
    MAPPING,
    grid,
    session,
    text_of,
    type_into,
    upload,
    view,
)


def test_the_grid_follows_the_scope_where_as_many_rows_are_wrong(
    app: AppTest, files: dict[str, Dataset]
) -> None:
    first, second = files["usuarios"].frame["person_id"].iloc[:2]
    raw = f"person_id;location_name;extension\n{first};Madrid;2x1\n{second};Sevilla;3x1\n"
    upload(app.switch_page(DATA).run(), "usuarios", raw.encode())
    held = session(app)
    held.mapping.action_id = FORWARDING
    for place, line in (("Madrid", 2), ("Sevilla", 3)):
        held.mapping.scopes["usuarios"] = Scope(where=(Where("location_name", (place,)),))
        app.switch_page(MAPPING).run()
        assert list(grid(app)["Fila"]) == [line]
        assert f"en la fila {line}]" in text_of(app)


PICTURE = "![x](https://evil.example/p.png)"


def test_a_picture_in_a_cell_stays_text_in_a_repair_and_in_a_hint(
    app: AppTest, examples: Path
) -> None:
    """A blank line ends a code span, and a hint is Markdown too."""
    raw = (examples / "USUARIOS.CSV").read_bytes().decode("utf-8-sig").splitlines()
    at = raw[0].split(";").index("email")
    rows = [row.split(";") for row in raw[1:]]
    for row in rows:
        row[at] = f'"Ana\n\n{PICTURE}\n\n<ana@example.com>"'
    upload(
        app.switch_page(DATA).run(), "usuarios", "\n".join([raw[0], *map(";".join, rows)]).encode()
    )
    message = next(each.value for each in app.markdown if PICTURE in each.value)
    assert "\n" not in message
    view(app, "Errores" if session(app).mapping.action_id else "Avisos")
    type_into(app, 2, "email", "ana@example.com")
    hint = next(
        button.help
        for button in app.button
        if button.label.startswith("Aplicar a todas las iguales")
    )
    assert r"\[x\]" in hint
    session(app).mapping.scopes["usuarios"] = Scope(where=(Where("email", (PICTURE,)),))
    session(app).mapping.action_id = FORWARDING
    for page, label in ((MAPPING, "Continuar a Ensayo"), (DRY_RUN, "Ensayar 0 filas")):
        app.switch_page(page).run()
        assert r"\[x\]" in next(button.help for button in app.button if button.label == label)
