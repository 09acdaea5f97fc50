"""What one run remembers about an organisation's limit for the next run."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class Learned:
    """Rates in calls per second."""

    limit: float | None = None  # the limit as last estimated; None = no 429 was met
    no_429_up_to: float | None = (
        None  # the fastest second that met no 429; None once a limit is known
    )
    retry_after: float | None = None  # seconds that the last 429 asked for

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Learned:
        """Unknown members are ignored. Raises ValueError when `text` is no object or a member no
        positive number.
        """
        raw = json.loads(text)
        if not isinstance(raw, dict):
            raise ValueError("an object is expected")
        return cls(**{field.name: _positive(raw.get(field.name)) for field in fields(cls)})


def _positive(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"not a positive number: {value!r}")
    return float(value)
