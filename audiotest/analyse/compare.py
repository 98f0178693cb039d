"""Two runs, pair by pair: how much the accuracy differs, whether that is more than chance, and which items flipped.

The difference is over the trials that both runs judged, paired by suite, case and condition; its interval is Tango's
with clips as the units, its p-value that of the exact sign-flip test by clip, which is McNemar's where each question
has a clip of its own. Over the values of one tag many tests are made at once, so their p-values are corrected by
Holm's method (Holm 1979), and it is the corrected one that is shown.

More answers that are right without the sound are no gain: the model guesses better from the text, or the benchmark
gives more away. Such rows say so (``gain``).

Two runs can be compared where they asked the same: what was shown to the model (prompt and sound, by their hashes)
has to be the same in every trial that both have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from audiotest.analyse.change import Change, changed, key
from audiotest.analyse.clusters import places, sample
from audiotest.analyse.intervals import clustered_proportion, paired_difference
from audiotest.analyse.power import detectable, seen
from audiotest.analyse.trials import clip_of, verdict_of, without_sound
from audiotest.counting import counted
from audiotest.errors import AudiotestError
from audiotest.types import Estimate, Hashes, Record, TrialKey

_FEW = 5


class NotComparable(AudiotestError):
    """Two runs that did not ask the same; says in what they differ."""


class Difference(Struct, frozen=True):
    """Accuracy of the second run minus that of the first, over the trials of one suite, condition and tag value.

    ``tag`` is "" for the whole suite. ``p`` is the sign-flip test's by clip, corrected over the values of the tag.
    ``gain`` says whether a rise is good: it is not where the condition takes the sound away. ``detectable`` is the
    smallest difference that this test finds four times out of five, given on how many trials the runs differ (only for
    the whole suite; None too where no difference would be found).
    """

    suite: str
    condition: str
    tag: str
    first: float
    second: float
    difference: Estimate
    worse: int
    better: int
    p: float
    gain: bool = True
    detectable: float | None = None


class Flipped(Struct, frozen=True):
    """A trial that one run got right and the other did not. ``gain``: whether being right is good, as it is not where
    the condition takes the sound away."""

    record: Record
    before: Record
    better: bool
    gain: bool = True


def compare(first: Sequence[Record], second: Sequence[Record], *, common: bool = False) -> list[Difference]:
    """The differences by suite and condition, and by tag. ``common``: trials that only one run has are left out.

    Trials that are graded, neither right nor wrong, have no accuracy to compare. Raises :class:`NotComparable`.
    """
    pairs = paired_runs(first, second, common=common, graded=True)
    pairs = [(old, new) for old, new in pairs if _decided(old) and _decided(new)]
    groups: dict[tuple[str, str], list[tuple[Record, Record]]] = {}
    for before, now in pairs:
        groups.setdefault((now.suite, now.condition), []).append((before, now))
    differences = []
    for (suite, condition), rows in groups.items():
        differences.append(_difference(suite, condition, "", rows))
        tags: dict[str, dict[str, list[tuple[Record, Record]]]] = {}
        for before, now in rows:
            for tag, values in now.tags.items():
                for value in values:
                    tags.setdefault(tag, {}).setdefault(value, []).append((before, now))
        for tag, values_of in tags.items():
            if len(values_of) > 1:
                differences += holm(
                    [_difference(suite, condition, f"{tag}: {v}", of) for v, of in sorted(values_of.items())]
                )
    return differences


def judged_alike(first: Mapping[str, int], second: Mapping[str, int]) -> None:
    """Raises :class:`NotComparable` for runs that the same scorer judged in different versions of it; both by name."""
    for name in sorted(first.keys() & second.keys()):
        if first[name] != second[name]:
            raise NotComparable(
                f"the scorer {name!r} was of version {first[name]} in the first run, of {second[name]} in the second; "
                f"`audiotest rescore RUN --scorer {name} --into DIR` judges a run by the one that is installed"
            )


def flipped(first: Sequence[Record], second: Sequence[Record], *, common: bool = False) -> list[Flipped]:
    """The trials that one run got right and the other wrong; the worsened ones first."""
    flips = []
    for before, now in paired_runs(first, second, common=common, graded=True):
        if _decided(before) and _decided(now) and _right(before) != _right(now):
            flips.append(Flipped(now, before, better=_right(now), gain=not without_sound(now.condition)))
    return sorted(flips, key=lambda one: one.better)


class Standing(Struct, frozen=True):
    """How a run stands among others: its place in the list of runs, its accuracy under ``original`` by suite, and the
    mean of those; None where no trial was judged in all runs."""

    run: int
    mean: float | None
    suites: dict[str, Estimate]


def leaderboard(runs: Sequence[Sequence[Record]]) -> list[Standing]:
    """The runs by their mean accuracy under ``original``, the best first, over the trials that all of them judged: on
    other cases a run would stand higher or lower for those alone."""
    judged = [{k: r for k, r in _judged(records).items() if r.condition == "original"} for records in runs]
    shared = [k for k in judged[0] if all(k in one for one in judged)] if judged else []
    standings = []
    for i, one in enumerate(judged):
        rows: dict[str, list[Record]] = {}
        for k in shared:
            rows.setdefault(one[k].suite, []).append(one[k])
        suites = {
            suite: clustered_proportion([_right(r) for r in of], [clip_of(r) for r in of]) for suite, of in rows.items()
        }
        values = [figure.value for figure in suites.values() if figure.value is not None]
        standings.append(Standing(i, sum(values) / len(values) if values else None, suites))
    return sorted(standings, key=lambda standing: -(standing.mean or 0.0))


def holm(differences: Sequence[Difference]) -> list[Difference]:
    """The same with p-values corrected for their number."""
    from msgspec.structs import replace

    return [replace(d, p=p) for d, p in zip(differences, corrected([d.p for d in differences]), strict=True)]


def corrected(ps: Sequence[float]) -> list[float]:
    """p-values corrected for their number by Holm's method: the smallest of m times m, the next times m - 1..., none
    smaller than the one before it. (statsmodels' takes 0.2 s a call in a large process, for collecting garbage.)"""
    adjusted, least = [0.0] * len(ps), 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        least = max(least, min(1.0, ps[i] * (len(ps) - rank)))
        adjusted[i] = least
    return adjusted


def _difference(suite: str, condition: str, tag: str, rows: Sequence[tuple[Record, Record]]) -> Difference:
    before, now = [_right(old) for old, _ in rows], [_right(new) for _, new in rows]
    clips = [clip_of(new) for _, new in rows]
    change = changed(zip(before, now, clips, strict=True))
    return Difference(
        suite,
        condition,
        tag,
        first=sum(before) / len(rows),
        second=sum(now) / len(rows),
        difference=paired_difference(now, before, clips),
        worse=change.regressed,
        better=change.improved,
        p=change.p,
        gain=not without_sound(condition),
        detectable=None if tag else _detectable(change, before, now, clips),
    )


def _detectable(change: Change, before: Sequence[bool], now: Sequence[bool], clips: Sequence[str]) -> float | None:
    worth = sample(np.asarray(now, dtype=np.float64) - np.asarray(before, dtype=np.float64), places(clips))
    discordance = seen((change.regressed + change.improved) / change.n)
    return detectable(change.n, discordance, most=1.0, effective_n=worth.effective_n, clips=worth.clips)


def _right(record: Record) -> bool:
    verdict = verdict_of(record)
    return verdict is not None and bool(verdict.correct)


def paired_runs(
    first: Sequence[Record], second: Sequence[Record], *, common: bool, graded: bool = False
) -> list[tuple[Record, Record]]:
    """(first run's record, second run's record) of every trial that both judged; ``graded``: also of those that have a
    score and are neither right nor wrong. Raises :class:`NotComparable`."""
    before, now = _judged(first, graded), _judged(second, graded)
    if not common:
        _same_trials(before, now)
    pairs = [(before[k], record) for k, record in now.items() if k in before]
    if not pairs:
        raise NotComparable("no trial was judged in both runs")
    _asked_the_same(pairs)
    return pairs


def _judged(records: Iterable[Record], graded: bool = False) -> dict[TrialKey, Record]:
    return {key(r): r for r in records if _decided(r) or (graded and _graded(r))}


def _decided(record: Record) -> bool:
    verdict = verdict_of(record)
    return verdict is not None and verdict.counted and verdict.correct is not None


def _graded(record: Record) -> bool:
    verdict = verdict_of(record)
    return verdict is not None and verdict.counted and verdict.score is not None


def _same_trials(before: Mapping[TrialKey, Record], now: Mapping[TrialKey, Record]) -> None:
    lost, new = before.keys() - now.keys(), now.keys() - before.keys()
    if lost or new:
        some = ", ".join("/".join(k) for k in sorted(lost | new)[:_FEW])
        raise NotComparable(
            f"{counted(len(lost), 'trial was', 'trials were')} judged in the first run only and {len(new)} in the "
            f"second only ({some}, ...); "
            "--common compares the others"
        )


def _asked_the_same(pairs: Sequence[tuple[Record, Record]]) -> None:
    kinds = {"prompt": "prompts", "sound": "sounds"}
    for name, word in kinds.items():
        other = [n for b, n in pairs if _differ(name, b.hashes, n.hashes)]
        if other:
            some = ", ".join(record.nodeid for record in other[:_FEW])
            raise NotComparable(
                f"the two runs were given different {word} in {counted(len(other), 'trial')} ({some}, ...)"
                f"{_seeds(pairs)}"
            )
    scorers = {(next(iter(b.verdicts)), next(iter(n.verdicts))) for b, n in pairs}
    differing = sorted(f"{a} and {b}" for a, b in scorers if a != b)
    if differing:
        raise NotComparable(f"the deciding scorer is not the same: {', '.join(differing)}")


def _seeds(pairs: Sequence[tuple[Record, Record]]) -> str:
    """The usual reason why the same suite shows something else."""
    first, second = ({pair[i].seed for pair in pairs} for i in (0, 1))
    if first == second:
        return ""
    return f": their seeds are {', '.join(map(str, sorted(first)))} and {', '.join(map(str, sorted(second)))}"


def _differ(name: str, before: Hashes, now: Hashes) -> bool:
    """Whether both runs noted what was given, and not the same. A sound at 16 kHz and at 48 kHz is one sound, in the
    form that each model asks for; runs from before that was noted are held to the samples themselves."""
    if name == "sound" and before.get("source") and now.get("source"):
        name = "source"
    return bool(before.get(name) and now.get(name) and before[name] != now[name])
