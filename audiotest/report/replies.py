"""What the model said, under ``-v``: a line below each trial's own; the whole of it under ``-vv``."""

from __future__ import annotations

import textwrap
from typing import Any

import msgspec
import pytest

from audiotest.types import Record

_INDENT = "    "
_LINE = 110
"""Signs of a reply that ``-v`` shows."""


def printable(text: str) -> str:
    """``text`` without what would act on a terminal: a reply may hold escape sequences."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def shown(record: Record, whole: bool) -> str:
    """The reply, indented, as one line or whole; empty where there was none."""
    if record.reply is None:
        return ""
    text = printable(record.reply.text)
    if whole:
        return textwrap.indent(text.strip() or "(an empty reply)", _INDENT, lambda line: True)
    line = " ".join(text.split()) or "(an empty reply)"
    return _INDENT + (line if len(line) <= _LINE else f"{line[: _LINE - 2]} …")


class Replies:
    """A plugin of its own in the process that gets all reports: it writes below pytest's line, also with xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the reply of the trial that this report decides."""
        text: str | None = getattr(report, "audiotest_record", None)
        if text is None:
            return
        said = shown(msgspec.json.decode(text.encode(), type=Record), self.config.option.verbose > 1)
        if said:
            terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            # Without a newline at its end, like pytest's own line of a test: what comes next begins with one.
            terminal._tw.line()
            terminal._tw.write(said)


def replies_for(config: pytest.Config) -> Replies | None:
    """The plugin, where ``-v`` asks for it."""
    there = config.pluginmanager.get_plugin("terminalreporter") is not None
    return Replies(config) if there and config.option.verbose > 0 else None
