"""The sentences of the command line's library in Spanish, through gettext."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def speak_spanish() -> None:
    """click translates through gettext's own domain; the product speaks Spanish on any system."""
    gettext.bindtextdomain("messages", LOCALE)
    os.environ["LANGUAGE"] = "es"
