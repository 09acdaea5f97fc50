"""One name, five places (docs/diseno.md 1.3), and parameters that are written down once."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from bulk import bulk_runner
from bulk.adapters import SUPPORTED, UNSUPPORTED, get_action
from bulk.errors import InDevelopment, UnknownAction
from tests.paths import ROOT


def modules(folder: str, pattern: str = "u*.py") -> set[str]:
    return {
        path.stem
        for path in (ROOT / folder).glob(pattern)
        if path.stem not in ("ubicaciones", "usuarios")
    }


def test_registry_adapters_schemas_and_tests_have_the_same_names() -> None:
    assert set(SUPPORTED) == modules("bulk/adapters") == modules("schemas")
    assert {f"test_{name}" for name in SUPPORTED} == modules(
        "tests/integration/adapters", "test_u*.py"
    )
    assert all(get_action(name).id == name for name in SUPPORTED)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_columns_of_the_schema_are_the_parameters_of_the_action(action_id: str) -> None:
    schema = importlib.import_module(f"schemas.{action_id}").SCHEMA
    assert set(schema.columns) == {param.name for param in get_action(action_id).parameters}


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_decide_takes_the_parameters_and_the_options_of_the_action(action_id: str) -> None:
    action = get_action(action_id)
    arguments = set(inspect.signature(action.decide).parameters) - {"before"}
    own = {param.name for param in action.params} - {action.entity}
    assert arguments == own | set(action.options)


def test_run_of_an_adapter_has_the_owners_signature() -> None:
    module = importlib.import_module(f"bulk.adapters.{SUPPORTED[0]}")
    parameters = inspect.signature(module.run).parameters
    assert [*parameters][:4] == ["token", "bulk", "chunk_size", "csv"]
    assert parameters["bulk"].default is False
    assert parameters["chunk_size"].default == 200


def test_bulk_runner_keeps_its_five_functions_and_has_no_class_but_dataclasses() -> None:
    names = {
        name
        for name, value in vars(bulk_runner).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    own = {name for name in names if getattr(bulk_runner, name).__module__ == "bulk.bulk_runner"}
    assert own == {
        "iter_rows",
        "build_chunks",
        "submit_bulk_order",
        "poll_bulk_order",
        "merge_bulk_results",
    }
    classes = [
        v
        for v in vars(bulk_runner).values()
        if inspect.isclass(v) and v.__module__ == "bulk.bulk_runner"
    ]
    assert all(hasattr(found, "__dataclass_fields__") for found in classes)


@pytest.mark.parametrize("action_id", [action.id for action in UNSUPPORTED])
def test_an_action_in_development_cannot_be_had(action_id: str) -> None:
    with pytest.raises(InDevelopment, match=re.escape("... en desarrollo ...")):
        get_action(action_id)


def test_an_unknown_action_is_refused_by_name() -> None:
    with pytest.raises(UnknownAction, match="usuarios_volar"):
        get_action("usuarios_volar")
