"""The documents are true: each action has its section, with its parameters and what undo cannot
restore.
"""

from __future__ import annotations

import re

import pytest

from bulk.adapters import SUPPORTED, get_action
from bulk.core.settings import Settings
from tests.paths import ROOT

TEXT = (ROOT / "docs" / "acciones.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## )", TEXT, re.MULTILINE | re.DOTALL))


def test_actions_are_documented_in_the_recomrepaired_order() -> None:
    assert [name for name in SECTIONS if name in SUPPORTED] == list(SUPPORTED)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_a_section_names_title_parameters_calls_and_undo(action_id: str) -> None:
    section, action = SECTIONS[action_id], get_action(action_id)
    assert action.title in section
    assert [param.name for param in action.params if f"`{param.name}`" not in section] == []
    assert "Llamadas:" in section
    assert "Deshacer:" in section


def test_settings_that_the_document_names_exist() -> None:
    named = {name.lower() for name in re.findall(r"`BULK_(\w+)`", TEXT)}
    assert named <= set(Settings.__dataclass_fields__)
    assert {"custom_permission_path", "number_list_location", "bare_uuids"} <= named


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install -e . && streamlit run streamlit_app.py" in readme
    assert "pip install -e '.[test]' && pytest" in readme
