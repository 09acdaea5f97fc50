"""An action says everything about itself: one that nothing else in the product knows has a mapping,
a template, repairs, a forecast and a preflight.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

from bulk import adapters
from bulk.adapters import get_action
from bulk.core.action import Action, Change, Outcome, Param, State
from bulk.core.demand import Demand, Need
from bulk.files.dataset import from_records, read_any
from bulk.planning import repairs
from bulk.planning.mapping import lacking, map_columns
from bulk.planning.prepare import prepare
from bulk.planning.templates import write_template
from bulk.runs.preflight import ForeignIds
from schemas import fields
from tests.integration.forecast_case import checked
from tests.workspace import Remote, Workspace

ACTION = "usuarios_ficha_completa"
SCHEMA = fields.schema(
    {
        "person_id": fields.hydra("PEOPLE", required=True),
        "sede_id": fields.hydra("LOCATION"),
        "ruta_id": fields.hydra("TRUNK", "ROUTE_GROUP"),
        "licencia_id": fields.hydra("LICENSE"),
        "telefono_directo": fields.phone(),
        "extension_nueva": fields.extension(),
        "org_id": fields.org_id(),
    },
    fields.either("telefono_directo", "extension_nueva"),
)


def read(api: Any, *, person_id: str, org_id: str | None = None, **_: object) -> State:
    found: State = api.get(f"people/{person_id}", callingData=True, orgId=org_id)
    return {"licencia_id": found["licenses"]}


def decide(before: State, *, licencia_id: str, **_: object) -> Change:
    return Change({"licencia_id": (before["licencia_id"], licencia_id)})


def write(api: Any, change: Change, **params: Any) -> Outcome:
    raise AssertionError("only planned here")


def undo(before: State, after: State) -> Change:
    return Change()


def demand(params: Mapping[str, Any], before: State, change: Any) -> Iterator[Demand]:
    place = params["sede_id"]
    yield Demand(Need.LICENSE, params["licencia_id"])
    yield Demand(Need.ROUTE, params["ruta_id"], place)
    if params.get("telefono_directo"):
        yield Demand(Need.NUMBER, params["telefono_directo"], place)
    if params.get("extension_nueva"):
        yield Demand(Need.EXTENSION, params["extension_nueva"], place)


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> Iterator[Action]:
    """An adapter and a schema module, and the line of the registry: what the ten steps add."""
    made = Action(
        id=ACTION,
        title="Ficha completa",
        summary="Todo lo que puede llevar una fila.",
        dataset="usuarios",
        entity="person_id",
        params=(
            Param("person_id", "person", required=True),
            Param("sede_id", "location"),
            Param("ruta_id", "route"),
            Param("licencia_id", "license"),
            Param("telefono_directo", "phone"),
            Param("extension_nueva", "extension", unique_in="sede_id"),
        ),
        read=read,
        decide=decide,
        write=write,
        undo=undo,
        one_of=("telefono_directo", "extension_nueva"),
        demand=demand,
        numbers_in="en la sede",
    )
    adapter, schema = ModuleType(f"bulk.adapters.{ACTION}"), ModuleType(f"schemas.{ACTION}")
    adapter.ACTION, schema.SCHEMA = made, SCHEMA  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, adapter.__name__, adapter)
    monkeypatch.setitem(sys.modules, schema.__name__, schema)
    monkeypatch.setattr(adapters, "SUPPORTED", (*adapters.SUPPORTED, ACTION))
    _forget()
    yield made
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    get_action.cache_clear()
    repairs._kinds.cache_clear()


def foreign(kind: str, number: int) -> str:
    text = f"ciscospark://us/{kind}/{number:032x}"
    return base64.b64encode(text.encode()).decode().rstrip("=")


def test_its_either_or_rule_is_asked_of_the_mapping(action: Action) -> None:
    bare = from_records({2: {"person_id": "x"}}, name="usuarios")
    assert lacking(action, map_columns(action, bare)) == ("telefono_directo o extension_nueva",)
    given = from_records({2: {"person_id": "x", "extension_nueva": "12"}}, name="usuarios")
    assert lacking(action, map_columns(action, given)) == ()


def test_its_template_has_an_example_of_each_kind_that_passes_its_schema(action: Action) -> None:
    target = io.BytesIO()
    write_template(ACTION, target)
    files = {data.name: data for data in read_any(target.getvalue(), file_name="plantilla.xlsx")}
    prepared = prepare(ACTION, files)
    assert [problem.text() for problem in prepared.problems if problem.severity == "error"] == []
    assert set(prepared.frame.iloc[0][["sede_id", "ruta_id", "licencia_id"]]) != {""}


def test_its_phones_extensions_and_ids_are_repaired(action: Action) -> None:
    row = {
        "person_id": "x",
        "telefono_directo": "911 222 333",
        "extension_nueva": "2041.0",
    }
    found = repairs.propose(from_records({2: row}, name="usuarios"), action, "ES")
    assert {repair.column: repair.after for repair in found} == {
        "telefono_directo": "+34911222333",
        "extension_nueva": "2041",
    }


def test_one_extension_for_two_people_of_a_place_is_refused(action: Action) -> None:
    rows = {
        line: {
            "person_id": foreign("PEOPLE", line),
            "sede_id": foreign("LOCATION", 1),
            "extension_nueva": "2041",
        }
        for line in (2, 3)
    }
    prepared = prepare(ACTION, {"usuarios": from_records(rows, name="usuarios")})
    assert {problem.rule for problem in prepared.problems} == {"extension_repetida"}


def test_its_demand_is_forecast(action: Action, workspace: Workspace, remote: Remote) -> None:
    record = {
        "person_id": remote.person(0),
        "sede_id": remote.location(0),
        "ruta_id": foreign("TRUNK", 7),
        "licencia_id": foreign("LICENSE", 7),
        "telefono_directo": "+34999888777",
    }
    found = checked(workspace, ACTION, [record])
    assert {finding.code for finding in found} == {
        "licencia_desconocida",
        "ruta_desconocida",
        "numero_no_esta",
    }
    assert any("en la sede" in finding.title for finding in found)


def test_its_ids_are_tried_before_anything_is_sent(action: Action, workspace: Workspace) -> None:
    records = [
        {
            "person_id": foreign("PEOPLE", n),
            "sede_id": foreign("LOCATION", 1),
            "ruta_id": foreign("TRUNK", 7),
            "licencia_id": foreign("LICENSE", 7),
            "extension_nueva": f"20{n:02}",
        }
        for n in range(3)
    ]
    with pytest.raises(ForeignIds):
        workspace.run(ACTION, records)
