"""The end of a run on screen: a table over suites and conditions, tables by tag, gates, and what to know of it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any

from audiotest import inert
from audiotest.analyse.change import change
from audiotest.analyse.profile import DEFINITION, LABELS
from audiotest.analyse.summary import ConditionSummary, SuiteSummary
from audiotest.baseline import Baseline, unsteady
from audiotest.counting import counted, outcome_count
from audiotest.registry import METRICS
from audiotest.report.first_lines import first_lines, marked
from audiotest.runs import Run, RunWriter
from audiotest.types import Estimate

Line = tuple[str, dict[str, bool]]
"""A line, and pytest's markup for it (``{"red": True}``)."""
_WIDEST = 10_000
_FEW = 10
"""Rows of a list that is cut: what is left out is counted."""
_SCREEN = 30
"""Rows of the table by condition that still fit a screen with what stands below it."""
_COLUMNS = 5
"""Conditions beside ``original`` that fit the width of a screen."""


def head(run: Run, verbosity: int) -> Iterator[Line]:
    """What to know before any figure, and the figures, as text that a terminal only shows."""
    for text in first_lines(run):
        yield inert.line(text), {"yellow": True}
    for block in tables(run, verbosity):
        yield inert.text(block), {}


def tail(run: Run, baseline: Baseline, planned: int, writer: RunWriter | None) -> Iterator[Line]:
    """The gates, what to know of the figures, how many of the ``planned`` trials were not run, and where ``writer`` has
    put the results."""
    for text, markup in gates(run.summary.suites, baseline.gates):
        yield inert.text(text), markup
    for text in notes(run, baseline):
        yield inert.text(text), {}
    if run.partial:
        missing = max(0, planned - len(run.records))
        yield (
            f"{counted(missing, 'trial was', 'trials were')} not run: {inert.line(str(run.summary.stopped))}",
            {"red": True},
        )
    if writer is not None:
        yield writer.problem or f"results: {writer.folder}", {"red": bool(writer.problem)}


def tables(run: Run, verbosity: int) -> Iterator[str]:
    """The figures as tables, each a block of lines; those of many suites in short, unless ``verbosity`` is above 0."""
    suites = run.summary.suites
    if len(suites) > 1 and sum(map(_rows, suites.values())) > _SCREEN and verbosity < 1:
        yield from _drawn(_brief(suites))
        yield "accuracy by condition; -v shows intervals, outcomes, tags and the listening profile\n"
        return
    yield from _drawn(_overview(suites))
    for suite in run.suites.values():
        if suite.name in suites:
            for tag in suite.by:
                yield from _drawn(_by_tag(suite.name, tag, suites[suite.name]))
    yield from _profiles(suites)


def gates(suites: Mapping[str, SuiteSummary], known: Container[tuple[str, str]] = ()) -> Iterator[Line]:
    """How many gates passed, and those that did not. ``known``: (suite, gate) of those that failed in the baseline."""
    judged = [(name, gate) for name, suite in suites.items() for gate in suite.gates]
    words = {True: "passed: ", False: "FAILED: ", None: ""}
    markup: dict[bool | None, dict[str, bool]] = {True: {"green": True}, False: {"red": True}, None: {"yellow": True}}
    if judged:
        yield f"gates: {sum(1 for _, gate in judged if gate.passed)} of {len(judged)} passed", {}
    shown = [(name, gate) for name, gate in judged if not gate.passed]
    for name, gate in shown[:_FEW]:
        word = words[gate.passed]
        if gate.passed is False and (name, gate.name) in known:
            word = "failed, as in the baseline: "
        yield f"  {name} {gate.name}: {word}{gate.reason}", markup[gate.passed]
    if len(shown) > _FEW:
        yield f"  and {len(shown) - _FEW} more", {}


def notes(run: Run, baseline: Baseline) -> Iterator[str]:
    """What to know of the figures: the change against the baseline, what is unsupported or cut."""
    if baseline.trials:
        yield _against_baseline(run, baseline)
        yield from _by_suite(run)
        yield from _improved(run, baseline)
        yield from _gone(run, baseline)
    yield from _broken(run)


def _overview(suites: Mapping[str, SuiteSummary]) -> Any:
    table = _table("suite", "condition", "n", "accuracy", "95% CI", "listening gap", "outcomes")
    for name, suite in suites.items():
        shown = name
        for condition, row in suite.conditions.items():
            accuracy = row.metrics.get("accuracy")
            gap = row.metrics.get("listening_gap") if condition == "original" else None
            table.add_row(shown, condition, _n(accuracy), _percent(accuracy), _interval(accuracy), _gap(gap),
                          _outcomes(row.outcomes))  # fmt: skip
            for other in _beside(row):
                figure = row.metrics[other]
                metric, _, scorer = other.partition(":")
                words = ["" if metric == "accuracy" else metric.replace("_", " "), f"by {scorer}" if scorer else ""]
                value, interval = _percent(figure), _interval(figure)
                if not METRICS.get(metric).is_share:
                    value, interval = _plain(figure)
                table.add_row("", "  " + " ".join(filter(None, words)), _n(figure), value, interval, "", "")
            shown = ""
    return table


def _beside(row: ConditionSummary) -> list[str]:
    """The figures that have a row of their own below the accuracy: other scorers', error rates, mean scores."""
    return sorted(name for name in row.metrics if name.startswith("accuracy:") or _on_screen(name.partition(":")[0]))


def _on_screen(metric: str) -> bool:
    return metric in METRICS and METRICS.get(metric).on_screen


def _rows(suite: SuiteSummary) -> int:
    """How many rows :func:`_overview` has for a suite."""
    return sum(1 + len(_beside(row)) for row in suite.conditions.values())


def _brief(suites: Mapping[str, SuiteSummary]) -> Any:
    """A row a suite and a column a condition, for a run whose whole table is longer than a screen. Conditions that
    few suites have are left to ``-v``."""
    count = Counter(condition for suite in suites.values() for condition in suite.conditions if condition != "original")
    others = [condition for condition, _ in count.most_common(_COLUMNS)]
    table = _table("suite", "n", "accuracy", "95% CI", "listening gap", "listened", *others)
    for name, suite in suites.items():
        metrics = _metrics(suite.conditions.get("original"))
        accuracy = metrics.get("accuracy")
        shares = suite.profile.shares if suite.profile else {}
        listened = "" if "right" in shares or not shares else _share(shares.get("listened", _NOTHING))
        others_there = [_share(_metrics(suite.conditions.get(c)).get("accuracy")) for c in others]
        table.add_row(name, _n(accuracy), _percent(accuracy), _interval(accuracy), _gap(metrics.get("listening_gap")),
                      listened, *others_there)  # fmt: skip
    return table


def _metrics(row: ConditionSummary | None) -> Mapping[str, Estimate]:
    return row.metrics if row is not None else {}


def _profiles(suites: Mapping[str, SuiteSummary]) -> Iterator[str]:
    """How many of each suite's items were answered by listening, with the words explained."""
    shares_of = {name: suite.profile.shares for name, suite in suites.items() if suite.profile}
    # `right` alone says that no condition without sound ran: there is nothing to tell listening from guessing by.
    shown = {n: s for n, s in shares_of.items() if "right" not in s and set(s) - {"unparsed", "misheard"}}
    if not shown:
        return
    labels = [label for label in LABELS if any(label in shares for shares in shown.values())]
    table = _table("listening profile", *labels)
    for name, shares in shown.items():
        table.add_row(name, *(_percent(shares.get(label, _NOTHING)) for label in labels))
    yield from _drawn(table)
    yield "\n".join(f"  {line}" for line in DEFINITION) + "\n"


def _by_tag(name: str, tag: str, suite: SuiteSummary) -> Any:
    conditions = {c: row.tags[tag] for c, row in suite.conditions.items() if tag in row.tags}
    if not conditions:
        return None
    table = _table(f"{name}: {tag}", *(h for c in conditions for h in ("n", c, "95% CI")))
    for value in sorted({v for values in conditions.values() for v in values}):
        cells = []
        for values in conditions.values():
            figure = values[value].metrics.get("accuracy") if value in values else None
            cells += [_n(figure), _percent(figure), _interval(figure)]
        table.add_row(value, *cells)
    return table


def _against_baseline(run: Run, baseline: Baseline) -> str:
    changes = change(baseline.trials, run.records)
    word = "significant (p < 0.05)" if changes.p < 0.05 else "not significant (p >= 0.05)"
    again = sum(map(unsteady, run.records))
    more = f"; {again} changed in their first answer only (--baseline-repeats)" if again else ""
    return (
        f"against the baseline: {changes.regressed} regressed, {changes.improved} improved, "
        f"{counted(changes.known, 'known miss', 'known misses')}, of {counted(changes.n, 'trial')} in both; "
        f"McNemar's p = {changes.p:.3g}: {word}{more}"
    )


def _by_suite(run: Run) -> Iterator[str]:
    """Each suite that is judged as a whole, by which rule and with what result."""
    for name, suite in run.summary.suites.items():
        if suite.baseline and suite.baseline.rule != "item":
            yield f"  {name} (--baseline-fail={suite.baseline.rule}): {suite.baseline.reason}"


def _improved(run: Run, baseline: Baseline) -> Iterator[str]:
    """What `audiotest baseline update` would keep from now on: pytest lists failures, but no improvements."""
    better = [record.nodeid for record in run.records if baseline.improved(record)]
    yield from (f"  improved: {nodeid}" for nodeid in better[:_FEW])
    if len(better) > _FEW:
        yield f"  and {len(better) - _FEW} more"


def _gone(run: Run, baseline: Baseline) -> Iterator[str]:
    """Trials of the baseline that its suites no longer have: a renamed case is held against nothing."""
    suites = run.suites
    cases = {name: {case.id for case in suite.cases} for name, suite in suites.items()}
    conditions = {name: {condition.name for condition, _ in suite.conditions} for name, suite in suites.items()}
    gone = [
        f"{name}/{condition}/{case}"
        for name, case, condition in sorted(baseline.trials)
        if name in suites and not suites[name].whole and (case not in cases[name] or condition not in conditions[name])
    ]
    if gone:
        some = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
        yield f"no longer in these suites (renamed or removed): {counted(len(gone), 'trial')} of the baseline: {some}"


def _broken(run: Run) -> Iterator[str]:
    unsupported: dict[str, int] = {}
    for record in run.records:
        if record.outcome == "unsupported":
            unsupported[record.reason] = unsupported.get(record.reason, 0) + 1
    for reason, count in sorted(unsupported.items(), key=lambda item: -item[1])[:_FEW]:
        yield f"{counted(count, 'trial')} unsupported: {inert.line(reason)}"
    yield from marked(run)


def _table(*headers: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.ASCII2, pad_edge=False, show_edge=False, show_lines=False)
    for i, text in enumerate(headers):
        table.add_column(text, justify="left" if i == 0 or text in ("condition", "outcomes") else "right", no_wrap=True)
    return table


def _drawn(table: Any) -> Iterator[str]:
    if table is None or not table.row_count:
        return
    from rich.console import Console

    # Wide enough for any table: one that is cut to the window would lose the figures themselves.
    out = io.StringIO()
    # Names are no markup: one in brackets is neither a colour nor an error.
    Console(file=out, width=_WIDEST, color_system=None, markup=False, emoji=False, highlight=False).print(table)
    yield "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


_NOTHING = Estimate(0.0)


def _n(figure: Estimate | None) -> str:
    return str(figure.n if figure is not None else 0)


def _percent(figure: Estimate | None) -> str:
    return "-" if figure is None or figure.value is None else f"{100 * figure.value:.2f}%"


def _share(figure: Estimate | None) -> str:
    """In whole percent, where there is no room for more."""
    return "" if figure is None or figure.value is None else f"{100 * figure.value:.0f}%"


def _interval(figure: Estimate | None) -> str:
    if figure is None or figure.low is None or figure.high is None:
        return "-"
    return f"{100 * figure.low:.1f} to {100 * figure.high:.1f}"


def _plain(figure: Estimate) -> tuple[str, str]:
    """A figure that is no share, such as a count, and its interval."""
    if figure.value is None:
        return "-", "-"
    ends = figure.low is not None and figure.high is not None
    return f"{figure.value:.2f}", f"{figure.low:.2f} to {figure.high:.2f}" if ends else "-"


def _gap(figure: Estimate | None) -> str:
    if figure is None or figure.value is None:
        return ""
    return f"{100 * figure.value:+.1f} ({_interval(figure)})"


def _outcomes(counts: Mapping[str, int]) -> str:
    return ", ".join(outcome_count(name, n) for name, n in counts.items() if n)
