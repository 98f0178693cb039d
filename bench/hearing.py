"""Listeners whose thresholds are known, through the whole path: does ``audiotest hear`` find them?

``python -m bench.hearing [TABLE...] [--runs N]`` prints the tables of docs/audiogram.md. *recovery* and *verdicts*
ask a simulated model (:mod:`audiotest.hearing.simulated`) through session, prompts, scorer and schedule; *drift* and
*unchanged* (:mod:`bench.unchanged`) drive the tracks themselves, and *efficiency* (:mod:`bench.efficiency`) many
listeners at once. ``python -m bench.calibration`` has the bias and the coverage of many more listeners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy.stats import norm

from audiotest.hearing.drift import drift, together
from audiotest.hearing.measuring import measure
from audiotest.hearing.procedure import Floats
from audiotest.hearing.results import Result
from audiotest.hearing.simulated import Ear, Simulated
from audiotest.hearing.tracks import position
from audiotest.session import Settings
from bench.efficiency import efficiency
from bench.listeners import track_named
from bench.tables import print_tables
from bench.unchanged import answered, unchanged

TRACKS = {"pitch@440": (3.0, 20.0, 130.0), "gap": (1.5, 5.0, 40.0), "tone_in_noise@1000": (-15.0, -3.0, 12.0)}
"""Tracks of two and three options, in cents, ms and dB, with thresholds for each."""
EARS = {
    "plain": {},
    "steep": {"scale": 0.03},
    "shallow": {"scale": 0.2},
    "lapses 5%": {"lapse": 0.05},
    "lapses 12%": {"lapse": 0.12},
    "guesses A +30%": {"bias": 0.3},
    "drifts by 25% in 100": {"drift": 0.1},
}


def one(name: str, threshold: float, ear: dict, listener: int, **more) -> Result:
    """The result of one listener through the whole path."""
    own = Ear({name: threshold}, **ear)
    audiogram = measure(Settings(reply_cache="off"), [name], model=Simulated(own, listener=listener), **more)
    return audiogram.faculties[name]


def _recovered(job: tuple[str, float, str, int]) -> list[tuple[float, float, float, int, str]]:
    """(median, low, high, all less the truth in decades; questions, verdict) of each run."""
    name, threshold, ear, runs = job
    faculty = track_named(name).faculty
    rows = []
    for listener in range(runs):
        result = one(name, threshold, EARS[ear], listener)
        truth = position(faculty, threshold) + EARS[ear].get("drift", 0.0) * result.n / 200
        if result.threshold is None:
            rows.append((np.nan, np.nan, np.nan, result.n, result.verdict))
            continue
        ends = [
            np.nan if e is None else position(faculty, e) - truth for e in (result.threshold, result.low, result.high)
        ]
        rows.append((*ends, result.n, result.verdict))
    return rows


def recovery(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of listeners: how far the medians are off, and how often the interval holds the truth."""
    yield "| listener | track | threshold | bias | coverage | questions (median) | precise | no threshold |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    cells = [(name, threshold, ear, runs) for ear in EARS for name, all_ in TRACKS.items() for threshold in all_]
    of_all: dict[str, list[tuple]] = {}
    for cell, rows in zip(cells, pool.map(_recovered, cells), strict=True):
        of_all.setdefault(cell[2], []).extend(rows)
        yield f"| {cell[2]} | {cell[0]} | {cell[1]:g} | {_line(rows)} |"
    for ear, rows in of_all.items():
        yield f"| **{ear}** | all | | {_line(rows)} |"
    yield f"| **all** | all | | {_line([row for rows in of_all.values() for row in rows])} |"


def _line(rows: list[tuple]) -> str:
    given = [row for row in rows if not np.isnan(row[0])]
    bias = 100 * (10 ** float(np.median([row[0] for row in given])) - 1)
    held = np.mean([not (row[1] > 0 or row[2] < 0) for row in given])  # an open end reaches everywhere
    questions = np.median([row[3] for row in rows])
    precise = np.mean([row[4] == "threshold" for row in rows])
    return f"{bias:+.1f}% | {100 * held:.1f}% | {questions:.0f} | {precise:.0%} | {len(rows) - len(given)} |"[:-2]


def drifts(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of listeners whose threshold rises in the course of the run: how often a drift is found in one track (p
    below 0.05 and 0.01), and in ten tracks together (p below 0.01)."""
    yield "| threshold rises in 100 questions | scale (decades) | lapses | tracks, p < 0.05 | p < 0.01 | ten together |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    cells = [
        (rise, scale, lapse, runs)
        for scale, lapse in ((0.05, 0.02), (0.1, 0.02), (0.2, 0.05))
        for rise in (0.0, 0.1, 0.2, 0.3)
    ]
    for (rise, scale, lapse, _), z in zip(cells, pool.map(_drifted, cells), strict=True):
        p = 2 * norm.sf(np.abs(z))
        tens = [together(z[i : i + 10])[1] < 0.01 for i in range(0, len(z) - 9, 10)]
        alone = f"{np.mean(p < 0.05):.1%} | {np.mean(p < 0.01):.1%}"
        yield f"| {100 * (10**rise - 1):.0f}% | {scale:g} | {lapse:g} | {alone} | {np.mean(tens):.0%} |"


def _drifted(job: tuple[float, float, float, int]) -> Floats:
    rise, scale, lapse, runs = job
    rng = np.random.default_rng([int(100 * rise), int(1000 * scale)])
    z = []
    for number in range(runs):
        track = track_named("pitch@440" if number % 2 else "gap")
        at = track.positions[0] + (track.positions[-1] - track.positions[0]) * rng.uniform(0.3, 0.6)
        answered(track, at, scale, lapse, rng, rise)
        change = drift(track, track.answers)
        z.append(change.z if change is not None else 0.0)
    return np.array(z)


def verdicts(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of models that cannot be measured: what they are called, over all tracks of the bench."""
    yield "| model | called | questions (median) |"
    yield "| --- | --- | ---: |"
    kinds = ("deaf", "constant", "refuses", "mumbles")
    for kind, rows in zip(kinds, pool.map(_called, [(kind, runs) for kind in kinds]), strict=True):
        called = Counter(row[0] for row in rows)
        shares = ", ".join(f"{name} {count / len(rows):.1%}" for name, count in called.most_common())
        yield f"| {kind} | {shares} | {np.median([row[1] for row in rows]):.0f} |"


def _called(job: tuple[str, int]) -> list[tuple[str, int]]:
    kind, runs = job
    rows = []
    for listener in range(runs):
        model = Simulated(Ear(kind=kind), listener=listener)
        audiogram = measure(Settings(reply_cache="off", seed=0), list(TRACKS), model=model)
        rows += [(result.verdict, result.n) for result in audiogram.faculties.values()]
    return rows


TABLES: dict[str, Callable[[int, ProcessPoolExecutor], Iterator[str]]] = {
    "recovery": recovery,
    "efficiency": efficiency,
    "drift": drifts,
    "unchanged": unchanged,
    "verdicts": verdicts,
}


def main() -> None:
    """Print the tables."""
    print_tables("hearing", __doc__, TABLES, "simulated listeners", runs=200)


if __name__ == "__main__":
    main()
