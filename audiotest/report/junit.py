"""Properties of a trial's ``<testcase>`` in JUnit XML (and in any other reporter of user properties)."""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from audiotest.baseline import further_answers
from audiotest.declare.prompt import named
from audiotest.declare.trial import Trial
from audiotest.types import Record

_REPLY_LIMIT = 2000
_MOST = 16_384
"""Elements that are remembered."""


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
    """The ``<property>`` elements of ``log``, pytest's writer of JUnit XML: one for all trials that have the same.

    It makes an element of each property of each test and keeps all of them to the end: of 20,000 trials 240,000, and
    109 MB, of which a few thousand are different.
    """

    def __init__(self, log: Any) -> None:
        self._log = log
        self._elements: dict[tuple[str, str], Element] = {}

    def take(self, report: Any) -> None:
        """Have the properties of the ``report`` of a test that is about to be closed made here."""
        reporter = self._log.node_reporter(report)
        plain, node = reporter.add_property, Element("properties")

        def add(name: str, value: str) -> None:
            element = self._elements.get((name, value))
            if element is None:
                plain(name, value)  # which knows what XML cannot hold
                escaped_name, escaped = reporter.properties.pop()
                element = Element("property", name=escaped_name, value=escaped)
                if len(self._elements) >= _MOST:
                    self._elements.clear()
                self._elements[name, value] = element
            node.append(element)

        reporter.add_property = add
        reporter.make_properties_node = lambda: node if len(node) else None


@cache
def _name(text: str) -> str:
    """``text`` without what XML has no way to say: pytest sees to the values of properties, not to their names."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _option(record: Record, index: int | None) -> str:
    if index is None:
        return ""
    label = named(record.choices, index, record.labels)
    return record.option(index) if label == record.choices[index] else f"{label} {record.option(index)}"
