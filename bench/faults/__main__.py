"""``python -m bench.faults``: see the package."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import sounds
from bench.faults.disks import disks
from bench.faults.kills import Tally, kills
from bench.faults.models import MODELS
from bench.faults.mutants import mutants
from bench.faults.requests import requests
from bench.faults.together import together

Failures = list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="runs to kill (12)")
    parser.add_argument("--pairs", type=int, default=1, help="pairs of runs at once (1)")
    parser.add_argument("--disks", type=int, default=3, help="runs on a full disk (3)")
    parser.add_argument("--requests", type=int, default=200, help="requests to a server that misbehaves (200)")
    parser.add_argument("--sounds", type=int, default=100, help="broken sounds (100)")
    parser.add_argument("--mutants", type=int, default=100, help="mutants of each kind of file (100)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    given = parser.parse_args()
    parts: list[tuple[int, Callable[[argparse.Namespace, Path, Failures], Iterator[str]]]] = [
        (given.count, _kills), (given.pairs, _together), (given.disks, _disks), (given.requests, _requests),
        (given.sounds, _sounds), (given.mutants, _mutants),
    ]  # fmt: skip
    failures: Failures = []
    with tempfile.TemporaryDirectory() as name:
        for count, part in parts:
            if count:  # 0 leaves a part out
                print(*part(given, Path(name), failures), "", sep="\n", flush=True)
    for failure in failures:
        print(f"\n{failure}", file=sys.stderr)
    return bool(failures)


def _kills(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    tallies = kills(given.count, folder / "kills", given.seed, tuple(given.models))
    yield "| model | signal | tried | survived | answers before | lost | asked twice | left behind | torn lines |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for (model, signal), tally in sorted(tallies.items()):
        yield _row(model, f"SIG{signal}", tally)
        failures += tally.failures
    yield _row("all", "", sum(tallies.values(), Tally()))


def _row(model: str, signal: str, t: Tally) -> str:
    cells = (t.tried, t.survived, t.answers, t.lost, t.twice, t.left_behind, t.torn_lines)
    return f"| {model} | {signal} | {' | '.join(map(str, cells))} |"


def _together(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    pairs = together(given.pairs, folder)
    yield (
        f"{pairs.tried} pairs of runs at once into one folder: {pairs.refused} times one was refused, "
        f"{pairs.whole} records are whole; with one cache, {pairs.twice} answers were asked for by both"
    )


def _disks(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    tally = disks(given.disks, folder / "disks", given.seed)
    failures += tally.failures
    yield "| full disks | said so, status 1 | trials kept | whole once there was room | asked twice |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    yield f"| {tally.tried} | {tally.partial} | {tally.kept} | {tally.whole} | {tally.twice} |"


def _requests(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    tally = requests(given.requests, folder / "requests", given.seed)
    failures += tally.failures
    names = "questions, requests, tried again, good, errors, lost, asked twice, mixed up, keys, peak MB, seconds"
    yield f"| {names.replace(', ', ' | ')} |"
    yield f"|{' ---: |' * 11}"
    cells = (
        tally.questions, tally.requests, tally.again, tally.good, tally.errors.total(), tally.lost, tally.twice,
        tally.mixed_up, tally.keys, round(tally.peak_mb), round(tally.seconds),
    )  # fmt: skip
    yield f"| {' | '.join(map(str, cells))} |"
    yield f"\nErrors: {', '.join(f'{count} {way}' for way, count in sorted(tally.errors.items()))}"


def _sounds(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    figures = sounds.run(given.sounds, given.seed)
    failures += [f"a broken sound: {outcome}" for outcome in figures["other"]]
    names = ("tried", "heard", "refused", "other", "peak_mb", "slowest_seconds")
    yield "| broken sounds | heard | refused in a sentence | anything else | peak MB | slowest, seconds |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    yield f"| {' | '.join(str(len(figures[name]) if name == 'other' else figures[name]) for name in names)} |"


def _mutants(given: argparse.Namespace, folder: Path, failures: Failures) -> Iterator[str]:
    yield "| file | mutants | refused in a sentence | read | anything else |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for kind, tally in mutants(given.mutants, folder / "mutants", given.seed).items():
        yield f"| {kind} | {tally.tried} | {tally.refused} | {tally.read} | {len(tally.failures)} |"
        failures += tally.failures


if __name__ == "__main__":
    sys.exit(main())
