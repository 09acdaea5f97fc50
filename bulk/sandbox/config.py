"""Settings of the sandbox: the organisation, the faults, and the points that the contracts leave
open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SandboxConfig:
    """Everything but `home`, the organisation's size and `reset` can be changed while it runs (POST
    /__admin/config).
    """

    home: Path | None = None  # state is kept under home/"sandbox"; None = in memory only
    seed: int = 2026  # the organisation is derived from it
    locations: int = 40
    people: int = 4500
    reset: bool = False  # forget the kept state at start
    # faults
    latency_ms: float = 0.0  # time of each answer; the change is applied on arrival
    jitter: float = 0.0  # 0.3 = latency varies by +-30 %
    rate_limit: float = 0.0  # calls per second (token bucket); 0 = none
    burst: int = 50  # size of the bucket
    ban: bool = False  # after a 429 every call is refused until Retry-After is over
    retry_after: int = 0  # fixed Retry-After in seconds; 0 = computed, at least 1
    retry_after_text: str = ""  # sent in its place, whatever it says
    fail_rate: float = 0.0  # share of 503 before anything is applied
    ambiguous_rate: float = 0.0  # share of answers lost after applying
    truncate_rate: float = 0.0  # share of answers with cut JSON
    outage: bool = False  # connections are accepted and closed
    # the open points [?] of the contracts
    job_seconds: float = 1.0  # how long a move job takes
    uncalling_status: int = 404  # call settings of a person without calling license
    secondary_member: str = "directNumber"  # 3.1: or "external"
    permission_path: str = "both"  # 3.4: "features", "telephony" or "both"
    numbers_400_adds_rest: bool = False  # 2.1: what a refused list leaves behind
    inactive_header: bool = True  # 2.2: an INACTIVE number may be the header
    busy_status: int = 400  # 3.5: number or extension in use; or 409
    parallel_jobs: bool = False  # 3.2: a second move job is taken while one runs
    # 1.6: the form of locationId in the list of numbers, or "uuid"; the other is unknown
    number_list_location: str = "hydra"
    bare_uuids: bool = False  # 1.6: the UUID of a person or location is taken for its id
    move_shape: str = "V"  # 3.2: shape of the answers, V or S
    uncalled_location: bool = True  # reads bring locationId of people without calling license

    @property
    def token(self) -> str:
        return "sandbox-" + hashlib.sha256(f"token {self.seed}".encode()).hexdigest()[:32]


FIXED = frozenset({"home", "seed", "locations", "people", "reset"})


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes of settings with the right types. Raises ValueError naming the wrong one."""
    known = {
        field.name: type(getattr(SandboxConfig, field.name))
        for field in fields(SandboxConfig)
        if field.name not in FIXED
    }
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"unknown setting {name}")
        if not isinstance(value, known[name]) and not (
            known[name] is float and isinstance(value, int)
        ):
            raise ValueError(f"{name}: expected {known[name].__name__}")
    return changes
