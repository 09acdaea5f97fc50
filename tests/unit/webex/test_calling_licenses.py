"""Which license is a person's Webex Calling, by code and name."""

from __future__ import annotations

import base64

import pytest

from bulk.webex.license_kinds import is_calling, type_code

ORG, TAIL = "f6cc3df7-82f7-5edb-9430-0f8da05eaf1e", "a3870708-b534-56e9-a610-34ce63eb6b93"


def licence(code: str) -> str:
    plain = f"ciscospark://us/LICENSE/{ORG}:{code}_{TAIL}"
    return base64.b64encode(plain.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("code", "name", "calling"),
    [
        ("BCSTD", "Webex Calling - Professional", True),
        ("BCSTD", "Un nombre que nadie conoce", True),
        ("BCXYZ", "Webex Calling - Standard", True),
        ("XX", "Webex Calling", True),
        ("XX", "webex  calling - professional", True),
        ("XX", "Webex Calling SP - Standard Enterprise", True),
        ("XX", "Webex Calling SP - Professional", True),
        ("XX", "Webex Suite", True),
        ("XX", "Webex Voice", True),
        ("BCCA", "Webex Calling - Workspaces", False),
        ("BCCA", "Otro nombre", False),
        ("BCHDO", "Webex Calling - Hot desk only", False),
        ("BCWS", "Webex Calling - Workspaces", False),
        ("XX", "Common Area Calling", False),
        ("BCATT", "Webex Calling - Attendant Console", False),
        ("BCSTD", "Webex Calling - Attendant Console", None),
        ("BCNEW", "Algo nuevo", None),
        ("XX", "Calling Plan Premium", None),
        ("EE", "Meeting - Webex Meetings Suite", False),
        ("MS", "Messaging - Basic", False),
        ("CX", "Customer Assist", False),
        ("CX", "Customer Experience - Essential", False),
    ],
)
def test_the_kind_of_a_licence(code: str, name: str, calling: bool | None) -> None:
    assert is_calling(licence(code), name) is calling


@pytest.mark.parametrize("value", [licence("BCSTD"), licence("BCSTD") + "==", "x:BCSTD_y", "raro"])
def test_the_code_is_read_out_of_the_id(value: str) -> None:
    assert type_code(value) == ("" if value == "raro" else "BCSTD")
