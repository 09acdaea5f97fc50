"""What comes from files, from Webex or from the operator is shown as it is written.

Streamlit takes the text of messages, captions and labels for Markdown: a cell `![](https://…)`
would make the browser fetch a picture from outside, and one with asterisks would lose them.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"[\\`*\[\]<$~|]|(?<!\w)_|_(?!\w)")


def escape_markdown(text: str | None) -> str:
    """`text` so that Markdown shows it letter by letter, on one line. An address becomes a link:
    only a click follows it.
    """
    return _MARKS.sub(r"\\\g<0>", " ".join((text or "").split()))
