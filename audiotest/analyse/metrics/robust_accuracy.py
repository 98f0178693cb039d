"""``robust_accuracy``: the share of questions that are right under every order of their choices.

A case counts if it is right under ``original`` and every ``shuffled`` and ``rotated(k)`` that ran; interval by clip.
With all rotations nothing is right by its place: CircularEval of MMBench, arXiv 2307.06281.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import ORDERS, NotMeasured, Trials, by_case, clip_of, of_family
from audiotest.types import Estimate

RANGE = (0.0, 1.0)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of cases that are right under all orders."""
    orders = of_family(trials, ORDERS)
    if not orders:
        raise NotMeasured("no other order of the choices ran (shuffled or rotated)")
    cases = by_case(trials, ["original", *orders], scorer, tags)
    robust = [all(v.correct for _, v in rows) for rows in cases.values()]
    return clustered_proportion(robust, [clip_of(rows[0][0]) for rows in cases.values()])
