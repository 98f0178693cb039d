"""``summary.json``: the figures of a run, by suite, condition and tag.

``.model``, ``.suites.NAME.conditions.COND.metrics.METRIC.{value,low,high,n}``,
``.suites.NAME.conditions.COND.tags.TAG.VALUE.metrics.METRIC.{...}``, ``.suites.NAME.gates[]`` and
``.suites.NAME.profile``. ``accuracy`` is
the deciding scorer's, ``accuracy:SCORER`` each other's. A metric that could not be measured is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec

from audiotest.analyse.change import changed
from audiotest.analyse.gates import GateResult
from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.profile import profile
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, counted, paired, verdict_of
from audiotest.registry import METRICS, SCORERS, version_of
from audiotest.types import SCHEMA_VERSION, Estimate, Outcome, Record

_ORIGINAL = (
    "accuracy",
    "chance",
    "chance_corrected_accuracy",
    "detectable_difference",
    "instruction_following",
    "unparsed_rate",
    "abstention_rate",
    "listening_gap",
    "position_bias",
    "length_bias",
    "yes_rate",
    "balanced_accuracy",
    "consistency_rate",
    "correctness_rate",
    "robust_accuracy",
    "abstention_calibration",
    "auditory_hallucination_rate",
    "chair",
    "threshold_snr",
)
_OTHER = ("accuracy", "unparsed_rate", "abstention_rate", "consistency", "flip_rate", "influence_rate")
_SOUNDLESS = ("hallucination_rate",)
_WITHOUT_SOUND = ("text_only", "silence", "noise_only")


def summarise(
    records: Iterable[Record], gates: Mapping[str, Sequence[GateResult]], about: Mapping[str, Any]
) -> dict[str, Any]:
    """The summary of a run; ``about`` holds the model and where the numbers come from."""
    suites: dict[str, list[Record]] = {}
    for record in records:
        suites.setdefault(record.suite, []).append(record)
    return {
        "schema_version": SCHEMA_VERSION,
        **about,
        "scorers": _versions(suites.values()),
        "suites": {name: _suite(rows, gates.get(name, ())) for name, rows in suites.items()},
    }


def _versions(suites: Iterable[Iterable[Record]]) -> dict[str, int]:
    """The scorers that gave verdicts, with their versions; ``expect`` is none, its checks are."""
    names = sorted({name for records in suites for record in records for name in record.verdicts})
    return {name: version_of(SCORERS.get(name)) for name in names if name in SCORERS.names()}


def _suite(records: list[Record], gates: Sequence[GateResult]) -> dict[str, Any]:
    trials = Trials(records)
    conditions = {name: _condition(trials, name, rows) for name, rows in trials.by_condition.items()}
    found = {"trials": len(records), "conditions": conditions, "gates": [_gate(g) for g in gates]}
    listening = profile(trials)
    return {**found, "profile": listening} if listening is not None else found


def _condition(trials: Trials, condition: str, records: list[Record]) -> dict[str, Any]:
    metrics: dict[str, Any] = {}
    for metric in _wanted(condition):
        try:
            metrics[metric] = _figure(METRICS.get(metric)(trials, condition=condition))
        except NotMeasured:
            continue
    metrics.update(_accuracies(records))
    metrics.update(_mean_scores(trials, condition, records))
    counts = Counter(r.outcome for r in records)
    outcomes = {outcome: counts[outcome] for outcome in get_args(Outcome) if counts[outcome]}
    found = {"trials": len(records), "outcomes": outcomes, "metrics": metrics, "tags": _tags(records)}
    marked = marks(records)
    if marked:
        found["replies"] = marked
    return found if condition == "original" else {**found, **_change(trials, condition)}


def marks(records: Iterable[Record]) -> dict[str, int]:
    """How many replies were cut at the most tokens, are empty, or were given to a sound that was not heard whole."""
    counts: Counter[str] = Counter()
    for record in records:
        if record.reply is not None:
            counts["cut_at_max_tokens"] += record.reply.finish == "length"
            counts["empty"] += not record.reply.text.strip()
            counts["sound_cut"] += bool(record.reply.details.get("truncated"))
    return {name: count for name, count in counts.items() if count}


def _change(trials: Trials, condition: str) -> dict[str, Any]:
    """Against ``original``: how many cases became wrong or right, and the p-value of the sign-flip test by clip."""
    try:
        pairs = paired(trials, condition, "original")
    except NotMeasured:
        return {}
    change = changed((bool(before.correct), bool(now.correct), clip_of(r)) for r, now, _, before in pairs)
    return {"versus_original": {"worse": change.regressed, "better": change.improved, "n": change.n, "p": change.p}}


def _wanted(condition: str) -> tuple[str, ...]:
    if condition == "original":
        return _ORIGINAL
    return _OTHER + (_SOUNDLESS if condition in _WITHOUT_SOUND else ())


def _accuracies(records: list[Record]) -> dict[str, Any]:
    """``accuracy`` by the deciding scorer, and ``accuracy:SCORER`` by each of the others."""
    scorers = dict.fromkeys(name for record in records for name in list(record.verdicts)[1:])
    names: dict[str, str | None] = {"accuracy": None, **{f"accuracy:{s}": s for s in scorers}}
    found = {}
    for name, scorer in names.items():
        judged = [(bool(verdict.correct), clip_of(record)) for record, verdict in counted(records, scorer)]
        if judged:
            found[name] = _figure(clustered_proportion([right for right, _ in judged], [clip for _, clip in judged]))
    return found


def _mean_scores(trials: Trials, condition: str, records: list[Record]) -> dict[str, Any]:
    """``mean_score`` by the deciding scorer, and ``mean_score:SCORER`` by each other, of those that grade."""
    scorers = dict.fromkeys(name for record in records for name in list(record.verdicts)[1:])
    names: dict[str, str | None] = {"mean_score": None, **{f"mean_score:{s}": s for s in scorers}}
    found = {}
    for name, scorer in names.items():
        scores = [v.score for r in records if (v := verdict_of(r, scorer)) is not None and v.counted]
        if any(score is not None and score not in (0, 1) for score in scores):
            found[name] = _figure(METRICS.get("mean_score")(trials, condition=condition, scorer=scorer))
    return found


def _tags(records: list[Record]) -> dict[str, Any]:
    groups: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        for tag, values in record.tags.items():
            for value in values:
                groups.setdefault(tag, {}).setdefault(value, []).append(record)
    return {
        tag: {value: {"metrics": _accuracies(rows)} for value, rows in sorted(values.items())}
        for tag, values in groups.items()
    }


def _figure(estimate: Estimate) -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def _gate(result: GateResult) -> dict[str, Any]:
    rest: dict[str, Any] = msgspec.to_builtins(result)
    return {**rest.pop("gate"), **rest}
