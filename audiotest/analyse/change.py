"""Two runs of the same trials: what got worse, what got better, and whether that is more than chance.

McNemar's exact test (McNemar 1947): of the trials on which two runs differ, each is as likely to have got worse as
better if nothing has changed, so their number follows a binomial with probability 1/2 (by scipy).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from audiotest.types import Record, TrialKey

Key = TrialKey
"""What finds a trial in another run."""


class Change(Struct, frozen=True):
    """How many trials ``regressed``, ``improved`` or stayed wrong (``known``), of ``n`` that both runs judged."""

    regressed: int
    improved: int
    known: int
    n: int

    @property
    def p(self) -> float:
        """Two-sided p-value of McNemar's exact test; 1 where nothing differs."""
        differing = self.regressed + self.improved
        if not differing:
            return 1.0
        # Two-sided and exact; the binomial with 1/2 is symmetric. Not scipy.stats, which takes long to import.
        from scipy.special import bdtr

        return float(min(1.0, 2 * bdtr(min(self.regressed, self.improved), differing, 0.5)))


def key(record: Record) -> Key:
    """What finds a record's trial in another run."""
    return TrialKey(record.suite, record.case, record.condition)


def met(record: Record) -> bool | None:
    """Whether the trial showed what was expected; None where it broke, was skipped or is unsupported."""
    return {"passed": True, "failed": False, "missed": False}.get(record.outcome)


def change(before: Mapping[Key, bool], after: Iterable[Record]) -> Change:
    """Hold ``after`` against ``before``; trials that only one of them judged are left out."""
    counts = {(True, False): 0, (False, True): 0, (False, False): 0, (True, True): 0}
    for record in after:
        now, then = met(record), before.get(key(record))
        if now is not None and then is not None:
            counts[then, now] += 1
    return Change(counts[True, False], counts[False, True], counts[False, False], sum(counts.values()))
