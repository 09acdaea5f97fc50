"""Answers that no document foresees never crash a run: the row fails, and says what was odd."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bulk.adapters import SUPPORTED, get_action
from bulk.core.records import RowResult
from bulk.errors import BulkError
from bulk.files.dataset import from_records
from bulk.journal import rows as row_queries
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection, connect
from bulk.runs.context import Context, close_context, open_context
from bulk.runs.launch import Launch, launch
from bulk.runs.status import document, find_run
from bulk.sandbox import SandboxConfig
from bulk.sandbox.organisation import build
from tests.fuzz.junk import Junk, serving

PEOPLE, LOCATIONS = 12, 3
FEW = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ENDS = {"completed", "completed_with_errors", "stopped"}


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[Junk, str, str]]:
    with serving(SandboxConfig(people=PEOPLE, locations=LOCATIONS, job_seconds=0.05)) as running:
        yield running


@pytest.fixture
def context(
    tmp_path: Path, quick_settings: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Context]:
    impatient = {
        "MAX_ATTEMPTS": 1,
        "WRITE_ATTEMPTS": 1,
        "SETTLE_DELAY": 0.01,
        "JOB_POLL_FIRST": 0.02,
        "JOB_POLL_MAX": 0.05,
    }
    for name, value in (
        impatient
        | {
            "JOB_DEADLINE": 0.4,
            "ROW_DEADLINE": 2,
            "DEFAULT_RETRY_AFTER": 0.05,
            "MAX_RETRY_AFTER": 0.1,
        }
    ).items():
        monkeypatch.setenv(f"BULK_{name}", str(value))
    opened = open_context(tmp_path / "home")
    yield opened
    close_context(opened)


def records(action_id: str) -> list[dict[str, str]]:
    """Three good rows of the organisation."""
    org = build(SandboxConfig.seed, LOCATIONS, PEOPLE)
    people, places = list(org.docs["person"]), list(org.docs["location"])
    licences, routes = (
        list(org.docs["license"]),
        [key for kind in ("routeGroup", "trunk") for key in org.docs.get(kind, {})],
    )
    cells = {
        "person_id": people,
        "location_id": places,
        "target_location_id": places[::-1],
        "phone_number": ["+34911000901", "+34911000902", "+34911000903"],
        "phone_numbers": ["+34911000901", "+34911000902", "+34911000903"],
        "legacy_phone_number": ["+34911000901", "+34911000902", "+34911000903"],
        "extension": ["2041", "2042", "2043"],
        "add_license_ids": licences[:1] * 3,
        "block_call_types": ["NATIONAL"] * 3,
        "enable_unknown_extension_route_policy": ["false"] * 3,
        "premise_route_id": routes[:1] * 3,
    }
    skip = (
        {"premise_route_id", "phone_number", "location_id", "extension"}
        if action_id == "usuarios_modificar_licencias"
        else set()
    )
    names = [p.name for p in get_action(action_id).params if p.name in cells and p.name not in skip]
    return [{name: cells[name][row] for name in names if cells[name]} for row in range(3)]


def run(
    context: Context, action_id: str, service: tuple[Junk, str, str], *, dry_run: bool = False
) -> tuple[str, list[RowResult]]:
    """(state, rows) of a run that has finished. Raises BulkError when it was refused before it
    began.
    """
    _, base_url, token = service
    connection: Connection = connect(context.home, token=token, base_url=base_url)
    dataset = get_action(action_id).dataset
    prepared = prepare(
        action_id, {dataset: from_records(dict(enumerate(records(action_id), 2)), name=dataset)}
    )
    assert not prepared.invalid, [problem.text() for problem in prepared.problems]
    live = launch(context, prepared, connection, Launch(workers=3, dry_run=dry_run))
    assert live.ended.wait(30), "the run did not finish"
    found = document(context, find_run(context, live.run_id))
    return str(found["state"]), list(row_queries.read_rows(context.journal, live.run_id))


@pytest.mark.parametrize("action_id", SUPPORTED)
@FEW
@given(seed=st.integers(0, 2**32), depth=st.sampled_from([0.02, 0.1, 0.3]), dry_run=st.booleans())
def test_spoilt_answers_fail_their_rows_with_a_reason_and_never_the_run(
    action_id: str,
    context: Context,
    service: tuple[Junk, str, str],
    seed: int,
    depth: float,
    dry_run: bool,
) -> None:
    junk = service[0]
    junk.dice, junk.share, junk.depth, junk.spare = random.Random(seed), 0.7, depth, ("people/me",)
    try:
        state, rows = run(context, action_id, service, dry_run=dry_run)
    except BulkError as refused:  # before it began: nothing was sent
        assert refused.message.strip()  # noqa: PT017
        return
    finally:
        junk.share = 0.0
    assert state in ENDS
    for row in rows:
        if state != "stopped":
            assert row.state not in ("pending", "running"), row
        if row.state in ("failed", "blocked", "unknown"):
            assert row.code, row
            assert (row.message or "").strip(), row


@FEW
@given(seed=st.integers(0, 2**32))
def test_who_am_i_answered_with_anything_is_an_error_that_can_be_reported(
    context: Context, service: tuple[Junk, str, str], seed: int
) -> None:
    junk = service[0]
    junk.dice, junk.share, junk.depth, junk.spare = random.Random(seed), 1.0, 0.5, ()
    try:
        run(context, "usuarios_configurar_desvio_prefijo53", service)
    except BulkError as refused:
        assert refused.message.strip()  # noqa: PT017
    finally:
        junk.share = 0.0


def test_no_thread_died_and_a_good_service_is_still_served(
    context: Context, service: tuple[Junk, str, str]
) -> None:
    service[0].share = 0.0
    pool = [thread for thread in threading.enumerate() if thread.name.startswith("bulk-")]
    state, rows = run(context, "usuarios_configurar_desvio_prefijo53", service)
    assert state in ENDS
    assert {row.state for row in rows} <= {"done", "unchanged", "failed"}
    assert all(thread.is_alive() for thread in pool)


def test_a_list_whose_next_page_is_itself_ends(
    context: Context, service: tuple[Junk, str, str]
) -> None:
    """A page that points to itself would be read for ever."""
    import bulk.webex.client as client
    from bulk.runs.connection import api_for

    junk, base_url, token = service

    class Same(random.Random):
        def random(self) -> float:
            return 0.15

        def choice(self, seq: Any) -> Any:
            return (b"link", f'<{base_url}/licenses?a=1>; rel="next"'.encode())

    junk.dice, junk.share = Same(), 1.0
    try:
        api: client.Api = api_for(
            connect(context.home, token=token, base_url=base_url), context.settings
        )
        with pytest.raises(BulkError, match="repite"):
            list(itertools.islice(api.pages("licenses", "items"), 1_000))
    finally:
        junk.share = 0.0
