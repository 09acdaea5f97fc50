"""The owner's five functions, called bare, and `run(token=...)`."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bulk.bulk_runner import (
    build_chunks,
    iter_rows,
    merge_bulk_results,
    poll_bulk_order,
    submit_bulk_order,
)
from bulk.errors import InDevelopment, InputError, MissingToken
from bulk.files.dataset import from_records, read_csv
from tests.paths import ROOT
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"
SCRIPT = """
import sys, time
from bulk.bulk_runner import build_chunks, iter_rows, merge_bulk_results, poll_bulk_order, submit_bulk_order
from bulk.dataset import read_csv
dataset = read_csv(sys.argv[1])
orders = [submit_bulk_order("usuarios_configurar_desvio_prefijo53", chunk) for chunk in build_chunks(iter_rows(dataset), 10)]
while not all(poll_bulk_order(order).finished for order in orders):
    time.sleep(0.05)
summary = merge_bulk_results(orders)
print(len(orders), summary.counts, [row.line for row in summary][:3])
"""


def users_file(path: Path, remote: Remote, people: int) -> Path:
    rows = [f"{remote.person(index)};{1000 + index};Persona {index}" for index in range(people)]
    path.write_text("\n".join(["person_id;extension;display_name", *rows]), encoding="utf-8")
    return path


def test_a_script_of_ten_lines_works_with_the_five_bare_functions(
    tmp_path: Path, remote: Remote
) -> None:
    users = users_file(tmp_path / "USUARIOS.CSV", remote, 25)
    environment = {
        **os.environ,
        "BULK_HOME": str(tmp_path / "home"),
        "WEBEX_ACCESS_TOKEN": remote.running.token,
        "WEBEX_BASE_URL": remote.running.base_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(users)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "3 {'done': 24, 'failed': 1} [2, 3, 4]", done.stderr
    assert remote.writes() == 24


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Workspace:
    """The environment that bare calls read."""
    monkeypatch.setenv("BULK_HOME", str(workspace.context.home))
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", workspace.remote.running.token)
    monkeypatch.setenv("WEBEX_BASE_URL", workspace.remote.running.base_url)
    return workspace


def test_chunks_are_lazy_and_keep_the_order() -> None:
    taken: list[int] = []

    def source() -> object:
        for number in range(5):
            taken.append(number)
            yield number

    chunks = build_chunks(source(), 2)  # type: ignore[arg-type]
    assert next(chunks) == [0, 1]
    assert taken == [0, 1]
    assert list(chunks) == [[2, 3], [4]]


def test_a_chunk_size_under_one_is_refused() -> None:
    with pytest.raises(ValueError, match="chunk_size"):
        next(build_chunks([1], 0))


def test_rows_of_a_dataset_come_with_their_line_and_without_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "USUARIOS.CSV"
    path.write_text("person_id;extension\nA;12\n\nB;\n", encoding="utf-8")
    assert list(iter_rows(read_csv(path))) == [
        (2, {"person_id": "A", "extension": "12"}),
        (4, {"person_id": "B"}),
    ]


def test_submit_returns_at_once_and_orders_handed_over_later_join_the_run(
    bare: Workspace, remote: Remote
) -> None:
    first = submit_bulk_order(ACTION, [(2, {"person_id": remote.person(0), "extension": "1000"})])
    second = submit_bulk_order(ACTION, [(3, {"person_id": remote.person(1), "extension": "1001"})])
    assert first.rpartition("-r")[0] == second.rpartition("-r")[0]
    wait_for(first, second)
    summary = merge_bulk_results([second, first])
    assert [row.line for row in summary] == [2, 3]
    assert summary.counts == {"done": 2}


def test_rows_that_do_not_pass_the_schema_are_set_aside(bare: Workspace, remote: Remote) -> None:
    order = submit_bulk_order(
        ACTION, [(2, {"person_id": remote.person(0), "extension": "1000"}), (3, {"person_id": "x"})]
    )
    wait_for(order)
    assert poll_bulk_order(order).counts == {"done": 1, "invalid": 1}
    assert poll_bulk_order(order).state == "partial"


def test_an_action_in_development_is_refused_before_anything_is_sent(
    bare: Workspace, remote: Remote
) -> None:
    before = remote.counters()["requests"]
    with pytest.raises(InDevelopment):
        submit_bulk_order("workspaces_alta", [(2, {})])
    assert remote.counters()["requests"] == before


def test_an_empty_chunk_is_refused(bare: Workspace) -> None:
    with pytest.raises(InputError):
        submit_bulk_order(ACTION, [])


def test_without_a_token_submit_says_what_to_do(
    bare: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBEX_ACCESS_TOKEN")
    with pytest.raises(MissingToken, match="WEBEX_ACCESS_TOKEN"):
        submit_bulk_order(
            "usuarios_anadir_intercom_legacy",
            [(2, {"person_id": "x", "legacy_phone_number": "+34911222333"})],
        )


def test_run_of_an_adapter_does_one_row_and_returns_its_outcome(
    bare: Workspace, remote: Remote
) -> None:
    from bulk.adapters.usuarios_configurar_desvio_prefijo53 import run

    found = run(token=remote.running.token, person_id=remote.person(0), extension="1000")
    assert (found["state"], found["after"]["always"]["destination"]) == ("done", "531000")
    with pytest.raises(InputError, match="person_id"):
        run(token=remote.running.token, person_id="x", extension="1000")


def test_run_of_an_adapter_does_a_file_in_bulk(
    bare: Workspace, remote: Remote, tmp_path: Path
) -> None:
    from bulk.adapters.usuarios_configurar_desvio_prefijo53 import run

    users = users_file(tmp_path / "USUARIOS.CSV", remote, 10)
    found = run(token=None, csv=str(users), bulk=True, chunk_size=4)
    assert (found["counts"]["done"], found["counts"]["failed"], len(found["orders"])) == (9, 1, 3)


def test_a_list_given_beside_a_file_is_every_rows_own(
    bare: Workspace, remote: Remote, tmp_path: Path
) -> None:
    from bulk.adapters.usuarios_modificar_licencias import run

    given = [remote.org.licenses["messaging"], remote.org.licenses["meeting"]]
    path = tmp_path / "USUARIOS.CSV"
    path.write_text(
        "\n".join(["person_id", *(remote.person(index) for index in range(4))]), encoding="utf-8"
    )
    found = run(token=None, csv=str(path), bulk=True, add_license_ids=given)
    assert (found["counts"]["done"], found["counts"]["unchanged"]) == (
        2,
        2,
    )  # one in three has no meetings yet
    assert all(
        set(given) <= set(remote.doc("person", remote.person(index))["licenses"])
        for index in range(4)
    )


def test_records_given_one_by_one_read_like_a_file() -> None:
    frame = from_records({2: {"a": ["x", "y"], "b": True}, 3: {"a": None}}, name="usuarios").frame
    assert frame.to_dict("index") == {2: {"a": "x;y", "b": "true"}, 3: {"a": "", "b": ""}}


def wait_for(*orders: str) -> None:
    import time

    until = time.monotonic() + 30
    while not all(poll_bulk_order(order).finished for order in orders):
        assert time.monotonic() < until
        time.sleep(0.02)
