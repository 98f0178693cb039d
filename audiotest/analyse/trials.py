"""The records of one suite, indexed the ways that metrics ask for them.

What counts
-----------
- A record without a verdict (the model broke, the trial is unsupported, the condition does not apply) is in no
  denominator. How many there are is shown beside every figure.
- A verdict with ``counted`` False leaves that scorer's denominator, as the benchmark's own script has it.
- A ``stays_correct`` trial that was skipped in pytest, because it was wrong under ``original`` as well, has a
  verdict all the same and counts for accuracy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.registry import CONDITIONS
from audiotest.types import Record, Reply, Verdict, origin_of


class NotMeasured(AudiotestError):
    """A metric that these records cannot give; the message says what is missing."""


class Trials:
    """Records of one suite. ``scorer`` arguments name a scorer; None is the one that decides."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = list(records)

    @cached_property
    def by_condition(self) -> dict[str, list[Record]]:
        """Records by condition, conditions in the order of their first record."""
        records_of: dict[str, list[Record]] = {}
        for record in self.records:
            records_of.setdefault(record.condition, []).append(record)
        return records_of

    def under(self, condition: str, tags: Mapping[str, str] | None = None) -> list[Record]:
        """The records under ``condition`` (of cases with these tags); raises :class:`NotMeasured` for none."""
        if condition not in self.by_condition:
            known = ", ".join(self.by_condition) or "none"
            raise NotMeasured(f"no trial ran under the condition {condition} (ran: {known})")
        records = self.by_condition[condition]
        if not tags:
            return records
        records = [r for r in records if all(v in r.tags.get(k, ()) for k, v in tags.items())]
        if not records:
            raise NotMeasured(f"no case is tagged {', '.join(f'{k}: {v}' for k, v in tags.items())}")
        return records

    def judged(
        self, condition: str, scorer: str | None = None, tags: Mapping[str, str] | None = None
    ) -> list[tuple[Record, Verdict]]:
        """(record, verdict) of every trial that counts; raises :class:`NotMeasured` for none."""
        pairs = list(counted(self.under(condition, tags), scorer))
        if not pairs:
            counts = Counter(r.outcome for r in self.under(condition, tags))
            tally = ", ".join(f"{n} {name}" for name, n in counts.items())
            by = f" by {scorer}" if scorer else ""
            raise NotMeasured(f"no reply under {condition} was judged{by} ({tally})")
        return pairs


def counted(records: Iterable[Record], scorer: str | None = None) -> Iterator[tuple[Record, Verdict]]:
    """(record, verdict) pairs that belong in ``scorer``'s denominator (None: the deciding scorer's)."""
    for record in records:
        verdict = verdict_of(record, scorer)
        if verdict is not None and verdict.counted and verdict.correct is not None:
            yield record, verdict


def verdict_of(record: Record, scorer: str | None = None) -> Verdict | None:
    """The verdict of ``scorer``, or the deciding one; None if there is none.

    A benchmark's own rule mostly says right or wrong without saying what was chosen: that is then what ``choice``, the
    careful reading beside it, has read.
    """
    if scorer is not None:
        return record.verdicts.get(scorer)
    verdict = next(iter(record.verdicts.values()), None)
    if verdict is None or verdict.choice is not None:
        return verdict
    careful = record.verdicts.get("choice")
    if careful is None or careful.choice is None:
        return verdict
    return replace(verdict, choice=careful.choice)


def own_choice(record: Record, verdict: Verdict) -> int | None:
    """The chosen option's place in the case's own list, whatever order it was shown in."""
    if verdict.choice is None:
        return None
    return record.order[verdict.choice] if verdict.choice < len(record.order) else verdict.choice


def paired(trials: Trials, condition: str, versus: str, tags: Mapping[str, str] | None = None,
           scorer: str | None = None) -> list[tuple[Record, Verdict, Record, Verdict]]:  # fmt: skip
    """Cases judged under both conditions; raises :class:`NotMeasured` if there are none."""
    others = {record.case: (record, verdict) for record, verdict in trials.judged(versus, scorer, tags)}
    pairs = [
        (record, verdict, *others[record.case])
        for record, verdict in trials.judged(condition, scorer, tags)
        if record.case in others
    ]
    if not pairs:
        raise NotMeasured(f"no case was judged under both {condition} and {versus}")
    return pairs


def abstained(record: Record) -> bool | None:
    """Whether the reply declines; None where there is no verdict."""
    verdict = verdict_of(record)
    if verdict is None:
        return None
    if record.expectation == "abstains" and record.outcome != "error":
        return record.outcome == "passed"
    return verdict.status == "refused" or refused(record.reply)


def refused(reply: Reply | None) -> bool:
    """Whether the reply came as a refusal, by a field that says so, whatever its words are."""
    return reply is not None and bool(reply.details.get("refusal"))


ORDERS = ("reorders",)
PERTURBATIONS = ("reorders", "rewords")
SOUNDLESS = ("soundless",)
UNANSWERABLE = ("soundless", "unanswerable")
"""Families of conditions, by the traits that their members declare (:class:`audiotest.registry.Condition`)."""


def is_of(condition: str, family: tuple[str, ...]) -> bool:
    """Whether ``condition`` is made of nothing but parts with a trait of ``family``. A condition that is not installed
    any more, as in the record of an old run, has no trait."""
    names = [part.partition("(")[0].strip() for part in condition.split("+")]
    return all(name in CONDITIONS and any(getattr(CONDITIONS.get(name), t) for t in family) for name in names)


def of_family(trials: Trials, family: tuple[str, ...]) -> list[str]:
    """The conditions that ran and are made of nothing but members of ``family``."""
    return [condition for condition in trials.by_condition if is_of(condition, family)]


def without_sound(condition: str) -> bool:
    """Whether nothing of the clip can be heard under ``condition``, whatever else it changes."""
    return any(is_of(part, SOUNDLESS) for part in condition.split("+"))


def by_case(
    trials: Trials, conditions: Iterable[str], scorer: str | None = None, tags: Mapping[str, str] | None = None
) -> dict[str, list[tuple[Record, Verdict]]]:
    """(record, verdict) of every case that was judged under *all* of ``conditions``, in their order.

    Raises :class:`NotMeasured` if there are none.
    """
    wanted = list(conditions)
    rows_of: dict[str, list[tuple[Record, Verdict]]] = {}
    for condition in wanted:
        for record, verdict in trials.judged(condition, scorer, tags):
            rows_of.setdefault(record.case, []).append((record, verdict))
    whole = {case: rows for case, rows in rows_of.items() if len(rows) == len(wanted)}
    if not whole:
        raise NotMeasured(f"no case was judged under all of {', '.join(wanted)}")
    return whole


def perturbed(
    trials: Trials, scorer: str | None = None, tags: Mapping[str, str] | None = None
) -> list[list[tuple[Record, Verdict]]]:
    """For each case what was judged under ``original`` and every perturbation; raises :class:`NotMeasured`."""
    conditions = of_family(trials, PERTURBATIONS)
    if not conditions:
        raise NotMeasured("no perturbation ran (shuffled, rotated, relabelled, rephrased or prompt)")
    return list(by_case(trials, ["original", *conditions], scorer, tags).values())


def clip_of(record: Record) -> str:
    """What trials are clustered by: their sound, or the case itself without one."""
    return record.clip or origin_of(record.case)
