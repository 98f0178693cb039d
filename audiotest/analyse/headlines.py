"""Two runs by the figures that say whether a model listens: listening gap, threshold, listening profile.

Each is taken over the trials that both runs judged and compared case by case, with clips as the units:

- the listening gap: the mean over cases of (gap of the second run - gap of the first), in [-2, 2]; the interval is
  that of a bounded mean, the p-value the sign-flip test's;
- ``threshold_snr``: the difference of the two fitted thresholds, in dB; the interval is the bootstrap's over clips,
  both runs drawn together, the p-value that of a permutation test in which the two runs change places clip by clip;
- figures of sums, such as ``wer``, under every condition: the interval is the bootstrap's over clips, both runs drawn
  together, the p-value that of a permutation test (:mod:`audiotest.analyse.pooled`);
- the shares of the profile: paired like accuracies; their p-values are corrected by Holm's method over the labels.
  Items are *fragile* by the conditions that count in both runs.

A figure that only one run has, or that has no interval, is there with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.change import changed
from audiotest.analyse.compare import corrected, paired_runs
from audiotest.analyse.intervals import clustered_proportion, mean, paired_difference
from audiotest.analyse.metrics import threshold_snr
from audiotest.analyse.profile import LABELS, labels, survivable_conditions
from audiotest.analyse.signflip import sign_flip_p
from audiotest.analyse.trials import SOUNDLESS, NotMeasured, Trials, by_case, clip_of, of_family, without_sound
from audiotest.registry import METRICS
from audiotest.types import Estimate, Record

_HIGHER_IS_BETTER = {"listened": 1, "fragile": -1, "misheard": -1, "unparsed": -1}


class FigureDifference(Struct, frozen=True):
    """A figure of the second run minus that of the first.

    ``figure``: ``listening_gap``, ``threshold_snr`` or a label of the profile; ``versus``: the condition without sound
    that a gap is held against, else ""; ``condition``: the one under which a figure of sums was taken. Shares and gaps
    are fractions of 1, thresholds are in dB. ``better`` is 1 where a rise is good, -1 where a fall is, 0 where neither
    is: that more items can be guessed is no gain. ``reason`` says why there is no difference, no interval or no
    p-value; "" where all are there.
    """

    suite: str
    figure: str
    versus: str
    first: Estimate
    second: Estimate
    difference: Estimate
    p: float | None
    better: int
    reason: str = ""
    condition: str = "original"


def headline_differences(
    first: Sequence[Record], second: Sequence[Record], *, common: bool = False
) -> list[FigureDifference]:
    """The differences, suite by suite; ``common`` and the errors raised are those of :func:`compare.compare`."""
    return [d for pair in _by_suite(first, second, common) for d in _suite(*pair)]


def gap_differences(
    first: Sequence[Record], second: Sequence[Record], *, common: bool = False
) -> list[FigureDifference]:
    """The differences of the listening gaps alone, as :func:`headline_differences` gives them."""
    return [
        difference
        for suite, old, new in _by_suite(first, second, common)
        for versus in of_family(new, SOUNDLESS)
        for difference in _gap(suite, versus, old, new)
    ]


def _by_suite(first: Sequence[Record], second: Sequence[Record], common: bool) -> Iterator[tuple[str, Trials, Trials]]:
    suites: dict[str, tuple[list[Record], list[Record]]] = {}
    for before, now in paired_runs(first, second, common=common, graded=True):
        old, new = suites.setdefault(now.suite, ([], []))
        old.append(before)
        new.append(now)
    yield from ((suite, Trials(old), Trials(new)) for suite, (old, new) in suites.items())


def _suite(suite: str, first: Trials, second: Trials) -> Iterator[FigureDifference]:
    for versus in of_family(second, SOUNDLESS):
        yield from _gap(suite, versus, first, second)
    yield from _threshold(suite, first, second)
    yield from _pooled(suite, first, second)
    yield from _profile(suite, first, second)


def _with_reason(figure: FigureDifference) -> FigureDifference:
    if not figure.reason and (figure.difference.low is None or figure.difference.high is None):
        return replace(figure, reason="all trials share one clip: the difference has no interval")
    return figure


def _gap(suite: str, versus: str, first: Trials, second: Trials) -> Iterator[FigureDifference]:
    try:
        old, new = (by_case(trials, ["original", versus]) for trials in (first, second))
    except NotMeasured:
        return
    cases = [case for case in new if case in old]
    if not cases:
        return
    rights = [[[bool(v.correct) for _, v in of[case]] for case in cases] for of in (old, new)]
    clips = [clip_of(new[case][0][0]) for case in cases]
    own = [paired_difference([o for o, _ in rows], [w for _, w in rows], clips) for rows in rights]
    gaps = [[int(o) - int(w) for o, w in rows] for rows in rights]
    changes = [now - before for before, now in zip(*gaps, strict=True)]
    nets: Counter[str] = Counter()
    for clip, change in zip(clips, changes, strict=True):
        nets[clip] += change
    difference = mean(changes, clips, low=-2, high=2)
    p = sign_flip_p(Counter(nets.values()))
    yield _with_reason(FigureDifference(suite, "listening_gap", versus, own[0], own[1], difference, p, 1))


def _threshold(suite: str, first: Trials, second: Trials) -> Iterator[FigureDifference]:
    own, reasons = [], []
    for word, trials in (("first", first), ("second", second)):
        try:
            own.append(threshold_snr.measure(trials))
        except NotMeasured as error:
            own.append(Estimate(None))
            reasons.append(f"{word} run: {error}")
    if len(reasons) == 2 and "needs a sweep" in reasons[0]:
        return
    if reasons:
        missing = Estimate(None)
        yield FigureDifference(suite, "threshold_snr", "", own[0], own[1], missing, None, -1, "; ".join(reasons))
        return
    difference, p = threshold_snr.difference(first, second)
    reason = ""
    if difference.low is None and difference.high is None:
        reason = "no interval can be given: one clip, runs that are alike, or a threshold anywhere in the sweep"
    elif difference.low is None or difference.high is None:
        reason = "an end of the interval lies beyond the sweep"
    yield FigureDifference(suite, "threshold_snr", "", own[0], own[1], difference, p, -1, reason)


def _pooled(suite: str, first: Trials, second: Trials) -> Iterator[FigureDifference]:
    metrics = [metric for metric in map(METRICS.get, METRICS.names()) if metric.pooled is not None]
    for condition, new in second.by_condition.items():
        old = first.by_condition[condition]
        for metric in metrics:
            if not metric.pooled.there(first, condition) or not metric.pooled.there(second, condition):
                continue
            try:
                own, now, difference, p = metric.pooled.difference(old, new, condition)
            except NotMeasured as error:
                nothing = Estimate(None)
                yield FigureDifference(
                    suite, metric.name, "", nothing, nothing, nothing, None, 0, str(error), condition=condition
                )
                continue
            better = 0 if without_sound(condition) else -1 if metric.lower_is_better else 1
            figure = FigureDifference(suite, metric.name, "", own, now, difference, p, better, condition=condition)
            yield _with_reason(figure)


def _profile(suite: str, first: Trials, second: Trials) -> Iterator[FigureDifference]:
    survivable = set(survivable_conditions(first)) & set(survivable_conditions(second))
    old, new = labels(first, survivable), labels(second, survivable)
    clip_by_case = {record.case: clip_of(record) for record in second.by_condition.get("original", ())}
    cases = [case for case in new if case in old]
    clips = [clip_by_case[case] for case in cases]
    rows = []
    for label in LABELS:
        before, now = [old[case] == label for case in cases], [new[case] == label for case in cases]
        if any(before) or any(now):
            figures = [clustered_proportion(rights, clips) for rights in (before, now)]
            p = changed(zip(before, now, clips, strict=True)).p
            better = _HIGHER_IS_BETTER.get(label, 0)
            difference = paired_difference(now, before, clips)
            rows.append(FigureDifference(suite, label, "", figures[0], figures[1], difference, p, better))
    ps = corrected([row.p for row in rows if row.p is not None])
    yield from (_with_reason(replace(row, p=p)) for row, p in zip(rows, ps, strict=True))
