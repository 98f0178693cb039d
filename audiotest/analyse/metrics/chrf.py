"""``chrf``: chrF of a suite of translations, 0 to 100: sacreBLEU's corpus score.

N-grams of characters (chrF++: of words as well) and their matches are added over all replies (by the scorer ``chrf``);
F with beta 2 of the mean precision and recall. Replies that were scored with different signatures have no figure
together.
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
_BETA = 2


def chrf(sums: Floats) -> Floats:
    """chrF from sums of shape (..., 3 x orders): n-grams of the replies, of the references, and matches, by order. The
    rule is that of ``sacrebleu.CHRF``: precision and recall are means over the orders that both sides have."""
    replies, references, matches = (sums[..., i::3] for i in range(3))
    there = (replies > 0) & (references > 0)
    orders = np.maximum(there.sum(axis=-1), 1)
    precision = np.where(there, matches / np.maximum(replies, 1), 0).sum(axis=-1) / orders
    recall = np.where(there, matches / np.maximum(references, 1), 0).sum(axis=-1) / orders
    below = _BETA**2 * precision + recall
    return np.asarray(100 * (1 + _BETA**2) * precision * recall / np.where(below > 0, below, 1))


pooled = Pooled("chrf", counts, chrf, alike=signature)


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
    """Whether the scorer ``chrf`` ran."""
    return pooled.there(trials, condition)
