"""``chair``: the share of free-text replies that assert an object which is not there.

replies in which the scorer ``does_not_mention`` found an asserted word / replies that it judged; interval by clip.
After CHAIRs (Rohrbach et al., arXiv 1809.02156), with each case's own list of absent objects as the inventory.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
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
    """Share of replies with a hallucinated object, over all cases that list absent objects."""
    # A case may have several such checks, `does_not_mention 2` and so on: a reply that fails one is a hallucination.
    judged = [
        ([v for name, v in r.verdicts.items() if name.partition(" ")[0] == "does_not_mention"], clip_of(r))
        for r in trials.under(condition, tags)
    ]
    assertions = [(any(v.details.get("found") for v in verdicts), clip) for verdicts, clip in judged if verdicts]
    if not assertions:
        raise NotMeasured(f"no reply under {condition} was judged by does_not_mention")
    return clustered_proportion([asserted for asserted, _ in assertions], [clip for _, clip in assertions])
