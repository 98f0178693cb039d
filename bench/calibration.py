"""Intervals of ``audiotest hear`` held against many simulated listeners: bias, coverage, and questions.

``python -m bench.calibration [TABLE...] [--runs N] [--keep FOLDER]`` prints the tables of docs/audiogram.md. The
listeners are simulated first (:mod:`bench.listeners`), a file a cell in FOLDER; a bench that is stopped and repeated
simulates only what is missing, so FOLDER has to be emptied after a change of the grid, its prior or the schedule. What
is asked next does not depend on when a run ends, so every rule for its end and its interval is measured on the same
answers.

*coverage*: bias and coverage when a run has ended. *edges*: the same for thresholds near the ends of the levels.
*precisions*: coverage over all listeners with other ends of a run. *ratios*: coverage of the interval of the ratio of
two thresholds. *fit*: the constants of :func:`audiotest.hearing.procedure.recalibration` again, from listeners apart
(:mod:`bench.calibration_fit`).

A share comes with its 95% interval by Clopper and Pearson. A row is outside of 93 to 97% if that interval is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from audiotest.hearing.comparison import Decades, difference
from audiotest.hearing.tracks import PRECISION
from bench.calibration_fit import RUNS, fitted
from bench.trajectories import Cell, Ends, ended, simulated

LISTENERS = {
    "plain": (0.1, 0.0),
    "steep": (0.03, 0.0),
    "rather steep": (0.06, 0.0),
    "rather shallow": (0.15, 0.0),
    "shallow": (0.2, 0.0),
    "very shallow": (0.3, 0.0),
    "lapses 5%": (0.1, 0.05),
    "lapses 12%": (0.1, 0.12),
    "steep, lapses 5%": (0.03, 0.05),
    "shallow, lapses 5%": (0.2, 0.05),
}
"""Scale in decades and lapse rate of each."""
TRACKS = ("gap", "tone_in_noise@1000")
"""Of three and of two options."""
CELLS = [Cell(track, *listener) for listener in LISTENERS.values() for track in TRACKS]
NAMES = [name for name in LISTENERS for _ in TRACKS]
EDGES = [
    Cell(track, scale, lapse, 6, part)
    for part in ((0.03, 0.18), (0.8, 0.95))
    for track in TRACKS
    for scale, lapse in ((0.03, 0.0), (0.1, 0.0), (0.2, 0.0), (0.1, 0.05))
]
GOAL = (0.93, 0.97)
ENDS = [(precision, budget) for precision in (1.25, 1.5, 2.0) for budget in (60, 100, 150, 200)]


def coverage(all_: Sequence[np.ndarray]) -> Iterator[str]:
    """Rows of listeners: bias and coverage when a run has ended, and after the whole budget."""
    yield (
        "| listener | scale | lapses | options | bias | coverage (95% CI) | too high, too low | width | questions "
        "| after 200: bias | coverage |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, cell, rows in zip(NAMES, CELLS, all_, strict=True):
        end, last = ended(rows), ended(rows, precision=1.0)
        high, low = np.mean(end.low > 0), np.mean(end.high < 0)
        yield (
            f"| {name} | {cell.scale:g} | {cell.lapse:.0%} | {cell.options} | {bias(end)} | {held(end)} | "
            f"{high:.1%}, {low:.1%} | {10 ** np.median(end.high - end.low):.2f} | {np.median(end.questions):.0f} | "
            f"{bias(last)} | {np.mean(last.holds):.1%} |"
        )


def edges(all_: Sequence[np.ndarray]) -> Iterator[str]:
    """Rows of listeners whose thresholds lie in a part of the levels near an end."""
    yield (
        "| part of the levels | options | scale | lapses | bias | coverage (95% CI) | too high, too low | marked "
        "| misses not marked |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for cell, rows in zip(EDGES, all_, strict=True):
        end = ended(rows)
        marked = np.asarray(end.near_end)
        yield (
            f"| {cell.part[0]:.0%} to {cell.part[1]:.0%} | {cell.options} | {cell.scale:g} | {cell.lapse:.0%} | "
            f"{bias(end)} | {held(end)} | {np.mean(end.low > 0):.1%}, {np.mean(end.high < 0):.1%} | "
            f"{np.mean(marked):.0%} | {np.mean(~end.holds & ~marked):.1%} |"
        )


def precisions(all_: Sequence[np.ndarray]) -> Iterator[str]:
    """Rows of ends: coverage over all listeners, and of the cells with the least and the most."""
    yield "| precision | budget | coverage (95% CI) | lowest cell | highest cell | largest bias | cells outside |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for precision, budget in ENDS:
        ends = [ended(rows, precision=precision, budget=budget) for rows in all_]
        shares = [np.mean(end.holds) for end in ends]
        worst = max((bias(end) for end in ends), key=lambda text: abs(float(text[:-1])))
        yield (
            f"| {precision:g} | {budget} | {held(*ends)} | {min(shares):.1%} | {max(shares):.1%} | {worst} | "
            f"{sum(map(outside_of_goal, ends))} of {len(ends)} |"
        )


def ratios(all_: Sequence[np.ndarray]) -> Iterator[str]:
    """Rows of pairs of listeners: how often the interval of the ratio of their thresholds holds the true one. Of one
    kind, half are held against the other half."""
    yield "| listener | against | options | bias | coverage (95% CI) | too high, too low | width |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    ends = {(name, cell.options): ended(rows) for name, cell, rows in zip(NAMES, CELLS, all_, strict=True)}
    pairs = [(name, name) for name in LISTENERS]
    pairs += [("steep", "shallow"), ("plain", "lapses 12%"), ("plain", "very shallow"), ("rather steep", "lapses 5%")]
    for one, other in pairs:
        for options in (3, 2):
            a, b = ends[one, options], ends[other, options]
            half = len(a.at) // 2
            same = one == other
            apart = _apart(a.part(slice(half)), b.part(slice(half, None))) if same else _apart(a, b)
            high, low = np.mean(apart.low > 0), np.mean(apart.high < 0)
            yield (
                f"| {one} | {other} | {options} | {bias(apart)} | {held(apart)} | {high:.1%}, {low:.1%} | "
                f"{10 ** np.median(apart.high - apart.low):.2f} |"
            )


def _apart(a: Ends, b: Ends) -> Ends:
    """The differences of thresholds, less the true ones."""
    pairs = [
        difference(Decades(*one), Decades(*other))
        for one, other in zip(
            np.column_stack([a.at, a.low, a.high]).tolist(),
            np.column_stack([b.at, b.low, b.high]).tolist(),
            strict=False,
        )
    ]
    at, low, high = np.array([(pair.at, pair.low, pair.high) for pair in pairs]).T
    return Ends(at, low, high, np.zeros(len(at)))


def held(*ends: Ends) -> str:
    """The share of intervals that hold the truth, with its own interval."""
    holds = np.concatenate([end.holds for end in ends])
    near = binomtest(int(holds.sum()), len(holds)).proportion_ci()
    return f"{np.mean(holds):.1%} ({near.low:.1%} to {near.high:.1%})"


def outside_of_goal(end: Ends) -> bool:
    """Whether the interval of the coverage excludes the goal."""
    near = binomtest(int(end.holds.sum()), len(end.holds)).proportion_ci()
    return bool(near.high < GOAL[0] or near.low > GOAL[1])


def bias(end: Ends) -> str:
    """The median of the estimate over the truth, less 1."""
    return f"{100 * (10 ** float(np.median(end.at)) - 1):+.1f}%"


def main() -> None:
    """Simulate, and print the tables."""
    tables = {"coverage": coverage, "edges": edges, "precisions": precisions, "ratios": ratios}
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    parser.add_argument("tables", nargs="*", choices=[*tables, "fit", []], metavar="TABLE", help="some of %(choices)s")
    parser.add_argument("--runs", type=int, default=1000, help="simulated listeners a row")
    parser.add_argument("--fitted-to", type=int, default=RUNS, metavar="N", help="simulated listeners a kind, for fit")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path("build/calibration"), help="where the listeners are kept")
    options = parser.parse_args()
    with ProcessPoolExecutor(options.processes) as pool:
        if "fit" in options.tables:
            for line in fitted(pool, options.keep, options.fitted_to):
                print(line, flush=True)
        names = [name for name in options.tables or tables if name != "fit"]
        rows = {
            name: simulated(EDGES if name == "edges" else CELLS, options.runs, options.keep, pool) for name in names
        }
    for name in names:
        print(f"\n{name}: {options.runs} simulated listeners a row, to a factor of {PRECISION:g} or to 200 questions\n")
        print("\n".join(tables[name](rows[name])), flush=True)


if __name__ == "__main__":
    main()
