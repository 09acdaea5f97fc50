"""Text of files, of Webex or of the operator is shown as it is written.

Streamlit takes the text of messages, captions and labels for Markdown: a cell `![](https://…)`
would make the browser fetch a picture from outside, and one with asterisks would lose them.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"[\\`*\[\]<$~|]|(?<!\w)_|_(?!\w)")


def escape_markdown(text: str | None) -> str:
    """`text` on one line, so that Markdown shows it letter by letter. An address becomes a link,
    which only a click follows.
    """
    return _MARKS.sub(r"\\\g<0>", " ".join((text or "").split()))
