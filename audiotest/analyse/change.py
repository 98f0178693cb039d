"""Two runs of the same trials: what got worse, what got better, and whether that is more than chance.

The test is by clip (:mod:`audiotest.analyse.signflip`): questions that share a sound tend to change together, and
counting each of them finds changes where there are none. With one question a clip it is McNemar's exact test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from msgspec import Struct

from audiotest.types import Record, TrialKey, origin_of


class Change(Struct, frozen=True):
    """How many trials ``regressed``, ``improved`` or stayed wrong (``known``), of ``n`` that both runs judged.

    ``clips`` says by how much clips changed: (improved - regressed of a clip, how many clips have that), clips
    without a trial that differs left out. Empty: each trial that differs is of a clip of its own.
    """

    regressed: int
    improved: int
    known: int
    n: int
    clips: tuple[tuple[int, int], ...] = ()

    @property
    def p(self) -> float:
        """Two-sided p-value of the sign-flip test by clip; 1 where nothing differs."""
        from audiotest.analyse.signflip import sign_flip_p

        return sign_flip_p(dict(self.clips) if self.clips else {-1: self.regressed, 1: self.improved})


def key(record: Record) -> TrialKey:
    """What finds a record's trial in another run."""
    return TrialKey(record.suite, record.case, record.condition)


def met(record: Record) -> bool | None:
    """Whether the trial showed what was expected; None where nothing was (``recorded``), and where it broke, was
    skipped or is unsupported; and for an item with a known issue."""
    if record.known_issue:
        return None
    return {"passed": True, "failed": False, "missed": False}.get(record.outcome)


def change(before: Mapping[TrialKey, bool], after: Iterable[Record]) -> Change:
    """Hold ``after`` against ``before``; trials that only one of them judged are left out."""
    return changed(
        (then, now, record.clip or (record.suite, origin_of(record.case)))
        for record in after
        if (now := met(record)) is not None and (then := before.get(key(record))) is not None
    )


def changed(trials: Iterable[tuple[bool, bool, Hashable]]) -> Change:
    """The change over ``trials``: (right before, right now, clip) of each."""
    counts = {(True, False): 0, (False, True): 0, (False, False): 0, (True, True): 0}
    nets: dict[Hashable, int] = {}
    for then, now, clip in trials:
        counts[then, now] += 1
        if then != now:
            nets[clip] = nets.get(clip, 0) + (1 if now else -1)
    clips = tuple(sorted(Counter(nets.values()).items()))
    return Change(counts[True, False], counts[False, True], counts[False, False], sum(counts.values()), clips)
