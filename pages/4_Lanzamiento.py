"""4_Lanzamiento."""

from __future__ import annotations

from pages.ui import frame

session = frame.begin("lanzamiento")
frame.heading("lanzamiento")
