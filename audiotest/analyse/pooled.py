"""Figures of sums over all trials: error rates, BLEU, F-measures. Never the mean of the items' own figures.

Every verdict gives a row of counts (edits and words; matching n-grams), the rows are added, and ``figure`` makes one
figure of the sums. The interval is the bootstrap's over clips (:func:`audiotest.analyse.intervals.bootstrap`), or that
of :func:`audiotest.analyse.intervals.error_rate` for rates.

Two runs are compared by the same sums: the interval of the difference is the bootstrap's over clips, both runs drawn
together; the p-value is that of a permutation test, in which the two runs change places in each clip or not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import RESAMPLES, Statistic, bootstrap, by_clip, levels, resampled
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate, Record, Verdict


class Pooled(Struct, frozen=True):
    """A figure of sums over the verdicts of ``scorer``.

    ``row(verdict)`` gives the counts of one trial, the same number for each, or None for a verdict that has none.
    ``figure`` takes their sums, shape (..., columns), and gives a figure each, shape (...): NaN where there is none.
    ``interval(rows, clips)`` gives value and interval where the bootstrap is not the best way; rows have shape
    (trials, columns). ``alike(verdict)`` names what must be the same in all verdicts, such as a signature.
    """

    scorer: str
    row: Callable[[Verdict], Sequence[float] | None]
    figure: Statistic
    interval: Callable[[Floats, Sequence[Hashable]], Estimate] | None = None
    alike: Callable[[Verdict], str] | None = None

    def measure(
        self,
        trials: Trials,
        condition: str = "original",
        tags: Mapping[str, str] | None = None,
        scorer: str | None = None,
    ) -> Estimate:
        """The figure under ``condition``. Raises :class:`~audiotest.analyse.trials.NotMeasured`."""
        rows, clips = self._rows(trials.under(condition, tags), condition, scorer)
        if self.interval is not None:
            return self.interval(rows, clips)
        return bootstrap(rows, self.figure, clips)

    def there(self, trials: Trials, condition: str) -> bool:
        """Whether any verdict under ``condition`` has counts."""
        verdicts = (record.verdicts.get(self.scorer) for record in trials.by_condition.get(condition, ()))
        return any(verdict is not None and self.row(verdict) is not None for verdict in verdicts)

    def difference(
        self, first: Sequence[Record], second: Sequence[Record], condition: str = "original"
    ) -> tuple[Estimate, Estimate, Estimate, float]:
        """(first run's figure, second's, second minus first, p) over trials paired by place. Trials that only one run
        has counts for are left out. Raises :class:`~audiotest.analyse.trials.NotMeasured`."""
        both = [
            (old, new)
            for old, new in zip(first, second, strict=True)
            if self._row(old) is not None and self._row(new) is not None
        ]
        old_rows, clips = self._rows([old for old, _ in both], condition)
        new_rows, _ = self._rows([new for _, new in both], condition)
        own = [self.measure(Trials(rows), condition) for rows in zip(*both, strict=True)]
        clips = [clip_of(new) for _, new in both]
        return own[0], own[1], *summed_difference(old_rows, new_rows, clips, self.figure)

    def _row(self, record: Record, scorer: str | None = None) -> Sequence[float] | None:
        verdict = record.verdicts.get(scorer or self.scorer)
        return None if verdict is None else self.row(verdict)

    def _rows(
        self, records: Sequence[Record], condition: str, scorer: str | None = None
    ) -> tuple[Floats, list[Hashable]]:
        rows = [(row, clip_of(record)) for record in records if (row := self._row(record, scorer)) is not None]
        if not rows:
            raise NotMeasured(f"no reply under {condition} was judged by `{scorer or self.scorer}` against a reference")
        if self.alike is not None:
            kinds = {self.alike(record.verdicts[self.scorer]) for record in records if self._row(record) is not None}
            if len(kinds) > 1:
                raise NotMeasured(
                    f"the replies under {condition} were scored in several ways: {'; '.join(sorted(kinds))}"
                )
        return np.asarray([row for row, _ in rows], dtype=np.float64), [clip for _, clip in rows]


def summed_difference(
    before: Floats, now: Floats, clips: Sequence[Hashable], figure: Statistic
) -> tuple[Estimate, float]:
    """(figure of ``now`` minus that of ``before``, p); both have shape (trials, columns), trial by trial. Raises
    :class:`~audiotest.analyse.trials.NotMeasured` where one of the two has no figure."""
    width, n = before.shape[1], len(before)
    sums = by_clip(np.hstack([before, now]), clips)

    def change(drawn: Floats) -> Floats:
        return np.asarray(figure(drawn[..., width:]) - figure(drawn[..., :width]))

    whole = sums.sum(axis=0)
    value = float(change(whole))
    if np.isnan(value):
        raise NotMeasured("one of the two runs has no such figure")
    if len(sums) < 2:
        return Estimate(value, n=n), 1.0
    rng = np.random.default_rng(0)
    low, high = np.nanquantile(change(resampled(sums, rng)), levels(len(sums)))
    swaps = rng.integers(0, 2, (RESAMPLES, len(sums))) @ (sums[:, width:] - sums[:, :width])
    shuffled = change(np.hstack([whole[:width] + swaps, whole[width:] - swaps]))
    p = (1 + int((np.abs(shuffled) >= abs(value) - 1e-12).sum())) / (1 + RESAMPLES)
    if not low < high:
        return Estimate(value, n=n), p
    return Estimate(value, min(float(low), value), max(float(high), value), n), p
