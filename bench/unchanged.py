"""Listeners that stay the same, and to which all wordings are alike: how often ``audiotest hear`` finds a drift, or
wordings with thresholds of their own.

Columns: shares of tracks with p below 0.05 and 0.01, of the drift and of the wordings. The last line has what the two
statistics are over their degrees of freedom before they are divided by their inflation: the first by regression on the
width of the threshold's interval in decades (:data:`audiotest.hearing.drift.INFLATION`), the second on average
(:data:`audiotest.hearing.thresholds.WORDING_INFLATION`). The constants were set by 14,000 and 6,000 tracks of the same
kinds with other seeds, where these are 1.08 + 1.03 x width and 1.15.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from audiotest.hearing.drift import drift
from audiotest.hearing.parts import likelihood_ratio
from audiotest.hearing.procedure import Floats
from audiotest.hearing.thresholds import result
from audiotest.hearing.tracks import Heard, Track
from bench.listeners import track_named

TRACKS = ("gap", "pitch@440")
"""Of three and of two options."""
LISTENERS = [(scale, lapse) for scale in (0.03, 0.06, 0.1, 0.2, 0.3) for lapse in (0.0, 0.05)]


def unchanged(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of listeners, and the means of the statistics."""
    yield "| scale (decades) | lapses | options | drift, p < 0.05 | p < 0.01 | wordings, p < 0.05 | p < 0.01 |"
    yield f"|{7 * ' ---: |'}"
    cells = [(track, *listener, runs) for listener in LISTENERS for track in TRACKS]
    rows = list(pool.map(_tracks, cells))
    for (track, scale, lapse, _), found in zip(cells, rows, strict=True):
        yield f"| {scale:g} | {lapse:.0%} | {track_named(track).options} | {_shares(found)} |"
    every = np.concatenate(rows)
    yield f"| all | | | {_shares(every)} |"
    width, halves, wordings = every[:, 2], every[:, 3], every[:, 4]
    slope, constant = np.polyfit(width, halves, 1)
    yield ""
    yield f"halves: {constant:.2f} + {slope:.2f} x width; wordings: {wordings.mean():.2f}"


def _shares(found: Floats) -> str:
    return " | ".join(f"{np.mean(found[:, column] < p):.1%}" for column in (0, 1) for p in (0.05, 0.01))


def _tracks(job: tuple[str, float, float, int]) -> Floats:
    """A row a track: the p of drift and of wordings, the width of the interval, and the two statistics."""
    name, scale, lapse, runs = job
    rng = np.random.default_rng([19, len(name), int(1000 * scale), int(1000 * lapse)])
    rows = []
    while len(rows) < runs:
        track = track_named(name)
        at = track.positions[0] + (track.positions[-1] - track.positions[0]) * rng.uniform(0.25, 0.75)
        answered(track, at, scale, lapse, rng)
        change, given = drift(track, track.answers), result(track)
        if change is None or given.wording_p is None:
            continue
        known, answers = track.posterior(), track.answers
        parts = [[heard for heard in answers if heard.wording == number] for number in range(len(given.wordings))]
        middle = (len(answers) + 1) // 2
        halves, _ = likelihood_ratio(track, (answers[:middle], answers[middle:]))
        of_wordings, _ = likelihood_ratio(track, parts)
        rows.append((change.p, given.wording_p, known.high - known.low, halves, of_wordings / (len(parts) - 1)))
    return np.array(rows)


def answered(track: Track, at: float, scale: float, lapse: float, rng: np.random.Generator, rise: float = 0.0) -> None:
    """Ask ``track`` to its end of a listener with its threshold ``at`` (decades), which rises by ``rise`` in 100
    questions. Right answers depend on the level alone."""
    while True:
        asked = []
        while (following := track.following()) is not None:
            asked.append(following)
        if not asked:
            return
        for index, level in asked:
            put = track.question(index, level)
            right = bool(rng.random() < _right(track, level, at + rise * index / 100, scale, lapse))
            place = (put.case.choices.index(put.case.answer) + (not right)) % track.options
            track.take(Heard(index, level, put.wording, put.answer, put.order, right, place, "read"))


def _right(track: Track, level: int, at: float, scale: float, lapse: float) -> float:
    rise = 1 / (1 + np.exp(-np.clip((track.positions[level] - at) / scale, -40, 40)))
    return float(1 / track.options + (1 - 1 / track.options - lapse) * rise)
