"""Gates with ``versus: baseline``: a figure of this run minus the same figure of the baseline.

Both are taken over the trials that both runs judged. ``accuracy`` (also of one scorer) has Tango's score interval for
paired proportions, clustered by clip, so that any bound can be asked for; a figure of sums such as ``wer`` has the
bootstrap's over clips. The difference of another metric has no interval here, and a gate on it holds its point.
"""

from __future__ import annotations

from audiotest.analyse.change import key
from audiotest.analyse.intervals import paired_difference
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.registry import METRICS
from audiotest.types import Estimate, Gate


def difference(gate: Gate, metric: str, scorer: str | None, now: Trials, before: Trials) -> Estimate:
    """The difference that ``gate`` is on. Raises :class:`~audiotest.analyse.trials.NotMeasured`, and
    :class:`~audiotest.registry.UnknownName` for a metric that is none."""
    if metric == "accuracy":
        earlier = {key(record): verdict for record, verdict in before.judged(gate.condition, scorer, gate.tags)}
        pairs = [
            (bool(verdict.correct), bool(earlier[key(record)].correct), clip_of(record))
            for record, verdict in now.judged(gate.condition, scorer, gate.tags)
            if key(record) in earlier
        ]
        if not pairs:
            raise NotMeasured(f"no trial under {gate.condition} was judged both in this run and in the baseline")
        return paired_difference([n for n, _, _ in pairs], [b for _, b, _ in pairs], [clip for *_, clip in pairs])
    if (pooled := METRICS.get(metric).pooled) is not None:
        before_of = {key(record): record for record in before.under(gate.condition, gate.tags)}
        both = [(before_of[key(r)], r) for r in now.under(gate.condition, gate.tags) if key(r) in before_of]
        change: Estimate = pooled.difference([old for old, _ in both], [new for _, new in both], gate.condition)[2]
        return change
    measure = METRICS.get(metric).measure
    shared = {key(record) for record in now.records} & {key(record) for record in before.records}
    new, old = (
        measure(Trials(r for r in trials.records if key(r) in shared), condition=gate.condition, scorer=scorer,
                tags=gate.tags)
        for trials in (now, before)
    )  # fmt: skip
    if new.value is None or old.value is None:
        raise NotMeasured(f"{metric} has no value in {'this run' if new.value is None else 'the baseline'}")
    return Estimate(new.value - old.value, None, None, new.n)
