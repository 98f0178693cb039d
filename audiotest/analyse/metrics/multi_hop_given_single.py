"""``multi_hop_given_single``: how often a multi-hop question is right where the single-hop one on its clip is.

rate = pairs with both right / pairs with the single-hop question right; in [0, 1], interval by clip. What is heard
rightly is taken for granted, so this is the reasoning alone (SAKURA, arXiv 2505.13237). Cases are paired by their
ids, ``NAME-single`` and ``NAME-multi``, with the tag ``hop``: ``single`` and ``multi``; both have to be judged.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
per_scorer = by_tag = on_screen = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of right multi-hop questions among those whose single-hop question is right."""
    rights: dict[str, dict[str, tuple[bool, str]]] = {"single": {}, "multi": {}}
    for record, verdict in trials.judged(condition, scorer, tags):
        for hop in record.tags.get("hop", ()):
            if hop in rights and record.case.endswith(f"-{hop}"):
                rights[hop][record.case.removesuffix(f"-{hop}")] = bool(verdict.correct), clip_of(record)
    pairs = [(rights["multi"][name], single) for name, single in rights["single"].items() if name in rights["multi"]]
    given = [multi for multi, single in pairs if single[0]]
    if not given:
        reason = "no single-hop question is right" if pairs else "no clip has a single-hop and a multi-hop question"
        raise NotMeasured(f"{reason} under {condition}")
    return clustered_proportion([right for right, _ in given], [clip for _, clip in given])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether there are questions of both kinds."""
    hops = {hop for record in trials.by_condition.get(condition, ()) for hop in record.tags.get("hop", ())}
    return {"single", "multi"} <= hops
