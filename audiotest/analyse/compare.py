"""Two runs, pair by pair: how much the accuracy differs, whether that is more than chance, and which items flipped.

The difference is over the trials that both runs judged, paired by suite, case and condition; its interval is the
bootstrap's over clips, its p-value McNemar's (exact). Over the values of one tag many tests are made at once, so
their p-values are corrected by Holm's method (Holm 1979; statsmodels), and it is the corrected one that is shown.

Two runs can be compared where they asked the same: what was shown to the model (prompt and sound, by their hashes)
has to be the same in every trial that both have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from audiotest.analyse.change import Change, Key, key
from audiotest.analyse.intervals import mean, proportion
from audiotest.analyse.trials import clip_of, verdict_of
from audiotest.errors import AudiotestError
from audiotest.types import Estimate, Record

_FEW = 5


class NotComparable(AudiotestError):
    """Two runs that did not ask the same; says in what they differ."""


class Difference(Struct, frozen=True):
    """Accuracy of the second run minus that of the first, over the trials of one suite, condition and tag value.

    ``tag`` is "" for the whole suite. ``p`` is McNemar's, corrected over the values of the tag.
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


class Flipped(Struct, frozen=True):
    """A trial that one run got right and the other did not."""

    record: Record
    before: Record
    better: bool


def compare(first: Sequence[Record], second: Sequence[Record], *, common: bool = False) -> list[Difference]:
    """The differences by suite and condition, and by tag. ``common``: trials that only one run has are left out.

    Raises :class:`NotComparable`.
    """
    pairs = _paired(first, second, common=common)
    groups: dict[tuple[str, str], list[tuple[Record, Record]]] = {}
    for before, now in pairs:
        groups.setdefault((now.suite, now.condition), []).append((before, now))
    found = []
    for (suite, condition), rows in groups.items():
        found.append(_difference(suite, condition, "", rows))
        tags: dict[str, dict[str, list[tuple[Record, Record]]]] = {}
        for before, now in rows:
            for tag, values in now.tags.items():
                for value in values:
                    tags.setdefault(tag, {}).setdefault(value, []).append((before, now))
        for tag, values_of in tags.items():
            if len(values_of) > 1:
                found += holm([_difference(suite, condition, f"{tag}: {v}", of) for v, of in sorted(values_of.items())])
    return found


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
    found = []
    for before, now in _paired(first, second, common=common):
        if _right(before) != _right(now):
            found.append(Flipped(now, before, better=_right(now)))
    return sorted(found, key=lambda one: one.better)


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
    found = []
    for i, one in enumerate(judged):
        rights: dict[str, list[bool]] = {}
        for k in shared:
            rights.setdefault(one[k].suite, []).append(_right(one[k]))
        suites = {suite: proportion(sum(of), len(of)) for suite, of in rights.items()}
        values = [figure.value for figure in suites.values() if figure.value is not None]
        found.append(Standing(i, sum(values) / len(values) if values else None, suites))
    return sorted(found, key=lambda standing: -(standing.mean or 0.0))


def holm(differences: Sequence[Difference]) -> list[Difference]:
    """The same with p-values corrected for their number."""
    from msgspec.structs import replace
    from statsmodels.stats.multitest import multipletests

    corrected = multipletests([d.p for d in differences], method="holm")[1]
    return [replace(d, p=float(p)) for d, p in zip(differences, corrected, strict=True)]


def _difference(suite: str, condition: str, tag: str, rows: Sequence[tuple[Record, Record]]) -> Difference:
    worse = sum(_right(before) and not _right(now) for before, now in rows)
    better = sum(_right(now) and not _right(before) for before, now in rows)
    differences = [float(_right(now)) - float(_right(before)) for before, now in rows]
    n = len(rows)
    return Difference(
        suite,
        condition,
        tag,
        first=sum(_right(before) for before, _ in rows) / n,
        second=sum(_right(now) for _, now in rows) / n,
        difference=mean(differences, [clip_of(now) for _, now in rows]),
        worse=worse,
        better=better,
        p=Change(worse, better, 0, n).p,
    )


def _right(record: Record) -> bool:
    verdict = verdict_of(record)
    return verdict is not None and bool(verdict.correct)


def _paired(first: Sequence[Record], second: Sequence[Record], *, common: bool) -> list[tuple[Record, Record]]:
    before, now = _judged(first), _judged(second)
    if not common:
        _same_trials(before, now)
    pairs = [(before[k], record) for k, record in now.items() if k in before]
    if not pairs:
        raise NotComparable("no trial was judged in both runs")
    _asked_the_same(pairs)
    return pairs


def _judged(records: Iterable[Record]) -> dict[Key, Record]:
    return {key(r): r for r in records if (v := verdict_of(r)) is not None and v.counted and v.correct is not None}


def _same_trials(before: Mapping[Key, Record], now: Mapping[Key, Record]) -> None:
    lost, new = before.keys() - now.keys(), now.keys() - before.keys()
    if lost or new:
        some = ", ".join("/".join(k) for k in sorted(lost | new)[:_FEW])
        raise NotComparable(
            f"{len(lost)} trials were judged in the first run only and {len(new)} in the second only ({some}, ...); "
            "--common compares the others"
        )


def _asked_the_same(pairs: Sequence[tuple[Record, Record]]) -> None:
    kinds = {"prompt": "prompts", "sound": "sounds"}
    for name, word in kinds.items():
        other = [n for b, n in pairs if _differ(name, b.hashes, n.hashes)]
        if other:
            some = ", ".join(record.nodeid for record in other[:_FEW])
            raise NotComparable(
                f"the two runs were given different {word} in {len(other)} trials ({some}, ...){_seeds(pairs)}"
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


def _differ(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether both runs noted what was given, and not the same. A sound at 16 kHz and at 48 kHz is one sound, in the
    form that each model asks for; runs from before that was noted are held to the samples themselves."""
    if name == "sound" and before.get("source") and now.get("source"):
        name = "source"
    return bool(before.get(name) and now.get(name) and before[name] != now[name])
