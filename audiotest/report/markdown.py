"""The end of a run in Markdown, for the summary page of a CI job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """A table over suites and conditions, and the gates that did not pass."""
    yield f"### audiotest: {_plain(str(summary.get('model', '')))}\n"
    yield "| suite | condition | n | accuracy | 95% interval | outcomes |"
    yield "| --- | --- | ---: | ---: | --- | --- |"
    for name, suite in summary.get("suites", {}).items():
        for condition, row in suite["conditions"].items():
            figure = row["metrics"].get("accuracy", {})
            outcomes = ", ".join(f"{n} {word}" for word, n in row.get("outcomes", {}).items())
            value = "-" if figure.get("value") is None else f"{100 * figure['value']:.1f}%"
            low, high = figure.get("low"), figure.get("high")
            interval = "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}"
            yield f"| {_plain(name)} | {_plain(condition)} | {figure.get('n', 0)} | {value} | {interval} | {outcomes} |"
    gates = [(name, gate) for name, suite in summary.get("suites", {}).items() for gate in suite.get("gates", ())]
    if gates:
        yield f"\n{sum(bool(gate['passed']) for _, gate in gates)} of {len(gates)} gates passed\n"
        for name, gate in gates:
            if not gate["passed"]:
                word = "**failed**" if gate["passed"] is False else "not judged"
                yield f"- {_plain(name)} `{gate['name']}` {word}: {_plain(gate['reason'])}"


def _plain(text: str) -> str:
    """Text that cannot break a table or become markup."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
