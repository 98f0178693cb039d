"""``threshold_snr``: the signal-to-noise ratio, in dB, at which accuracy is half-way between guessing and the best.

As in a speech reception threshold. A psychometric curve (:mod:`audiotest.analyse.psychometric`) is fitted
to a sweep over ``noise(snr_db=...)`` or ``babble``, with the guessing rate mean of 1/k. The interval is the percentile
bootstrap's over clips. Of transcripts it is the words that count (:func:`audiotest.analyse.transcripts.recognised`):
the ratio at which half of those that the model recognises at best are recognised, which is a speech reception
threshold.

Nothing is said about ratios that were not measured. At least two are needed, and an accuracy that changes between
them. A threshold outside the sweep is no figure but a reason ("above 10 dB, not measured"). Where only an end of the
interval lies outside, that end is None: it is somewhere beyond the sweep, and a gate on it is not satisfied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import by_clip, levels, resampled
from audiotest.analyse.psychometric import Grid
from audiotest.analyse.transcripts import recognised, units
from audiotest.analyse.trials import NotMeasured, Trials, by_case, clip_of
from audiotest.types import Estimate

_SWEEP = re.compile(r"(?:noise|babble)\((?:.*,)?snr_db=(-?[\d.]+)(?:,.*)?\)")
_RESAMPLES = 500
_LEAST_CHANGE = 0.1


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The threshold over the sweep, of cases that were judged under all of it."""
    sweep = swept(trials, scorer, tags)
    _changes(sweep)
    grid = Grid(sweep.ratios, sweep.guess)
    sums = by_clip(sweep.columns, sweep.clips)
    value = grid.fit(sums.sum(axis=0))
    first, last, n = sweep.ratios[0], sweep.ratios[-1], len(sweep.clips)
    if not first <= value <= last:
        raise NotMeasured(_outside(sweep.ratios, below=value < first))
    if len(sums) < 2:
        return Estimate(value, n=n)
    low, high = np.quantile(grid.fits(resampled(sums, np.random.default_rng(0), _RESAMPLES)), levels(len(sums)))
    return Estimate(
        value,
        min(float(low), value) if low >= first else None,
        max(float(high), value) if high <= last else None,
        n,
    )


class Sweep(Struct, frozen=True):
    """A sweep: ``ratios`` in dB, ascending; ``columns``, shape (cases, ratios + 1): what is right at each of them, of
    the
    units in the last column (1 for a question, the words of a transcript); the clip of each case; and the guessing
    rate."""

    ratios: Floats
    columns: Floats
    clips: list[str]
    guess: float


def swept(trials: Trials, scorer: str | None = None, tags: Mapping[str, str] | None = None) -> Sweep:
    """The sweep that ran, over cases that were judged under all of it; raises :class:`NotMeasured` for none."""
    ratios = sweep_ratios(trials.by_condition)
    if len(set(ratios.values())) < 2:
        raise NotMeasured(f"a threshold needs a sweep of at least two ratios, noise(snr_db=[...]); {len(ratios)} ran")
    names = sorted(ratios, key=ratios.__getitem__)
    cases = list(by_case(trials, names, scorer, tags).values())
    weights = [units(rows[0][1]) for rows in cases]
    columns = np.array(
        [[*(recognised(v) * weight for _, v in rows), weight] for rows, weight in zip(cases, weights, strict=True)]
    )
    guess = float(np.mean([rows[0][0].chance for rows in cases]))
    return Sweep(np.array([ratios[name] for name in names]), columns, [clip_of(rows[0][0]) for rows in cases], guess)


def sweep_ratios(conditions: Iterable[str]) -> dict[str, float]:
    """The signal-to-noise ratio in dB of every condition that is part of a sweep, by its name."""
    return {name: float(match[1]) for name in conditions if (match := _SWEEP.fullmatch(name))}


def difference(first: Trials, second: Trials) -> tuple[Estimate, float]:
    """The threshold of the second run minus that of the first, in dB, with its interval and p-value.

    Both runs have the same cases under the same sweep, and a threshold within it (:class:`NotMeasured` otherwise). The
    interval is the bootstrap's over clips, drawn for both runs together; an end that rests on thresholds outside the
    sweep is None, as are both where all resamples are alike. The p-value is that of a permutation test: in each clip
    the two runs change places or not.
    """
    one, two = swept(first), swept(second)
    if one.clips != two.clips or not np.array_equal(one.ratios, two.ratios):
        raise NotMeasured("the two runs have other cases in their sweeps over noise")
    grid, width = Grid(one.ratios, one.guess), one.columns.shape[1]
    sums = by_clip(np.hstack([one.columns, two.columns]), one.clips)
    whole = sums.sum(axis=0)
    value = grid.fit(whole[width:]) - grid.fit(whole[:width])
    if len(sums) < 2:
        return Estimate(value, n=len(one.clips)), 1.0
    rng = np.random.default_rng(0)
    drawn = resampled(sums, rng, _RESAMPLES)
    low, high = np.quantile(_change(grid, drawn[:, :width], drawn[:, width:]), levels(len(sums)), method="inverted_cdf")
    swaps = rng.integers(0, 2, (_RESAMPLES, len(sums))) @ (sums[:, width:] - sums[:, :width])
    shuffled = grid.fits(whole[width:] - swaps) - grid.fits(whole[:width] + swaps)
    p = (1 + int((np.abs(shuffled) >= abs(value)).sum())) / (1 + _RESAMPLES)
    if low == high:
        return Estimate(value, n=len(one.clips)), p
    ends = (
        min(float(low), value) if np.isfinite(low) else None,
        max(float(high), value) if np.isfinite(high) else None,
    )
    return Estimate(value, *ends, len(one.clips)), p


def _change(grid: Grid, before: Floats, now: Floats) -> Floats:
    """The change of each resample; infinite where one of its thresholds is outside the sweep."""
    old, new = grid.fits(before), grid.fits(now)
    first, last = grid.ratios[0], grid.ratios[-1]
    shift = np.where((new > last) | (old < first), np.inf, new - old)
    return np.asarray(np.where((new < first) | (old > last), -np.inf, shift))


def _outside(ratios: Floats, *, below: bool) -> str:
    side, end, word = ("below", ratios[0], "lowest") if below else ("above", ratios[-1], "highest")
    return f"{side} {end:g} dB, not measured: that is the {word} ratio of the sweep, and the threshold lies beyond it"


def _changes(sweep: Sweep) -> None:
    """Raises :class:`NotMeasured` where accuracy is the same over the whole sweep, saying on which side it is."""
    ratios, guess = sweep.ratios, sweep.guess
    accuracy = sweep.columns[:, :-1].sum(axis=0) / sweep.columns[:, -1].sum()
    if accuracy.max() - accuracy.min() >= _LEAST_CHANGE:
        return
    over = f"accuracy changes by less than {_LEAST_CHANGE:.0%} from {ratios[0]:g} to {ratios[-1]:g} dB"
    if accuracy.min() > (1 + guess) / 2:
        raise NotMeasured(
            f"below {ratios[0]:g} dB, not measured: {over}, where it is high: there is no threshold in it"
        )
    if accuracy.max() < guess + _LEAST_CHANGE:
        raise NotMeasured(
            f"above {ratios[-1]:g} dB, not measured: {over}, where it is near guessing: there is no threshold in it"
        )
    raise NotMeasured(f"{over}: there is no threshold")
