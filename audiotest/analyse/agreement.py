"""How far ratings agree: a scorer's with people's, or people's with each other's.

============  ==================================================================================================
``kappa``     of labels: Cohen's (1960), (p_o - p_e) / (1 - p_e); of more than two people the mean over their pairs
``spearman``  of numbers: the correlation of ranks, ties at their mean rank
``kendall``   of numbers: tau-b (Kendall 1945), which corrects for ties
``exact``     the share of items that are rated alike
``alpha``     of labels by any number of people, not all of whom labelled every item: Krippendorff's alpha for nominal
              data (2011, "Computing Krippendorff's alpha-reliability"), 1 - D_o / D_e
============  ==================================================================================================

Intervals are the central 95% of 1,000 bootstrap samples of clips, all items of a clip together: items about one sound
are not independent. They are not given for fewer than :data:`LEAST` clips, or where ratings do not differ at all, for
which the measures have no value (all people say the same of everything).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from functools import partial
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from audiotest.counting import counted
from audiotest.types import Estimate

LEAST = 5
"""Items below which no figure is given, and clips below which no interval is."""
_SAMPLES = 1000
MEASURES = ("kappa", "spearman", "kendall", "exact")
_AT_ONCE = 2_000_000
"""Numbers in a block of bootstrap samples: 16 MB."""
Pairs = Sequence[tuple[Hashable, Hashable]]
Numbers = NDArray[np.float64]
Measure = Callable[[NDArray[np.generic], NDArray[np.generic], Numbers], Numbers]
"""From the items' ratings by one side and by the other, each of shape (items,), and how often each sample has an item,
of shape (samples, items), to each sample's value, NaN where it has none."""


class Agreement(Struct, frozen=True):
    """The measures of ``n`` items that both sides rated; those that the ratings have no value of are left out."""

    n: int
    measures: dict[str, Estimate]
    why: str = ""


def agreement(pairs: Pairs, clips: Sequence[Hashable], seed: int = 0, only: Container[str] = MEASURES) -> Agreement:
    """The agreement of (one side's, the other side's) ratings, with the clip of each. Numbers have rank correlations,
    other ratings kappa; ``only``: these measures of :data:`MEASURES`."""
    if len(pairs) < LEAST:
        return Agreement(
            len(pairs), {}, f"{counted(len(pairs), 'item was', 'items were')} rated by both, and {LEAST} are the least"
        )
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for pair in pairs for value in pair)
    measures = (
        {"spearman": spearman, "kendall": kendall, "exact": exact} if numbers else {"kappa": kappa, "exact": exact}
    )
    sides = _sides(pairs, numbers)
    estimates = {}
    for name, measure in measures.items():
        if name in only:
            value = float(measure(*sides, np.ones((1, len(pairs))))[0])
            if not np.isnan(value):
                estimates[name] = _estimated(value, partial(measure, *sides), clips, seed)
    missing = "" if len(estimates) == sum(name in only for name in measures) else "one side says the same of every item"
    return Agreement(len(pairs), estimates, missing)


def among(ratings: Mapping[str, Mapping[Hashable, Hashable]]) -> list[tuple[str, str, Pairs, list[Hashable]]]:
    """For each pair of people (by name) the ratings of the items that both rated, and the items."""
    rows: list[tuple[str, str, Pairs, list[Hashable]]] = []
    for one, other in combinations(sorted(ratings), 2):
        items = [item for item in ratings[one] if item in ratings[other]]
        rows.append((one, other, [(ratings[one][item], ratings[other][item]) for item in items], items))
    return rows


def _sides(pairs: Pairs, numbers: bool) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    if numbers:
        left, right = np.array(pairs, dtype=float).T
        return left, right
    place: dict[Hashable, int] = {}
    left, right = np.array([[place.setdefault(label, len(place)) for label in pair] for pair in pairs]).T
    return left, right


def kappa(left: NDArray[np.generic], right: NDArray[np.generic], weights: Numbers) -> Numbers:
    """Cohen's kappa of labels, which are numbers; NaN where chance alone would agree always."""
    (labels, _, one), (others, _, other) = _counts(left, weights), _counts(right, weights)
    _, here, there = np.intersect1d(labels, others, assume_unique=True, return_indices=True)
    expected = (one[:, here] * other[:, there]).sum(1) / weights.sum(1) ** 2
    observed = exact(left, right, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)


def spearman(left: NDArray[np.generic], right: NDArray[np.generic], weights: Numbers) -> Numbers:
    """The correlation of ranks; NaN where one side does not vary."""
    ranks = []
    for side in (left, right):
        rank = _ranks(side, weights)
        ranks.append(rank - ((weights * rank).sum(1) / weights.sum(1))[:, None])
    one, other = ranks
    spread = (weights * one**2).sum(1) * (weights * other**2).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, (weights * one * other).sum(1) / np.sqrt(spread), np.nan)


def _counts(side: NDArray[np.generic], weights: Numbers) -> tuple[NDArray[np.generic], NDArray[np.intp], Numbers]:
    """(The values of a side in their order, which of them each item has, how often each sample has each.)"""
    values, place = np.unique(side, return_inverse=True)
    order = np.argsort(place, kind="stable")
    each = np.add.reduceat(weights[:, order], np.searchsorted(place[order], np.arange(len(values))), axis=1)
    return values, place, each


def _ranks(side: NDArray[np.generic], weights: Numbers) -> Numbers:
    """Each item's rank in each sample, ties at their mean rank."""
    _, place, each = _counts(side, weights)
    rank: Numbers = (np.cumsum(each, axis=1) - (each - 1) / 2)[:, place]
    return rank


def kendall(left: NDArray[np.generic], right: NDArray[np.generic], weights: Numbers) -> Numbers:
    """Kendall's tau-b; NaN where one side does not vary."""
    from scipy.stats import kendalltau

    values = []
    for times in weights.astype(int):
        one, other = np.repeat(left, times), np.repeat(right, times)
        varies = (one != one[0]).any() and (other != other[0]).any()
        values.append(float(kendalltau(one, other).statistic) if varies else np.nan)
    return np.array(values)


def exact(left: NDArray[np.generic], right: NDArray[np.generic], weights: Numbers) -> Numbers:
    """The share of items that both rate alike."""
    share: Numbers = weights @ (left == right).astype(float) / weights.sum(1)
    return share


def alpha(items: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha of each item's labels, by whoever gave one; None where no item has two, or all are the same.

    >>> round(alpha([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b", "a"]]), 3)
    0.2
    """
    rated = [labels for labels in items if len(labels) > 1]
    value = float(_alphas(rated)(np.ones((1, len(rated))))[0]) if rated else np.nan
    return None if np.isnan(value) else value


def among_all(items: Sequence[Sequence[Hashable]], clips: Sequence[Hashable], seed: int = 0) -> Estimate:
    """:func:`alpha` with its interval; ``n`` counts the items that two people labelled."""
    rated = [(labels, clip) for labels, clip in zip(items, clips, strict=True) if len(labels) > 1]
    labels_of = [labels for labels, _ in rated]
    value = alpha(labels_of)
    if value is None or len(rated) < LEAST:
        return Estimate(None, None, None, len(rated))
    return _estimated(value, _alphas(labels_of), [clip for _, clip in rated], seed)


def _alphas(items: Sequence[Sequence[Hashable]]) -> Callable[[Numbers], Numbers]:
    """Alpha of samples of ``items``, each of which has two labels or more."""
    place: dict[Hashable, int] = {}
    labels = np.array([place.setdefault(label, len(place)) for given in items for label in given])
    sizes = np.array([len(given) for given in items])
    item = np.repeat(np.arange(len(items)), sizes)
    alike = np.array([sum(n * n for n in Counter(given).values()) for given in items])
    differing = (sizes**2 - alike) / (sizes - 1)

    def measure(weights: Numbers) -> Numbers:
        total = weights @ sizes
        expected = total**2 - (_counts(labels, weights[:, item])[2] ** 2).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            values: Numbers = np.where(expected > 0, 1 - (total - 1) * (weights @ differing) / expected, np.nan)
        return values

    return measure


def _estimated(value: float, measure: Callable[[Numbers], Numbers], clips: Sequence[Hashable], seed: int) -> Estimate:
    place: dict[Hashable, int] = {}
    clip = np.array([place.setdefault(name, len(place)) for name in clips])
    if len(place) < LEAST:
        return Estimate(value, None, None, len(clip))
    rng, drawn = np.random.default_rng(seed), []
    at_once = max(1, _AT_ONCE // len(clip))
    for start in range(0, _SAMPLES, at_once):
        samples = min(at_once, _SAMPLES - start)
        times = [
            np.bincount(rng.integers(len(place), size=len(place)), minlength=len(place))[clip] for _ in range(samples)
        ]
        drawn.append(measure(np.array(times, dtype=float)))
    values = np.concatenate(drawn)
    values = values[~np.isnan(values)]
    if len(values) < _SAMPLES / 2:
        return Estimate(value, None, None, len(clip))
    low, high = np.percentile(values, [2.5, 97.5])
    return Estimate(value, float(min(low, value)), float(max(high, value)), len(clip))
