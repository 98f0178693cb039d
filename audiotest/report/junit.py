"""Trials in JUnit XML: the properties of a ``<testcase>``, which any other reporter of user properties has as well, and
how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast
from xml.etree.ElementTree import Element, tostring

from audiotest.baseline import further_answers
from audiotest.declare.prompt import named
from audiotest.declare.trial import Trial
from audiotest.types import Record

_REPLY_LIMIT = 2000


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


class TrialsInXml:
    """Writes trials in the place of ``log``, pytest's writer of JUnit XML, and in the same words: each is a text as
    soon as it is over. pytest makes elements of a test and of its every property, and keeps them to the end: of 20,000
    trials 300,000. It still writes everything that is not plain: what failed or was skipped, captured output, what a
    fixture has added to a test.

    :meth:`take` stands in the place of its hook; ``plain`` is that hook.
    """

    def __init__(self, log: Any, plain: Callable[[Any], None], is_trial: Callable[[str], bool]) -> None:
        self._log, self._plain, self._is_trial = log, plain, is_trial
        self._begun: dict[tuple[str, Any], list[Any]] = {}
        self._known: dict[Any, str] = {}
        self._parents: dict[str, str] = {}
        # Writes what these texts are made of.
        self._scratch = log.node_reporter("scratch")
        log.node_reporters.popitem()
        log.node_reporters_ordered.pop()

    def take(self, report: Any) -> None:
        """One of a test's reports: setup, call, teardown."""
        test = report.nodeid, getattr(report, "node", None)
        begun = self._begun.pop(test, [])
        if not begun and not self._is_trial(report.nodeid):
            self._plain(report)
            return
        begun.append(report)
        plain = report.passed or (report.when == "call" and report.skipped and hasattr(report, "wasxfail"))
        if not plain or self._log.logging != "no" or len(begun) != _PHASES.get(report.when):
            self._hand_over(begun)
        elif report.when != "teardown":
            self._begun[test] = begun
        elif self._is_open(report) or not report.user_properties:
            self._hand_over(begun)
        else:
            self._write(begun)

    def finish(self) -> None:
        """Hand over what has begun and will not end."""
        while self._begun:
            self._hand_over(self._begun.popitem()[1])

    def _is_open(self, report: Any) -> bool:
        """Whether somebody has added something to the test."""
        log = self._log.node_reporters
        return bool(log) and (getattr(report, "id", report.nodeid), getattr(report, "node", None)) in log

    def _hand_over(self, reports: list[Any]) -> None:
        for report in reports:
            self._plain(report)

    def _write(self, reports: list[Any]) -> None:
        """The element of a test by its three reports, as ElementTree would write it."""
        _, call, teardown = reports
        seconds = sum(one.duration for one in reports if self._log.report_duration in ("total", one.when))
        result = self._result(call)
        self._log.add_stats("skipped" if result else "passed")
        properties = "".join(self._property(str(name), str(value)) for name, value in teardown.user_properties)
        attributes = f'{self._place(call)}time="{seconds:.3f}"'
        text = f"<testcase {attributes}><properties>{properties}</properties>{result}</testcase>"
        written = self._log.node_reporters_ordered
        if not (written and isinstance(written[-1], _Tests) and len(written[-1].texts) < _TOGETHER):
            written.append(_Tests())
        written[-1].texts.append(text)

    def _place(self, report: Any) -> str:
        """The attributes of a test that come before its time."""
        parent, _, name = report.nodeid.rpartition("::")
        plain = self._log.family == "xunit2" and _PLAIN_NAME(name)
        known = self._parents.get(parent) if plain else None
        if known is None:
            self._scratch.record_testreport(report)
            known = _attributes(self._scratch.attrs)
            self._scratch.attrs = {}
            if not plain:
                return known
            known = self._parents[parent] = known.removesuffix(f'name="{name}" ')
        return f'{known}name="{name}" '

    def _result(self, report: Any) -> str:
        """What stands in a test that passed, or missed."""
        if report.passed:
            return ""
        text = self._known.get(report.wasxfail)
        if text is None:
            stats = dict(self._log.stats)
            self._scratch.append_skipped(report)
            self._log.stats.update(stats)
            text = self._keep(report.wasxfail, tostring(self._scratch.nodes.pop(), encoding="unicode"))
        return text

    def _property(self, name: str, value: str) -> str:
        text = self._known.get((name, value))
        if text is None:
            self._scratch.add_property(name, value)  # which knows what XML cannot hold
            name_written, value_written = self._scratch.properties.pop()
            attributes = _attributes({"name": name_written, "value": value_written})
            text = self._keep((name, value), f"<property {attributes}/>")
        return text

    def _keep(self, key: Any, text: str) -> str:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = text
        return text


_PHASES = {"setup": 1, "call": 2, "teardown": 3}
"""How many reports of a test there are by then, where nothing happened out of turn."""
_MOST = 16_384
"""Texts that are remembered."""
_TOGETHER = 1000
"""Tests that are handed to ElementTree as one text."""
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII).fullmatch


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f'{name}="{value.translate(_ESCAPED)}" ' for name, value in values.items())


_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"}
)


class _Written(str):
    """Text that is XML already: ElementTree looks into a text for what it has to escape, and finds nothing in it."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return False


class _Tests(Element):
    """Tests as an element without a tag of its own, of which ElementTree writes the text alone."""

    __slots__ = ("texts",)

    def __init__(self) -> None:
        super().__init__(cast("str", None))
        self.texts: list[str] = []

    @property
    def text(self) -> str:  # type: ignore[override]
        """All of them."""
        return _Written("".join(self.texts))

    def to_xml(self) -> Element:
        """Itself, for pytest's writer."""
        return self


def trials_in_xml(config: Any, is_trial: Callable[[str], bool]) -> TrialsInXml | None:
    """Have trials, whose node ids ``is_trial`` knows, written as :class:`TrialsInXml` does; None where no JUnit XML is
    written, or by a pytest or a Python whose writers do not work as it takes for granted."""
    hooks = config.hook.pytest_runtest_logreport.get_hookimpls()
    found = next((one for one in hooks if hasattr(one.plugin, "node_reporters_ordered")), None)
    probe = _Tests()
    probe.texts.append("<a>&</a>")
    if found is None or tostring(probe, encoding="unicode") != probe.text:
        return None
    trials = TrialsInXml(found.plugin, found.function, is_trial)
    found.function = trials.take
    return trials


@cache
def _name(text: str) -> str:
    """``text`` without what XML has no way to say: pytest sees to the values of properties, not to their names."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _option(record: Record, index: int | None) -> str:
    if index is None:
        return ""
    label = named(record.choices, index, record.labels)
    return record.option(index) if label == record.choices[index] else f"{label} {record.option(index)}"
