"""What pytest's terminal keeps of each trial to the end of a run: of a million, the greater part of the memory."""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
from typing import Any

import pytest

_OWN = ("outcome", "wasxfail", "duration", "start", "stop")
_PLAIN = {*_OWN, "_id", "nodeid", "location", "keywords", "longrepr", "sections", "user_properties", "when"}
_EMPTY: dict[str, Any] = {"keywords": MappingProxyType({}), "sections": [], "user_properties": []}


class KeptReport(pytest.TestReport):
    """The report of a trial that has been answered and did not fail, in a third of the memory: what its item knows as
    well is made again when it is asked for."""

    __slots__ = ("_item", *_OWN)
    when = "call"
    longrepr = None

    def __init__(self, report: pytest.TestReport, item: pytest.Item) -> None:
        self._item = item
        for name in _OWN:
            if hasattr(report, name):
                setattr(self, name, getattr(report, name))

    def whole(self) -> pytest.TestReport:
        """A report like the one that plugins were given."""
        item, own = self._item, {}
        for name in _OWN:
            with suppress(AttributeError):
                own[name] = object.__getattribute__(self, name)
        own["keywords"], own["user_properties"] = dict.fromkeys(item.keywords, 1), item.user_properties
        return pytest.TestReport(item.nodeid, item.location, longrepr=None, when="call", **own)

    def __getattr__(self, name: str) -> Any:
        if name == "_item" or name.startswith("__"):  # of a copy in the making
            raise AttributeError(name)
        return getattr(self._item if name in ("_id", "nodeid", "location") else self.whole(), name)

    def _to_json(self) -> dict[str, Any]:
        return self.whole()._to_json()


KeptReport.__name__ = pytest.TestReport.__name__  # by which pytest knows what it has written when it reads it


def keep(report: pytest.TestReport, item: pytest.Item | None, kept: list[Any]) -> None:
    """Make small what is ``kept`` of a report that everybody has seen. ``item``: the trial's, if it ran here."""
    held = vars(report)
    plain = report.when == "call" and not report.longrepr and not report.sections and held.keys() <= _PLAIN
    if item is not None and plain and kept and kept[-1] is report:
        kept[-1] = KeptReport(report, item)
        return
    for name, none in _EMPTY.items():
        if not held[name] or (name == "keywords" and "skip" not in held[name]):
            held[name] = none
