"""Do the intervals cover what was planted? Simulated runs, each measured, each interval held against the truth.

``python -m bench.coverage [--runs 500] [--cases 200] [--only METRIC]``
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from audiotest.analyse.trials import Trials
from audiotest.registry import METRICS
from audiotest.types import Estimate
from bench.simulate import PLANTED, Planted


def measured(planted: Planted, seed: int, cases: int) -> Estimate:
    """The metric over one simulated run."""
    rng = np.random.default_rng([seed, *planted.name.encode()])
    found: Estimate = METRICS.get(planted.metric).measure(Trials(planted.make(rng, cases)), **planted.arguments)
    return found


def _covered(job: tuple[int, int, int]) -> tuple[float, bool]:
    which, seed, cases = job
    planted = PLANTED[which]
    found = measured(planted, seed, cases)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low <= planted.truth <= found.high


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.coverage", description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--only", help="only this metric")
    options = parser.parse_args()
    print(f"{options.runs} simulated runs of {options.cases} cases, two a clip\n")
    print("| model | metric | planted | mean measured | intervals that cover it |\n| --- | --- | ---: | ---: | ---: |")
    with ProcessPoolExecutor(2) as pool:
        for which, planted in enumerate(PLANTED):
            if options.only not in (None, planted.metric):
                continue
            jobs = [(which, seed, options.cases) for seed in range(options.runs)]
            found = list(pool.map(_covered, jobs, chunksize=20))
            mean, share = np.mean([value for value, _ in found]), np.mean([covered for _, covered in found])
            line = f"{planted.truth:.4f} | {mean:.4f} | {share:.1%}"
            print(f"| {planted.name} | `{planted.metric}` | {line} |", flush=True)


if __name__ == "__main__":
    main()
