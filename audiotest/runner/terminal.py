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
    if report.skipped and str(getattr(report, "wasxfail", "")).startswith("missed: "):
        return "missed", "m", ("MISSED", {"yellow": True})
    if report.passed and report.when == "call" and ("outcome", "recorded") in report.user_properties:
        return "passed", ".", ("RECORDED", {"cyan": True})
    return None


def summary(terminal: Any, state: State) -> None:
    """Write the tables; nothing if no trial ran, or under ``-qq``."""
    run, verbosity = state.run, state.config.option.verbose
    if run is None or not run.summary.suites or verbosity < -1:
        return
    from audiotest.report.first_lines import first_lines
    from audiotest.report.terminal import gates, notes, tables

    baseline = state.session.baseline
    terminal.section(f"audiotest: {inert.line(run.summary.model)}", sep="=")
    for text in first_lines(run):
        terminal.write_line(inert.line(text), yellow=True)
    for block in tables(run, verbosity):
        terminal.write_line(inert.text(block))
    # One by one where -rx asks for them: to pytest misses are expected failures.
    for report in terminal.stats.get("missed", ()) if terminal.hasopt("x") else ():
        terminal.write_line(
            f"MISSED {report.nodeid} - {inert.line(report.wasxfail.removeprefix('missed: '))}", yellow=True
        )
    for text, markup in gates(run.summary.suites, baseline.gates):
        terminal.write_line(inert.text(text), **markup)
    for text in notes(run, baseline):
        terminal.write_line(inert.text(text))
    if run.partial:
        terminal.write_line(
            f"{max(0, state.planned - len(run.records))} trials were not run: {inert.line(str(run.summary.stopped))}",
            red=True,
        )
    writer = state.session.writer
    if writer is not None:
        terminal.write_line(writer.problem or f"results: {writer.folder}", red=bool(writer.problem))
    for text in (state.job_page, state.page and f"report: {state.page}"):
        if text:
            terminal.write_line(text)
