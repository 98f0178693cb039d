"""Several repeats of the same trials, of a model that samples: how right it is, and how sure that is of itself.

=====================  =============================================================================================
``accuracy``           mean over trials of the share of its repeats that are right
``between_repeats``    standard deviation over repeats of the accuracy of each (divisor r - 1): what a run with another
                       seed moves by
``pass_at``            for each k: the probability that at least one of k repeats is right, estimated without bias by
                       1 - C(r - c, k) / C(r, k) for c right ones of r (Chen et al. 2021, arXiv 2107.03374)
``majority``           the most frequent choice is right; of several that are equally frequent each has its share of a
                       vote. Without choices (open questions): more than half are right, half of a vote at one half
``consistency``        the probability that two repeats of a trial agree (in choice, else in being right)
=====================  =============================================================================================

Repeats of a trial are no further trials: each trial gives one value in [0, 1], and the interval is that of a mean of
such values by clip. So r repeats of n questions do not pass for r x n questions, and the spread between repeats is a
part of the interval (Miller 2024, arXiv 2411.00640, section 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import comb
from statistics import stdev

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.change import key
from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, counted, own_choice
from audiotest.types import Estimate, Record, TrialKey, Verdict


class Repeats(Struct, frozen=True):
    """The figures of ``repeats`` repeats of ``trials`` trials; ``incomplete`` are the trials that lack a verdict in
    some repeat, which count with those that they have.

    ``between_repeats`` and ``consistency`` are None where no trial was judged twice; ``pass_at`` has each k up to the
    number of repeats, over the trials that have as many verdicts.
    """

    trials: int
    repeats: int
    incomplete: int
    accuracy: Estimate
    between_repeats: float | None
    pass_at: dict[int, Estimate]
    majority: Estimate
    consistency: Estimate | None


Judged = list[tuple[Record, Verdict]]


def over_repeats(runs: Sequence[Sequence[Record]], scorer: str | None = None) -> Repeats:
    """The figures of ``runs``, the records of each repeat, trials found by suite, case and condition.

    Raises :class:`NotMeasured` where nothing was judged.
    """
    trials: dict[TrialKey, Judged] = {}
    for records in runs:
        for record, verdict in counted(records, scorer):
            trials.setdefault(key(record), []).append((record, verdict))
    if not trials:
        raise NotMeasured(f"no trial was judged in any of {len(runs)} repeats")
    whole = [rows for rows in trials.values() if len(rows) == len(runs)]
    rows_of = list(trials.values())
    twice = [rows for rows in rows_of if len(rows) > 1]
    return Repeats(
        trials=len(trials),
        repeats=len(runs),
        incomplete=len(trials) - len(whole),
        accuracy=_mean([_right(rows) / len(rows) for rows in rows_of], rows_of),
        between_repeats=_between(whole, len(runs)),
        pass_at={k: estimate for k in range(1, len(runs) + 1) if (estimate := _pass_at(rows_of, k)) is not None},
        majority=_mean([_majority(rows) for rows in rows_of], rows_of),
        consistency=_mean([_agreement(rows) for rows in twice], twice) if twice else None,
    )


def by_condition(runs: Sequence[Sequence[Record]], scorer: str | None = None) -> dict[tuple[str, str], Repeats]:
    """:func:`over_repeats` for every (suite, condition) of ``runs``; those of which nothing was judged are left out."""
    names = dict.fromkeys((record.suite, record.condition) for records in runs for record in records)
    repeats_of = {}
    for name in names:
        own = [[record for record in records if (record.suite, record.condition) == name] for records in runs]
        try:
            repeats_of[name] = over_repeats(own, scorer)
        except NotMeasured:
            continue
    return repeats_of


def within(records: Iterable[Record]) -> list[list[Record]]:
    """The repeats of one run (``--repeats``), each as records of its own, under the ids of their cases."""
    runs: dict[int, list[Record]] = {}
    for record in records:
        case, _, number = record.case.rpartition("~")
        own = (int(number), replace(record, case=case)) if case else (1, record)
        runs.setdefault(own[0], []).append(own[1])
    return [runs[number] for number in sorted(runs)]


def figures(
    trials: Trials, condition: str = "original", scorer: str | None = None, tags: Mapping[str, str] | None = None
) -> Repeats:
    """The figures of a run whose trials were repeated. Raises :class:`NotMeasured` where none was."""
    records = [record for record, _ in trials.judged(condition, scorer, tags)]
    runs = within(records)
    if len(runs) < 2:
        raise NotMeasured("no trial was asked more than once: run with --repeats")
    return over_repeats(runs, scorer)


def are_repeated(trials: Trials, condition: str, scorer: str | None = None) -> bool:
    """Whether trials under a condition were asked more than once."""
    return any("~" in record.case for record in trials.by_condition.get(condition, ()))


def pass_at_k(repeats: int, right: int, k: int) -> float:
    """The probability that at least one of ``k`` repeats is right, given ``right`` of ``repeats``.

    Raises ValueError unless 1 <= k <= repeats.
    """
    if not 1 <= k <= repeats:
        raise ValueError(f"pass@{k} needs between 1 and {repeats} repeats, the number that there are")
    return 1 - comb(repeats - right, k) / comb(repeats, k)


def _mean(values: Sequence[float], rows_of: Sequence[Judged]) -> Estimate:
    return mean(values, [clip_of(rows[0][0]) for rows in rows_of], low=0, high=1)


def _right(rows: Judged) -> int:
    return sum(bool(verdict.correct) for _, verdict in rows)


def _between(whole: Sequence[Judged], repeats: int) -> float | None:
    if repeats < 2 or not whole:
        return None
    return stdev(sum(bool(rows[i][1].correct) for rows in whole) / len(whole) for i in range(repeats))


def _pass_at(rows_of: Sequence[Judged], k: int) -> Estimate | None:
    enough = [rows for rows in rows_of if len(rows) >= k]
    return _mean([pass_at_k(len(rows), _right(rows), k) for rows in enough], enough) if enough else None


def _votes(rows: Judged) -> tuple[list[Hashable], bool]:
    """What each repeat chose, and whether these are choices; repeats without a readable one vote for nothing."""
    chosen = [own_choice(record, verdict) for record, verdict in rows]
    if any(choice is not None for choice in chosen) or any(record.choices for record, _ in rows):
        return list(chosen), True
    return [bool(verdict.correct) for _, verdict in rows], False


def _majority(rows: Judged) -> float:
    votes, choices = _votes(rows)
    if not choices:
        half = len(rows) / 2
        return 1.0 if _right(rows) > half else 0.5 if _right(rows) == half else 0.0
    counts = Counter(vote for vote in votes if vote is not None)
    if not counts:
        return float(_right(rows) * 2 > len(rows))  # the deciding scorer reads no choice
    most = max(counts.values())
    first = [vote for vote, count in counts.items() if count == most]
    right = {vote for vote, (_, verdict) in zip(votes, rows, strict=True) if verdict.correct}
    return sum(vote in right for vote in first) / len(first)


def _agreement(rows: Judged) -> float:
    votes, _ = _votes(rows)
    counts = Counter(vote for vote in votes if vote is not None)
    return sum(count * (count - 1) for count in counts.values()) / (len(rows) * (len(rows) - 1))
