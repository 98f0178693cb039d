"""``python -m bench.faults``: see the package."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.faults.kills import Tally, kills
from bench.faults.models import MODELS
from bench.faults.mutants import mutants
from bench.faults.together import together


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="runs to kill (12)")
    parser.add_argument("--mutants", type=int, default=100, help="mutants of each kind of file (100)")
    parser.add_argument("--pairs", type=int, default=1, help="pairs of runs at once (1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    given = parser.parse_args()
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tallies = kills(given.count, folder / "kills", given.seed, tuple(given.models))
        print("| model | signal | tried | survived | answers before | lost | asked twice | left behind | torn lines |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for (model, signal), tally in sorted(tallies.items()):
            print(_row(model, f"SIG{signal}", tally))
        print(_row("all", "", sum(tallies.values(), Tally())))
        failures += [line for tally in tallies.values() for line in tally.failures]
        pairs = together(given.pairs, folder)
        print(
            f"\n{pairs.tried} pairs of runs at once into one folder: {pairs.refused} times one was refused, "
            f"{pairs.whole} records are whole; with one cache, {pairs.twice} answers were asked for by both\n"
        )
        print("| file | mutants | refused in a sentence | read | anything else |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for kind, found in mutants(given.mutants, folder / "mutants", given.seed).items():
            print(f"| {kind} | {found.tried} | {found.refused} | {found.read} | {len(found.failures)} |")
            failures += found.failures
    for failure in failures:
        print(f"\n{failure}", file=sys.stderr)
    return bool(failures)


def _row(model: str, signal: str, t: Tally) -> str:
    cells = (t.tried, t.survived, t.answers, t.lost, t.twice, t.left_behind, t.torn_lines)
    return f"| {model} | {signal} | {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
