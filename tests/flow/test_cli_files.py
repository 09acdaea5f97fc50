"""Files and scope at the command line: what is read is never written over, and no option means more than it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.conftest import Bulk
from tests.house import Remote

FORWARD = "usuarios_configurar_desvio_prefijo53"


@pytest.mark.parametrize("command", [("validate", FORWARD, "--usuarios"), ("validate", "--usuarios"), ("fill-ids",)])
def test_a_file_that_is_read_is_never_written_over(bulk: Bulk, users: Path, command: tuple[str, ...]) -> None:
    before, link = users.read_bytes(), users.with_name("enlace.csv")
    link.symlink_to(users)
    for out in (users, users.parent / "." / "otra" / ".." / users.name, link):
        assert bulk(*command, users, "--out", out)[0] == 2
        assert "Elige otro nombre" in bulk.err  # type: ignore[attr-defined]
    assert users.read_bytes() == before


@pytest.mark.parametrize("action", ["inexistente", "usuarios_alta_people"])
def test_a_template_that_cannot_be_made_leaves_the_file_of_its_name_alone(bulk: Bulk, tmp_path: Path, action: str) -> None:
    kept = tmp_path / "x.xlsx"
    kept.write_bytes(b"lo de antes")
    assert bulk("template", action, "--out", kept)[0] == 2
    assert kept.read_bytes() == b"lo de antes"


@pytest.mark.parametrize("option", ["--lines", "--only-open-of"])
def test_an_empty_scope_option_never_means_the_whole_file(bulk: Bulk, users: Path, remote: Remote, option: str) -> None:
    assert bulk("run", FORWARD, "--usuarios", users, "--bulk", option, " ")[0] == 2
    assert bulk("run", FORWARD, "--usuarios", users, "--bulk", option, "")[0] == 2
    assert remote.writes() == 0
