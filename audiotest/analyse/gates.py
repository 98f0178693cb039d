"""Gates: assertions over a whole suite, judged once every trial has its record.

A gate is passed, failed, or not judged. It is *not judged* where part of the suite did not run, or where trials
broke or are unsupported, for then its figure is another suite's. A gate on something that was not measured *fails*,
with the reason: it is never a silent pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec.structs import asdict, replace

from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.analyse.versus_baseline import difference
from audiotest.counting import counted
from audiotest.registry import METRICS, UnknownName
from audiotest.types import BASELINE, Estimate, Gate, GateResult

_UNFIT = re.compile(r"[^A-Za-z0-9_.()=,+-]+")


def name(gate: Gate) -> str:
    """A stable name: metric, condition, tags and bounds, fit for a node id."""
    parts = [gate.metric.replace(":", "-")]
    parts += [gate.condition] if gate.condition != "original" else []
    parts += [f"versus-{gate.versus}"] if gate.versus else []
    parts += [f"{k}={v}" for k, v in gate.tags.items()]
    parts += [f"min={gate.min:g}"] if gate.min is not None else []
    parts += [f"max={gate.max:g}"] if gate.max is not None else []
    parts += [gate.bound] if gate.bound != "point" else []
    return _UNFIT.sub("-", "-".join(parts))


def parse_metric(metric: str) -> tuple[str, str | None]:
    """``accuracy:choice`` as ("accuracy", "choice"); without a scorer the second is None."""
    base, _, scorer = metric.partition(":")
    return base, scorer or None


def judge(
    gates: Iterable[Gate],
    trials: Trials,
    *,
    expected: Mapping[str, int],
    partial: str | None = None,
    baseline: Trials | None = None,
) -> list[GateResult]:
    """Judge ``gates`` over the records of one suite.

    ``expected`` is how many trials the whole suite has under each condition; ``partial`` says why only a part of it
    was asked for, if that is so. ``baseline`` holds the suite's records in the baseline, None: there is none.
    """
    return [_judge(gate, trials, expected, partial, baseline) for gate in gates]


def _judge(
    gate: Gate, trials: Trials, expected: Mapping[str, int], partial: str | None, baseline: Trials | None
) -> GateResult:
    unfit = partial or _unfit(gate, trials, expected)
    if not unfit and gate.versus == BASELINE and baseline is None:
        unfit = "the run was not held against a baseline (--baseline DIR)"
    if unfit:
        return _result(gate, None, f"not judged: {unfit}")
    base, scorer = parse_metric(gate.metric)
    try:
        estimate: Estimate
        if gate.versus == BASELINE and baseline is not None:
            estimate = difference(gate, base, scorer, trials, baseline)
        else:
            estimate = METRICS.get(base).measure(
                trials, condition=gate.condition, versus=gate.versus, scorer=scorer, tags=gate.tags
            )
    except (NotMeasured, UnknownName) as error:
        return _result(gate, False, f"not measured: {error}")
    return _held(gate, estimate)


def _result(gate: Gate, passed: bool | None, reason: str = "") -> GateResult:
    return GateResult(**asdict(gate), name=name(gate), passed=passed, reason=reason)


def _unfit(gate: Gate, trials: Trials, expected: Mapping[str, int]) -> str:
    """Why the records are not the whole suite under the gate's conditions; "" if they are."""
    base, _ = parse_metric(gate.metric)
    needed = {gate.condition, *([gate.versus] if gate.versus else [])}
    if gate.versus in (None, BASELINE) and base in METRICS and METRICS.get(base).compared_with:
        needed.add(METRICS.get(base).compared_with)
    for condition in sorted(needed & set(expected)):
        records = trials.by_condition.get(condition, [])
        if len(records) < expected[condition]:
            return f"{len(records)} of {expected[condition]} trials ran under {condition}"
        counts = Counter(str(r.outcome) for r in records)
        for outcome, word in (("error", "broke"), ("unsupported", "are not supported by the model")):
            if counts[outcome]:
                return f"{counts[outcome]} of {counted(expected[condition], 'trial')} under {condition} {word}"
    return ""


def _held(gate: Gate, estimate: Estimate) -> GateResult:
    looked_at = {"point": estimate.value, "lower": estimate.low, "upper": estimate.high}[gate.bound]
    measured = replace(_result(gate, False), value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n)
    if looked_at is None:
        return replace(
            measured, reason=f"not measured: {counted(estimate.n, 'trial gives', 'trials give')} no {gate.bound} bound"
        )
    word = {"point": "", "lower": "lower bound of ", "upper": "upper bound of "}[gate.bound]
    wanted = []
    passed = True
    if gate.min is not None:
        passed &= looked_at >= gate.min
        wanted.append(f"at least {gate.min:g}")
    if gate.max is not None:
        passed &= looked_at <= gate.max
        wanted.append(f"at most {gate.max:g}")
    against = " minus the baseline's" if gate.versus == BASELINE else ""
    reason = f"{word}{gate.metric}{against} is {looked_at:.4g}, wanted {' and '.join(wanted)} (n = {estimate.n})"
    return replace(measured, passed=passed, reason=reason)


def gate_names(gates: Iterable[Gate]) -> list[str]:
    """The names of a suite's gates in node ids; the second of the same name has its number."""
    seen: Counter[str] = Counter()
    names = []
    for named in (gate.name if isinstance(gate, GateResult) and gate.name else name(gate) for gate in gates):
        seen[named] += 1
        names.append(named if seen[named] == 1 else f"{named}.{seen[named]}")
    return names
