"""Settings: one frozen dataclass, each field overridable by an environment variable
``BULK_<NAME>``.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from bulk.errors import UsageError, os_error_text

DEFAULT_BASE_URL = "https://webexapis.com/v1"
MAX_WORKERS = 64
_SWITCH = {
    "1": True,
    "true": True,
    "si": True,
    "sí": True,
    "0": False,
    "false": False,
    "no": False,
    "": False,
}
_EXPECTED = {float: "un número", int: "un número entero", bool: "sí o no"}


# Where the sources disagree and the contracts name the ways that there are (docs/webex.md 5).
CHOICES = {
    "custom_permission_path": ("features", "telephony"),
    "number_list_location": ("hydra", "uuid"),
}


@dataclass(frozen=True)
class Settings:
    """Times in seconds. The values in force are stored with each run."""

    journal_url: str = ""  # SQLAlchemy URL; empty = SQLite file in the data directory
    settle_delay: float = (
        5.0  # wait before reading after an unanswered write: it may still land (docs/webex.md 1.4)
    )
    connect_timeout: float = 10.0  # to open a connection
    read_timeout: float = 60.0  # without a byte of answer
    row_deadline: float = 300.0  # all attempts of one call of a row
    max_attempts: int = 8  # attempts of one call
    write_attempts: int = 6  # times one row's write may be sent within one launch
    max_retry_after: float = 300.0  # longest Retry-After that is believed
    default_retry_after: float = 5.0  # when a 429 says nothing usable (docs/webex.md 1.3)
    max_read_age: float = 10.0  # a read older than this is repeated before the write
    # a PUT may rest on what its dry run read, when no older than this; 0 = always read again
    plan_read_age: float = 0.0
    control_interval: float = 0.25  # how often pause and cancel are looked for
    rate_ceiling: float = 0.0  # calls per second never exceeded; 0 = learned only
    job_deadline: float = 1800.0  # a move job that has not ended by then leaves its rows "unknown"
    job_poll_first: float = 2.0  # first wait between two looks at a move job (docs/webex.md 3.2)
    job_poll_max: float = 15.0  # longest such wait
    breaker_window: int = 50  # rows looked back on by the automatic pause
    breaker_share: float = 0.5  # share of them that must have failed for it; 1 = never
    numbers_per_post: int = 100  # docs/webex.md 2.1: no limit stated for DID
    people_per_job: int = 100  # docs/webex.md 3.2, error 1026018
    people_per_read: int = 85  # docs/webex.md 1.8
    custom_permission_path: str = "features"  # docs/webex.md 3.4 [?]: or "telephony"
    parallel_move_jobs: bool = False  # docs/webex.md 3.2 [?]: more than one move job at a time
    number_list_location: str = (
        "hydra"  # docs/webex.md 1.6 [?]: locationId of the list of numbers, or "uuid"
    )
    extension_min_length: int = 2  # docs/webex.md 1.11 [?]: digits, set per organisation
    extension_max_length: int = 10
    default_country: str = (
        ""  # of phones without prefix, where neither GLOBAL nor the command says one; two letters
    )
    bare_uuids: bool = False  # docs/webex.md 1.6 [?]: a UUID in the file passes for an id
    log_full: bool = False  # logs show e-mails and telephone numbers; tokens never


def in_force(settings: Settings, rate_ceiling: float | None = None) -> dict[str, Any]:
    """As stored with a run: without the address of the journal, which may carry a password."""
    ceiling = settings.rate_ceiling if rate_ceiling is None else rate_ceiling
    return asdict(replace(settings, journal_url="", rate_ceiling=ceiling))


def load(**overrides: Any) -> Settings:
    """Settings from the environment, then from `overrides`. Raises UsageError naming the bad
    variable.
    """
    values: dict[str, Any] = {}
    for field in fields(Settings):
        raw = os.environ.get(f"BULK_{field.name.upper()}")
        if raw is not None:
            values[field.name] = _parse(field.name, raw)
    return Settings(**{**values, **overrides})


def _parse(name: str, raw: str) -> Any:
    kind = type(getattr(Settings, name))
    choices = CHOICES.get(name)
    if choices and raw not in choices:
        raise UsageError(
            f"BULK_{name.upper()} = «{raw}» no es un valor válido. Los que hay:"
            f" {', '.join(choices)}."
        )
    try:
        return _SWITCH[raw.strip().lower()] if kind is bool else kind(raw)
    except (ValueError, KeyError):
        raise UsageError(
            f"BULK_{name.upper()} = «{raw}» no es un valor válido: se espera {_EXPECTED[kind]}."
        ) from None


def home_directory(given: Path | str | None = None) -> Path:
    """Data directory: `given`, else BULK_HOME, else the user's data directory. Made private (0700)
    if missing.
    """
    chosen = (
        given or os.environ.get("BULK_HOME") or platformdirs.user_data_dir("webex-calling-bulk")
    )
    path = Path(chosen).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(
            f"No se puede usar el directorio de datos «{path}»: {os_error_text(error)}."
        ) from None
    return path
