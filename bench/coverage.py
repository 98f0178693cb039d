"""Do intervals cover, do p-values keep their level, is promised power kept? Simulated runs against a known truth.

``python -m bench.coverage [TABLE ...] [--runs 1000]``; the tables are those of docs/statistics.md:

- ``clusters``: every kind of interval and p-value, over clips x questions x what clips share x accuracy;
- ``planted``: every metric on simulated models with planted properties, from records (bench/simulate.py);
- ``thresholds``: ``threshold_snr`` and the difference of two;
- ``transcripts``: ``wer`` and the difference of two;
- ``power``: whether ``detectable_difference`` is detected four times out of five.

In bold: coverage below 93%, a test that rejects more than 7% under the null, power outside 78 to 82%.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from audiotest.analyse.change import changed
from audiotest.analyse.compare import corrected
from audiotest.analyse.intervals import (
    bootstrap,
    clustered_proportion,
    error_rate,
    mean,
    mean_of_shares,
    paired_difference,
)
from audiotest.analyse.metrics import detectable_difference, threshold_snr
from audiotest.analyse.pooled import summed_difference
from audiotest.analyse.repeats import pass_at_k
from audiotest.analyse.signflip import sign_flip_p
from audiotest.analyse.transcripts import rate as error_share
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from audiotest.types import Estimate
from bench.simulate import LAPSE, PLANTED, RATIOS, SLOPE, K, Planted, clip_names, record, right_by_clip
from bench.tables import print_tables

DESIGNS = ((300, 1), (20, 1), (50, 6), (20, 3), (12, 20))
SHARES = (0.0, 0.5, 0.9)
ACCURACIES = (0.5, 0.8, 0.9, 0.95, 0.98)
BLIND = 0.25
TAGS = 5
REPEATS = 3
Outcomes = dict[str, bool | None]
"""For each figure whether it covered (or whether its test rejected); None where it has no interval."""
REJECTED = " p"
"""How the names of tests end."""


def covered(found: Estimate, truth: float) -> bool | None:
    """Whether the interval holds the truth; an open end reaches everywhere."""
    if found.low is None and found.high is None:
        return None
    low, high = (found.low, found.high)
    return (low is None or low - 1e-9 <= truth) and (high is None or truth <= high + 1e-9)


def one_run(rng: np.random.Generator, clips: int, questions: int, share: float, p: float) -> Outcomes:
    """Every kind of figure over one simulated run, or a pair of runs of the same accuracy."""
    names = clip_names(clips, questions)

    def drawn(accuracy: float = p) -> list[bool]:
        return right_by_clip(rng, clips, questions, accuracy, share)

    first, second, blind, other_blind = drawn(), drawn(), drawn(BLIND), drawn(BLIND)
    gaps = [(int(b) - int(d)) - (int(a) - int(c)) for a, b, c, d in zip(first, second, blind, other_blind, strict=True)]
    nets = Counter(np.bincount(names, weights=gaps).astype(int).tolist())
    graded = np.mean([drawn() for _ in range(4)], axis=0).tolist()
    return {
        "share": covered(clustered_proportion(first, names), p),
        "gap": covered(paired_difference(first, blind, names), p - BLIND),
        "difference": covered(paired_difference(second, first, names), 0),
        "difference p": changed(zip(first, second, names, strict=True)).p < 0.05,
        "any tag p": any(q < 0.05 for q in _tags(first, second, names)),
        "graded mean": covered(mean(graded, names, low=0, high=1), p),
        "mean of shares": covered(_of_shares(first, names), p),
        "gap change": covered(mean(gaps, names, low=-2, high=2), 0),
        "gap change p": sign_flip_p(nets) < 0.05,
        **_repeated(rng, clips, questions, share, p),
    }


def _tags(first: Sequence[bool], second: Sequence[bool], names: Sequence[int]) -> list[float]:
    """The corrected p-values of five tags, each of a fifth of the clips."""
    rows = list(zip(first, second, names, strict=True))
    return corrected([changed(row for row in rows if row[2] % TAGS == tag).p for tag in range(TAGS)])


def _of_shares(rights: Sequence[bool], names: Sequence[int]) -> Estimate:
    return mean_of_shares((rights[::2], names[::2]), (rights[1::2], names[1::2]))


def _repeated(rng: np.random.Generator, clips: int, questions: int, share: float, p: float) -> Outcomes:
    """Each clip has a rate of its own, and each of its questions is answered by that rate several times."""
    names = clip_names(clips, questions)
    high, low = share + (1 - share) * p, (1 - share) * p
    rates = np.where(rng.random((clips, 1, 1)) < p, high, low)
    right = (rng.random((clips, questions, REPEATS)) < rates).sum(axis=2).ravel().tolist()
    truth = p * (1 - (1 - high) ** 2) + (1 - p) * (1 - (1 - low) ** 2)
    accuracy = mean([count / REPEATS for count in right], names, low=0, high=1)
    twice = mean([pass_at_k(REPEATS, count, 2) for count in right], names, low=0, high=1)
    return {"repeats": covered(accuracy, p), "pass@2": covered(twice, truth)}


def clusters(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of the grid."""
    cells = [
        (clips, questions, share, p)
        for clips, questions in DESIGNS
        for share in (SHARES if questions > 1 else (0.0,))
        for p in ACCURACIES
    ]
    head = False
    for cell, found in zip(cells, pool.map(_cell, [(cell, runs) for cell in cells]), strict=True):
        if not head:
            yield "| clips x questions | shared | accuracy | " + " | ".join(found) + " |"
            yield "| --- | ---: | ---: |" + " ---: |" * len(found)
            head = True
        clips, questions, share, p = cell
        yield f"| {clips} x {questions} | {share:g} | {p:g} | " + " | ".join(found.values()) + " |"


def _cell(job: tuple[tuple[int, int, float, float], int]) -> dict[str, str]:
    (clips, questions, share, p), runs = job
    rng = np.random.default_rng([clips, questions, int(100 * share), int(100 * p)])
    every = [one_run(rng, clips, questions, share, p) for _ in range(runs)]
    return {name: _written(name, [one[name] for one in every]) for name in every[0]}


def _written(name: str, outcomes: Sequence[bool | None]) -> str:
    given = [outcome for outcome in outcomes if outcome is not None]
    if not given:
        return "-"
    rate = 100 * sum(given) / len(given)
    missed = rate > 7 if name.endswith(REJECTED) else rate < 93
    return f"**{rate:.1f}**" if missed else f"{rate:.1f}"


def measured(planted: Planted, seed: int, cases: int) -> Estimate:
    """The metric over one simulated run."""
    rng = np.random.default_rng([seed, *planted.name.encode()])
    found: Estimate = METRICS.get(planted.metric).measure(Trials(planted.make(rng, cases)), **planted.arguments)
    return found


def planted_table(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of the metrics."""
    yield "| model | metric | planted | mean measured | covered |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for which, planted in enumerate(PLANTED):
        found = list(pool.map(_planted, [(which, seed) for seed in range(runs)], chunksize=20))
        value = np.mean([value for value, _ in found])
        share = _written("", [hit for _, hit in found])
        yield f"| {planted.name} | `{planted.metric}` | {planted.truth:.4f} | {value:.4f} | {share} |"


def _planted(job: tuple[int, int]) -> tuple[float, bool | None]:
    planted = PLANTED[job[0]]
    found = measured(planted, job[1], 200)
    assert found.value is not None
    return found.value, covered(found, planted.truth)


def thresholds(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of thresholds in dB: of one run, and of two with the same one."""
    yield "| clips x questions | shared | threshold | covered | difference covered | difference p | not measured |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    cells = [(*design, share, at) for design in ((100, 1), (40, 3)) for share in (0.0, 0.9) for at in (-1.5, 10.0)]
    cells = [cell for cell in cells if cell[1] > 1 or not cell[2]]
    for cell, row in zip(cells, pool.map(_threshold, [(cell, runs) for cell in cells]), strict=True):
        yield f"| {cell[0]} x {cell[1]} | {cell[2]:g} | {cell[3]:g} dB | " + " | ".join(row) + " |"


def _threshold(job: tuple[tuple[int, int, float, float], int]) -> list[str]:
    (clips, questions, share, at), runs = job
    rng = np.random.default_rng([clips, int(10 * share), int(at + 50)])
    own, differences, ps, missing = [], [], [], 0
    for _ in range(runs):
        first, second = (Trials(_sweep(rng, clips, questions, share, at)) for _ in range(2))
        try:
            own.append(covered(threshold_snr.measure(first), at))
            threshold_snr.measure(second)
        except NotMeasured:
            missing += 1
            continue
        difference, p = threshold_snr.difference(first, second)
        differences.append(covered(difference, 0.0))
        ps.append(p < 0.05)
    return [_written("", own), _written("", differences), _written(REJECTED, ps), f"{100 * missing / runs:.1f}%"]


def _sweep(rng: np.random.Generator, clips: int, questions: int, share: float, at: float) -> list:
    rows = []
    for ratio in RATIOS:
        p = 1 / K + (1 - 1 / K - LAPSE) / (1 + np.exp(-(ratio - at) / SLOPE))
        rights = right_by_clip(rng, clips, questions, p, share)
        rows.append([record(i, f"noise(snr_db={ratio})", 0, 0 if right else 1) for i, right in enumerate(rights)])
    names = clip_names(clips, questions)
    return [_on(row, f"clip{clip}") for rows_of in rows for row, clip in zip(rows_of, names, strict=True)]


def _on(row, clip: str):
    from msgspec.structs import replace

    return replace(row, clip=clip)


def power(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of power: the difference that runs of a suite promise on average, and how often it is found."""
    yield "| clips x questions | shared | accuracy | promised | power |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    cells = [((n, 1), 0.0, p) for n in (50, 200, 1000) for p in (0.5, 0.9, 0.95, 0.98)]
    cells += [(design, share, p) for design in ((50, 6), (12, 20)) for share in SHARES for p in (0.5, 0.8, 0.95)]
    for (design, share, p), (promised, kept) in zip(
        cells, pool.map(_power, [(*design, share, p, runs) for design, share, p in cells]), strict=True
    ):
        written = f"{kept:.1f}" if 78 <= kept <= 82 else f"**{kept:.1f}**"
        yield f"| {design[0]} x {design[1]} | {share:g} | {p:g} | {promised:.3f} | {written} |"


def _power(job: tuple[int, int, float, float, int]) -> tuple[float, float]:
    clips, questions, share, p, runs = job
    rng = np.random.default_rng([clips, questions, int(10 * share), int(100 * p)])
    names = [str(clip) for clip in clip_names(clips, questions)]
    promises, found = [], []
    for _ in range(max(20, runs // 10)):
        rights = right_by_clip(rng, clips, questions, p, share)
        rows = [
            _on(record(i, "original", 0, 0 if r else 1), c) for i, (r, c) in enumerate(zip(rights, names, strict=True))
        ]
        promised = detectable_difference.measure(Trials(rows)).value
        assert promised is not None
        promises.append(promised)
        worse, better = (p - promised, p) if p >= 0.5 else (p, p + promised)
        pairs = (
            zip(
                *(right_by_clip(rng, clips, questions, accuracy, share) for accuracy in (better, worse)),
                names,
                strict=True,
            )
            for _ in range(50)
        )
        found += [changed(pair).p < 0.05 for pair in pairs]
    return float(np.mean(promises)), 100 * float(np.mean(found))


def transcripts(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of word error rates: of one run by the bootstrap alone and by ``error_rate``, and the difference of two."""
    yield "| clips x transcripts | word error rate | bootstrap alone | `wer` | difference | difference p |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    cells = [(*design, rate) for design in ((10, 1), (30, 1), (100, 1), (30, 4)) for rate in (0.02, 0.1, 0.3)]
    for cell, row in zip(cells, pool.map(_transcripts, [(cell, runs) for cell in cells]), strict=True):
        yield f"| {cell[0]} x {cell[1]} | {cell[2]:g} | " + " | ".join(row) + " |"


def _transcripts(job: tuple[tuple[int, int, float], int]) -> list[str]:
    """Sentences of 12 words (log-normal, s.d. 0.6); a clip's share of errors is beta-distributed, a + b = 3."""
    (clips, each, rate), runs = job
    rng = np.random.default_rng([clips, each, int(1000 * rate)])
    names = [str(clip) for clip in range(clips) for _ in range(each)]

    def drawn(count: int) -> np.ndarray:
        words = np.clip(rng.lognormal(2.5, 0.6, (count, each)).round(), 1, None)
        edits = rng.binomial(words.astype(int), rng.beta(3 * rate, 3 * (1 - rate), (count, 1)))
        return np.stack([edits.ravel(), words.ravel()], axis=1).astype(float)

    edits, words = drawn(200_000).sum(axis=0)
    columns: list[list[bool | None]] = [[], [], [], []]
    for _ in range(runs):
        first, second = drawn(clips), drawn(clips)
        change, p = summed_difference(first, second, names, error_share)
        own = (bootstrap(first, error_share, names), error_rate(first, names))
        outcomes = (*(covered(one, edits / words) or False for one in own), covered(change, 0.0), p < 0.05)
        for column, outcome in zip(columns, outcomes, strict=True):
            column.append(outcome)
    return [_written(name, column) for name, column in zip(("", "", "", REJECTED), columns, strict=True)]


TABLES: dict[str, Callable[[int, ProcessPoolExecutor], Iterator[str]]] = {
    "clusters": clusters,
    "planted": planted_table,
    "thresholds": thresholds,
    "power": power,
    "transcripts": transcripts,
}


def main() -> None:
    """Print the tables."""
    print_tables("coverage", __doc__, TABLES, "simulated runs", runs=1000)


if __name__ == "__main__":
    main()
