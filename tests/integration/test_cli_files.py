"""Files and scope at the command line: what is read is never written over, and no option means more
than it says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import Bulk
from tests.workspace import Remote

FORWARD = "usuarios_configurar_desvio_prefijo53"


@pytest.mark.parametrize(
    "command", [("validate", FORWARD, "--usuarios"), ("validate", "--usuarios"), ("fill-ids",)]
)
def test_a_file_that_is_read_is_never_written_over(
    bulk: Bulk, users: Path, command: tuple[str, ...]
) -> None:
    before, link = users.read_bytes(), users.with_name("enlace.csv")
    link.symlink_to(users)
    for out in (users, users.parent / "." / "otra" / ".." / users.name, link):
        assert bulk(*command, users, "--out", out)[0] == 2
        assert "Elige otro nombre" in bulk.err  # type: ignore[attr-defined]
    assert users.read_bytes() == before


@pytest.mark.parametrize("action", ["inexistente", "usuarios_alta_people"])
def test_a_template_that_cannot_be_made_leaves_the_file_of_its_name_alone(
    bulk: Bulk, tmp_path: Path, action: str
) -> None:
    kept = tmp_path / "x.xlsx"
    kept.write_bytes(b"lo de antes")
    assert bulk("template", action, "--out", kept)[0] == 2
    assert kept.read_bytes() == b"lo de antes"


@pytest.mark.parametrize("option", ["--lines", "--only-open-of"])
def test_an_empty_scope_option_never_means_the_whole_file(
    bulk: Bulk, users: Path, remote: Remote, option: str
) -> None:
    assert bulk("run", FORWARD, "--usuarios", users, "--bulk", option, " ")[0] == 2
    assert bulk("run", FORWARD, "--usuarios", users, "--bulk", option, "")[0] == 2
    assert remote.writes() == 0


def test_rows_that_were_not_valid_are_among_those_left_open(
    bulk: Bulk, users: Path, remote: Remote
) -> None:
    """users: row 9 has no calling license (failed) and row 14 is not valid; the latter is corrected
    since.
    """
    run_id = bulk("run", FORWARD, "--usuarios", users, "--bulk", "--json")[1]["run_id"]
    found = bulk("plan", FORWARD, "--usuarios", users, "--only-open-of", run_id, "--json")[1]
    assert (found["counts"]["blocked"], found["counts"]["invalid"]) == (1, 1)
    users.write_text(
        users.read_text(encoding="utf-8-sig").replace("nada;12", f"{remote.person(5)};12"),
        encoding="utf-8",
    )
    found = bulk("plan", FORWARD, "--usuarios", users, "--only-open-of", run_id, "--json")[1]
    assert {state: n for state, n in found["counts"].items() if n} == {"blocked": 1}
    assert "1 fila que quedó pendiente o fallida no se encuentra" in bulk.err  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["run", "plan", "validate"])
def test_an_empty_scope_is_refused_and_leaves_no_run(bulk: Bulk, users: Path, command: str) -> None:
    assert bulk(command, FORWARD, "--usuarios", users, "--where", "location_name=Lugo")[0] == 2
    assert "El alcance está vacío: ninguna fila cumple «location_name = Lugo»" in bulk.err  # type: ignore[attr-defined]
    assert bulk("runs", "--json")[1] == []
