"""A token that looks like Webex's, a sandbox that takes no other, and a search for it in everything
that was left behind.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from bulk.sandbox import SandboxConfig

CANARY = "ZjM0YWNhbmFyaW8tcGFqYXJpdG8tMDA3LTk5OWEtYmNk_PF84_1eb65fdf-9643-417f-9974-ad72cae0e10f"
# As it is, inside a URL, in base64, and its middle: a message cut at any end still shows that.
FORMS = tuple(
    form.encode()
    for form in (
        CANARY,
        quote(CANARY, safe=""),
        base64.b64encode(CANARY.encode()).decode().rstrip("=")[:-1],
        CANARY[12:40],
    )
)


class Canary(SandboxConfig):
    """The sandbox's settings, with the canary as the one token that it accepts."""

    @property
    def token(self) -> str:
        return CANARY


def shows(content: bytes | str) -> bool:
    """True when the canary can be read out of `content`, also when that is a zip (a workbook, an
    export).
    """
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if any(form in raw for form in FORMS):
        return True
    if not raw.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return any(shows(archive.read(name)) for name in archive.namelist())


def found_in(folder: Path) -> list[str]:
    """Files under `folder` whose name or content shows the canary."""
    return [
        str(path) for path in every_file(folder) if shows(str(path)) or shows(path.read_bytes())
    ]


def every_file(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def told_by(texts: Mapping[str, str]) -> list[str]:
    """Names of the texts that show the canary."""
    return [name for name, text in texts.items() if shows(text)]
