"""The command line: documents, exit codes, and errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bulk import script
from bulk.adapters import SUPPORTED, UNSUPPORTED, get_action
from bulk.core.states import PLAN_STATES, ROW_STATES
from bulk.errors import UsageError
from tests.integration.conftest import Bulk
from tests.workspace import Remote

ACTION = "usuarios_configurar_desvio_prefijo53"
ON_STATUS = {
    "run_id",
    "action_id",
    "state",
    "dry_run",
    "counts",
    "orders",
    "requests",
    "retries",
    "rate_limited",
    "elapsed_s",
}


def test_actions_lists_the_nine_and_the_announced_ones(bulk: Bulk) -> None:
    code, found = bulk("actions", "--json")
    assert code == 0
    assert [a["id"] for a in found if a["status"] == "disponible"] == list(SUPPORTED)
    assert [a["id"] for a in found if a["status"] == "en desarrollo"] == [a.id for a in UNSUPPORTED]
    numbers = found[0]
    assert {"name": "phone_numbers", "required": True, "list": True} in numbers["params"]


def test_validate_counts_the_bad_row_and_names_file_line_column_value_and_remedy(
    bulk: Bulk, users: Path
) -> None:
    code, found = bulk("validate", ACTION, "--usuarios", users, "--json")
    assert (code, found["total"], found["invalid"]) == (1, 13, 1)
    problem = found["problems"][0]
    assert (problem["file"], problem["line"], problem["column"], problem["value"]) == (
        "USUARIOS.CSV",
        14,
        "person_id",
        "nada",
    )
    assert "identificador" in problem["message"]


def test_plan_writes_nothing_and_is_stored_as_a_dry_run(
    bulk: Bulk, users: Path, remote: Remote
) -> None:
    code, found = bulk("plan", ACTION, "--usuarios", users, "--json")
    assert (code, found["dry_run"], remote.writes()) == (1, True, 0)
    assert tuple(found["counts"]) == PLAN_STATES
    assert (found["counts"]["change"], found["counts"]["blocked"], found["counts"]["invalid"]) == (
        11,
        1,
        1,
    )
    assert bulk("runs", "--json")[1][0]["run_id"] == found["run_id"]


def test_a_service_that_is_not_there_is_no_failure_of_rows(
    bulk: Bulk, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULK_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("WEBEX_BASE_URL", "http://127.0.0.1:9/v1")  # nobody listens there
    code, found = bulk("plan", ACTION, "--usuarios", users, "--json")
    assert (code, found["error"]["code"]) == (3, "no_enviada")
    assert bulk("runs", "--json") == (0, [])


def test_run_status_runs_and_resume_give_the_same_document(bulk: Bulk, users: Path) -> None:
    code, ran = bulk("run", ACTION, "--usuarios", users, "--bulk", "--chunk-size", "5", "--json")
    assert code == 1
    assert set(ran) >= ON_STATUS
    assert tuple(ran["counts"]) == ROW_STATES
    assert (ran["counts"]["done"], ran["counts"]["failed"], ran["counts"]["invalid"]) == (11, 1, 1)
    assert [order["order_id"].rpartition("-r")[2] for order in ran["orders"]] == ["2", "7", "12"]
    assert [order["state"] for order in ran["orders"]] == ["success", "partial", "partial"]
    assert bulk("status", ran["run_id"], "--json") == (0, ran)
    assert bulk("runs", "--json") == (0, [ran])
    assert bulk("resume", ran["run_id"], "--json") == (1, ran)


def test_a_file_all_as_wanted_ends_with_0(bulk: Bulk, tmp_path: Path, remote: Remote) -> None:
    path = tmp_path / "USUARIOS.CSV"
    path.write_text(f"person_id,extension\n{remote.person(0)},1000\n", encoding="utf-8")
    assert bulk("run", ACTION, "--usuarios", path, "--json")[0] == 0
    code, again = bulk("run", ACTION, "--usuarios", path, "--json")
    assert (code, again["counts"]["unchanged"]) == (0, 1)


def test_report_comes_as_csv_for_excel_and_as_json(bulk: Bulk, users: Path, tmp_path: Path) -> None:
    run_id = bulk("run", ACTION, "--usuarios", users, "--bulk", "--json")[1]["run_id"]
    assert bulk("report", run_id, "--out", tmp_path / "informe.csv")[0] == 0
    lines = (tmp_path / "informe.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 14
    assert lines[1].startswith(f"2;{run_id}-r2;Persona 0 · 1000;Madrid;hecha;")
    assert bulk("report", run_id, "--out", tmp_path / "informe.json")[0] == 0
    document = json.loads((tmp_path / "informe.json").read_text(encoding="utf-8"))
    assert [row["line"] for row in document["rows"]] == list(range(2, 15))
    assert bulk("report", run_id, "--out", tmp_path / "informe.doc", "--json")[0] == 2


def test_map_takes_another_column_a_constant_and_a_global_one(
    bulk: Bulk, tmp_path: Path, remote: Remote
) -> None:
    users, world = tmp_path / "USUARIOS.CSV", tmp_path / "GLOBAL.CSV"
    users.write_text(f"quien;ext\n{remote.person(0)};1000\n", encoding="utf-8")
    world.write_text("destino\n600111222\n", encoding="utf-8")
    files = ["--usuarios", users, "--global", world]
    code, found = bulk("run", ACTION, *files, "--json")
    assert (code, found["error"]["code"]) == (2, "entrada")
    assert "person_id" in found["error"]["message"]
    assert (
        bulk(
            "run",
            ACTION,
            *files,
            "--map",
            "person_id=quien",
            "--map",
            "destination=GLOBAL.destino",
            "--json",
        )[0]
        == 0
    )
    always = remote.doc("person", remote.person(0))["forwarding"]["callForwarding"]["always"]
    assert always["destination"] == "600111222"
    assert (
        bulk(
            "run", ACTION, *files, "--map", "person_id=quien", "--map", "extension==2222", "--json"
        )[0]
        == 0
    )
    code, found = bulk("run", ACTION, *files, "--map", "person_id=otra", "--json")
    assert (code, "quien" in found["error"]["message"]) == (2, True)


def test_org_id_comes_from_global_without_a_click(
    bulk: Bulk, users: Path, tmp_path: Path, remote: Remote
) -> None:
    world = tmp_path / "GLOBAL.CSV"
    world.write_text(f"org_id\n{remote.running.org_id}\n", encoding="utf-8")
    run_id = bulk("run", ACTION, "--usuarios", users, "--global", world, "--bulk", "--json")[1][
        "run_id"
    ]
    bulk("report", run_id, "--out", tmp_path / "r.json")
    rows = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["rows"]
    assert rows[0]["params"]["org_id"] == remote.running.org_id


@pytest.mark.parametrize("action", [action.id for action in UNSUPPORTED])
def test_an_action_in_development_is_refused_with_2_and_no_request(
    bulk: Bulk, users: Path, remote: Remote, action: str
) -> None:
    before = remote.counters()["requests"]
    for command in ("run", "plan", "validate"):
        code, found = bulk(command, action, "--usuarios", users, "--json")
        assert (code, found["error"]["code"]) == (2, "en_desarrollo")
        assert "... en desarrollo ..." in found["error"]["message"]
    assert remote.counters()["requests"] == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", ACTION, "--json"],
        ["run", "usuarios_volar", "--json"],
        ["run", ACTION, "--usuarios", "no_existe.csv", "--json"],
        ["run", ACTION, "--usuarios", "USERS", "--workers", "65", "--json"],
        ["run", ACTION, "--usuarios", "USERS", "--chunk-size", "0", "--json"],
        ["run", ACTION, "--usuarios", "USERS", "--map", "nada", "--json"],
        ["run", ACTION, "--usuarios", "USERS", "--at", "2020-05-31T22:00", "--json"],
        ["run", ACTION, "--usuarios", "USERS", "--not-after", "2020-05-31T06:00", "--json"],
        ["status", "20200101-0000-aaa", "--json"],
        ["resume", "20200101-0000-aaa", "--json"],
        ["no_hay_tal_orden", "--json"],
    ],
)
def test_bad_usage_or_input_is_2_with_one_json_error_and_sends_nothing(
    bulk: Bulk, users: Path, remote: Remote, arguments: list[str]
) -> None:
    before = remote.counters()["requests"]
    code, found = bulk(*[str(users) if argument == "USERS" else argument for argument in arguments])
    assert code == 2
    assert set(found["error"]) == {"code", "message"}
    assert remote.counters()["requests"] == before


def test_without_a_token_the_run_is_refused_with_what_to_do(
    bulk: Bulk, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBEX_ACCESS_TOKEN")
    code, found = bulk("run", ACTION, "--usuarios", users, "--json")
    assert (code, found["error"]["code"]) == (2, "falta_token")
    assert "--sandbox" in found["error"]["message"]


def test_a_rejected_token_is_3_and_nothing_is_written(
    bulk: Bulk, users: Path, remote: Remote
) -> None:
    code, found = bulk("run", ACTION, "--usuarios", users, "--token", "caducado-123456", "--json")
    assert (code, remote.writes()) == (3, 0)
    assert "token" in found["error"]["message"]
    assert bulk("runs", "--json") == (0, [])


def test_the_token_is_in_no_file_that_was_written(
    bulk: Bulk, users: Path, tmp_path: Path, remote: Remote
) -> None:
    run_id = bulk("run", ACTION, "--usuarios", users, "--bulk", "--json")[1]["run_id"]
    for name in ("r.csv", "r.json"):
        bulk("report", run_id, "--out", tmp_path / name)
    secret = remote.running.token.encode()
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and secret in path.read_bytes()
    ] == []


def test_the_log_of_an_action_has_a_json_line_per_row(
    bulk: Bulk, users: Path, tmp_path: Path
) -> None:
    run_id = bulk("run", ACTION, "--usuarios", users, "--bulk", "--json")[1]["run_id"]
    lines = (tmp_path / "home" / "logs" / f"{ACTION}.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert sorted(event["row"] for event in events if event["event"] == "row") == list(range(2, 14))
    assert all(event["run"] == run_id for event in events)
    assert all(event["tracking_id"] for event in events if event.get("state") == "done")


def test_an_adapter_runs_as_a_module(
    monkeypatch: pytest.MonkeyPatch,
    bulk: Bulk,
    users: Path,
    remote: Remote,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bulk.adapters import get_action
    from bulk.script import main as single

    for arguments, code in (
        (["--person_id", remote.person(0), "--extension", "1000"], 0),
        (["--csv", str(users)], 1),
        (["--csv", str(users), "--bulk", "--chunk-size", "4"], 1),
        (["--person_id", "nada", "--extension", "1"], 2),
    ):
        with pytest.raises(SystemExit) as end:
            single(get_action(ACTION), arguments)
        assert end.value.code == code, arguments
        json.loads(capsys.readouterr().out)


def test_a_reviewed_plan_takes_no_other_rows_data_options_or_dry_run(
    bulk: Bulk, users: Path, remote: Remote
) -> None:
    plan = bulk("plan", ACTION, "--usuarios", users, "--json")[1]["run_id"]
    runs = bulk("runs", "--json")[1]
    dropped: list[list[Any]] = [
        ["--dry-run"],
        ["--usuarios", users],
        ["--lines", "2-5"],
        ["--where", "location_name=Madrid"],
        ["--map", "extension==1234"],
        ["--accept-repairs"],
        ["--only-open-of", plan],
        ["--country", "ES"],
        ["--profile", users],
        ["--force-pstn"],
        ["--base-url", remote.running.base_url],
        ["--sandbox"],
    ]
    for extra in dropped:
        code, found = bulk("run", "--plan", plan, *extra, "--json")
        assert (code, found["error"]["code"]) == (2, "uso"), extra
        assert extra[0] in found["error"]["message"]
    assert bulk("runs", "--json")[1] == runs
    assert remote.writes() == 0
    code, ran = bulk(
        "run", "--plan", plan, "--bulk", "--chunk-size", "5", "--note", "CHG-1", "--json"
    )
    assert (ran["counts"]["done"], ran["note"], remote.writes()) == (11, "CHG-1", 11)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (RuntimeError("algo"), 1, "interno"),
        (KeyboardInterrupt(), 3, "interrumpida"),
        (UsageError("no"), 2, "uso"),
    ],
)
def test_an_action_as_a_command_ends_as_every_command_does(
    bulk: Bulk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    message: str,
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("bulk.runs.call.call_action", broken)
    with pytest.raises(SystemExit) as end:
        script.main(get_action(ACTION), ["--csv", "USUARIOS.CSV"])
    said = capsys.readouterr()
    assert (end.value.code, json.loads(said.out)["error"]["code"]) == (code, message)
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("PEOPLE", "abc"), ("LOCATIONS", "0"), ("LATENCY_MS", "nan"), ("LATENCY_MS", "-1")],
)
def test_a_setting_of_the_sandbox_that_is_no_number_is_named(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BULK_SANDBOX_{name}", value)
    assert bulk("export", "people", "--sandbox", "--out", tmp_path / "p.csv")[0] == 2
    assert f"BULK_SANDBOX_{name} = «{value}»" in bulk.err  # type: ignore[attr-defined]


def test_undo_tells_its_lists_row_by_row_and_a_launch_without_dry_run_says_so(
    bulk: Bulk, users: Path, remote: Remote
) -> None:
    run_id = bulk("run", ACTION, "--usuarios", users, "--bulk", "--json")[1]["run_id"]
    assert "sin ensayo" in bulk.err  # type: ignore[attr-defined]
    forwarding = remote.doc("person", remote.person(2))["forwarding"]["callForwarding"]
    always = {**forwarding["always"], "destination": "699999999"}
    remote.patch(
        "person", remote.person(2), forwarding={"callForwarding": {**forwarding, "always": always}}
    )
    code, found = bulk("undo", run_id, "--json")
    assert code == 1
    assert found["undo"] == {
        "reverted": 10,
        "kept": 1,
        "irreversible": 0,
        "already": 0,
        "failed": 0,
        "open": 0,
        "partly": 0,
    }
    assert [row["line"] for row in found["undo_rows"]["kept"]] == [4]
    assert len(found["undo_rows"]["reverted"]) == 10
    assert bulk("status", found["run_id"], "--json")[1] == found
    text = bulk("undo", run_id)[1]
    assert "0 revertidas, 1 conservada, 0 no reversibles, 10 ya como antes." in text
    assert "Conservadas:\n  fila 4 · Persona 2 · 1002 · Modificada después" in text
    code, checked = bulk("verify", run_id, "--json")
    assert (code, checked["verification"]["different"], checked["verification"]["left_out"]) == (
        1,
        11,
        {"failed": 1, "invalid": 1},
    )
