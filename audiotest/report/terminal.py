"""The end of a run on screen: a table over suites and conditions, tables by tag, gates, and where to look next."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from audiotest.analyse.change import change, key
from audiotest.analyse.profile import DEFINITION, LABELS
from audiotest.analyse.summary import marks

if TYPE_CHECKING:
    from audiotest.runner.state import State

_MARKS = {
    "cut_at_max_tokens": "were cut at the most tokens (`max_new_tokens` under `generation` in the suite)",
    "empty": "are empty",
    "sound_cut": "were given to a sound that is longer than the model hears",
}
_WIDEST = 10_000
_FEW = 10
"""Rows of a list that is cut: what is left out is counted."""
_SCREEN = 30
"""Rows of the table by condition that still fit a screen with what stands below it."""
_COLUMNS = 5
"""Conditions beside ``original`` that fit the width of a screen."""


def status(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """A missed trial of a benchmark gets a letter and a word of its own."""
    if str(getattr(report, "wasxfail", "")).startswith("missed: ") and report.skipped:
        return "missed", "m", ("MISSED", {"yellow": True})
    return None


def header(state: State) -> str:
    """The model and the seed, before anything runs. A user's own ``model`` fixture wins; it is not known yet."""
    told = "" if state.config.option.audiotest_model else " (the default)"
    return f"audiotest: model {state.model_name}{told}, seed {state.seed}"


def summary(terminal: Any, state: State) -> None:
    """Write the tables; nothing if no trial ran, or under ``-qq``."""
    if not state.summary.get("suites") or state.config.option.verbose < -1:
        return
    terminal.section(f"audiotest: {state.model_name}", sep="=")
    suites: Mapping[str, Any] = state.summary["suites"]
    if len(suites) > 1 and sum(map(_rows, suites.values())) > _SCREEN and state.config.option.verbose < 1:
        _write(terminal, _brief(suites))
        terminal.write_line("accuracy by condition; -v shows intervals, outcomes, tags and the listening profile\n")
    else:
        _write(terminal, _overview(suites))
        for suite in state.suites.values():
            if suite.name in suites:
                for tag in suite.by:
                    _write(terminal, _by_tag(suite.name, tag, suites[suite.name]))
        _profiles(terminal, suites)
    _missed(terminal)
    _gates(terminal, suites, state.baseline.gates)
    _closing(terminal, state)


def _overview(suites: Mapping[str, Any]) -> Any:
    table = _table("suite", "condition", "n", "accuracy", "95% interval", "listening gap", "outcomes")
    for name, suite in suites.items():
        shown = name
        for condition, row in suite["conditions"].items():
            metrics = row["metrics"]
            accuracy = metrics.get("accuracy", {})
            gap = metrics.get("listening_gap", {}) if condition == "original" else {}
            table.add_row(shown, condition, str(accuracy.get("n", 0)), _percent(accuracy.get("value")),
                          _interval(accuracy), _gap(gap), _outcomes(row.get("outcomes", {})))  # fmt: skip
            for other in sorted(m for m in metrics if m.startswith(("accuracy:", "mean_score"))):
                figure = metrics[other]
                metric, _, scorer = other.partition(":")
                label = "  " + ("" if metric == "accuracy" else "mean score ") + (f"by {scorer}" if scorer else "")
                table.add_row("", label, str(figure["n"]), _percent(figure["value"]), _interval(figure), "", "")
            shown = ""
    return table


def _rows(suite: Mapping[str, Any]) -> int:
    """How many rows :func:`_overview` has for a suite."""
    figures = [str(metric) for row in suite["conditions"].values() for metric in row["metrics"]]
    return len(suite["conditions"]) + sum(metric.startswith(("accuracy:", "mean_score")) for metric in figures)


def _brief(suites: Mapping[str, Any]) -> Any:
    """A row a suite and a column a condition, for a run whose whole table is longer than a screen. Conditions that
    few suites have are left to ``-v``."""
    count = Counter(
        condition for suite in suites.values() for condition in suite["conditions"] if condition != "original"
    )
    others = [condition for condition, _ in count.most_common(_COLUMNS)]
    table = _table("suite", "n", "accuracy", "95% interval", "listening gap", "listened", *others)
    for name, suite in suites.items():
        row = suite["conditions"].get("original", {"metrics": {}})
        accuracy = row["metrics"].get("accuracy", {})
        shares = suite.get("profile", {}).get("shares", {})
        listened = "" if "right" in shares or not shares else _share(shares.get("listened", {}).get("value", 0.0))
        there = (suite["conditions"].get(c, {}).get("metrics", {}).get("accuracy", {}).get("value") for c in others)
        table.add_row(name, str(accuracy.get("n", 0)), _percent(accuracy.get("value")), _interval(accuracy),
                      _gap(row["metrics"].get("listening_gap", {})), listened, *map(_share, there))  # fmt: skip
    return table


def _profiles(terminal: Any, suites: Mapping[str, Any]) -> None:
    """How many of each suite's items were answered by listening, with the words explained."""
    found = {name: suite["profile"]["shares"] for name, suite in suites.items() if "profile" in suite}
    # `right` alone says that no condition without sound ran: there is nothing to tell listening from guessing by.
    shown = {n: s for n, s in found.items() if "right" not in s and set(s) - {"unparsed", "misheard"}}
    if not shown:
        return
    labels = [label for label in LABELS if any(label in shares for shares in shown.values())]
    table = _table("listening profile", *labels)
    for name, shares in shown.items():
        table.add_row(name, *(_percent(shares.get(label, {}).get("value", 0.0)) for label in labels))
    _write(terminal, table)
    for line in DEFINITION:
        terminal.write_line(f"  {line}")
    terminal.write_line("")


def _by_tag(name: str, tag: str, suite: Mapping[str, Any]) -> Any:
    conditions = {c: row["tags"][tag] for c, row in suite["conditions"].items() if tag in row.get("tags", {})}
    if not conditions:
        return None
    table = _table(f"{name}: {tag}", *(h for c in conditions for h in ("n", c, "95% interval")))
    for value in sorted({v for values in conditions.values() for v in values}):
        cells = []
        for values in conditions.values():
            figure = values.get(value, {}).get("metrics", {}).get("accuracy", {})
            cells += [str(figure.get("n", 0)), _percent(figure.get("value")), _interval(figure)]
        table.add_row(value, *cells)
    return table


def _missed(terminal: Any) -> None:
    """The misses one by one where ``-rx`` asks for them: to pytest they are expected failures."""
    for report in terminal.stats.get("missed", ()) if terminal.hasopt("x") else ():
        terminal.write_line(f"MISSED {report.nodeid} - {report.wasxfail.removeprefix('missed: ')}", yellow=True)


def _gates(terminal: Any, suites: Mapping[str, Any], known: Container[tuple[str, str]]) -> None:
    judged = [(name, gate) for name, suite in suites.items() for gate in suite.get("gates", ())]
    words = {True: "passed: ", False: "FAILED: ", None: ""}
    marks: dict[bool | None, dict[str, bool]] = {True: {"green": True}, False: {"red": True}, None: {"yellow": True}}
    passed = sum(1 for _, gate in judged if gate["passed"])
    if judged:
        terminal.write_line(f"gates: {passed} of {len(judged)} passed")
    shown = [(name, gate) for name, gate in judged if not gate["passed"]]
    for name, gate in shown[:_FEW]:
        word = words[gate["passed"]]
        if gate["passed"] is False and (name, gate["name"]) in known:
            word = "failed, as in the baseline: "
        text = f"  {name} {gate['name']}: {word}{gate['reason']}"
        terminal.write_line(text, **marks[gate["passed"]])
    if len(shown) > _FEW:
        terminal.write_line(f"  and {len(shown) - _FEW} more")


def _closing(terminal: Any, state: State) -> None:
    cached = sum(1 for r in state.records if r.cached)
    if cached:
        terminal.write_line(f"{cached} of {len(state.records)} replies came from the cache (--refresh asks again)")
    if state.baseline.trials:
        terminal.write_line(_against_baseline(state))
        for line in (*_improved(state), *_gone(state)):
            terminal.write_line(line)
    for line in _broken(state):
        terminal.write_line(line)
    if state.writer is not None:
        terminal.write_line(f"results: {state.writer.folder}")
    if state.job_page:
        terminal.write_line(state.job_page)
    if state.page:
        terminal.write_line(f"report: {state.page}")


def _against_baseline(state: State) -> str:
    found = change(state.baseline.trials, state.records)
    word = "more than chance" if found.p < 0.05 else "no more than chance would do"
    return (
        f"against the baseline: {found.regressed} regressed, {found.improved} improved, {found.known} known misses, "
        f"of {found.n} trials in both; McNemar's p = {found.p:.3g}: {word}"
    )


def _improved(state: State) -> Iterator[str]:
    """What `audiotest baseline update` would keep from now on: pytest lists failures, but no improvements."""
    better = [r.nodeid for r in state.records if r.outcome == "passed" and state.baseline.trials.get(key(r)) is False]
    yield from (f"  improved: {nodeid}" for nodeid in better[:_FEW])
    if len(better) > _FEW:
        yield f"  and {len(better) - _FEW} more"


def _gone(state: State) -> Iterator[str]:
    """Trials of the baseline that its suites no longer have: a renamed case is held against nothing."""
    suites = {suite.name: suite for suite in state.suites.values()}
    cases = {name: {case.id for case in suite.cases} for name, suite in suites.items()}
    conditions = {name: {condition.name for condition, _ in suite.conditions} for name, suite in suites.items()}
    gone = [
        f"{name}/{condition}/{case}"
        for name, case, condition in sorted(state.baseline.trials)
        if name in suites and (case not in cases[name] or condition not in conditions[name])
    ]
    if gone:
        some = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
        yield f"{len(gone)} trials of the baseline are in these suites no more (renamed or removed): {some}"


def _broken(state: State) -> Iterator[str]:
    unsupported: dict[str, int] = {}
    for record in state.records:
        if record.outcome == "unsupported":
            unsupported[record.reason] = unsupported.get(record.reason, 0) + 1
    for reason, count in sorted(unsupported.items(), key=lambda item: -item[1])[:_FEW]:
        yield f"{count} trials unsupported: {reason}"
    for mark, count in marks(state.records).items():
        yield f"{count} replies {_MARKS[mark]}"


def _table(*headers: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.ASCII2, pad_edge=False, show_edge=False, show_lines=False)
    for i, text in enumerate(headers):
        table.add_column(text, justify="left" if i == 0 or text in ("condition", "outcomes") else "right", no_wrap=True)
    return table


def _write(terminal: Any, table: Any) -> None:
    if table is None or not table.row_count:
        return
    from rich.console import Console

    # Wide enough for any table: one that is cut to the window would lose the figures themselves.
    out = io.StringIO()
    Console(file=out, width=_WIDEST, color_system=None).print(table)
    terminal.write_line("\n".join(line.rstrip() for line in out.getvalue().splitlines()))
    terminal.write_line("")


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f}%"


def _share(value: float | None) -> str:
    """In whole percent, where there is no room for more."""
    return "" if value is None else f"{100 * value:.0f}%"


def _interval(figure: Mapping[str, Any]) -> str:
    if figure.get("low") is None or figure.get("high") is None:
        return "-"
    return f"{100 * figure['low']:.1f} to {100 * figure['high']:.1f}"


def _gap(figure: Mapping[str, Any]) -> str:
    if figure.get("value") is None:
        return ""
    return f"{100 * figure['value']:+.1f} ({_interval(figure)})"


def _outcomes(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.items() if n)
