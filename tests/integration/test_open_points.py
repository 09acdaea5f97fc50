"""The points that the contracts leave open [?] are settings, each tried both ways against a sandbox
that is so or otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bulk.core.settings import Settings, load
from bulk.errors import UsageError
from bulk.sandbox.organisation import number
from schemas.hydra import id_tail
from tests.integration.adapters.many import many_rows
from tests.workspace import Remote, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"
NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
MOVES = "usuarios_asignar_location_desde_csv"


def with_settings(workspace: Workspace, **changes: Any) -> Workspace:
    return Workspace(
        replace(workspace.context, settings=replace(workspace.context.settings, **changes)),
        workspace.remote,
    )


@pytest.mark.parametrize(
    ("shortest", "longest", "extension", "state"),
    [
        (2, 10, "7", "invalid"),
        (1, 10, "7", "done"),
        (2, 10, "1234567", "done"),
        (2, 4, "1234567", "invalid"),
    ],
)
def test_the_length_of_an_extension(
    workspace: Workspace,
    remote: Remote,
    monkeypatch: pytest.MonkeyPatch,
    shortest: int,
    longest: int,
    extension: str,
    state: str,
) -> None:
    monkeypatch.setenv("BULK_EXTENSION_MIN_LENGTH", str(shortest))
    monkeypatch.setenv("BULK_EXTENSION_MAX_LENGTH", str(longest))
    row = workspace.run(FORWARD, [{"person_id": remote.person(1), "extension": extension}]).row
    assert row.state == state
    assert state == "done" or f"entre {shortest} y {longest} cifras" in str(row.message)


@pytest.mark.parametrize(
    ("accepted", "known", "state"),
    [(False, True, "invalid"), (True, True, "done"), (True, False, "failed")],
)
def test_a_bare_uuid_as_an_id(
    workspace: Workspace,
    remote: Remote,
    monkeypatch: pytest.MonkeyPatch,
    accepted: bool,
    known: bool,
    state: str,
) -> None:
    remote.config(bare_uuids=known)
    monkeypatch.setenv("BULK_BARE_UUIDS", "1" if accepted else "0")
    rows = [{"person_id": id_tail(remote.person(1)), "extension": "1234"}]
    assert workspace.run(FORWARD, rows).counts == {state: 1}


@pytest.mark.parametrize("form", ["hydra", "uuid"])
def test_the_form_of_the_location_in_the_list_of_numbers(
    workspace: Workspace, remote: Remote, form: str
) -> None:
    remote.config(number_list_location=form)
    rows = [{"location_id": remote.location(0), "phone_numbers": number(0, 93000)}]
    workspace = with_settings(workspace, number_list_location=form)
    assert workspace.run(NUMBERS, rows).counts == {"done": 1}
    assert workspace.run(NUMBERS, rows).counts == {"unchanged": 1}


@pytest.mark.parametrize(("most", "posts"), [(100, 1), (10, 3)])
def test_how_many_numbers_go_in_one_post(
    workspace: Workspace, remote: Remote, most: int, posts: int
) -> None:
    rows = [
        {"location_id": remote.location(0), "phone_numbers": number(0, 94000 + n)}
        for n in range(30)
    ]
    assert with_settings(workspace, numbers_per_post=most).run(NUMBERS, rows).counts == {"done": 30}
    assert remote.writes() == posts


@pytest.mark.parametrize(
    ("parallel", "taken", "refused"),
    [(False, False, False), (True, True, False), (True, False, True)],
)
def test_move_jobs_one_at_a_time_or_in_parallel(
    workspace: Workspace, remote: Remote, parallel: bool, taken: bool, refused: bool
) -> None:
    """One at a time, a service that takes one only never has to say so; in parallel, its 409 is
    waited out.
    """
    remote.config(parallel_jobs=taken, job_seconds=1.0)
    workspace = with_settings(workspace, parallel_move_jobs=parallel, people_per_job=10)
    assert workspace.run(MOVES, many_rows(remote, MOVES, 40)).counts == {"done": 40}
    assert remote.counters()["move_jobs"] == 4
    assert ("409" in remote.counters()["by_status"]) == refused


def test_a_setting_that_there_is_not_is_refused_naming_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BULK_CUSTOM_PERMISSION_PATH", "otro")
    with pytest.raises(UsageError, match="features, telephony"):
        load()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ROW_DEADLINE", "un número"),
        ("MAX_ATTEMPTS", "un número entero"),
        ("PARALLEL_MOVE_JOBS", "sí o no"),
    ],
)
def test_a_setting_that_cannot_be_read_says_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    monkeypatch.setenv(f"BULK_{name}", "muchos")
    with pytest.raises(
        UsageError, match=rf"BULK_{name} = «muchos» no es un valor válido: se espera {expected}\.$"
    ):
        load()


def test_every_open_point_has_its_default() -> None:
    assert (
        Settings().number_list_location == "hydra"
        and not Settings().bare_uuids
        and not Settings().parallel_move_jobs
    )
