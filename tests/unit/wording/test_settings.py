"""Settings and options are reported in Spanish, those that somebody set apart from those as they
come.
"""

from __future__ import annotations

from dataclasses import fields

from bulk.adapters import SUPPORTED, get_action
from bulk.core.settings import Settings, in_force
from bulk.wording.settings import (
    OPTION_WORDS,
    SETTING_WORDS,
    options_text,
    setting_text,
    settings_text,
)


def test_every_setting_and_every_option_has_words() -> None:
    assert SETTING_WORDS.keys() == {field.name for field in fields(Settings)}
    assert OPTION_WORDS.keys() == {
        name for action in SUPPORTED for name in get_action(action).options
    }


def test_what_somebody_set_is_kept_apart() -> None:
    changed, usual = settings_text(in_force(Settings(rate_ceiling=7.5, bare_uuids=True)))
    assert changed == "límite de llamadas por segundo: 7,5; un UUID vale como identificador: sí"
    assert "plazo para conectar: 10 s; " in usual
    assert "límite" not in usual and "UUID" not in usual
    assert "base de datos" not in usual  # empty
    assert not [name for name in SETTING_WORDS if f"{name}:" in usual]
    assert settings_text({}) == ("", "")


def test_a_setting_of_another_version_keeps_its_name() -> None:
    assert setting_text("gone_since", None) == "gone_since: -"


def test_options_are_reported_with_the_profile_in_words() -> None:
    entries = [
        {"callType": "INTERNAL_CALL", "action": "ALLOW", "transferEnabled": True},
        {"callType": "INTERNATIONAL", "action": "BLOCK", "transferEnabled": False},
        {"callType": "NEW_TYPE", "action": "ALLOW", "transferEnabled": False},
    ]
    message = options_text(
        {
            "profile": {"callingPermissions": entries},
            "allow_calling_removal": False,
            "force_pstn": None,
        }
    )
    assert (
        message
        == "perfil saliente: internas permitidas, internacionales bloqueadas, NEW_TYPE permitidas,"
        " sin transferir; permitir quitar licencias de Webex Calling: no"
    )
