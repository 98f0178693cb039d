"""``bleu``: BLEU of a suite of translations, 0 to 100: sacreBLEU's corpus score.

Matches and n-grams are added over all replies (by the scorer ``bleu``); geometric mean of the four precisions,
exponential smoothing, brevity penalty. Replies that were scored with different signatures have no figure together.
Interval by clip: the bootstrap's over the counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.pooled import Pooled
from audiotest.analyse.translations import counts, signature
from audiotest.analyse.trials import Trials
from audiotest.types import Estimate

RANGE = (0.0, 100.0)
IS_SHARE = False
shown_under = ("original", "others")
by_tag = on_screen = True


def bleu(sums: Floats) -> Floats:
    """BLEU from sums of shape (..., 10): length of the replies and of the references, matches and n-grams of orders 1
    to
    4. The rule is that of ``sacrebleu.BLEU.compute_bleu`` with exponential smoothing."""
    length, wanted, matches, ngrams = sums[..., 0], sums[..., 1], sums[..., 2:6], sums[..., 6:10]
    misses = np.cumsum(matches == 0, axis=-1)  # each order without a match is smoothed twice as hard as the one before
    shares = np.where(matches > 0, matches, 0.5**misses) / np.maximum(ngrams, 1)
    mean = np.exp(np.log(shares).mean(axis=-1))
    penalty = np.exp(np.minimum(0.0, 1 - wanted / np.maximum(length, 1)))
    return np.asarray(np.where((matches.sum(axis=-1) > 0) & (ngrams > 0).all(axis=-1), 100 * penalty * mean, 0.0))


pooled = Pooled("bleu", counts, bleu, alike=signature)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The corpus score under ``condition``."""
    return pooled.measure(trials, condition, tags, scorer)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``bleu`` ran."""
    return pooled.there(trials, condition)
