"""How a failure is reported to pytest: in words of its own, and in a line where there is room for no more."""

from __future__ import annotations

from pathlib import Path

from _pytest._code.code import ExceptionChainRepr, ReprEntryNative, ReprFileLocation, ReprTraceback


def longrepr(text: str, short: str, path: str | Path, line: int, style: str) -> ExceptionChainRepr:
    """What a report holds of a failure at ``line`` of ``path``. ``short`` is its line in pytest's summary and in
    JUnit's message, and all that is shown with ``--tb=line``, which is given as ``style``."""
    lines = [] if style == "line" else [ReprEntryNative([one + "\n" for one in text.split("\n")])]
    traceback = ReprTraceback(lines, None, style="native")
    return ExceptionChainRepr([(traceback, ReprFileLocation(str(path), line, short), None)])
