"""The verdict on a run in a line: which gates failed, whether the model listens, what changed, and what is doubtful.

A report begins with it (the HTML page, a pull request's comment, the page of a CI job). Every statement names the
trials that it is about, so that a page can link to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from audiotest.analyse.summary import ORIGINAL, SuiteSummary
from audiotest.analyse.unanswered import faults
from audiotest.report.leading import is_share, leading_metrics
from audiotest.runs import Run
from audiotest.types import Estimate, GateResult

Kind = Literal["bad", "good", "doubt", "plain"]
_LEVEL = 0.05
_MOST = 3
"""Gates and suites that are named; how many more there are is said."""
_FAULTS = {"cut": "truncated at max_new_tokens", "empty": "empty", "filtered": "removed by a content filter"}


class Statement(Struct, frozen=True):
    """A sentence of the verdict. ``suite``, ``condition`` and ``outcome`` choose the trials behind it; "": all."""

    kind: Kind
    text: str
    suite: str = ""
    condition: str = ""
    outcome: str = ""


def title_of(run: Run) -> str:
    """What a run is called where nobody gave it a title: its model and its suites."""
    names = list(run.summary.suites)
    suites = " and ".join(names) if len(names) <= 2 else f"{len(names)} suites"
    return f"{run.summary.model or 'no model'} on {suites}" if names else run.summary.model or "an empty run"


def headline(run: Run) -> list[Statement]:
    """The statements, the most important first: gates and failures, listening, the baseline, doubts."""
    return [*_gates(run), *_figure(run), *_listening(run), *_baseline(run), *_doubts(run)]


def as_text(statements: Sequence[Statement]) -> str:
    """The statements as sentences of one line."""
    return " ".join(f"{one.text[:1].upper()}{one.text[1:]}." for one in statements)


def _gates(run: Run) -> Iterator[Statement]:
    gates = [(name, gate) for name, suite in run.summary.suites.items() for gate in suite.gates]
    failed = [(name, gate) for name, gate in gates if gate.passed is False]
    open_ = [(name, gate) for name, gate in gates if gate.passed is None]
    if failed:
        text = f"{len(failed)} of {len(gates)} gates failed: {_some([_gate(*one) for one in failed], '; ')}"
        yield Statement("bad", text, suite=failed[0][0] if len({name for name, _ in failed}) == 1 else "")
    elif gates and len(open_) < len(gates):
        yield Statement("good", f"{len(gates) - len(open_)} of {len(gates)} gates passed")
    if open_:
        text = f"{len(open_)} of {len(gates)} gates {'was' if len(open_) == 1 else 'were'} not judged"
        yield Statement("doubt", f"{text} ({open_[0][1].reason.removeprefix('not judged: ')})")
    broken = sum(record.outcome == "failed" for record in run.records)
    if broken:
        yield Statement("bad", f"{broken} of {len(run.records)} trials failed", outcome="failed")
    elif not gates and any(record.outcome == "passed" for record in run.records):
        missed = sum(record.outcome == "missed" for record in run.records)
        if not missed:
            yield Statement("good", "no trial failed")


def _gate(suite: str, gate: GateResult) -> str:
    return f"{suite}: {gate.reason}"


def _figure(run: Run) -> Iterator[Statement]:
    """The figure that stands for the suite, where there is but one: of several the matrix shows them."""
    if len(run.summary.suites) != 1:
        return
    [(name, suite)] = run.summary.suites.items()
    metric = leading_metrics(run.records).get(name, "accuracy")
    metrics = suite.conditions[ORIGINAL].metrics if ORIGINAL in suite.conditions else {}
    figure, chance = metrics.get(metric), metrics.get("chance")
    if figure is None or figure.value is None:
        return
    guess = f", chance {100 * chance.value:.1f}%" if metric == "accuracy" and chance and chance.value else ""
    shown = f"{metric.replace('_', ' ')} {_value(figure, metric)}{_ends(figure, metric)}{guess}"
    yield Statement("plain", shown, suite=name, condition=ORIGINAL)


def _listening(run: Run) -> Iterator[Statement]:
    gaps = {name: gap for name, suite in run.summary.suites.items() if (gap := _gap(suite)) is not None}
    guessable = _guessable(run)
    if not gaps:
        if any("accuracy" in row.metrics for s in run.summary.suites.values() for row in s.conditions.values()):
            yield Statement("doubt", "whether the model listens was not measured (no suite ran under `text_only`)")
        return
    listens = [name for name, gap in gaps.items() if gap.low is not None and gap.low > 0]
    if len(gaps) == 1:
        [(name, gap)] = gaps.items()
        word = "the model listens" if listens else "no evidence that the model listens"
        if gap.high is not None and gap.high < 0:
            word = "the model answers better without the sound"
        text = f"{word}: listening gap {_points(gap)}{guessable}"
        yield Statement("good" if listens else "bad", text, suite=name, condition="text_only")
        return
    rest = [name for name in gaps if name not in listens]
    without = f", no evidence in {_some(rest, ', ')}" if rest else ""
    low, high = min(gap.value or 0 for gap in gaps.values()), max(gap.value or 0 for gap in gaps.values())
    text = f"the model listens in {len(listens)} of {len(gaps)} suites{without}: listening gaps from "
    yield Statement(
        "good" if not rest else "bad", f"{text}{100 * low:+.1f} to {100 * high:+.1f} percentage points{guessable}"
    )


def _gap(suite: SuiteSummary) -> Estimate | None:
    row = suite.conditions.get(ORIGINAL)
    gap = row.metrics.get("listening_gap") if row is not None else None
    return gap if gap is not None and gap.value is not None else None


def _guessable(run: Run) -> str:
    """The share of all items of the run that were answered without the sound; "" where that was not measured."""
    right = total = 0.0
    for suite in run.summary.suites.values():
        shares = suite.profile.shares if suite.profile else {}
        if not shares or "right" in shares or _gap(suite) is None:
            continue
        n = next(iter(shares.values())).n
        right += n * (shares["guessable"].value or 0 if "guessable" in shares else 0)
        total += n
    return f", {100 * right / total:.1f}% of the items guessable without the sound" if total else ""


def _baseline(run: Run) -> Iterator[Statement]:
    against = {name: suite.baseline for name, suite in run.summary.suites.items() if suite.baseline}
    if not against:
        return
    regressed, improved = (sum(getattr(one, what) for one in against.values()) for what in ("regressed", "improved"))
    n = sum(one.n for one in against.values())
    significant = {name: one for name, one in against.items() if one.p < _LEVEL}
    worse = [f"{name} (p = {one.p:.2g})" for name, one in significant.items() if one.regressed > one.improved]
    failed = any(one.passed is False for one in against.values())
    change = f"significantly worse: {_some(worse, ', ')}" if worse else ""
    if not worse:
        low = min(one.p for one in against.values())
        better = any(one.improved > one.regressed for one in significant.values())
        change = f"significantly better (p = {low:.2g})" if better else f"not significant (p = {low:.2g})"
    kind: Kind = "bad" if worse or failed else "plain"
    text = f"against the baseline {regressed} regressed and {improved} improved of {n} trials, {change}"
    yield Statement(kind, text, outcome="regressed" if regressed else "")


def _doubts(run: Run) -> Iterator[Statement]:
    counts, _, asked = faults(run.records)
    if counts:
        each = ", ".join(f"{count} {_FAULTS[name]}" for name, count in counts.items())
        yield Statement("doubt", f"of {asked} replies, {each}", outcome="incomplete replies")
    for outcome, word in (("error", "trials broke"), ("unsupported", "trials are not supported by the model")):
        number = sum(record.outcome == outcome for record in run.records)
        if number:
            yield Statement(
                "doubt", f"{number} {word if number > 1 else word.replace('trials', 'trial')}", outcome=outcome
            )
    known = sum(suite.known_issues or 0 for suite in run.summary.suites.values())
    if known:
        yield Statement("plain", f"{known} {'items are' if known > 1 else 'item is'} left out for a known issue")
    parts = [f"{name} ({asked} of {cases} cases)" for name, asked, cases in _partial(run)]
    if parts:
        yield Statement("doubt", f"run in part: {_some(parts, ', ')}")
    if run.partial:
        yield Statement("doubt", f"the run was stopped: {run.summary.stopped}")


def _partial(run: Run) -> Iterator[tuple[str, int, int]]:
    """(suite, cases asked, cases that it has) of the suites of which only a part was asked."""
    files = run.summary.suite_files or {}
    cases: dict[str, set[str]] = {}
    for record in run.records:
        cases.setdefault(record.suite, set()).add(record.case)
    for name, asked in cases.items():
        if name in files and len(asked) < files[name].cases:
            yield name, len(asked), files[name].cases


def _some(texts: Sequence[str], between: str) -> str:
    more = f"{between}and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return between.join(texts[:_MOST]) + more


def _value(figure: Estimate, metric: str) -> str:
    value = figure.value or 0.0
    return f"{100 * value:.1f}%" if is_share(metric) else f"{value:.2f}"


def _ends(figure: Estimate, metric: str) -> str:
    if figure.low is None or figure.high is None:
        return f" (n = {figure.n})"
    scale, digits = (100, 1) if is_share(metric) else (1, 2)
    return f" (95% CI {scale * figure.low:.{digits}f} to {scale * figure.high:.{digits}f}, n = {figure.n})"


def _points(gap: Estimate) -> str:
    value = f"{100 * (gap.value or 0):+.1f} percentage points"
    if gap.low is None or gap.high is None:
        return f"{value} (no interval, n = {gap.n})"
    return f"{value} (95% CI {100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
