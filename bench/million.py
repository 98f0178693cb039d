"""A run of many trials: ``audiotest.run`` over a suite of cases without sound, four conditions each; with ``--pytest``
``pytest SUITE --model first -q -p no:cacheprovider -p no:hypothesispytest`` in its place.

``python -m bench.million 100000 200000`` prints seconds, CPU and peak memory for each size. Each is a process of its
own, which ends where it passes ``--minutes`` or ``--gigabytes``, and says how far it came. On standard error there is a
line for every tenth of the trials.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.__main__ import CASE, CHOICES
from bench.measure import peak_mb

CONDITIONS = "[original, shuffled, rotated(1), rotated(2)]"


def write(path: Path, trials: int) -> None:
    """A suite of ``trials`` trials."""
    with path.open("w") as file:
        file.write(f"suite: instant\npolicy: gates\nconditions: {CONDITIONS}\ncases:\n")
        for i in range(trials // 4):
            file.write(CASE.format(i=i, answer=CHOICES[i % 4]))


class Watch:
    """What a process takes, from here on; ``write`` gets the lines. As a plugin of pytest's it counts its tests."""

    def __init__(self, trials: int, minutes: float, gigabytes: float, write: Callable[[str], object]) -> None:
        self.started, self.done, self.trials, self.write = time.perf_counter(), 0, trials, write
        self.before = _peak()
        threading.Thread(target=self._stop_in_time, args=(60 * minutes, gigabytes * 1e9), daemon=True).start()

    def progress(self, done: int, total: int) -> None:
        """``done`` of ``total`` trials have been answered."""
        self.done = done
        if done == 1 or done % max(1, total // 10) == 0:
            self.write(f"{self.line('answered')}, now {_now() / 1e6:.0f} MB\n")

    def pytest_collection_finish(self) -> None:
        """All trials are there."""
        self.write(f"{self.line('collected')}, now {_now() / 1e6:.0f} MB\n")

    def pytest_runtest_logfinish(self) -> None:
        """One of them has run."""
        self.progress(self.done + 1, self.trials)

    def line(self, how: str) -> str:
        """How far it is, and what it has taken."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds, cpu = time.perf_counter() - self.started, used.ru_utime + used.ru_stime
        return f"{self.done} trials: {seconds:.1f} s, CPU {cpu:.1f} s, peak {_peak() / 1e6:.0f} MB, {how}"

    def finished(self) -> None:
        """The run is over."""
        assert self.done == self.trials
        self.write(f"{self.line('finished')}; {self.before / 1e6:.0f} MB at its start\n")

    def _stop_in_time(self, seconds: float, most: float) -> None:
        while time.perf_counter() - self.started < seconds and _peak() < most:
            time.sleep(1)
        self.write(f"{self.line('stopped')}\n")
        os._exit(1)


def measure(suite: str, results: str, trials: int, minutes: float, gigabytes: float) -> None:
    """Run ``suite`` in this process and print what it took."""
    import audiotest

    watch = Watch(trials, minutes, gigabytes, sys.stderr.write)
    audiotest.run(suite, "first", results=results or None, cache=False, progress=watch.progress)
    watch.finished()


def measure_pytest(suite: str, results: str, trials: int, minutes: float, gigabytes: float) -> None:
    """The same under pytest, whose own output is thrown away."""
    import pytest

    with os.fdopen(os.dup(2), "w", buffering=1) as out:  # pytest captures the one that it finds
        watch = Watch(trials, minutes, gigabytes, out.write)
        where = ["--results", results] if results else []
        plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = pytest.main([suite, "--model", "first", *where, "-q", *plugins], plugins=[watch])
        assert status == 0, status
        watch.finished()


def _peak() -> float:
    return peak_mb() * 2**20


def _now() -> float:
    """Resident memory, in bytes; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * resource.getpagesize() if status.exists() else 0


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("trials", type=int, nargs="+", help="numbers of trials")
    parser.add_argument("--without-results", action="store_true", help="write no results folder")
    parser.add_argument("--pytest", action="store_true", help="run pytest in the place of audiotest.run")
    parser.add_argument("--keep", type=Path, default=None, help="a folder that is to have the suite and the results")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--gigabytes", type=float, default=6)
    given = parser.parse_args()
    for trials in given.trials:
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.keep / str(trials) if given.keep is not None else Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            suite, results = folder / "suite.yaml", "" if given.without_results else str(folder / "out")
            write(suite, trials)
            (folder / "pytest.ini").write_text("[pytest]\n")
            name = "measure_pytest" if given.pytest else "measure"
            words = [str(suite), results, trials, given.minutes, given.gigabytes]
            code = f"from bench.million import {name}; {name}(*{words!r})"
            env = {**os.environ, "AUDIOTEST_CACHE_DIR": str(Path(scratch, "cache"))}
            subprocess.run([sys.executable, "-c", code], env=env, check=False)


if __name__ == "__main__":
    main()
