"""The line to be read out on the telephone."""

from __future__ import annotations

import re

from bulk.core.records import RunRecord
from bulk.core.states import ALL_STATES
from bulk.runs.status import phone_text

RUN = RunRecord(
    "20261201-0900-abc",
    "usuarios_configurar_desvio_prefijo53",
    "https://webexapis.com/v1",
    org_name="Acme España",
)
COUNTS = dict.fromkeys(ALL_STATES, 0) | {"done": 2_900, "failed": 41, "pending": 1_359}
LINE = "Acme España · Desvío total con prefijo 53: 2.941 de 4.300 usuarios (68 %), 41 por revisar."


def test_a_run_whose_end_is_not_known_has_its_state() -> None:
    assert phone_text(RUN, "paused", COUNTS) == f"{LINE} En pausa."


def test_an_active_run_has_its_estimated_end() -> None:
    line = phone_text(RUN, "running", COUNTS, eta_s=600)
    assert re.fullmatch(rf"{re.escape(LINE)} En curso\. Fin estimado: \d\d:\d\d\.", line)
