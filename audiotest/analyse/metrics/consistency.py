"""``consistency``: how often a condition leaves the choice as it was.

consistency = share of cases whose chosen option under ``condition`` is the one chosen under ``versus`` (default
``original``), found again wherever it stands; in [0, 1]. Cases without a readable choice under ``versus`` are left out,
one that becomes unreadable counts as changed. After the consistency rate of López et al., arXiv 2510.04584.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, own_choice, paired
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
COMPARED_WITH = "original"
shown_under = ("others",)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of unchanged choices; ``condition`` has to be another than ``versus``."""
    base = versus or "original"
    if condition == base:
        changed = [c for c in trials.by_condition if c.startswith(("shuffled", "rotated", "relabelled"))]
        if not changed:
            raise NotMeasured(f"consistency holds a condition against {base}; name one with `condition`")
        condition = changed[0]
    pairs = [p for p in paired(trials, condition, base, tags, scorer) if p[3].choice is not None]
    if not pairs:
        raise NotMeasured(f"no choice could be read under {base}")
    same = [own_choice(a, va) == own_choice(b, vb) for a, va, b, vb in pairs]
    return clustered_proportion(same, [clip_of(record) for record, *_ in pairs])
