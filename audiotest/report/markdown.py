"""The end of a run in Markdown, for the summary page of a CI job: the verdict first, then what regressed and failed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from audiotest import inert
from audiotest.baseline import regressed, unsteady
from audiotest.counting import counted, outcome_count
from audiotest.registry import METRICS
from audiotest.report.annotations import workflow_commands
from audiotest.report.first_lines import first_lines
from audiotest.report.headline import headline, title_of
from audiotest.runs import Run
from audiotest.types import Estimate, Record

_MOST = 20
"""Failed trials that are listed; how many more there are is said."""
_CHARACTERS = 160
"""Of a reply that are shown."""


def write_job_page(run: Run) -> str:
    """Append the summary to the job's page, where GitHub Actions says that there is one; a page that cannot be written
    costs the run nothing else, not even under ``-W error``. Returns what the job's log is to hold: annotations of the
    cases that failed, and why the page could not be written."""
    log = workflow_commands(run)
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page and run.summary.suites:
        try:
            with open(page, "a", encoding="utf-8") as file:
                file.write("\n".join(lines(run)) + "\n")
        except OSError as error:
            log.append(f"the job's summary page cannot be written: {error}")
    return "\n".join(log)


def lines(run: Run) -> Iterator[str]:
    """A table over suites and conditions, the gates that did not pass, and the trials that failed or broke."""
    summary = run.summary
    yield f"### audiotest: {inert.markdown_name(title_of(run))}\n"
    for one in headline(run):
        yield f"- {inert.markdown_name(one.text[:1].upper() + one.text[1:])}"
    yield ""
    for line in first_lines(run):
        yield f"{inert.markdown(line)}\n"
    yield "| suite | condition | n | accuracy | 95% CI | outcomes |"
    yield "| --- | --- | ---: | ---: | --- | --- |"
    for name, suite in summary.suites.items():
        for condition, row in suite.conditions.items():
            figure = row.metrics.get("accuracy", Estimate(None))
            outcomes = ", ".join(outcome_count(word, n) for word, n in row.outcomes.items())
            value = "-" if figure.value is None else f"{100 * figure.value:.1f}%"
            low, high = figure.low, figure.high
            interval = "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}"
            named = f"{inert.markdown_name(name)} | {inert.markdown_name(condition)}"
            yield f"| {named} | {figure.n} | {value} | {interval} | {outcomes} |"
            for metric, other in row.metrics.items():
                if metric in METRICS and METRICS.get(metric).pooled is not None and other.value is not None:
                    yield f"| | {metric} | {other.n} | {' | '.join(_pooled(metric, other))} | |"
    gates = [(name, gate) for name, suite in summary.suites.items() for gate in suite.gates]
    if gates:
        yield f"\n{sum(bool(gate.passed) for _, gate in gates)} of {len(gates)} gates passed\n"
        for name, gate in gates:
            if not gate.passed:
                word = "**failed**" if gate.passed is False else "not judged"
                texts = (name, gate.name, gate.reason.removeprefix("not judged: "))
                suite_name, gate_name, reason = map(inert.markdown, texts)
                yield f"- {suite_name} <code>{gate_name}</code> {word}: {reason}"

    against = [(name, suite.baseline) for name, suite in summary.suites.items() if suite.baseline]
    if against:
        yield "\nagainst the baseline\n"
        for name, outcome in against:
            word = {True: "passed", False: "**failed**", None: "not judged"}[outcome.passed]
            reason = plain(outcome.reason.removeprefix("not judged: "))
            yield f"- {plain(name)} (`{outcome.rule}`) {word}, p = {outcome.p:.3g}: {reason}"
    worse = [record for record in run.records if regressed(record)]
    yield from _listed(worse, "regressed: right in the baseline, and wrong now")
    again = [record for record in run.records if unsteady(record)]
    yield from _listed(again, "changed in the first answer only, and count as unchanged (--baseline-repeats)")
    failed = [record for record in run.records if record.outcome in ("failed", "error") and not regressed(record)]
    yield from _listed(failed, "failed or ended in an error")


def _pooled(metric: str, figure: Estimate) -> tuple[str, str]:
    """A figure beside the accuracy, such as a word error rate, and its interval; shares in per cent."""
    share = METRICS.get(metric).is_share
    scale, unit = (100, "%") if share else (1, "")
    if figure.value is None:
        return "-", "-"
    ends = figure.low is not None and figure.high is not None
    interval = f"{scale * (figure.low or 0):.1f} to {scale * (figure.high or 0):.1f}" if ends else "-"
    return f"{scale * figure.value:.1f}{unit}", interval


def _listed(records: Sequence[Record], what: str) -> Iterator[str]:
    if not records:
        return
    yield f"\n{counted(len(records), 'trial')} {what}\n"
    yield "| test | expected | reply | why |"
    yield "| --- | --- | --- | --- |"
    for record in records[:_MOST]:
        reply_text = record.reply.text if record.reply is not None else ""
        reply_text = reply_text if len(reply_text) <= _CHARACTERS else f"{reply_text[:_CHARACTERS]}…"
        expected = "; ".join(record.expected or record.reference)
        yield f"| {' | '.join(map(inert.markdown, (record.nodeid, expected, reply_text, record.reason)))} |"
    if len(records) > _MOST:
        yield f"\nand {len(records) - _MOST} more"


def plain(text: str) -> str:
    """Text that cannot break a table or become markup."""
    return inert.markdown_name(text)
