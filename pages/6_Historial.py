"""6_Historial."""

from __future__ import annotations

from pages.ui import frame

session = frame.begin("historial")
frame.heading("historial")
