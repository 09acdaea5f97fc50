"""The compiled catalogue of the command line's sentences is the one that is written."""

from __future__ import annotations

import gettext
from io import BytesIO

from babel.messages import mofile, pofile

from bulk.cli.language import LOCALE

FOLDER = LOCALE / "es" / "LC_MESSAGES"


def test_the_compiled_catalogue_is_current() -> None:
    with (FOLDER / "messages.po").open("rb") as written:
        catalogue = pofile.read_po(written)
    fresh = BytesIO()
    mofile.write_mo(fresh, catalogue)
    fresh.seek(0)
    with (FOLDER / "messages.mo").open("rb") as compiled:
        kept = gettext.GNUTranslations(compiled)
    expected = gettext.GNUTranslations(fresh)
    assert sentences(kept) == sentences(expected), "pybabel compile -d bulk/cli/locale -l es"
    assert len(sentences(kept)) > 25


def sentences(catalogue: gettext.GNUTranslations) -> dict[object, str]:
    """Without the header, which has times."""
    found = catalogue._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}
