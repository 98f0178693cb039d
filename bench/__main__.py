"""The table: audiotest with a model that answers at once, beside an empty parametrised test and other frameworks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import others
from bench.measure import Figure, machine, repeat

ROOT = Path(__file__).resolve().parent.parent
# Of the plugins that are installed, hypothesis' is the one that users do not have: off on both sides, it takes 0.5 s.
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
EMPTY = """\
import pytest

@pytest.mark.parametrize("n", range({n}))
def test_empty(n):
    pass
"""
CASE = """\
  - id: case-{i}
    question: What is heard in clip number {i}?
    choices: [a kettle whistling, a train whistle, a tea cup being filled, a flute]
    answer: {answer}
    tags: {{skill: sound event, source: kitchen}}
"""
CHOICES = ("a kettle whistling", "a train whistle", "a tea cup being filled", "a flute")


def write(folder: Path, n: int) -> None:
    """An empty test and a suite of ``n`` multiple-choice cases without sound."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_empty.py").write_text(EMPTY.format(n=n))
    cases = "".join(CASE.format(i=i, answer=CHOICES[i % 4]) for i in range(n))
    (folder / "suite.yaml").write_text(f"suite: instant\npolicy: gates\ncases:\n{cases}")


def commands(folder: Path) -> dict[str, tuple[list[str], Path]]:
    """What is timed, by name."""
    suite = [*PYTEST, "suite.yaml", "--model", "first"]
    return {
        "empty parametrised test": ([*PYTEST, "test_empty.py", "-p", "no:audiotest"], folder),
        "suite, instant model": (suite, folder),
        "suite, collection only": ([*suite, "--co"], folder),
        "suite, -n 2": ([*suite, "-n", "2"], folder),
    }


def listening() -> dict[str, tuple[list[str], Path]]:
    """The first answer of the listening suite: start-up, collection and one trial."""
    return {
        "suites/listening, first answer": (
            [*PYTEST, "--maxfail=1", "suites/listening", "--limit", "1", "-k", "original"],
            ROOT,
        )
    }


def row(name: str, n: int | str, figure: Figure, floor: Figure | None) -> str:
    """A line of the table."""
    ratio = f"{figure.seconds / floor.seconds:.2f}" if floor else ""
    cpu_ratio = f"{figure.cpu / floor.cpu:.2f}" if floor else ""
    return f"| {name} | {n} | {figure} | {ratio} | {figure.cpu:.2f} s | {cpu_ratio} | {figure.megabytes:.0f} |"


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000], help="numbers of cases")
    parser.add_argument("--times", type=int, default=3, help="counted runs of each command")
    options = parser.parse_args()
    print(f"{machine()}; median of {options.times} runs in turn, after one that is not counted\n")
    print("| what | cases | wall time (range) | times the empty test | CPU | times the empty test | peak MB |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        env = {"AUDIOTEST_CACHE_DIR": str(Path(scratch) / "cache"), **others.OFFLINE}
        for n in options.sizes:
            folder = Path(scratch) / str(n)
            write(folder, n)
            others.write(folder, n, CHOICES)
            figures = repeat(commands(folder) | others.commands(folder), options.times, env)
            floor = figures["empty parametrised test"]
            for name, figure in figures.items():
                print(row(name, n, figure, floor), flush=True)
        for name, figure in repeat(listening(), options.times, env).items():
            print(row(name, "", figure, None), flush=True)


if __name__ == "__main__":
    main()
