"""Two xdist workers beside none, with a model that keeps a core busy for 20 ms of CPU time an item, in batches of 8."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.__main__ import PYTEST, write
from bench.measure import machine, repeat

CONFTEST = """\
import time

import pytest

from audiotest.types import Needs, Reply


class Model:
    name, identity, needs, batch_size = "bench", "", Needs({needs}), 8

    def load(self):
        pass

    def answer(self, requests):
        {work}
        return [Reply("A") for _ in requests]

    def close(self):
        pass


@pytest.fixture(scope="session")
def model():
    return Model()
"""
BUSY = """end = time.process_time() + {seconds} * len(requests)
        while time.process_time() < end:
            pass"""


def main() -> None:
    """Time both and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.workers", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 2000, 4000], help="numbers of items")
    parser.add_argument("--milliseconds", type=float, default=20.0, help="CPU time of an item")
    parser.add_argument("--times", type=int, default=3, help="counted runs of each command")
    options = parser.parse_args()
    print(f"{machine()}; median of {options.times} runs in turn, after one that is not counted\n")
    print("| items | the model | alone (range) | outside the model | `-n 2` (range) | times as fast |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        env = {"AUDIOTEST_CACHE_DIR": str(Path(scratch) / "cache")}
        for n in options.sizes:
            folder = Path(scratch) / str(n)
            write(folder, n)
            (folder / "conftest.py").write_text(
                CONFTEST.format(needs="audio=False", work=BUSY.format(seconds=options.milliseconds / 1000))
            )
            alone = [*PYTEST, "suite.yaml", "--reply-cache=off", "--batch-size=8"]
            asked = {"alone": (alone, folder), "two": ([*alone, "-n", "2"], folder)}
            figures = repeat(asked, options.times, env)
            model = n * options.milliseconds / 1000
            outside = 1 - model / figures["alone"].seconds
            faster = figures["alone"].seconds / figures["two"].seconds
            print(
                f"| {n:,} | {model:.0f} s | {figures['alone']} | {outside:.1%} | {figures['two']} | {faster:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
