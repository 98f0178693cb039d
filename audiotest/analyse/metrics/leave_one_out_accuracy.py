"""``leave_one_out_accuracy``: the share of questions whose vote over all left-out distractors is right.

Each question is asked without its first, second, ... distractor (conditions ``without_distractor(k)``, also with
``shuffled``); the option that was chosen most often is its answer, of several the one that was chosen first, in the
order of the conditions. Replies without a readable choice have no vote; a question without any is wrong. In [0, 1];
interval by clip. RUL-MuchoMusic's figure (Zang et al., arXiv 2504.00369); its pass-level accuracy is the mean of
``accuracy`` under these conditions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, own_choice
from audiotest.types import Estimate, Record, Verdict

RANGE = (0.0, 1.0)
on_screen = True
per_scorer = by_tag = True
_NAME = "without_distractor"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of right votes."""
    conditions = _conditions(trials)
    if not conditions:
        raise NotMeasured(f"no {_NAME}(k) ran")
    passes: dict[str, list[tuple[Record, Verdict]]] = {}
    for name in conditions:
        for record, verdict in trials.judged(name, scorer, tags):
            passes.setdefault(record.case, []).append((record, verdict))
    rights = [_right(rows) for rows in passes.values()]
    return clustered_proportion(rights, [clip_of(rows[0][0]) for rows in passes.values()])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether any distractor was left out."""
    return bool(_conditions(trials))


def _conditions(trials: Trials) -> list[str]:
    """In the order of k, whatever they were run in."""
    own = {name: part for name in trials.by_condition for part in name.split("+") if part.startswith(f"{_NAME}(")}
    return sorted(own, key=lambda name: (len(own[name]), own[name]))


def _right(rows: list[tuple[Record, Verdict]]) -> bool:
    votes = Counter(place for record, verdict in rows if (place := own_choice(record, verdict)) is not None)
    if not votes:
        return False
    chosen = votes.most_common(1)[0][0]
    record = rows[0][0]
    return any(chosen == record.order[place] for place in record.right_places)
