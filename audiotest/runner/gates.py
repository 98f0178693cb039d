"""Gates as results: judged once, where all records meet, and reported like any test."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any, Literal

import pytest

from audiotest import inert
from audiotest.analyse.gates import gate_names
from audiotest.declare.suite import Suite
from audiotest.options.arguments import GATES
from audiotest.runner.longrepr import longrepr
from audiotest.types import GateResult

Outcome = Literal["passed", "failed", "skipped"]


def reports(
    suite: Suite,
    nodeid: str,
    results: Iterable[GateResult],
    known: Container[tuple[str, str]] = (),
    style: str = "auto",
) -> Iterator[pytest.TestReport]:
    """For each gate the reports of a test: it passed, failed, or was skipped as not judged. ``known`` holds (suite,
    gate) of those that failed in the baseline: they are expected to. ``style`` is pytest's ``--tb``."""
    given = list(results)
    for result, name in zip(given, gate_names(given), strict=True):
        for report in _report(suite, f"{nodeid}::{GATES}::{name}", result, style):
            if report.failed and (suite.name, result.name) in known:
                report.outcome = "skipped"
                report.wasxfail = "missed: failed in the baseline as well"
            yield report


def _report(suite: Suite, nodeid: str, result: GateResult, style: str) -> Iterator[pytest.TestReport]:
    path = nodeid.partition("::")[0]
    text = inert.line(f"gate {result.name} of {suite.name}: {result.reason}")
    details: list[tuple[str, object]] = [("suite", suite.name), ("gate", result.name), ("n", result.n)]
    details += [("value", result.value)] if result.value is not None else []
    shown: Any = None
    if result.passed is None:
        shown = (path, 1, f"Skipped: {text}")
    elif not result.passed:
        shown = longrepr(text, inert.line(result.reason), path, 1, style)
    outcome: Outcome = "passed" if result.passed else "skipped" if result.passed is None else "failed"
    phases: tuple[Literal["setup", "call", "teardown"], ...] = ("setup", "call", "teardown")
    for when in phases:
        yield pytest.TestReport(
            nodeid=nodeid,
            location=(path, 0, f"gate {result.name} of {suite.name}"),
            keywords={},
            outcome=outcome if when == "call" else "passed",
            longrepr=shown if when == "call" else None,
            when=when,
            user_properties=details,  # JUnit takes those of the teardown, which is the last
        )
