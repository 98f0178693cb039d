"""What audiotest writes through pytest's terminal reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audiotest import inert

if TYPE_CHECKING:
    from audiotest.runner.state import State


def status(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """A missed trial of a benchmark gets a letter and a word of its own; one that was only to be recorded passes as a
    test, under a word that does not call its reply right."""
    if is_missed(report):
        return "missed", "m", ("MISSED", {"yellow": True})
    if report.passed and report.when == "call" and ("outcome", "recorded") in report.user_properties:
        return "passed", ".", ("RECORDED", {"cyan": True})
    return None


def is_missed(report: pytest.TestReport) -> bool:
    """Whether a trial of a benchmark did not show what it should, and no baseline knew of it."""
    return report.skipped and str(getattr(report, "wasxfail", "")).startswith("missed: ")


def summary(terminal: Any, state: State) -> None:
    """Write the tables; nothing if no trial ran, or under ``-qq``."""
    run, verbosity = state.run, state.config.option.verbose
    if run is None or not run.summary.suites or verbosity < -1:
        return
    from audiotest.report import terminal as report

    terminal.section(f"audiotest: {inert.line(run.summary.model)}", sep="=")
    for text, markup in report.head(run, verbosity):
        terminal.write_line(text, **markup)
    # One by one where -rx asks for them: to pytest misses are expected failures.
    for missed in terminal.stats.get("missed", ()) if terminal.hasopt("x") else ():
        text = f"MISSED {missed.nodeid} - {inert.line(missed.wasxfail.removeprefix('missed: '))}"
        terminal.write_line(text, yellow=True)
    for text, markup in report.tail(run, state.session.baseline, state.session.planned, state.session.writer):
        terminal.write_line(text, **markup)
    for text in (state.job_page, state.page and f"report: {state.page}"):
        if text:
            terminal.write_line(text)
