"""What the model said, under ``-v``: a line below each trial's own; the whole of it under ``-vv``."""

from __future__ import annotations

import textwrap

from audiotest import inert
from audiotest.types import Record

_INDENT = "    "
_LINE = 110
"""Characters of a reply that ``-v`` shows."""


def shown(record: Record, whole: bool) -> str:
    """The reply, indented, as one line or whole; empty where there was none."""
    if record.reply is None:
        return ""
    text = inert.text(record.reply.text)
    if whole:
        return textwrap.indent(text.strip() or "(an empty reply)", _INDENT, lambda line: True)
    line = inert.line(record.reply.text) or "(an empty reply)"
    return _INDENT + (line if len(line) <= _LINE else f"{line[: _LINE - 2]} …")
