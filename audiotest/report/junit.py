"""Properties of a trial's ``<testcase>`` in JUnit XML (and in any other reporter of user properties)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, cast
from xml.etree.ElementTree import Element, tostring

from audiotest.baseline import further_answers
from audiotest.declare.prompt import named
from audiotest.declare.trial import Trial
from audiotest.types import Record

_REPLY_LIMIT = 2000
_MOST = 16_384
"""Properties that are remembered."""
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII).fullmatch


def properties(record: Record, trial: Trial) -> list[tuple[str, object]]:
    """suite, condition, expectation, outcome, expected, chosen, reply, its seconds and what it waited, what the
    answers were when it was asked again, and ``tag.KEY`` for every tag."""
    verdict = next(iter(record.verdicts.values()), None)
    pairs: list[tuple[str, object]] = [
        ("suite", record.suite),
        ("condition", record.condition),
        ("expectation", record.expectation),
        ("outcome", record.outcome),
    ]
    if record.answer is not None:
        expected = [_option(record, place) for place in record.right_places]
        pairs.append(("expected", " | ".join(expected or record.right_answers)))
    if verdict is not None:
        pairs.append(("chosen", _option(record, verdict.choice) or verdict.status))
    if record.reply is not None:
        pairs.append(("reply", record.reply.text[:_REPLY_LIMIT]))
        times = ("seconds", record.reply.seconds), ("waited", record.reply.waited)
        pairs += [(name, round(value, 3)) for name, value in times if value is not None]
    if again := further_answers(record):
        pairs.append(("asked_again", again))
    pairs += [(f"tag.{_name(key)}", ", ".join(values)) for key, values in record.tags.items()]
    return pairs


class SharedProperties:
    """The properties of trials in ``log``, pytest's writer of JUnit XML: one text for all trials that have the same.

    It makes an element of each property of each test, keeps all of them to the end and writes them one by one: of
    20,000 trials 240,000, and 109 MB, of which a few thousand are different.
    """

    def __init__(self, log: Any) -> None:
        self._log = log
        self._texts: dict[tuple[str, str], str] = {}
        self._classnames: dict[str, str] = {}

    def take(self, report: Any) -> None:
        """Have a test written here of which ``report`` is the first: its properties, and its place, which pytest works
        out again for each of its reports. Captured output that nobody wants is not looked for."""
        reporter = self._log.node_reporter(report)
        reporter.record_testreport = partial(self._record, reporter, reporter.record_testreport)
        if self._log.logging == "no":
            reporter.write_captured_output = _nothing
        if _WRITTEN_AS_IT_IS:
            node = _Properties()
            reporter.add_property = partial(self._add, reporter, reporter.add_property, node.texts)
            reporter.make_properties_node = lambda: node if node.texts else None

    def _record(self, reporter: Any, plain: Callable[[Any], None], report: Any) -> None:
        parent, _, name = report.nodeid.rpartition("::")
        known = self._classnames.get(parent)
        if known is None or reporter.attrs or self._log.family != "xunit2" or not _PLAIN_NAME(name):
            plain(report)
            self._classnames[parent] = reporter.attrs["classname"]
        else:
            reporter.attrs = {"classname": known, "name": name}
        reporter.record_testreport = _nothing

    def _add(self, reporter: Any, plain: Callable[[str, str], None], texts: list[str], name: str, value: str) -> None:
        text = self._texts.get((name, value))
        if text is None:
            plain(name, value)  # which knows what XML cannot hold
            text = _property(*reporter.properties.pop())
            if len(self._texts) >= _MOST:
                self._texts.clear()
            self._texts[name, value] = text
        texts.append(text)


def _nothing(report: Any) -> None:
    """What stands in the place of what is done."""


def _property(name: str, value: str) -> str:
    return f'<property name="{name.translate(_ESCAPED)}" value="{value.translate(_ESCAPED)}" />'


_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"}
)


class _Written(str):
    """Text that is XML already: ElementTree looks into a text for what it has to escape, and finds nothing in it."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return False


class _Properties(Element):
    """``<properties>`` as an element without a tag of its own, of which ElementTree writes the text alone."""

    __slots__ = ("texts",)

    def __init__(self) -> None:
        super().__init__(cast("str", None))
        self.texts: list[str] = []

    @property
    def text(self) -> str:  # type: ignore[override]
        """All of it."""
        return _Written(f"<properties>{''.join(self.texts)}</properties>")


def _written_as_it_is() -> bool:
    probe = _Properties()
    probe.texts.append(_property("a", "<&>"))
    return tostring(probe, encoding="unicode") == str(probe.text)


_WRITTEN_AS_IT_IS = _written_as_it_is()
"""Whether this Python's ElementTree does as said above; else pytest makes elements."""


@cache
def _name(text: str) -> str:
    """``text`` without what XML has no way to say: pytest sees to the values of properties, not to their names."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _option(record: Record, index: int | None) -> str:
    if index is None:
        return ""
    label = named(record.choices, index, record.labels)
    return record.option(index) if label == record.choices[index] else f"{label} {record.option(index)}"
