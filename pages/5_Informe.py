"""5_Informe."""

from __future__ import annotations

from pages.ui import frame

session = frame.begin("informe")
frame.heading("informe")
