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
from itertools import combinations
from typing import TypeVar

import numpy as np
from msgspec import Struct

from audiotest.counting import counted
from audiotest.types import Estimate

LEAST = 5
"""Items below which no figure is given, and clips below which no interval is."""
_SAMPLES = 1000
MEASURES = ("kappa", "spearman", "kendall", "exact")
Pairs = Sequence[tuple[Hashable, Hashable]]
Measure = Callable[[Pairs], float | None]
_T = TypeVar("_T")


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
    measures: dict[str, Measure] = {"spearman": spearman, "kendall": kendall} if numbers else {"kappa": kappa}
    measures["exact"] = exact
    estimates = {}
    for name, measure in measures.items():
        if name not in only:
            continue
        value = measure(pairs)
        if value is not None:
            estimates[name] = _estimated(value, pairs, clips, measure, seed)
    missing = "" if len(estimates) == sum(name in only for name in measures) else "one side says the same of every item"
    return Agreement(len(pairs), estimates, missing)


def among(ratings: Mapping[str, Mapping[Hashable, Hashable]]) -> list[tuple[str, str, Pairs, list[Hashable]]]:
    """For each pair of people (by name) the ratings of the items that both rated, and the items."""
    rows: list[tuple[str, str, Pairs, list[Hashable]]] = []
    for one, other in combinations(sorted(ratings), 2):
        items = [item for item in ratings[one] if item in ratings[other]]
        rows.append((one, other, [(ratings[one][item], ratings[other][item]) for item in items], items))
    return rows


def kappa(pairs: Pairs) -> float | None:
    """Cohen's kappa; None where chance alone would agree always."""
    n = len(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[label] * right[label] for label in left) / n**2
    observed = sum(a == b for a, b in pairs) / n
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def spearman(pairs: Pairs) -> float | None:
    """The correlation of ranks; None where one side does not vary."""
    from scipy.stats import rankdata

    left, right = (rankdata(np.asarray(side, dtype=float)) for side in zip(*pairs, strict=True))
    if not left.std() or not right.std():
        return None
    return float(np.corrcoef(left, right)[0, 1])


def kendall(pairs: Pairs) -> float | None:
    """Kendall's tau-b; None where one side does not vary."""
    from scipy.stats import kendalltau

    left, right = (np.asarray(side, dtype=float) for side in zip(*pairs, strict=True))
    if not left.std() or not right.std():
        return None
    return float(kendalltau(left, right).statistic)


def exact(pairs: Pairs) -> float | None:
    """The share of items that both rate alike."""
    return sum(a == b for a, b in pairs) / len(pairs)


def alpha(items: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha of each item's labels, by whoever gave one; None where no item has two, or all are the same.

    >>> round(alpha([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b", "a"]]), 3)
    0.2
    """
    of_label: Counter[Hashable] = Counter()
    differing = total = 0.0
    for labels in items:
        if len(labels) < 2:
            continue
        counts = Counter(labels)
        of_label += counts
        total += len(labels)
        differing += (len(labels) ** 2 - sum(n * n for n in counts.values())) / (len(labels) - 1)
    expected = total * total - sum(n * n for n in of_label.values())
    return None if not expected else 1 - (total - 1) * differing / expected


def among_all(items: Sequence[Sequence[Hashable]], clips: Sequence[Hashable], seed: int = 0) -> Estimate:
    """:func:`alpha` with its interval; ``n`` counts the items that two people labelled."""
    rated = [(labels, clip) for labels, clip in zip(items, clips, strict=True) if len(labels) > 1]
    value = alpha([labels for labels, _ in rated])
    if value is None or len(rated) < LEAST:
        return Estimate(None, None, None, len(rated))
    return _estimated(value, [labels for labels, _ in rated], [clip for _, clip in rated], alpha, seed)


def _estimated(
    value: float, pairs: Sequence[_T], clips: Sequence[Hashable], measure: Callable[[list[_T]], float | None], seed: int
) -> Estimate:
    groups: dict[Hashable, list[_T]] = {}
    for pair, clip in zip(pairs, clips, strict=True):
        groups.setdefault(clip, []).append(pair)
    if len(groups) < LEAST:
        return Estimate(value, None, None, len(pairs))
    rng, every = np.random.default_rng(seed), list(groups.values())
    drawn = []
    for _ in range(_SAMPLES):
        sample = [pair for i in rng.integers(len(every), size=len(every)) for pair in every[i]]
        again = measure(sample)
        if again is not None:
            drawn.append(again)
    if len(drawn) < _SAMPLES / 2:
        return Estimate(value, None, None, len(pairs))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, float(min(low, value)), float(max(high, value)), len(pairs))
